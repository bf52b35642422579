import { z } from 'zod';

const wholeNumber = (label: string) =>
  z
    .string()
    .trim()
    .regex(/^\d{1,9}$/, `${label} must be a whole number.`)
    .transform(Number);
const keysLabel = 'Maximum API keys per user';
const expirationLabel = 'Maximum token expiration (days)';

/** The policy as `/tenant/settings` submits it: form text, blank for "no maximum". */
export const policySchema = z.strictObject({
  apiKeysEnabled: z.boolean(),
  maximumKeysPerUser: wholeNumber(keysLabel).refine(
    (value) => value >= 1 && value <= 1000,
    `${keysLabel} must be between 1 and 1000.`,
  ),
  maximumExpirationInDays: z.union(
    [
      z
        .string()
        .trim()
        .length(0)
        .transform(() => null),
      wholeNumber(expirationLabel).refine(
        (value) => value >= 1,
        `${expirationLabel} must be at least 1, or empty for no maximum.`,
      ),
    ],
    { error: `${expirationLabel} must be a whole number of at least 1, or empty for no maximum.` },
  ),
  deactivateBeforeDelete: z.boolean(),
});

/** The tenant's rules for keys. */
export type Policy = z.output<typeof policySchema>;

import { z } from 'zod';

const wholeNumber = (label: string) =>
  z
    .string()
    .trim()
    .regex(/^\d{1,9}$/, `${label} must be a whole number.`)
    .transform(Number);
const keysLabel = 'Maximum API keys per user';
const expirationLabel = 'Maximum token expiration (days)';

const policySchema = z.strictObject({
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

const { apiKeysEnabled, maximumKeysPerUser, maximumExpirationInDays, deactivateBeforeDelete } = policySchema.shape;

/**
 * What `/tenant/settings` submits: the fields that the admin changed, and no others, so that a page that was open for long
 * does not undo what somebody else changed meanwhile. Form text, blank for "no maximum".
 */
export const policyChangeSchema = z.strictObject({
  apiKeysEnabled: apiKeysEnabled.exactOptional(),
  maximumKeysPerUser: maximumKeysPerUser.exactOptional(),
  maximumExpirationInDays: maximumExpirationInDays.exactOptional(),
  deactivateBeforeDelete: deactivateBeforeDelete.exactOptional(),
});
export type PolicyChange = z.output<typeof policyChangeSchema>;

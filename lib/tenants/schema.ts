import { z } from 'zod';
import { displayText } from '../display-text';
import { emailAddress, roleList } from '../members/schema';

const wholeNumber = (label: string) =>
  z
    .string()
    .trim()
    .regex(/^\d{1,9}$/, `${label} must be a whole number.`)
    .transform(Number);
const keysLabel = 'Maximum API keys per user';
const expirationLabel = 'Maximum token expiration (days)';
const agentLabel = 'Agent key lifetime (days)';
const rateLabel = 'Rate limit (requests per minute)';

/** Blank means that there is no such limit. */
const blank = z
  .string()
  .trim()
  .length(0)
  .transform(() => null);

const policySchema = z.strictObject({
  apiKeysEnabled: z.boolean(),
  maximumKeysPerUser: wholeNumber(keysLabel).refine(
    (value) => value >= 1 && value <= 1000,
    `${keysLabel} must be between 1 and 1000.`,
  ),
  maximumExpirationInDays: z.union(
    [
      blank,
      wholeNumber(expirationLabel).refine(
        (value) => value >= 1,
        `${expirationLabel} must be at least 1, or empty for no maximum.`,
      ),
    ],
    { error: `${expirationLabel} must be a whole number of at least 1, or empty for no maximum.` },
  ),
  agentKeyLifetimeInDays: wholeNumber(agentLabel).refine((value) => value >= 1, `${agentLabel} must be at least 1.`),
  deactivateBeforeDelete: z.boolean(),
  keepOneKey: z.boolean(),
  rateLimitPerMinute: z.union(
    [
      blank,
      wholeNumber(rateLabel).refine(
        (value) => value >= 1 && value <= 1_000_000,
        `${rateLabel} must be between 1 and 1,000,000, or empty for no limit.`,
      ),
    ],
    { error: `${rateLabel} must be a whole number between 1 and 1,000,000, or empty for no limit.` },
  ),
  /** The roles of a new SSO member. */
  joinRoles: roleList,
  joinLicensed: z.boolean(),
});

/** What `npm run tenant:create` is given. */
export const newTenantSchema = z.strictObject({
  slug: z
    .string({ error: 'slug is missing.' })
    .regex(/^[a-z0-9](-?[a-z0-9]){0,62}$/, 'slug must be up to 63 lower-case letters, digits and single hyphens.'),
  name: displayText('name', 100).refine((name) => name !== '', 'name cannot be blank.'),
  admin: emailAddress,
});
export type NewTenant = z.infer<typeof newTenantSchema>;

/** The tenant's rules for keys. */
export type Policy = z.output<typeof policySchema>;

const {
  apiKeysEnabled,
  maximumKeysPerUser,
  maximumExpirationInDays,
  agentKeyLifetimeInDays,
  deactivateBeforeDelete,
  keepOneKey,
  rateLimitPerMinute,
  joinRoles,
  joinLicensed,
} = policySchema.shape;

/**
 * What `/tenant/settings` submits: the fields that the admin changed, and no others, so that a page that was open for long
 * does not undo what somebody else changed meanwhile. Form text, blank for "no maximum" and "no limit".
 */
export const policyChangeSchema = z.strictObject({
  apiKeysEnabled: apiKeysEnabled.exactOptional(),
  maximumKeysPerUser: maximumKeysPerUser.exactOptional(),
  maximumExpirationInDays: maximumExpirationInDays.exactOptional(),
  agentKeyLifetimeInDays: agentKeyLifetimeInDays.exactOptional(),
  deactivateBeforeDelete: deactivateBeforeDelete.exactOptional(),
  keepOneKey: keepOneKey.exactOptional(),
  rateLimitPerMinute: rateLimitPerMinute.exactOptional(),
  joinRoles: joinRoles.exactOptional(),
  joinLicensed: joinLicensed.exactOptional(),
});
export type PolicyChange = z.output<typeof policyChangeSchema>;

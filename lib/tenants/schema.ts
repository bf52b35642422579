import { z } from 'zod';
import { displayText } from '../display-text';
import { emailAddress, roleList } from '../members/schema';
import { type PolicyNumber, policyNumbers, readNumber } from './limits';

/** The text of one of the policy's numbers becomes the number; null = no such limit. */
const optionalNumber = (field: PolicyNumber) =>
  z
    .string({ error: `${policyNumbers[field].label} must be ${policyNumbers[field].whole}` })
    .transform((text, context) => {
      const read = readNumber(field, text);
      if (read.problem === null) return read.value;
      context.addIssue({ code: 'custom', message: read.problem });
      return z.NEVER;
    });
const givenNumber = (field: PolicyNumber) => optionalNumber(field).transform((value) => value ?? z.NEVER);

const policySchema = z.strictObject({
  apiKeysEnabled: z.boolean(),
  maximumKeysPerUser: givenNumber('maximumKeysPerUser'),
  maximumExpirationInDays: optionalNumber('maximumExpirationInDays'),
  agentKeyLifetimeInDays: givenNumber('agentKeyLifetimeInDays'),
  deactivateBeforeDelete: z.boolean(),
  keepOneKey: z.boolean(),
  rateLimitPerMinute: optionalNumber('rateLimitPerMinute'),
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

/** The fields in which two policies differ. */
export function changedFields(before: Policy, after: Policy): Array<keyof Policy> {
  const fields = Object.keys(before) as Array<keyof Policy>;
  return fields.filter((field) => String(after[field]) !== String(before[field]));
}

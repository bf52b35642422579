import { policyNumberFields, readNumber } from '@/lib/tenants/limits';
import type { Policy } from '@/lib/tenants/schema';
import type { PolicyMessages } from './states';

/** The policy as its fields hold it. */
export type PolicyText = ReturnType<typeof textOf>;

/** The fields that the admin changed, and no others. */
export type PolicyTextChange = Partial<PolicyText>;

export function textOf(policy: Policy) {
  return {
    apiKeysEnabled: policy.apiKeysEnabled,
    maximumKeysPerUser: String(policy.maximumKeysPerUser),
    maximumExpirationInDays: String(policy.maximumExpirationInDays ?? ''),
    agentKeyLifetimeInDays: String(policy.agentKeyLifetimeInDays),
    deactivateBeforeDelete: policy.deactivateBeforeDelete,
    keepOneKey: policy.keepOneKey,
    rateLimitPerMinute: String(policy.rateLimitPerMinute ?? ''),
    joinRoles: policy.joinRoles.map(String),
    joinLicensed: policy.joinLicensed,
  };
}

export function readText(form: FormData): PolicyText {
  const text = (name: string) => String(form.get(name)).trim();
  return {
    apiKeysEnabled: form.has('apiKeysEnabled'),
    maximumKeysPerUser: text('maximumKeysPerUser'),
    maximumExpirationInDays: text('maximumExpirationInDays'),
    agentKeyLifetimeInDays: text('agentKeyLifetimeInDays'),
    deactivateBeforeDelete: form.has('deactivateBeforeDelete'),
    keepOneKey: form.has('keepOneKey'),
    rateLimitPerMinute: text('rateLimitPerMinute'),
    joinRoles: form.getAll('joinRoles').map(String),
    joinLicensed: form.has('joinLicensed'),
  };
}

export function changeOf(known: PolicyText, shown: PolicyText): PolicyTextChange {
  const fields = Object.keys(shown) as Array<keyof PolicyText>;
  return Object.fromEntries(
    fields.filter((field) => String(shown[field]) !== String(known[field])).map((field) => [field, shown[field]]),
  );
}

/** What is wrong with the numbers of a change, before anything is asked. */
export function problemsOf(change: PolicyTextChange): PolicyMessages {
  return Object.fromEntries(
    policyNumberFields.flatMap((field) => {
      const text = change[field];
      const problem = text === undefined ? null : readNumber(field, text).problem;
      return problem === null ? [] : [[field, problem]];
    }),
  );
}

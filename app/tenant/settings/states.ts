import type { FieldMessages } from '@/app/field-messages';

/** The fields of the policy that hold text, and so can be wrong. */
export const policyFields = [
  'maximumKeysPerUser',
  'maximumExpirationInDays',
  'agentKeyLifetimeInDays',
  'rateLimitPerMinute',
] as const;

type Refused = { status: 'refused'; message: string };

export type PolicyState =
  | { status: 'saved' }
  | Refused
  | { status: 'invalid'; fields: FieldMessages<(typeof policyFields)[number]> };

export type SaveScopeState =
  | { status: 'saved' }
  | Refused
  | { status: 'invalid'; fields: FieldMessages<'name' | 'description'> };

/** How many keys hold a scope now. */
export type ReviewScopeState = { status: 'ready'; keys: number } | Refused;

export type DeleteScopeState = { status: 'deleted'; keys: number } | Refused;

import type { FieldMessages } from '@/app/field-messages';
import type { ReviewedChange } from '@/lib/policy-review/schema';
import type { PolicyNumber } from '@/lib/tenants/limits';

type Refused = { status: 'refused'; message: string };

export type PolicyMessages = FieldMessages<PolicyNumber>;
type InvalidPolicy = { status: 'invalid'; fields: PolicyMessages };

export type ReviewPolicyState = { status: 'ready'; changes: ReviewedChange[] } | Refused | InvalidPolicy;

export type PolicyState = { status: 'saved' } | Refused | InvalidPolicy;

export type SaveScopeState =
  | { status: 'saved' }
  | Refused
  | { status: 'invalid'; fields: FieldMessages<'name' | 'description'> };

/** How many keys hold a scope now. */
export type ReviewScopeState = { status: 'ready'; keys: number } | Refused;

export type DeleteScopeState = { status: 'deleted'; keys: number } | Refused;

import type { FieldMessages } from '@/app/field-messages';

type Refused = { status: 'refused'; message: string };

export type PolicyState =
  | { status: 'saved' }
  | Refused
  | {
      status: 'invalid';
      fields: FieldMessages<'maximumKeysPerUser' | 'maximumExpirationInDays' | 'rateLimitPerMinute'>;
    };

export type SaveScopeState =
  | { status: 'saved' }
  | Refused
  | { status: 'invalid'; fields: FieldMessages<'name' | 'description'> };

/** How many keys hold a scope now. */
export type ReviewScopeState = { status: 'ready'; keys: number } | Refused;

export type DeleteScopeState = { status: 'deleted'; keys: number } | Refused;

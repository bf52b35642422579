import type { FieldMessages } from '@/app/field-messages';

export type PolicyState =
  | { status: 'saved' }
  | { status: 'refused'; message: string }
  | { status: 'invalid'; fields: FieldMessages<'maximumKeysPerUser' | 'maximumExpirationInDays'> };

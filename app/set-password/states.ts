import type { FieldMessages } from '@/app/field-messages';
import type { LinkView } from '@/lib/one-time-links/schema';

/** Why a link opens nothing. */
export type DeadLink = Exclude<LinkView, { status: 'valid' }>;

export type RedeemLinkState =
  | { status: 'redeemed'; email: string }
  | DeadLink
  | { status: 'invalid'; fields: FieldMessages<'newPassword' | 'repeatedPassword'> };

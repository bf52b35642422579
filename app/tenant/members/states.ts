import type { FieldMessages } from '@/app/field-messages';
import type { OffboardingReview } from '@/lib/offboarding/schema';
import type { LinkPurpose } from '@/lib/one-time-links/schema';

/** A one-time link that was just made: mailed, or with its one appearance here and why. */
export type NewLink = { purpose: LinkPurpose; email: string; expiresAt: string } & (
  | { delivery: 'mailed' }
  | { delivery: 'shown'; url: string; because: 'not_configured' | 'failed' }
);

type Refused = { status: 'refused'; message: string };

export type ChangeMemberState = { status: 'done' } | Refused;

export type InviteMemberState =
  | { status: 'issued'; link: NewLink }
  | Refused
  | { status: 'invalid'; fields: FieldMessages<'email' | 'name'> };

export type IssueLinkState = { status: 'issued'; link: NewLink } | Refused;

export type SignOutMemberState = { status: 'done'; endedSessions: number } | Refused;

export type IdentityState =
  | { status: 'done' }
  | Refused
  | { status: 'invalid'; fields: FieldMessages<'issuer' | 'subject'> };

export type ReviewState = { status: 'ready'; review: OffboardingReview } | Refused;

export type OffboardMemberState =
  | { status: 'done' }
  | { status: 'review_changed'; message: string }
  /** What is wrong with a key's decision, by client ID. */
  | { status: 'invalid'; keys: Record<string, string> }
  | Refused;

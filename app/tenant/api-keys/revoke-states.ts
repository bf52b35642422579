import type { RevocationProgress, RevocationReview } from '@/lib/revocations/schema';

type Refused = { status: 'refused'; message: string };

export type RevokeKeyState = { status: 'done' } | Refused;

export type ReviewRevocationState = { status: 'ready'; review: RevocationReview } | Refused;

export type StartRevocationState =
  | { status: 'started'; selected: number }
  /** They are not the keys of the review any more. */
  | { status: 'changed'; message: string }
  | { status: 'invalid'; typed: string }
  | Refused;

export type ContinueRevocationState = { status: 'continued'; progress: RevocationProgress } | Refused;

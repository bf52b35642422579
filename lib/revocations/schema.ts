import { z } from 'zod';
import { keyFilterSchema } from '../tenant-keys/schema';
import type { TrafficSummary } from '../usage/schema';

/** Keys of one bulk revoke. */
export const revocationMaximum = 10_000;
/** More keys than these are confirmed by typing their number. */
export const untypedMaximum = 10;
/** Keys of a review, or of a result, that are shown one by one. */
export const shownKeys = 10;
export const shownResults = 200;

const clientIds = z
  .array(z.string().max(64))
  .min(1)
  .max(1_000, 'At most 1,000 keys can be checked at once. Narrow the filter and select all that match.');

/** Which keys a bulk revoke is about: those checked one by one, or all that a filter finds. */
export const selectionSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('keys'), clientIds }),
  z.strictObject({ kind: z.literal('matching'), filter: keyFilterSchema }),
]);
export type Selection = z.infer<typeof selectionSchema>;

// Written with hyphens or, as browsers make it, without.
const revocationId = z.string().regex(/^[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$/);

export const startRevocationSchema = z.strictObject({
  /** The client's value, one per review, so that a repeated confirmation begins nothing twice. */
  id: revocationId,
  selection: selectionSchema,
  /** Which keys the review showed: its `digest`. */
  reviewed: z.string().max(64),
  /** The number as it was typed; empty where none is asked for. */
  typed: z.string().max(20),
});
export type StartRevocationInput = z.infer<typeof startRevocationSchema>;

export const revocationReferenceSchema = z.strictObject({ id: revocationId });

/** A number as people type it: `1,000`, `1.000`, `1 000` and `1000` are the same. Null for what is none. */
export function typedCount(text: string): number | null {
  const digits = text.replace(/[\s,.'’]/g, '');
  return /^\d{1,5}$/.test(digits) ? Number(digits) : null;
}

/** What a bulk revoke would stop. */
export type RevocationReview = {
  /** Active and Inactive keys; at most `revocationMaximum`. */
  count: number;
  /** Stands for exactly these keys. */
  digest: string;
  /** Members who own them, with most keys first; at most `shownKeys`. */
  owners: Array<{ email: string; keys: number }>;
  ownerCount: number;
  agentKeys: number;
  /** Of the last 7 days, of all of them together. */
  traffic: TrafficSummary;
  /** The busiest first; at most `shownKeys`. */
  keys: Array<{ clientId: string; name: string; owner: string | null; requests: number }>;
  /** What was checked, but cannot be revoked; a key without a name is not there. */
  excluded: Array<{ clientId: string; name: string | null; because: 'Revoked' | 'Expired' | 'not_found' }>;
};

export type RevocationResult = 'revoked' | 'already_revoked' | 'expired' | 'deleted';

/** How far a bulk revoke is. */
export type RevocationProgress = {
  selected: number;
  counts: Record<RevocationResult, number>;
  finished: boolean;
  /** What became of each key, once it is finished: those that were not revoked first; at most `shownResults`. */
  keys: Array<{ clientId: string; name: string; result: RevocationResult }>;
};

/** Keys that were looked at. */
export function doneOf({ counts }: Pick<RevocationProgress, 'counts'>): number {
  return counts.revoked + counts.already_revoked + counts.expired + counts.deleted;
}

/** A bulk revoke that somebody left, or that is going on elsewhere. */
export type UnfinishedRevocation = {
  id: string;
  selected: number;
  done: number;
  /** The e-mail of who confirmed it. */
  startedBy: string;
  /** ISO 8601 in UTC. */
  startedAt: string;
};

import { z } from 'zod';
import { givenName } from '../keys/schema';
import type { KeyStatus } from '../keys/status';
import { emailAddress } from '../members/schema';
import type { TrafficSummary } from '../usage/schema';

const clientId = z.string().max(64);

const until = z.coerce.date('Choose a date.').max(new Date('9999-12-31'), 'That date is too far in the future.');

/**
 * What becomes of one key of a member who leaves.
 * `stop`: refused as `owner_disabled` while its owner is disabled. `keep`: works until then. `hand_over`: the receiver
 * becomes its owner. `make_agent`: the tenant does, under that name. `revoke`: for ever.
 */
export const keyDecisionSchema = z.discriminatedUnion('decision', [
  z.strictObject({ clientId, decision: z.literal('stop') }),
  z.strictObject({ clientId, decision: z.literal('keep'), until }),
  z.strictObject({ clientId, decision: z.literal('hand_over'), receiver: emailAddress }),
  z.strictObject({ clientId, decision: z.literal('make_agent'), name: givenName }),
  z.strictObject({ clientId, decision: z.literal('revoke') }),
]);
export type KeyDecision = z.infer<typeof keyDecisionSchema>;

/** What the review submits: a decision for each key that it showed. */
export const offboardMemberSchema = z.strictObject({
  memberId: z.uuid(),
  mode: z.enum(['disable', 'remove']),
  decisions: z.array(keyDecisionSchema).max(2_000),
});
export type OffboardMemberInput = z.infer<typeof offboardMemberSchema>;

/** A key in the review: one that could work. Times are ISO 8601 in UTC. */
export type ReviewedKey = {
  clientId: string;
  name: string;
  description: string;
  status: Extract<KeyStatus, 'Active' | 'Inactive'>;
  createdAt: string;
  lastUsedAt: string | null;
  /** Of the last 7 days: what would break. */
  traffic: TrafficSummary;
  expiresAt: string | null;
  /** A former review kept it until then. */
  keptUntil: string | null;
};

export type OffboardingReview = {
  member: { id: string; email: string; name: string; disabled: boolean; self: boolean };
  /** Active and Inactive keys; the others cannot work whatever is decided. */
  keys: ReviewedKey[];
  otherKeys: number;
  /** Members who may receive keys (enabled, licensed, developer), by e-mail; at most `receiversMaximum`. */
  receivers: Array<{ email: string; name: string; room: number }>;
  /** The latest expiry of a key that is made an agent key; null = none. */
  latestAgentExpiry: string | null;
  lastAdminRefusal: string | null;
  /** The database's time. */
  now: string;
};

export const receiversMaximum = 200;

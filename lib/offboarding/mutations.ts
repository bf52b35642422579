import type { EventAction } from '../audit/actions';
import type { JsonValue } from '../audit/chain';
import { appendEvents, type NewEvent } from '../audit/mutations';
import { actedBy } from '../auth/mutations';
import type { Viewer } from '../auth/queries';
import type { LockedStanding } from '../auth/standing';
import type { Tx } from '../db/prisma';
import { foldName } from '../display-text';
import { agentLifetimeInDays, earlier, endOfLife, freeNameLike } from '../keys/policy';
import { markRevoked } from '../keys/revocation';
import {
  asAdminOf,
  doneTo,
  endSessionsOf,
  type LockedMember,
  type MemberRefusal,
  refusalForLastAdmin,
} from '../members/standing';
import type { KeyDecision, OffboardMemberInput } from './schema';
import {
  type Decided,
  decide,
  type ImpossibleDecision,
  type LeavingKey,
  lockReceivers,
  type Receiver,
  type ReviewChanged,
  refuseImpossible,
  refuseTakenNames,
} from './standing';

export type OffboardMemberResult =
  | { status: 'done' }
  /** Nothing was changed. */
  | ReviewChanged
  | ImpossibleDecision
  | MemberRefusal;

/**
 * Disables or removes a member, and does with each of their keys what the admin decided. All of it or nothing: a key that
 * the review did not show is a reason to look again, and so is a receiver who cannot take what they are given.
 */
export function offboardMember(viewer: Viewer, input: OffboardMemberInput): Promise<OffboardMemberResult> {
  return asAdminOf(viewer, input.memberId, async (tx, member, standing): Promise<OffboardMemberResult> => {
    const refusal = await refusalForLastAdmin(tx, viewer, member);
    if (refusal) return refusal;
    const decided = await decide(tx, member, input, standing.now);
    if ('status' in decided) return decided;
    const receivers = await lockReceivers(tx, member, decided, standing);
    const impossible = refuseImpossible(decided, receivers, standing) ?? (await refuseTakenNames(tx, viewer, decided));
    if (impossible) return impossible;

    const keyEvents = await carryOut(tx, viewer, member, decided, receivers, standing);
    await (input.mode === 'remove' ? remove(tx, member, standing.now) : disable(tx, member, standing.now));
    const endedSessions = await endSessionsOf(tx, member);
    const count = (kind: KeyDecision['decision']) =>
      decided.filter(({ decision }) => decision.decision === kind).length;
    await appendEvents(tx, member.tenantId, [
      ...keyEvents,
      {
        ...actedBy(viewer),
        action: input.mode === 'remove' ? 'member.removed' : 'member.disabled',
        ...doneTo(member),
        details: {
          endedSessions,
          keys: {
            stopped: count('stop'),
            kept: count('keep'),
            handedOver: count('hand_over'),
            madeAgent: count('make_agent'),
            revoked: count('revoke'),
          },
        },
      },
    ]);
    return { status: 'done' };
  });
}

/**
 * Changes every key as decided, in a statement per kind: a tenant with a thousand keys must not hold everybody up.
 * @returns the events, to be appended when nothing else is left to lock
 */
async function carryOut(
  tx: Tx,
  viewer: Viewer,
  member: LockedMember,
  decided: Decided[],
  receivers: Map<string, Receiver>,
  { now, tenant }: LockedStanding,
): Promise<NewEvent[]> {
  const events: NewEvent[] = [];
  const record = (action: EventAction, key: LeavingKey, name: string, details: { [key: string]: JsonValue }) =>
    events.push({ ...actedBy(viewer), action, ...doneTo(member), key: { clientId: key.clientId, name }, details });
  const stopped: string[] = [];
  const revoked: string[] = [];
  const kept = new Map<number, string[]>();
  const moved: Array<{ id: string; ownerId: string | null; name: string; nameKey: string }> = [];
  const latestAgentExpiry = endOfLife(now, agentLifetimeInDays(tenant));
  for (const { key, decision } of decided) {
    switch (decision.decision) {
      case 'stop':
        stopped.push(key.id);
        break;
      case 'revoke':
        revoked.push(key.id);
        record('key.revoked', key, key.name, { reason: 'offboarding' });
        break;
      case 'keep': {
        const until = decision.until.getTime();
        kept.set(until, [...(kept.get(until) ?? []), key.id]);
        record('key.kept', key, key.name, { until: decision.until.toISOString() });
        break;
      }
      case 'hand_over': {
        const receiver = receivers.get(decision.receiver) as Receiver;
        const name = freeNameLike(key.name, receiver.names);
        const nameKey = foldName(name);
        receiver.names.add(nameKey);
        moved.push({ id: key.id, ownerId: receiver.id, name, nameKey });
        record('key.handed_over', key, name, { from: member.id, to: receiver.id, formerName: key.name });
        break;
      }
      case 'make_agent': {
        const { name } = decision;
        const expiresAt = earlier(key.expiresAt, latestAgentExpiry)?.toISOString() ?? null;
        moved.push({ id: key.id, ownerId: null, name, nameKey: foldName(name) });
        record('key.made_agent', key, name, { from: member.id, formerName: key.name, expiresAt });
      }
    }
  }
  const keep = (ids: string[], keptUntil: Date | null) =>
    tx.key.updateMany({
      where: { tenantId: member.tenantId, id: { in: ids } },
      data: { keptUntil, updatedAt: now },
    });
  if (stopped.length > 0) await keep(stopped, null);
  if (revoked.length > 0) await markRevoked(tx, member.tenantId, revoked, now);
  for (const [until, ids] of kept) await keep(ids, new Date(until));
  if (moved.length > 0) {
    const owners = moved.map(({ ownerId }) => ownerId ?? '');
    await tx.$executeRaw`
      UPDATE key SET owner_id = nullif(m.owner_id, '')::uuid, name = m.name, name_key = m.name_key, handed_over_at = ${now},
             kept_until = NULL, updated_at = ${now},
             expires_at = CASE WHEN m.owner_id = '' THEN least(expires_at, ${latestAgentExpiry}::timestamptz) ELSE expires_at END
        FROM unnest(${moved.map(({ id }) => id)}::uuid[], ${owners}::text[],
                    ${moved.map(({ name }) => name)}::text[], ${moved.map(({ nameKey }) => nameKey)}::text[])
             AS m (id, owner_id, name, name_key)
       WHERE key.tenant_id = ${member.tenantId}::uuid AND key.id = m.id`;
  }
  return events;
}

async function disable(tx: Tx, member: LockedMember, now: Date): Promise<void> {
  const { id, tenantId } = member;
  await tx.member.update({ where: { id }, data: { disabledAt: member.disabledAt ?? now }, select: { id: true } });
  await tx.oneTimeLink.deleteMany({ where: { tenantId, memberId: id } });
}

/** Nothing to sign in with stays, and the e-mail is free for somebody new. The row stays for the keys it owns. */
async function remove(tx: Tx, member: LockedMember, now: Date): Promise<void> {
  const { id, tenantId } = member;
  await tx.member.update({
    where: { id },
    data: {
      disabledAt: member.disabledAt ?? now,
      removedAt: now,
      emailKey: null,
      loginEmail: null,
      passwordDigest: null,
      roles: [],
      licensed: false,
    },
    select: { id: true },
  });
  await tx.oneTimeLink.deleteMany({ where: { tenantId, memberId: id } });
  await tx.identity.deleteMany({ where: { tenantId, memberId: id } });
}

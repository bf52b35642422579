import type { EventAction } from '../audit/actions';
import type { JsonValue } from '../audit/chain';
import { appendEvents, type NewEvent } from '../audit/mutations';
import { actedBy } from '../auth/mutations';
import { type Role, refusalOf } from '../auth/permissions';
import type { Viewer } from '../auth/queries';
import type { LockedStanding } from '../auth/standing';
import type { Tx } from '../db/prisma';
import { foldName } from '../display-text';
import { agentLifetimeInDays, earlier, endOfLife, freeNameLike } from '../keys/policy';
import { markRevoked } from '../keys/revocation';
import { lockAgentKeyNames, nameTaken } from '../keys/standing';
import { type KeyTimes, statusOf } from '../keys/status';
import {
  asAdminOf,
  doneTo,
  endSessionsOf,
  type LockedMember,
  type MemberRefusal,
  refusalForLastAdmin,
} from '../members/standing';
import type { KeyDecision, OffboardMemberInput } from './schema';

export type OffboardMemberResult =
  | { status: 'done' }
  /** The member has a key that the review did not show. Nothing was changed. */
  | { status: 'review_changed'; message: string }
  | { status: 'invalid'; clientId: string; message: string }
  | MemberRefusal;

type LeavingKey = KeyTimes & { id: string; clientId: string; name: string };
type Decided = { key: LeavingKey; decision: KeyDecision };
type Receiver = {
  id: string;
  email: string;
  roles: Role[];
  licensed: boolean;
  disabled: boolean;
  names: Set<string>;
  counted: number;
};

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

/** The member's keys that could work, each with its decision. Decisions about keys that are gone are dropped. */
async function decide(
  tx: Tx,
  member: LockedMember,
  { decisions }: OffboardMemberInput,
  now: Date,
): Promise<Decided[] | Extract<OffboardMemberResult, { status: 'review_changed' }>> {
  const keys = await tx.$queryRaw<LeavingKey[]>`
    SELECT id, client_id AS "clientId", name, expires_at AS "expiresAt", deactivated_at AS "deactivatedAt",
           deactivated_until AS "deactivatedUntil", revoked_at AS "revokedAt"
      FROM key WHERE tenant_id = ${member.tenantId}::uuid AND owner_id = ${member.id}::uuid
     ORDER BY id FOR NO KEY UPDATE`;
  const byClientId = new Map(decisions.map((decision) => [decision.clientId, decision]));
  const decided: Decided[] = [];
  for (const key of keys) {
    if (!['Active', 'Inactive'].includes(statusOf(key, now))) continue;
    const decision = byClientId.get(key.clientId);
    if (!decision) {
      const message = `${member.email} has a key that was not in this list: “${key.name}”. Decide about it too.`;
      return { status: 'review_changed', message };
    }
    decided.push({ key, decision });
  }
  return decided;
}

/** Everybody who is to get a key, by e-mail, with what the limit and the names of their keys allow. */
async function lockReceivers(
  tx: Tx,
  leaving: LockedMember,
  decided: Decided[],
  { now }: LockedStanding,
): Promise<Map<string, Receiver>> {
  const { tenantId } = leaving;
  const emails = decided.flatMap(({ decision }) => (decision.decision === 'hand_over' ? [decision.receiver] : []));
  if (emails.length === 0) return new Map();
  const members = await tx.$queryRaw<Array<Omit<Receiver, 'names' | 'counted'> & { emailKey: string }>>`
    SELECT id, email, email_key AS "emailKey", roles::text[] AS roles, licensed, disabled_at IS NOT NULL AS disabled
      FROM member WHERE tenant_id = ${tenantId}::uuid AND email_key = ANY (${emails}) AND id <> ${leaving.id}::uuid
     ORDER BY id FOR NO KEY UPDATE`;
  const receivers = new Map<string, Receiver>();
  for (const { emailKey, ...member } of members) {
    const keys = await tx.key.findMany({
      where: { tenantId, ownerId: member.id },
      select: { nameKey: true, expiresAt: true, deactivatedAt: true, deactivatedUntil: true, revokedAt: true },
    });
    receivers.set(emailKey, {
      ...member,
      names: new Set(keys.map((key) => key.nameKey)),
      counted: keys.filter((key) => ['Active', 'Inactive'].includes(statusOf(key, now))).length,
    });
  }
  return receivers;
}

/** The first decision that cannot be carried out, with the reason. */
function refuseImpossible(decided: Decided[], receivers: Map<string, Receiver>, standing: LockedStanding) {
  const given = new Map<string, number>();
  for (const { key, decision } of decided) {
    const invalid = (message: string) => ({ status: 'invalid' as const, clientId: key.clientId, message });
    if (decision.decision === 'keep' && decision.until <= standing.now) return invalid('Choose a date in the future.');
    if (decision.decision !== 'hand_over') continue;
    const { receiver: email } = decision;
    const receiver = receivers.get(email);
    if (!receiver) return invalid(`${email} is not another member of this tenant.`);
    if (receiver.disabled) return invalid(`${email} is disabled.`);
    if (!receiver.licensed) return invalid(`${email} needs a licence to get a key.`);
    if (refusalOf('key.edit', { ...standing, roles: receiver.roles })) {
      return invalid(`${email} needs the role developer to get a key.`);
    }
    const more = (given.get(email) ?? 0) + 1;
    given.set(email, more);
    const { maximumKeysPerUser } = standing.tenant;
    if (receiver.counted + more > maximumKeysPerUser) {
      const has = receiver.counted === 1 ? '1 API key' : `${receiver.counted} API keys`;
      return invalid(`${email} has ${has}; the maximum is ${maximumKeysPerUser}. Choose somebody else for this one.`);
    }
  }
  return null;
}

/** The first agent key that would get a name which another one has, or gets in the same review. */
async function refuseTakenNames(tx: Tx, viewer: Viewer, decided: Decided[]) {
  const wanted = decided.flatMap(({ key, decision }) =>
    decision.decision === 'make_agent' ? [{ clientId: key.clientId, name: decision.name }] : [],
  );
  if (wanted.length === 0) return null;
  await lockAgentKeyNames(tx, viewer);
  const others = await tx.key.findMany({
    where: { tenantId: viewer.tenantId, ownerId: null, nameKey: { in: wanted.map(({ name }) => foldName(name)) } },
    select: { nameKey: true },
  });
  const taken = new Set(others.map(({ nameKey }) => nameKey));
  for (const { clientId, name } of wanted) {
    const nameKey = foldName(name);
    if (taken.has(nameKey)) return { status: 'invalid' as const, clientId, message: nameTaken(name, null).message };
    taken.add(nameKey);
  }
  return null;
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

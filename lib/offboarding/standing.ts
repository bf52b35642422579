import { type Role, refusalOf } from '../auth/permissions';
import type { Viewer } from '../auth/queries';
import type { LockedStanding } from '../auth/standing';
import type { Tx } from '../db/prisma';
import { foldName } from '../display-text';
import { lockAgentKeyNames, nameTaken } from '../keys/standing';
import { type KeyTimes, statusOf } from '../keys/status';
import type { LockedMember } from '../members/standing';
import type { KeyDecision, OffboardMemberInput } from './schema';

export type LeavingKey = KeyTimes & { id: string; clientId: string; name: string };
export type Decided = { key: LeavingKey; decision: KeyDecision };
export type Receiver = {
  id: string;
  email: string;
  roles: Role[];
  licensed: boolean;
  disabled: boolean;
  names: Set<string>;
  counted: number;
};

/** The member has a key that the review did not show. */
export type ReviewChanged = { status: 'review_changed'; message: string };
/** A decision that cannot be carried out. */
export type ImpossibleDecision = { status: 'invalid'; clientId: string; message: string };

/** The member's keys that could work, each with its decision. Decisions about keys that are gone are dropped. */
export async function decide(
  tx: Tx,
  member: LockedMember,
  { decisions }: OffboardMemberInput,
  now: Date,
): Promise<Decided[] | ReviewChanged> {
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
export async function lockReceivers(
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
export function refuseImpossible(
  decided: Decided[],
  receivers: Map<string, Receiver>,
  standing: LockedStanding,
): ImpossibleDecision | null {
  const given = new Map<string, number>();
  for (const { key, decision } of decided) {
    const invalid = (message: string): ImpossibleDecision => ({ status: 'invalid', clientId: key.clientId, message });
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
export async function refuseTakenNames(tx: Tx, viewer: Viewer, decided: Decided[]): Promise<ImpossibleDecision | null> {
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
    if (taken.has(nameKey)) return { status: 'invalid', clientId, message: nameTaken(name, null).message };
    taken.add(nameKey);
  }
  return null;
}

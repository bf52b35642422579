import { randomUUID } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { appendEvent } from '../audit/mutations';
import { inTransaction, prisma, type Tx } from '../db/prisma';
import { digestPassword, passwordMatches } from './passwords';
import { sessionDays, type Viewer } from './queries';
import type { ChangePasswordInput } from './schema';
import { lockStanding } from './standing';

/** Failed attempts only. Keyed by address, so that nobody can lock another person out from elsewhere. */
const failuresPerAccount = new RateLimiterMemory({ keyPrefix: 'account', points: 10, duration: 15 * 60 });
const failuresPerAddress = new RateLimiterMemory({ keyPrefix: 'address', points: 100, duration: 15 * 60 });

export type SignInRequest = { email: string; password: string; address: string; userAgent: string };
export type SignInResult =
  | { status: 'signed_in'; sessionId: string; memberId: string }
  | { status: 'refused' }
  | { status: 'limited' };

/** Checks a password and starts a session. A refusal does not say whether the member exists. */
export async function signInWithPassword(request: SignInRequest): Promise<SignInResult> {
  const source = networkOf(request.address);
  const account = `${source} ${request.email}`;
  try {
    // Taken before the check, so that parallel guesses do not slip through; given back on success.
    await failuresPerAccount.consume(account);
    await failuresPerAddress.consume(source);
  } catch (error) {
    if (error instanceof RateLimiterRes) return { status: 'limited' };
    throw error;
  }
  const found = await (await prisma()).member.findUnique({
    where: { loginEmail: request.email },
    select: { id: true, tenantId: true, passwordDigest: true, disabledAt: true },
  });
  const matches = await passwordMatches(request.password, found?.passwordDigest ?? null);
  if (!found || !matches || found.disabledAt) return { status: 'refused' };
  const sessionId = await inTransaction(async (tx) => {
    // Whoever changed the password or disabled the member since the check has won.
    const [member] = await tx.$queryRaw<SessionOwner[]>`
      SELECT id, tenant_id AS "tenantId", email FROM member
       WHERE id = ${found.id}::uuid AND tenant_id = ${found.tenantId}::uuid AND disabled_at IS NULL
         AND password_digest = ${found.passwordDigest} FOR SHARE`;
    return member ? startSession(tx, member, { ...request, method: 'password' }) : null;
  });
  if (!sessionId) return { status: 'refused' };
  await failuresPerAccount.delete(account);
  await failuresPerAddress.reward(source);
  return { status: 'signed_in', sessionId, memberId: found.id };
}

/** Who has one IPv6 address has the 2^64 addresses of its network: they count as one. */
function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('::');
  const left = head.split(':').filter((group) => group !== '');
  const right = tail === undefined ? [] : tail.split(':').filter((group) => group !== '');
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - left.length - right.length }, () => '0');
  const groups = [...left, ...zeros, ...right].slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${groups.join(':')}::/64`;
}

type SessionOwner = { id: string; tenantId: string; email: string };

/**
 * Starts a session of a member whose row the transaction has locked and found enabled.
 * @param request where it comes from, and how the member proved who they are: `password` or an identity provider's id
 * @returns the session's id, which belongs into the cookie and nowhere else
 */
export async function startSession(
  tx: Tx,
  member: SessionOwner,
  request: { address: string; userAgent: string; method: string },
): Promise<string> {
  const id = randomUUID();
  await tx.$executeRaw`
    INSERT INTO session (id, tenant_id, member_id, expires_at, address, user_agent)
    VALUES (${id}::uuid, ${member.tenantId}::uuid, ${member.id}::uuid,
            clock_timestamp() + make_interval(days => ${sessionDays}), ${request.address},
            ${request.userAgent.slice(0, 400)})`;
  await appendEvent(tx, {
    tenantId: member.tenantId,
    action: 'session.started',
    actor: { memberId: member.id, email: member.email },
    address: request.address,
    details: { method: request.method },
  });
  return id;
}

/**
 * Ends one living session of the viewer's own, the current one included.
 * @returns false when there is no such session
 */
export function endSession(viewer: Viewer, sessionId: string): Promise<boolean> {
  return inTransaction(async (tx) => {
    const ended = await tx.$executeRaw`
      UPDATE session SET ended_at = clock_timestamp()
       WHERE id = ${sessionId}::uuid AND tenant_id = ${viewer.tenantId}::uuid
         AND member_id = ${viewer.memberId}::uuid AND ended_at IS NULL`;
    if (ended === 0) return false;
    await appendEvent(tx, {
      ...actedBy(viewer),
      action: 'session.ended',
      details: { which: sessionId === viewer.sessionId ? 'own' : 'other' },
    });
    return true;
  });
}

/** Ends every session of the viewer's, this one included. */
export function endAllSessions(viewer: Viewer): Promise<void> {
  return inTransaction(async (tx) => {
    const ended = await tx.$executeRaw`
      UPDATE session SET ended_at = clock_timestamp()
       WHERE tenant_id = ${viewer.tenantId}::uuid AND member_id = ${viewer.memberId}::uuid AND ended_at IS NULL`;
    if (ended > 0) {
      await appendEvent(tx, { ...actedBy(viewer), action: 'session.ended', details: { which: 'all', ended } });
    }
  });
}

export type ChangePasswordResult = { status: 'changed' | 'refused' | 'limited' | 'signed_out' };

/** Changes the viewer's password and ends their other sessions. `refused`: the current password is wrong. */
export async function changePassword(viewer: Viewer, input: ChangePasswordInput): Promise<ChangePasswordResult> {
  try {
    await failuresPerAccount.consume(viewer.memberId);
  } catch (error) {
    if (error instanceof RateLimiterRes) return { status: 'limited' };
    throw error;
  }
  const member = await (await prisma()).member.findUnique({
    where: { id: viewer.memberId, tenantId: viewer.tenantId },
    select: { passwordDigest: true },
  });
  if (!(await passwordMatches(input.currentPassword, member?.passwordDigest ?? null))) return { status: 'refused' };
  // Slow on purpose, so outside the transaction.
  const passwordDigest = await digestPassword(input.newPassword);
  const result = await inTransaction(async (tx): Promise<ChangePasswordResult> => {
    if (!(await lockStanding(tx, viewer, 'member'))) return { status: 'signed_out' };
    const changed = await tx.member.updateMany({
      where: { id: viewer.memberId, tenantId: viewer.tenantId, passwordDigest: member?.passwordDigest ?? null },
      data: { passwordDigest },
    });
    if (changed.count === 0) return { status: 'refused' };
    const others = await tx.$executeRaw`
      UPDATE session SET ended_at = clock_timestamp()
       WHERE tenant_id = ${viewer.tenantId}::uuid AND member_id = ${viewer.memberId}::uuid
         AND id <> ${viewer.sessionId}::uuid AND ended_at IS NULL`;
    // A reset that somebody else has in hand must not undo what its owner has just decided.
    await tx.oneTimeLink.deleteMany({ where: { tenantId: viewer.tenantId, memberId: viewer.memberId } });
    await appendEvent(tx, {
      ...actedBy(viewer),
      action: 'member.password_changed',
      details: { endedSessions: others },
    });
    return { status: 'changed' };
  });
  if (result.status === 'changed') await failuresPerAccount.delete(viewer.memberId);
  return result;
}

/** The part of an event that says who did it, and from where. */
export function actedBy(viewer: Viewer) {
  const actor = { memberId: viewer.memberId, email: viewer.email };
  return { tenantId: viewer.tenantId, actor, address: viewer.address };
}

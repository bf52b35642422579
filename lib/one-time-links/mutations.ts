import { appendEvent } from '../audit/mutations';
import { digestPassword } from '../auth/passwords';
import { inTransaction, type Tx } from '../db/prisma';
import { findLink } from './queries';
import type { LinkPurpose, LinkView, RedeemLinkInput } from './schema';
import { digestToken, mintToken } from './token';

const lifetimeInHours: Record<LinkPurpose, number> = { invitation: 7 * 24, password_reset: 24 };

/**
 * A new link for a member whose row the transaction has locked; an older one stops working.
 * @returns the token, which belongs into the link's fragment and nowhere else
 */
export async function mintLink(
  tx: Tx,
  member: { id: string; tenantId: string },
  purpose: LinkPurpose,
  now: Date,
): Promise<{ token: string; expiresAt: Date }> {
  const token = mintToken();
  const expiresAt = new Date(now.getTime() + lifetimeInHours[purpose] * 60 * 60 * 1000);
  const link = { purpose, digest: digestToken(token), createdAt: now, expiresAt, usedAt: null };
  await tx.oneTimeLink.upsert({
    where: { tenantId_memberId: { tenantId: member.tenantId, memberId: member.id } },
    create: { tenantId: member.tenantId, memberId: member.id, ...link },
    update: link,
    select: { memberId: true },
  });
  return { token, expiresAt };
}

export type RedeemLinkResult = { status: 'redeemed'; email: string } | Exclude<LinkView, { status: 'valid' }>;

/**
 * Sets the password of the member whom the link was made for, and ends their sessions: whoever asked for a new password
 * may have lost the old one to somebody.
 * @param address where the request comes from
 */
export async function redeemLink(input: RedeemLinkInput, address: string): Promise<RedeemLinkResult> {
  const link = await findLink(input.token);
  if (link.status !== 'valid') return link;
  // Slow on purpose, so outside the transaction, and only for who has a link.
  const passwordDigest = await digestPassword(input.newPassword);
  const digest = digestToken(input.token);
  const email = await inTransaction(async (tx) => {
    // First the member, then the link: the order in which an admin changes them.
    const [member] = await tx.$queryRaw<Array<{ id: string; tenantId: string; email: string; loginEmail: string }>>`
      SELECT m.id, m.tenant_id AS "tenantId", m.email, m.login_email AS "loginEmail" FROM member m
       WHERE (m.tenant_id, m.id) = (SELECT tenant_id, member_id FROM one_time_link WHERE digest = ${digest})
         AND m.disabled_at IS NULL AND m.login_email IS NOT NULL
         FOR NO KEY UPDATE`;
    if (!member) return null;
    const used = await tx.$executeRaw`
      UPDATE one_time_link SET used_at = clock_timestamp()
       WHERE digest = ${digest} AND used_at IS NULL AND expires_at > clock_timestamp()`;
    if (used === 0) return null;
    await tx.member.update({ where: { id: member.id }, data: { passwordDigest }, select: { id: true } });
    const endedSessions = await tx.$executeRaw`
      UPDATE session SET ended_at = clock_timestamp()
       WHERE tenant_id = ${member.tenantId}::uuid AND member_id = ${member.id}::uuid AND ended_at IS NULL`;
    await appendEvent(tx, {
      tenantId: member.tenantId,
      action: 'member.password_set',
      actor: { memberId: member.id, email: member.email },
      address,
      details: { purpose: link.purpose, endedSessions },
    });
    return member.loginEmail;
  });
  if (email !== null) return { status: 'redeemed', email };
  // Somebody was faster.
  const after = await findLink(input.token);
  return after.status === 'valid' ? { status: 'unknown' } : after;
}

import type { Prisma } from '@/generated/prisma/client';
import { type Role, refusalOf } from '../auth/permissions';
import type { Viewer } from '../auth/queries';
import { type LockedStanding, lockStanding } from '../auth/standing';
import { inTransaction, type Tx } from '../db/prisma';

/** Expected refusals of what an admin does. `message` is a sentence for the admin. */
export type AdminRefusal = { status: 'signed_out' } | { status: 'refused'; message: string };
export type MemberRefusal = AdminRefusal | { status: 'not_found' };

/** The member whom an admin changes, locked until the commit. */
export type LockedMember = {
  id: string;
  tenantId: string;
  email: string;
  name: string;
  loginEmail: string | null;
  roles: Role[];
  licensed: boolean;
  hasPassword: boolean;
  disabledAt: Date | null;
};

/**
 * The frame of what an admin does to members, and to the tenant's scopes. It holds the tenant's gate alone, so that of all such changes, and of all
 * writes of the members concerned, each sees the one before: two admins cannot demote each other at once.
 */
export function asAdmin<T>(
  viewer: Viewer,
  work: (tx: Tx, standing: LockedStanding) => Promise<T>,
): Promise<T | AdminRefusal> {
  return inTransaction(async (tx) => {
    const standing = await lockStanding(tx, viewer, 'tenant');
    if (!standing) return { status: 'signed_out' };
    const message = refusalOf('members.manage', standing);
    return message ? { status: 'refused', message } : work(tx, standing);
  });
}

/** The same for one member of the viewer's tenant. Another tenant's looks like one that does not exist. */
export function asAdminOf<T>(
  viewer: Viewer,
  memberId: string,
  work: (tx: Tx, member: LockedMember, standing: LockedStanding) => Promise<T>,
): Promise<T | MemberRefusal> {
  return asAdmin(viewer, async (tx, standing) => {
    const [member] = await tx.$queryRaw<LockedMember[]>`
      SELECT id, tenant_id AS "tenantId", email, name, login_email AS "loginEmail", roles::text[] AS roles, licensed,
             password_digest IS NOT NULL AS "hasPassword", disabled_at AS "disabledAt"
        FROM member
       WHERE id = ${memberId}::uuid AND tenant_id = ${viewer.tenantId}::uuid AND removed_at IS NULL
         FOR NO KEY UPDATE`;
    return member ? work(tx, member, standing) : { status: 'not_found' as const };
  });
}

/** Who else could administer the tenant today: admins who are enabled and have something to sign in with. */
export function otherActingAdmins(viewer: Viewer): Prisma.MemberWhereInput {
  return {
    tenantId: viewer.tenantId,
    id: { not: viewer.memberId },
    roles: { has: 'admin' },
    disabledAt: null,
    OR: [{ passwordDigest: { not: null } }, { identities: { some: {} } }],
  };
}

export const lastAdminRefusal = 'This is the last admin. Make somebody else an admin first.';

/**
 * Refuses what would leave the tenant without anybody to administer it. Whoever acts is an admin who is signed in, so only
 * what they do to themself can.
 */
export async function refusalForLastAdmin(
  tx: Tx,
  viewer: Viewer,
  member: LockedMember,
): Promise<{ status: 'refused'; message: string } | null> {
  if (member.id !== viewer.memberId) return null;
  const other = await tx.member.findFirst({ where: otherActingAdmins(viewer), select: { id: true } });
  return other ? null : { status: 'refused', message: lastAdminRefusal };
}

/** Ends every session of the member; each of their browsers is signed out with its next request. */
export function endSessionsOf(tx: Tx, member: { id: string; tenantId: string }): Promise<number> {
  return tx.$executeRaw`
    UPDATE session SET ended_at = clock_timestamp()
     WHERE tenant_id = ${member.tenantId}::uuid AND member_id = ${member.id}::uuid AND ended_at IS NULL`;
}

/** The part of an event that says whom it was done to. */
export function doneTo(member: LockedMember) {
  return { subject: { memberId: member.id, email: member.email } };
}

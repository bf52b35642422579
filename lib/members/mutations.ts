import { appendEvent } from '../audit/mutations';
import { actedBy } from '../auth/mutations';
import { roles as allRoles } from '../auth/permissions';
import type { Viewer } from '../auth/queries';
import { mintLink } from '../one-time-links/mutations';
import type { LinkPurpose } from '../one-time-links/schema';
import type { ChangeMemberInput, InviteMemberInput } from './schema';
import {
  type AdminRefusal,
  asAdmin,
  asAdminOf,
  doneTo,
  endSessionsOf,
  type MemberRefusal,
  refusalForLastAdmin,
} from './standing';

export type InviteMemberResult =
  | { status: 'invited'; email: string; name: string; token: string; expiresAt: Date }
  | { status: 'invalid'; field: 'email'; message: string }
  | AdminRefusal;

/** Adds a member who chooses a password through a one-time link. The token appears in this result only. */
export function inviteMember(viewer: Viewer, input: InviteMemberInput): Promise<InviteMemberResult> {
  const { tenantId } = viewer;
  return asAdmin(viewer, async (tx, { now }): Promise<InviteMemberResult> => {
    const { email, roles, licensed } = input;
    const name = input.name || (email.split('@')[0] as string);
    const [member] = await tx.member.createManyAndReturn({
      data: [{ tenantId, email, emailKey: email, loginEmail: email, name, roles, licensed, createdAt: now }],
      skipDuplicates: true,
      select: { id: true },
    });
    if (!member) {
      const here = await tx.member.findFirst({ where: { tenantId, emailKey: email }, select: { id: true } });
      const message = here
        ? `${email} is a member already.`
        : `${email} signs in elsewhere with a password already, so it cannot be invited here. Use another address, or SSO.`;
      return { status: 'invalid', field: 'email', message };
    }
    const link = await mintLink(tx, { id: member.id, tenantId }, 'invitation', now);
    await appendEvent(tx, {
      ...actedBy(viewer),
      action: 'member.invited',
      subject: { memberId: member.id, email },
      details: { roles, licensed, expiresAt: link.expiresAt.toISOString() },
    });
    return { status: 'invited', email, name, ...link };
  });
}

export type ChangeMemberResult = { status: 'done' } | MemberRefusal;

/** Changes the roles and the licence that are named. It holds from the member's next request on. */
export function changeMember(viewer: Viewer, input: ChangeMemberInput): Promise<ChangeMemberResult> {
  return asAdminOf(viewer, input.memberId, async (tx, member): Promise<ChangeMemberResult> => {
    const roles = allRoles.filter((role) => input[role] ?? member.roles.includes(role));
    const before = { roles: allRoles.filter((role) => member.roles.includes(role)), licensed: member.licensed };
    const after = { roles, licensed: input.licensed ?? member.licensed };
    if (JSON.stringify(before) === JSON.stringify(after)) return { status: 'done' };
    if (before.roles.includes('admin') && !roles.includes('admin')) {
      const refusal = await refusalForLastAdmin(tx, viewer, member);
      if (refusal) return refusal;
    }
    await tx.member.update({ where: { id: member.id }, data: after, select: { id: true } });
    await appendEvent(tx, {
      ...actedBy(viewer),
      action: 'member.updated',
      ...doneTo(member),
      details: { before, after },
    });
    return { status: 'done' };
  });
}

export type IssueLinkResult =
  | { status: 'issued'; purpose: LinkPurpose; email: string; name: string; token: string; expiresAt: Date }
  | MemberRefusal;

/** A new one-time link: another invitation, or for who has a password a reset. It replaces the one before. */
export function issueLink(viewer: Viewer, memberId: string): Promise<IssueLinkResult> {
  return asAdminOf(viewer, memberId, async (tx, member, { now }): Promise<IssueLinkResult> => {
    const refuse = (message: string) => ({ status: 'refused' as const, message });
    if (member.disabledAt) return refuse(`${member.email} is disabled. Enable them first.`);
    if (member.loginEmail === null) return refuse(`${member.email} signs in through SSO and has no password.`);
    const purpose = member.hasPassword ? 'password_reset' : 'invitation';
    const link = await mintLink(tx, member, purpose, now);
    await appendEvent(tx, {
      ...actedBy(viewer),
      action: 'member.link_issued',
      ...doneTo(member),
      details: { purpose, expiresAt: link.expiresAt.toISOString() },
    });
    return { status: 'issued', purpose, email: member.email, name: member.name, ...link };
  });
}

export type SignOutMemberResult = { status: 'done'; endedSessions: number } | MemberRefusal;

/** Signs the member out of every browser, at once. */
export function signOutMember(viewer: Viewer, memberId: string): Promise<SignOutMemberResult> {
  return asAdminOf(viewer, memberId, async (tx, member): Promise<SignOutMemberResult> => {
    const endedSessions = await endSessionsOf(tx, member);
    await appendEvent(tx, {
      ...actedBy(viewer),
      action: 'member.signed_out',
      ...doneTo(member),
      details: { endedSessions },
    });
    return { status: 'done', endedSessions };
  });
}

/** Lets a disabled member sign in again; the keys that stopped with them work again. */
export function enableMember(viewer: Viewer, memberId: string): Promise<ChangeMemberResult> {
  return asAdminOf(viewer, memberId, async (tx, member): Promise<ChangeMemberResult> => {
    if (!member.disabledAt) return { status: 'done' };
    await tx.member.update({ where: { id: member.id }, data: { disabledAt: null }, select: { id: true } });
    // What was decided for this absence must not decide about the next one.
    await tx.key.updateMany({
      where: { tenantId: member.tenantId, ownerId: member.id, keptUntil: { not: null } },
      data: { keptUntil: null },
    });
    await appendEvent(tx, { ...actedBy(viewer), action: 'member.enabled', ...doneTo(member) });
    return { status: 'done' };
  });
}

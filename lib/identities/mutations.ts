import { createHash } from 'node:crypto';
import { appendEvent } from '../audit/mutations';
import { actedBy } from '../auth/mutations';
import type { Viewer } from '../auth/queries';
import type { Tx } from '../db/prisma';
import { env } from '../env';
import type { IdentityReference } from '../members/schema';
import { asAdminOf, doneTo, endSessionsOf, type MemberRefusal, refusalForLastAdmin } from '../members/standing';

export type IdentityResult =
  | { status: 'done' }
  | { status: 'invalid'; field: 'issuer' | 'subject'; message: string }
  | MemberRefusal;

/**
 * Says that an SSO identity and a member are the same person: one that waits since its sign-in was refused, or one named
 * by its subject. Only an admin can say so; the e-mail proves nothing.
 */
export function linkIdentity(viewer: Viewer, input: IdentityReference): Promise<IdentityResult> {
  const { memberId, issuer, subject } = input;
  const { tenantId } = viewer;
  return asAdminOf(viewer, memberId, async (tx, member): Promise<IdentityResult> => {
    const key = { tenantId_issuer_subject: { tenantId, issuer, subject } };
    const found = await tx.identity.findUnique({
      where: key,
      select: { member: { select: { id: true, email: true } } },
    });
    if (found?.member?.id === memberId) return { status: 'done' };
    if (found?.member) {
      const message = `This identity is linked to ${found.member.email}. Unlink it there first.`;
      return { status: 'invalid', field: 'subject', message };
    }
    if (!found && !(await isProviderOf(tx, tenantId, issuer))) {
      return { status: 'invalid', field: 'issuer', message: 'Choose an identity provider of your tenant.' };
    }
    await tx.identity.upsert({
      where: key,
      // What the provider says of them is known at their next sign-in.
      create: { tenantId, issuer, subject, memberId, email: '', name: '' },
      update: { memberId },
      select: { subject: true },
    });
    await appendEvent(tx, {
      ...actedBy(viewer),
      action: 'member.identity_linked',
      ...doneTo(member),
      details: { issuer, subjectDigest: digestOf(input) },
    });
    return { status: 'done' };
  });
}

/** A subject may be an e-mail address, and an event's details are for ever: they say which one it was only to who knows it. */
function digestOf({ issuer, subject }: IdentityReference): string {
  return createHash('sha256').update(`${issuer}\0${subject}`).digest('hex');
}

/** Whether people of this issuer could come in at all. */
async function isProviderOf(tx: Tx, tenantId: string, issuer: string): Promise<boolean> {
  const { slug } = await tx.tenant.findUniqueOrThrow({ where: { id: tenantId }, select: { slug: true } });
  return env().identityProviders.some((provider) => provider.tenantSlug === slug && provider.issuer === issuer);
}

/** Takes an identity from a member and signs them out everywhere. */
export function unlinkIdentity(viewer: Viewer, input: IdentityReference): Promise<IdentityResult> {
  const { memberId, issuer, subject } = input;
  const { tenantId } = viewer;
  return asAdminOf(viewer, memberId, async (tx, member): Promise<IdentityResult> => {
    const left = await tx.identity.count({ where: { tenantId, memberId, NOT: { issuer, subject } } });
    if (member.roles.includes('admin') && !member.hasPassword && left === 0) {
      const refusal = await refusalForLastAdmin(tx, viewer, member);
      if (refusal) return refusal;
    }
    const { count } = await tx.identity.deleteMany({ where: { tenantId, memberId, issuer, subject } });
    if (count === 0) return { status: 'not_found' };
    const endedSessions = await endSessionsOf(tx, member);
    await appendEvent(tx, {
      ...actedBy(viewer),
      action: 'member.identity_unlinked',
      ...doneTo(member),
      details: { issuer, subjectDigest: digestOf(input), endedSessions },
    });
    return { status: 'done' };
  });
}

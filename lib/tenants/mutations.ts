import { genesisHash } from '../audit/chain';
import { appendEvent } from '../audit/mutations';
import { actedBy } from '../auth/mutations';
import { refusalOf } from '../auth/permissions';
import type { Viewer } from '../auth/queries';
import { lockStanding } from '../auth/standing';
import { inTransaction, type Tx } from '../db/prisma';
import { mintLink } from '../one-time-links/mutations';
import { changedFields, type NewTenant, type Policy, type PolicyChange } from './schema';

export type UpdatePolicyResult =
  | { status: 'saved' }
  | { status: 'signed_out' }
  | { status: 'refused'; message: string };

/** Changes the fields that are there. Limits hold for new keys; the switch holds for every key from the commit on. */
export function updatePolicy(viewer: Viewer, change: PolicyChange): Promise<UpdatePolicyResult> {
  return inTransaction(async (tx) => {
    const standing = await lockStanding(tx, viewer, 'tenant');
    if (!standing) return { status: 'signed_out' };
    const refusal = refusalOf('policy.update', standing);
    if (refusal) return { status: 'refused', message: refusal };
    const before: Policy = { apiKeysEnabled: standing.apiKeysEnabled, ...standing.tenant };
    const after: Policy = { ...before, ...change };
    const changed = changedFields(before, after);
    if (changed.length === 0) return { status: 'saved' };
    await tx.tenant.update({ where: { id: viewer.tenantId }, data: change, select: { id: true } });
    const only = (values: Policy) => Object.fromEntries(changed.map((field) => [field, values[field]]));
    await appendEvent(tx, {
      ...actedBy(viewer),
      action: 'policy.updated',
      details: { before: only(before), after: only(after) },
    });
    return { status: 'saved' };
  });
}

/** A new tenant with the default policy and the beginning of its audit log. Further fields override the defaults. */
export async function createTenant(
  tx: Tx,
  tenant: { slug: string; name: string; demo?: boolean; apiKeysEnabled?: boolean },
): Promise<{ id: string }> {
  const created = await tx.tenant.create({
    data: { ...tenant, auditHead: { create: { hash: genesisHash } } },
    select: { id: true },
  });
  await appendEvent(tx, {
    tenantId: created.id,
    action: 'tenant.created',
    actor: 'system',
    address: null,
    details: { slug: tenant.slug },
  });
  return created;
}

export type CreateTenantWithAdminResult =
  | { status: 'created'; token: string; expiresAt: Date }
  | { status: 'refused'; message: string };

/** A tenant and its first admin, who chooses a password through a one-time link. An operator's task: no viewer. */
export function createTenantWithAdmin({ slug, name, admin }: NewTenant): Promise<CreateTenantWithAdminResult> {
  return inTransaction(async (tx) => {
    // Two operators at once: the second one waits here, and then sees the first one's tenant.
    const [clock] = await tx.$queryRaw<Array<{ now: Date }>>`
      WITH gate AS MATERIALIZED (SELECT pg_advisory_xact_lock(hashtextextended('tenant:create', 0)))
      SELECT clock_timestamp() AS now FROM gate`;
    const now = clock?.now as Date;
    if (await tx.tenant.findUnique({ where: { slug }, select: { id: true } })) {
      return { status: 'refused', message: `There is a tenant with the slug ${slug} already. Choose another slug.` };
    }
    if (await tx.member.findUnique({ where: { loginEmail: admin }, select: { id: true } })) {
      return { status: 'refused', message: `${admin} signs in with a password already. Choose another address.` };
    }
    const tenant = await createTenant(tx, { slug, name });
    const [displayName = admin] = admin.split('@');
    const roles = ['admin' as const];
    const member = await tx.member.create({
      data: { tenantId: tenant.id, email: admin, emailKey: admin, loginEmail: admin, name: displayName, roles },
      select: { id: true },
    });
    const link = await mintLink(tx, { id: member.id, tenantId: tenant.id }, 'invitation', now);
    await appendEvent(tx, {
      tenantId: tenant.id,
      action: 'member.invited',
      actor: 'system',
      address: null,
      subject: { memberId: member.id, email: admin },
      details: { roles, licensed: false, expiresAt: link.expiresAt.toISOString() },
    });
    return { status: 'created', ...link };
  });
}

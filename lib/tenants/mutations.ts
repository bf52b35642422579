import { genesisHash } from '../audit/chain';
import { appendEvent } from '../audit/mutations';
import { actedBy } from '../auth/mutations';
import { refusalOf } from '../auth/permissions';
import type { Viewer } from '../auth/queries';
import { lockStanding } from '../auth/standing';
import { inTransaction, type Tx } from '../db/prisma';
import type { Policy, PolicyChange } from './schema';

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
    const changed = (Object.keys(after) as Array<keyof Policy>).filter((field) => after[field] !== before[field]);
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

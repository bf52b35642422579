import { genesisHash } from '../audit/chain';
import { appendEvent } from '../audit/mutations';
import type { Tx } from '../db/prisma';

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

import { appendEvent } from '../audit/mutations';
import { actedBy } from '../auth/mutations';
import type { Viewer } from '../auth/queries';
import type { Tx } from '../db/prisma';
import { type AdminRefusal, asAdmin } from '../members/standing';
import { type CreateScopeInput, type EditScopeInput, scopesPerTenantMaximum } from './schema';

export type CreateScopeResult =
  | { status: 'created' }
  | { status: 'invalid'; field: 'name'; message: string }
  | AdminRefusal;

/** Adds a scope to the tenant's list. It takes nothing over: an existing name is refused, whoever added it. */
export function createScope(viewer: Viewer, { name, description }: CreateScopeInput): Promise<CreateScopeResult> {
  const { tenantId } = viewer;
  return asAdmin(viewer, async (tx): Promise<CreateScopeResult> => {
    if ((await tx.scope.count({ where: { tenantId } })) >= scopesPerTenantMaximum) {
      return {
        status: 'refused',
        message: `A tenant can have at most ${scopesPerTenantMaximum} scopes. Delete one to add another.`,
      };
    }
    const { count } = await tx.scope.createMany({ data: [{ tenantId, name, description }], skipDuplicates: true });
    if (count === 0) return { status: 'invalid', field: 'name', message: `There is a scope ${name} already.` };
    await appendEvent(tx, { ...actedBy(viewer), action: 'scope.created', details: { name, description } });
    return { status: 'created' };
  });
}

export type ChangeScopeResult = { status: 'done' } | { status: 'not_found' } | AdminRefusal;

/** Changes what a scope is said to permit. Its name never changes: keys hold names. */
export function editScope(viewer: Viewer, { name, description }: EditScopeInput): Promise<ChangeScopeResult> {
  return asAdmin(viewer, async (tx): Promise<ChangeScopeResult> => {
    const scope = await findScope(tx, viewer, name);
    if (!scope) return { status: 'not_found' };
    if (scope.description === description) return { status: 'done' };
    await tx.scope.update({ where: scopeId(viewer, name), data: { description }, select: { name: true } });
    await appendEvent(tx, {
      ...actedBy(viewer),
      action: 'scope.updated',
      details: { name, before: { description: scope.description }, after: { description } },
    });
    return { status: 'done' };
  });
}

export type DeleteScopeResult = { status: 'deleted'; keys: number } | Exclude<ChangeScopeResult, { status: 'done' }>;

/**
 * Removes a scope from the list and from every key that holds it. The tenant's gate is held alone, so that no key gets the
 * scope meanwhile: whoever creates or edits one waits, and finds that the scope is gone.
 */
export function deleteScope(viewer: Viewer, name: string): Promise<DeleteScopeResult> {
  const { tenantId } = viewer;
  return asAdmin(viewer, async (tx, { now }): Promise<DeleteScopeResult> => {
    const scope = await findScope(tx, viewer, name);
    if (!scope) return { status: 'not_found' };
    // Expired and revoked keys, too: a scope that comes back by the same name must not come back to them.
    const keys = await tx.$executeRaw`
      WITH holding AS MATERIALIZED (
        SELECT id FROM key WHERE tenant_id = ${tenantId}::uuid AND ${name} = ANY (scopes) ORDER BY id FOR NO KEY UPDATE
      )
      UPDATE key SET scopes = array_remove(scopes, ${name}), updated_at = ${now}
        FROM holding WHERE key.id = holding.id`;
    await tx.scope.delete({ where: scopeId(viewer, name), select: { name: true } });
    await appendEvent(tx, {
      ...actedBy(viewer),
      action: 'scope.deleted',
      details: { name, description: scope.description, keys },
    });
    return { status: 'deleted', keys };
  });
}

function scopeId({ tenantId }: Viewer, name: string) {
  return { tenantId_name: { tenantId, name } };
}

function findScope(tx: Tx, viewer: Viewer, name: string) {
  return tx.scope.findUnique({ where: scopeId(viewer, name), select: { description: true } });
}

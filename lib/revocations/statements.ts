import { isClientId } from '../keys/secret';
import { conditionOf, type Parameter, usable } from '../tenant-keys/statements';
import { revocationMaximum, type Selection } from './schema';

/** The keys of a tenant that a selection means and that could still be revoked: up to one more than a revocation takes. */
export function chosenKeys(tenantId: string, selection: Selection, parameter: Parameter): string {
  const tenant = parameter(tenantId);
  const condition =
    selection.kind === 'keys'
      ? `k.client_id = ANY (${parameter(selection.clientIds.filter(isClientId))}::text[])`
      : conditionOf(selection.filter, parameter);
  return `SELECT k.tenant_id, k.id, k.client_id, k.name, k.owner_id FROM key k
           WHERE k.tenant_id = ${tenant}::uuid AND ${usable} AND ${condition} LIMIT ${revocationMaximum + 1}`;
}

/** Stands for exactly the keys in `chosen`. */
export const digestOfChosen = `encode(sha256(convert_to(coalesce(string_agg(id::text, ',' ORDER BY id), ''), 'UTF8')), 'hex')`;

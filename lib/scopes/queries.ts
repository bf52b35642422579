import type { Viewer } from '../auth/queries';
import { query } from '../db/sql';
import type { ScopeUse, ScopeView } from './schema';

/** What the keys of the viewer's tenant may hold, by name. */
export function listScopes(viewer: Viewer): Promise<ScopeView[]> {
  return query<ScopeView>(
    'scopes',
    'SELECT name, description FROM scope WHERE tenant_id = $1 ORDER BY name COLLATE "C"',
    [viewer.tenantId],
  );
}

/** The same with the number of keys that hold each, for admins; null for everybody else. */
export async function findScopeUses(viewer: Viewer): Promise<ScopeUse[] | null> {
  // One pass over the tenant's keys, however many scopes there are.
  const rows = await query<Omit<ScopeUse, 'name'> & { name: string | null }>(
    'scope-uses',
    `SELECT s.name, s.description, coalesce(u.keys, 0) AS keys
       FROM member m
       LEFT JOIN scope s ON s.tenant_id = m.tenant_id
       LEFT JOIN (SELECT held.name, count(*)::int AS keys
                    FROM key k CROSS JOIN LATERAL unnest(k.scopes) AS held (name)
                   WHERE k.tenant_id = $1 GROUP BY held.name) u ON u.name = s.name
      WHERE m.tenant_id = $1 AND m.id = $2 AND 'admin' = ANY (m.roles)
      ORDER BY s.name COLLATE "C"`,
    [viewer.tenantId, viewer.memberId],
  );
  if (rows.length === 0) return null;
  return rows.flatMap(({ name, ...rest }) => (name === null ? [] : [{ name, ...rest }]));
}

/** How many keys hold this scope now, for admins; null for everybody else, and where there is no such scope. */
export async function findKeysHolding(viewer: Viewer, name: string): Promise<number | null> {
  const [row] = await query<{ keys: number }>(
    'scope-use',
    `SELECT (SELECT count(*)::int FROM key k WHERE k.tenant_id = s.tenant_id AND s.name = ANY (k.scopes)) AS keys
       FROM scope s JOIN member m ON m.tenant_id = s.tenant_id
      WHERE s.tenant_id = $1 AND s.name = $3 AND m.id = $2 AND 'admin' = ANY (m.roles)`,
    [viewer.tenantId, viewer.memberId, name],
  );
  return row?.keys ?? null;
}

import type { JsonValue } from '../audit/chain';
import type { Viewer } from '../auth/queries';
import { query } from '../db/sql';
import type { BiasProfileChoice } from '../keys/schema';
import type { BiasProfileUse } from './schema';

/** What a key of the viewer's tenant may be given, by name. */
export function listBiasProfiles(viewer: Viewer): Promise<BiasProfileChoice[]> {
  return query<BiasProfileChoice>(
    'bias-profiles',
    'SELECT id, name, description FROM bias_profile WHERE tenant_id = $1 ORDER BY name_key COLLATE "C"',
    [viewer.tenantId],
  );
}

type UseRow = Omit<BiasProfileUse, 'id' | 'settings'> & { id: string | null; settings: JsonValue };

/** The same with settings and the number of keys that use each, for admins; null for everybody else. */
export async function findBiasProfileUses(viewer: Viewer): Promise<BiasProfileUse[] | null> {
  const rows = await query<UseRow>(
    'bias-profile-uses',
    `SELECT b.id, b.name, b.description, b.settings, coalesce(u.keys, 0) AS keys
       FROM member m
       LEFT JOIN bias_profile b ON b.tenant_id = m.tenant_id
       LEFT JOIN (SELECT bias_profile_id, count(*)::int AS keys FROM key
                   WHERE tenant_id = $1 AND bias_profile_id IS NOT NULL GROUP BY bias_profile_id) u
         ON u.bias_profile_id = b.id
      WHERE m.tenant_id = $1 AND m.id = $2 AND 'admin' = ANY (m.roles)
      ORDER BY b.name_key COLLATE "C"`,
    [viewer.tenantId, viewer.memberId],
  );
  if (rows.length === 0) return null;
  return rows.flatMap(({ id, settings, ...rest }) =>
    id === null ? [] : [{ id, ...rest, settings: JSON.stringify(settings) }],
  );
}

/** How many keys use this profile now, for admins; null for everybody else, and where there is no such profile. */
export async function findKeysUsing(viewer: Viewer, profileId: string): Promise<number | null> {
  const [row] = await query<{ keys: number }>(
    'bias-profile-use',
    `SELECT (SELECT count(*)::int FROM key k WHERE k.tenant_id = b.tenant_id AND k.bias_profile_id = b.id) AS keys
       FROM bias_profile b JOIN member m ON m.tenant_id = b.tenant_id
      WHERE b.tenant_id = $1 AND b.id = $3 AND m.id = $2 AND 'admin' = ANY (m.roles)`,
    [viewer.tenantId, viewer.memberId, profileId],
  );
  return row?.keys ?? null;
}

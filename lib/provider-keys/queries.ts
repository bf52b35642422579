import { refusalOf } from '../auth/permissions';
import type { Viewer } from '../auth/queries';
import { query } from '../db/sql';
import {
  maskText,
  type ProviderKeyChoice,
  type ProviderKeyPageView,
  type ProviderKeyUse,
  type ProviderKeyView,
} from './schema';

type Mask = { firstThree: string; lastThree: string };
const withMask = <Row extends Mask>({ firstThree, lastThree, ...rest }: Row) => ({
  ...rest,
  mask: maskText({ firstThree, lastThree }),
});

/** The provider keys of the viewer's tenant, by name: what its members see of them. */
export async function listProviderKeys(viewer: Viewer): Promise<ProviderKeyView[]> {
  const rows = await query<Omit<ProviderKeyView, 'mask'> & Mask>(
    'provider-keys',
    `SELECT p.id, p.name, p.first_three AS "firstThree", p.last_three AS "lastThree", p.updated_at AS "updatedAt",
            l.last_used_at AS "lastUsedAt",
            coalesce((SELECT json_agg(json_build_object('slug', c.slug, 'name', c.name) ORDER BY lower(c.name), c.slug)
                        FROM connection c
                       WHERE c.tenant_id = p.tenant_id
                         AND (c.provider_key_id = p.id OR c.id IN (
                              SELECT m.connection_id FROM connection_model m
                               WHERE m.tenant_id = p.tenant_id AND m.provider_key_id = p.id))), '[]') AS "usedBy"
       FROM provider_key p
       LEFT JOIN provider_key_last_use l ON l.tenant_id = p.tenant_id AND l.provider_key_id = p.id
      WHERE p.tenant_id = $1
      ORDER BY p.name_key COLLATE "C"`,
    [viewer.tenantId],
  );
  return rows.map(withMask);
}

/** All that the page shows. */
export async function getProviderKeyPage(viewer: Viewer): Promise<ProviderKeyPageView> {
  const [keys, [clock]] = await Promise.all([
    listProviderKeys(viewer),
    query<{ now: Date }>('provider-keys-now', 'SELECT clock_timestamp() AS now'),
  ]);
  // The switch is about Latchkey's own keys, so it is not looked at.
  const refusal = refusalOf('provider_keys.manage', { ...viewer, apiKeysEnabled: true });
  return { keys, refusal, now: clock?.now ?? new Date(0) };
}

/** What a connection of the viewer's tenant may be given, by name. */
export async function listProviderKeyChoices(viewer: Viewer): Promise<ProviderKeyChoice[]> {
  const rows = await query<Omit<ProviderKeyChoice, 'mask'> & Mask>(
    'provider-key-choices',
    `SELECT id, name, first_three AS "firstThree", last_three AS "lastThree"
       FROM provider_key WHERE tenant_id = $1 ORDER BY name_key COLLATE "C"`,
    [viewer.tenantId],
  );
  return rows.map(withMask);
}

/**
 * Which connections use a provider key now, by name, for developers; null for everybody else, and where there is no such
 * provider key.
 */
export async function findProviderKeyUses(viewer: Viewer, id: string): Promise<ProviderKeyUse[] | null> {
  const rows = await query<{ slug: string | null; name: string; itself: boolean }>(
    'provider-key-uses',
    `SELECT c.slug, c.name, c.provider_key_id IS NOT DISTINCT FROM p.id AS itself
       FROM provider_key p
       JOIN member m ON m.tenant_id = p.tenant_id
       LEFT JOIN connection c ON c.tenant_id = p.tenant_id
                             AND (c.provider_key_id = p.id OR c.id IN (
                                  SELECT o.connection_id FROM connection_model o
                                   WHERE o.tenant_id = p.tenant_id AND o.provider_key_id = p.id))
      WHERE p.tenant_id = $1 AND p.id = $3 AND m.id = $2 AND 'developer' = ANY (m.roles)
      ORDER BY lower(c.name), c.slug`,
    [viewer.tenantId, viewer.memberId, id],
  );
  if (rows.length === 0) return null;
  return rows.flatMap(({ slug, ...rest }) => (slug === null ? [] : [{ slug, ...rest }]));
}

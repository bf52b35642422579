import { refusalOf, type Standing } from '../auth/permissions';
import type { Viewer } from '../auth/queries';
import { query } from '../db/sql';
import type { ConnectionView } from './schema';

type Row = Omit<ConnectionView, 'lastFailure'> & { failureReason: string | null; failedAt: Date | null };

// An hour's count is at most as old as its latest failure; the hour is in the primary key, the latest failure is not.
const statement = `
  SELECT c.id, c.slug, c.name, c.kind::text AS kind, c.url, c.method, c.auth_style::text AS "authStyle",
         coalesce(c.auth_header, '') AS "authHeader", c.scopes,
         CASE WHEN p.id IS NOT NULL THEN json_build_object('id', p.id, 'name', p.name) END AS "providerKey",
         coalesce(
           (SELECT json_agg(json_build_object(
                     'name', m.name, 'ownKey', m.own_key,
                     'providerKey', CASE WHEN k.id IS NOT NULL THEN json_build_object('id', k.id, 'name', k.name) END)
                   ORDER BY m.position)
              FROM connection_model m
              LEFT JOIN provider_key k ON k.tenant_id = m.tenant_id AND k.id = m.provider_key_id
             WHERE m.tenant_id = c.tenant_id AND m.connection_id = c.id), '[]'::json) AS models,
         c.timeout_in_seconds AS "timeoutInSeconds", c.size_limit_in_megabytes AS "sizeLimitInMegabytes",
         c.created_at AS "createdAt", c.updated_at AS "updatedAt",
         f.reason AS "failureReason", f.last_at AS "failedAt"
    FROM connection c
    LEFT JOIN provider_key p ON p.tenant_id = c.tenant_id AND p.id = c.provider_key_id
    LEFT JOIN LATERAL (
      SELECT reason, last_at FROM connection_failure
       WHERE tenant_id = c.tenant_id AND connection_id = c.id
         AND hour > clock_timestamp() - interval '25 hours' AND last_at > clock_timestamp() - interval '24 hours'
       ORDER BY last_at DESC, reason LIMIT 1
    ) f ON true
   WHERE c.tenant_id = $1`;

/** The connections of the viewer's tenant, for every member, by name. */
export async function listConnections(viewer: Viewer): Promise<ConnectionView[]> {
  const text = `${statement} ORDER BY lower(c.name) COLLATE "C", c.slug COLLATE "C"`;
  return (await query<Row>('connections', text, [viewer.tenantId])).map(viewOf);
}

/** One connection of the viewer's tenant; null where it has none of this slug. */
export async function findConnection(viewer: Viewer, slug: string): Promise<ConnectionView | null> {
  const [row] = await query<Row>('connection-by-slug', `${statement} AND c.slug = $2`, [viewer.tenantId, slug]);
  return row ? viewOf(row) : null;
}

function viewOf({ failureReason, failedAt, ...row }: Row): ConnectionView {
  const lastFailure = failureReason && failedAt ? { reason: failureReason, at: failedAt } : null;
  return { ...row, lastFailure };
}

export type ConnectionToTest =
  | { status: 'ready'; slug: string }
  | { status: 'not_found' }
  | { status: 'refused'; message: string };

/** Which connection a developer's test is to call: it spends the tenant's provider key, so not everybody may. */
export async function findConnectionToTest(viewer: Viewer, id: string): Promise<ConnectionToTest> {
  const [row] = await query<Standing & { slug: string | null }>(
    'connection-to-test',
    `SELECT m.roles::text[] AS roles, m.licensed, t.api_keys_enabled AS "apiKeysEnabled", c.slug
       FROM member m
       JOIN tenant t ON t.id = m.tenant_id
       LEFT JOIN connection c ON c.tenant_id = m.tenant_id AND c.id = $3
      WHERE m.tenant_id = $1 AND m.id = $2`,
    [viewer.tenantId, viewer.memberId, id],
  );
  if (!row) return { status: 'not_found' };
  const { slug, ...standing } = row;
  const message = refusalOf('connections.manage', standing);
  if (message) return { status: 'refused', message };
  return slug === null ? { status: 'not_found' } : { status: 'ready', slug };
}

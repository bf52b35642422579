/** Many events at once, for what pages and filters cost. Their hashes are no chain: nothing here verifies them. */
import { sql } from './world';

/**
 * Lets the tenant's log grow to `size` events, one a minute from 2026-01-01 on; `columns` may say more of each, as SQL
 * over `n`, its sequence number.
 */
export async function growLog(
  tenant: { id: string },
  size: number,
  columns: { action?: string; actorId?: string; actorEmail?: string; clientId?: string; keyName?: string } = {},
): Promise<void> {
  const { action = `'session.started'`, actorId = 'NULL::uuid', actorEmail = 'NULL' } = columns;
  const { clientId = 'NULL', keyName = 'NULL' } = columns;
  await sql(
    `INSERT INTO event (tenant_id, sequence, at, action, actor_kind, actor_id, actor_email, client_id, key_name,
                        previous_hash, hash, key_version)
     SELECT h.tenant_id, n, timestamptz '2026-01-01T00:00:00Z' + n * interval '1 minute', ${action},
            CASE WHEN ${actorId} IS NULL THEN 'system' ELSE 'member' END::actor_kind, ${actorId}, ${actorEmail},
            ${clientId}, ${keyName}, sha256('previous'), sha256('hash'), 1
       FROM audit_head h, generate_series(h.sequence + 1, $2::int) n WHERE h.tenant_id = $1`,
    [tenant.id, size],
  );
  await sql(
    `UPDATE event SET at = timestamptz '2026-01-01T00:00:00Z' + sequence * interval '1 minute' WHERE tenant_id = $1`,
    [tenant.id],
  );
  await sql('UPDATE audit_head SET sequence = $2 WHERE tenant_id = $1', [tenant.id, size]);
}

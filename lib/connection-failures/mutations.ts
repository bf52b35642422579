import { appendEvents, type NewEvent } from '../audit/mutations';
import { inTransaction, type Tx } from '../db/prisma';
import { query } from '../db/sql';

/** Failures that become events in one go. */
const batch = 500;
/** The page shows those of a day; the rest is for whoever looks for a pattern. */
const keptForDays = 35;

/**
 * Writes an event about each connection that failed in an hour, and why, once however many processes look: the first that
 * claims the row in the database writes it, and what fails further in that hour for that reason is in no event. Forgets what is
 * older than 35 days.
 */
export async function reportConnectionFailures({ signal }: { signal?: AbortSignal } = {}): Promise<void> {
  await query('forget-connection-failures', forgetOld);
  const tenants = await query<{ tenantId: string }>('failing-tenants', failingTenants);
  for (const { tenantId } of tenants) {
    if (signal?.aborted) return;
    while ((await inTransaction((tx) => report(tx, tenantId))) === batch && !signal?.aborted);
  }
}

const forgetOld = `DELETE FROM connection_failure WHERE hour < clock_timestamp() - interval '${keptForDays} days'`;
const failingTenants = `SELECT DISTINCT tenant_id AS "tenantId" FROM connection_failure WHERE reported_at IS NULL ORDER BY 1`;

type Claimed = { slug: string; reason: string; requests: number; clientId: string; keyName: string; address: string };

async function report(tx: Tx, tenantId: string): Promise<number> {
  // Whoever comes second waits for the row's lock, and then finds it reported.
  const claimed = await tx.$queryRaw<Claimed[]>`
    WITH due AS MATERIALIZED (
      SELECT f.connection_id, f.hour, f.reason
        FROM connection_failure f
       WHERE f.tenant_id = ${tenantId}::uuid AND f.reported_at IS NULL
       ORDER BY f.connection_id, f.hour, f.reason
       LIMIT ${batch}
         FOR UPDATE
    )
    UPDATE connection_failure f SET reported_at = clock_timestamp()
      FROM due, connection c
     WHERE f.tenant_id = ${tenantId}::uuid AND f.connection_id = due.connection_id AND f.hour = due.hour AND f.reason = due.reason
       AND c.tenant_id = f.tenant_id AND c.id = f.connection_id AND f.reported_at IS NULL
    RETURNING c.slug, f.reason, f.requests::int AS requests, f.client_id AS "clientId", f.key_name AS "keyName", f.address`;
  if (claimed.length > 0)
    await appendEvents(
      tx,
      tenantId,
      claimed.map((failure) => eventOf(tenantId, failure)),
    );
  return claimed.length;
}

function eventOf(tenantId: string, { slug, reason, requests, clientId, keyName, address }: Claimed): NewEvent {
  return {
    tenantId,
    action: 'connection.failed',
    actor: 'system',
    address,
    key: { clientId, name: keyName },
    details: { connection: slug, reason, requests },
  };
}

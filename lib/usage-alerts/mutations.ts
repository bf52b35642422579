import { appendEvents, type NewEvent } from '../audit/mutations';
import { inTransaction, type Tx } from '../db/prisma';
import { query } from '../db/sql';

/** Above so many requests in an hour, and above so many times its mean, a key has left its habit. */
const fewestRequests = 1_000;
const timesTheMean = 10;

type UnusualHour = {
  tenantId: string;
  keyId: string;
  clientId: string;
  keyName: string;
  hour: Date;
  requests: number;
  meanPerHour: number;
};

const hour = 3_600_000;
/** Keys that are looked at in one go. */
const batch = 500;

/**
 * Writes an event about each key that was used far more in the present or the previous hour than in its last 7 days, once a
 * key in 24 hours however many processes look. Requests with a wrong secret do not count: nobody without the secret can
 * raise an alert. A key younger than a day has no habit yet, and one younger than a week that of its age.
 * @param now instead of the database's time
 */
export async function raiseUsageAlerts({ now, signal }: { now?: Date; signal?: AbortSignal } = {}): Promise<void> {
  for (;;) {
    const time = now ?? (await readClock());
    const found = await listUnusualHours(time);
    for (const ofTenant of byTenant(found)) {
      if (signal?.aborted) return;
      await inTransaction((tx) => raise(tx, ofTenant, time));
    }
    if (found.length < batch) return;
  }
}

async function listUnusualHours(now: Date): Promise<UnusualHour[]> {
  const present = now.getTime() - (now.getTime() % hour);
  return query<UnusualHour>('unusual-hours', unusualHours, [
    now.toISOString(),
    new Date(present - hour).toISOString(),
    new Date(present).toISOString(),
  ]);
}

// Multiplied, not divided: numbers stay whole, and exactly ten times the mean is not above it.
const unusualHours = `
  WITH busy AS MATERIALIZED (
    SELECT h.tenant_id, h.key_id, h.hour, sum(h.requests) AS requests
      FROM key_usage_hour h
     WHERE h.hour BETWEEN $2::timestamptz AND $3::timestamptz AND h.outcome <> 'invalid_credential'
     GROUP BY h.tenant_id, h.key_id, h.hour
    HAVING sum(h.requests) > ${fewestRequests}
  )
  SELECT DISTINCT ON (k.tenant_id, k.id) k.tenant_id AS "tenantId", k.id AS "keyId", k.client_id AS "clientId",
         k.name AS "keyName", b.hour, b.requests::float8 AS requests,
         round(habit.requests / since.hours, 1)::float8 AS "meanPerHour"
    FROM busy b
    JOIN key k ON k.tenant_id = b.tenant_id AND k.id = b.key_id AND k.created_at <= b.hour - interval '24 hours'
    LEFT JOIN usage_alert a ON a.tenant_id = k.tenant_id AND a.key_id = k.id
                           AND a.raised_at > $1::timestamptz - interval '24 hours'
    CROSS JOIN LATERAL (
      SELECT coalesce(sum(h.requests), 0) AS requests
        FROM key_usage_hour h
       WHERE h.tenant_id = k.tenant_id AND h.key_id = k.id AND h.outcome <> 'invalid_credential'
         AND h.hour >= b.hour - interval '168 hours' AND h.hour < b.hour
    ) habit
    CROSS JOIN LATERAL (
      SELECT extract(epoch FROM b.hour - greatest(k.created_at, b.hour - interval '168 hours')) / 3600 AS hours
    ) since
   WHERE a.key_id IS NULL AND b.requests * since.hours > ${timesTheMean} * habit.requests
   ORDER BY k.tenant_id, k.id, b.hour
   LIMIT ${batch}`;

function byTenant(found: UnusualHour[]): UnusualHour[][] {
  const tenants = new Map<string, UnusualHour[]>();
  for (const one of found) tenants.set(one.tenantId, [...(tenants.get(one.tenantId) ?? []), one]);
  return [...tenants.values()];
}

/** Of several processes that found the same, the first one to commit writes the event; the others claim nothing. */
async function raise(tx: Tx, found: UnusualHour[], now: Date): Promise<void> {
  const claimed = await tx.$queryRaw<Array<{ keyId: string }>>`
    INSERT INTO usage_alert AS stored (tenant_id, key_id, hour, requests, mean_per_hour, raised_at)
    SELECT k.tenant_id, k.id, unusual.hour, unusual.requests, unusual.mean, ${now.toISOString()}::timestamptz
      FROM unnest(${found.map(({ keyId }) => keyId)}::uuid[], ${found.map((one) => one.hour.toISOString())}::timestamptz[],
                  ${found.map(({ requests }) => String(requests))}::int8[], ${found.map((one) => one.meanPerHour)}::float8[])
             AS unusual (key_id, hour, requests, mean)
      JOIN key k ON k.id = unusual.key_id
     ORDER BY k.id
       FOR KEY SHARE OF k
    ON CONFLICT (tenant_id, key_id) DO UPDATE
       SET hour = excluded.hour, requests = excluded.requests, mean_per_hour = excluded.mean_per_hour, raised_at = excluded.raised_at
     WHERE stored.raised_at <= excluded.raised_at - interval '24 hours'
    RETURNING key_id AS "keyId"`;
  const mine = new Set(claimed.map(({ keyId }) => keyId));
  const events = found.filter(({ keyId }) => mine.has(keyId)).map(eventOf);
  const [first] = events;
  if (first) await appendEvents(tx, first.tenantId, events);
}

function eventOf({ tenantId, clientId, keyName, hour, requests, meanPerHour }: UnusualHour): NewEvent {
  return {
    tenantId,
    action: 'key.usage_unusual',
    actor: 'system',
    address: null,
    key: { clientId, name: keyName },
    details: { hour: hour.toISOString(), requests, meanPerHour },
  };
}

async function readClock(): Promise<Date> {
  const [row] = await query<{ now: Date }>('usage-alerts-clock', 'SELECT clock_timestamp() AS now');
  if (!row) throw new Error('The database has no time.');
  return row.now;
}

/** Usage as verification would have counted it. */
import { sql } from './world';

type Counted = { outcome?: string; requests?: number | bigint; hoursAgo?: number };

/** Adds requests to the hour that was so long ago. */
export async function countRequests(
  clientId: string,
  { outcome = 'accepted', requests = 1, hoursAgo = 0 }: Counted = {},
): Promise<void> {
  await sql(
    `INSERT INTO key_usage_hour (tenant_id, key_id, hour, outcome, requests)
     SELECT tenant_id, id, date_trunc('hour', clock_timestamp()) - make_interval(hours => $4::int), $2::text::usage_outcome, $3::text::bigint
       FROM key WHERE client_id = $1
     ON CONFLICT (tenant_id, key_id, hour, outcome) DO UPDATE SET requests = key_usage_hour.requests + excluded.requests`,
    [clientId, outcome, String(requests), hoursAgo],
  );
}

type Called = { address?: string; client?: string; requests?: number; daysAgo?: number };

/** Adds accepted requests of one caller to the day (UTC) that was so long ago. */
export async function countCaller(
  clientId: string,
  { address = '203.0.113.7', client = 'curl', requests = 1, daysAgo = 0 }: Called = {},
): Promise<void> {
  await sql(
    `INSERT INTO key_caller (tenant_id, key_id, day, address, client, requests)
     SELECT tenant_id, id, (clock_timestamp() AT TIME ZONE 'UTC')::date - $5::int, $2, $3, $4::int
       FROM key WHERE client_id = $1
     ON CONFLICT (tenant_id, key_id, day, address, client) DO UPDATE SET requests = key_caller.requests + excluded.requests`,
    [clientId, address, client, requests, daysAgo],
  );
}

/** A call with the key's current secret was accepted, now. */
export async function acceptSecret(clientId: string): Promise<void> {
  await sql(
    `INSERT INTO key_last_use (tenant_id, key_id, last_used_at, minted_at)
     SELECT k.tenant_id, k.id, clock_timestamp(), s.minted_at
       FROM key k JOIN key_secret s ON s.tenant_id = k.tenant_id AND s.key_id = k.id AND s.position = 'current'
      WHERE k.client_id = $1
     ON CONFLICT (tenant_id, key_id) DO UPDATE SET last_used_at = excluded.last_used_at, minted_at = excluded.minted_at`,
    [clientId],
  );
}

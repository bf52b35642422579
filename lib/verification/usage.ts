import { runTogether } from '../db/sql';
import { log } from '../log';
import { retireUsage } from '../usage/mutations';
import type { KeyRow } from './rows';
import { maximumCallers, type Outcome, openTallies, type RequestOrigin, type Tally } from './tallies';

const second = 1_000;
const hour = 3_600 * second;
/** At most so late is a count in the database, and so much is lost with a killed process. */
const settled = openTallies(5 * second, write);
/** Of a young key alone, since somebody may be watching for its first request: writing all so often would cost a third of the speed. */
const young = openTallies(second / 2, write);
const youth = 15 * 60 * second;

/** The database's time, as of the last counted request, and of the last look for what is old. */
let latest = new Date(0);
let retiredAt = 0;

/**
 * Counts one answered request, in memory; `now` is the database's time of the verdict. Written in batches at most 5 s
 * later (within half a second while the key’s secret is new), and when the process stops.
 */
export function countRequest(row: KeyRow, outcome: Outcome, origin: RequestOrigin, now: Date): void {
  latest = now;
  const tallies = now.getTime() - row.current.mintedAt.getTime() < youth ? young : settled;
  tallies.count(row, outcome, origin, now);
}

/** Writes what was counted so far; never rejects. What could not be written is tried again. */
export async function flushUsage(): Promise<void> {
  await Promise.all([young.flush(), settled.flush()]);
}

async function retireHourly(): Promise<void> {
  if (latest.getTime() - retiredAt < hour) return;
  retiredAt = latest.getTime();
  await retireUsage(latest).catch((error) => log().warn({ err: error }, 'old usage could not be summed up'));
}

async function write(part: Tally[]): Promise<void> {
  const hours = part.flatMap(({ keyId, hour, requests }) =>
    Object.entries(requests).map(([outcome, count]) => ({
      keyId,
      hour: new Date(hour).toISOString(),
      outcome,
      requests: count,
    })),
  );
  const callers = part.flatMap(({ keyId, hour, callers }) =>
    callers.map((caller) => ({ ...caller, keyId, day: new Date(hour).toISOString().slice(0, 10) })),
  );
  const previousUses = part.flatMap(({ keyId, previous }) => (previous ? previousUsesOf(keyId, previous) : []));
  await runTogether([
    // Of all processes one writes at a time: nobody deadlocks, and none adds a caller beyond the maximum.
    {
      name: 'usage-gate',
      text: `SELECT pg_advisory_xact_lock(hashtextextended('latchkey:usage', 0))::text`,
      values: [],
    },
    { name: 'usage-hours', text: addHours, values: columns(hours, ['keyId', 'hour', 'outcome', 'requests']) },
    {
      name: 'usage-callers',
      text: addCallers,
      values: columns(callers, ['keyId', 'day', 'address', 'client', 'requests']),
    },
    {
      name: 'usage-previous',
      text: addPreviousUses,
      values: columns(previousUses, ['keyId', 'mintedAt', 'address', 'client', 'requests', 'lastUsedAt']),
    },
  ]);
  await retireHourly();
}

/** A row for each caller, and one without a name for the requests of those who are too many to be kept. */
function previousUsesOf(keyId: string, { mintedAt, lastUsedAt, requests, callers }: NonNullable<Tally['previous']>) {
  const named = callers.reduce((sum, caller) => sum + caller.requests, 0);
  const others = requests > named ? [{ address: '', client: '', requests: requests - named }] : [];
  const times = { mintedAt: mintedAt.toISOString(), lastUsedAt: lastUsedAt.toISOString() };
  return [...callers, ...others].map((caller) => ({ keyId, ...times, ...caller }));
}

function columns<Row extends { [name: string]: string | number }>(rows: Row[], names: Array<keyof Row>): string[][] {
  return names.map((name) => rows.map((row) => String(row[name])));
}

// Added, never overwritten: other processes count too. From the keys' rows, locked in the order in which others lock them,
// so that one deleted key does not fail the batch.
const addHours = `
  INSERT INTO key_usage_hour AS stored (tenant_id, key_id, hour, outcome, requests)
  SELECT k.tenant_id, k.id, counted.hour, counted.outcome::usage_outcome, counted.requests
    FROM unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::int8[]) AS counted (key_id, hour, outcome, requests)
    JOIN key k ON k.id = counted.key_id
   ORDER BY k.id, counted.hour, counted.outcome
     FOR KEY SHARE OF k
  ON CONFLICT (tenant_id, key_id, hour, outcome) DO UPDATE SET requests = stored.requests + excluded.requests`;

// New callers take the places that are left, those with the most requests first.
const addCallers = `
  WITH counted AS (
    SELECT key_id, day, address, client, sum(requests)::int8 AS requests
      FROM unnest($1::uuid[], $2::date[], $3::text[], $4::text[], $5::int8[]) AS c (key_id, day, address, client, requests)
     GROUP BY key_id, day, address, client
  ), placed AS (
    SELECT c.*, s.key_id IS NOT NULL AS known,
           row_number() OVER (PARTITION BY c.key_id, c.day, s.key_id IS NULL ORDER BY c.requests DESC, c.address, c.client)
             + (SELECT count(*) FROM key_caller o WHERE o.tenant_id = k.tenant_id AND o.key_id = c.key_id AND o.day = c.day) AS place
      FROM counted c
      JOIN key k ON k.id = c.key_id
      LEFT JOIN key_caller s ON s.tenant_id = k.tenant_id AND s.key_id = c.key_id AND s.day = c.day
                            AND s.address = c.address AND s.client = c.client
  )
  INSERT INTO key_caller AS stored (tenant_id, key_id, day, address, client, requests)
  SELECT k.tenant_id, k.id, p.day, p.address, p.client, p.requests
    FROM placed p
    JOIN key k ON k.id = p.key_id
   WHERE p.known OR p.place <= ${maximumCallers}
   ORDER BY k.id, p.day, p.address, p.client
     FOR KEY SHARE OF k
  ON CONFLICT (tenant_id, key_id, day, address, client) DO UPDATE SET requests = stored.requests + excluded.requests`;

// Only for the secret that was presented: a rotation or `Retire` in between has removed it, and its counts with it.
const addPreviousUses = `
  WITH counted AS (
    SELECT * FROM unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::text[], $5::int8[], $6::timestamptz[])
               AS c (key_id, minted_at, address, client, requests, last_used_at)
  ), locked AS MATERIALIZED (
    SELECT s.tenant_id, s.key_id, s.minted_at
      FROM key k JOIN key_secret s ON s.tenant_id = k.tenant_id AND s.key_id = k.id AND s.position = 'previous'
     WHERE k.id IN (SELECT key_id FROM counted)
     ORDER BY s.key_id FOR KEY SHARE OF s
  ), placed AS (
    SELECT l.tenant_id, c.*,
           o.key_id IS NOT NULL OR c.address = ''
             OR row_number() OVER (PARTITION BY c.key_id, o.key_id IS NULL, c.address = '' ORDER BY c.requests DESC, c.address, c.client)
                + (SELECT count(*) FROM previous_secret_use p WHERE p.tenant_id = l.tenant_id AND p.key_id = c.key_id AND p.address <> '')
                <= ${maximumCallers} AS named
      FROM counted c
      JOIN locked l ON l.key_id = c.key_id AND l.minted_at = c.minted_at
      LEFT JOIN previous_secret_use o ON o.tenant_id = l.tenant_id AND o.key_id = c.key_id AND o.address = c.address AND o.client = c.client
  )
  INSERT INTO previous_secret_use AS stored (tenant_id, key_id, address, client, requests, last_used_at)
  SELECT tenant_id, key_id, CASE WHEN named THEN address ELSE '' END AS caller_address, CASE WHEN named THEN client ELSE '' END AS caller,
         sum(requests)::int8, max(last_used_at)
    FROM placed GROUP BY tenant_id, key_id, caller_address, caller ORDER BY key_id, caller_address, caller
  ON CONFLICT (tenant_id, key_id, address, client) DO UPDATE
     SET requests = stored.requests + excluded.requests, last_used_at = greatest(stored.last_used_at, excluded.last_used_at)`;

import { runTogether } from '../db/sql';
import { log } from '../log';
import { retireUsage } from '../usage/mutations';
import { clientNameOf } from './client-name';
import type { KeyRow } from './rows';

/** Where a request came from. */
export type RequestOrigin = { address: string; userAgent: string | undefined };

/** How a request with a known client ID ended: the values of the enum `usage_outcome`. */
const outcomes = [
  'accepted',
  'accepted_previous',
  'invalid_credential',
  'key_revoked',
  'key_expired',
  'key_inactive',
  'api_keys_disabled',
  'owner_disabled',
  'insufficient_scope',
  'rate_limited',
] as const;
export type Outcome = (typeof outcomes)[number];

type Caller = { address: string; client: string; requests: number };

/** What happened with one key in one hour since the last flush. There may be thousands, so it is kept lean. */
type Tally = {
  keyId: string;
  hour: number;
  requests: Partial<Record<Outcome, number>>;
  /** Of accepted requests, by address and program. */
  callers: Caller[];
};

const second = 1_000;
const hour = 3_600 * second;
/** At most so late is a count in the database, and so much is lost with a killed process. */
const flushAfter = 5 * second;
/** Somebody may be watching for the first request of a secret as young as this. */
const young = 15 * 60 * second;
const flushYoungAfter = second / 4;
/** Callers that are kept for a key and day. */
const maximumCallers = 20;
/** Keys and hours in one transaction; as many are written at once, whatever the time. */
const batch = 2_000;
/** Beyond so many, while the database takes none, nothing more is counted: memory is bounded. */
const maximumTallies = 10 * batch;

let tallies = new Map<string, Tally>();
let timer: NodeJS.Timeout | undefined;
let dueAt = Number.POSITIVE_INFINITY;
let flushing: Promise<void> = Promise.resolve();
/** The flush that has not begun yet, since another one is under way. */
let queued: Promise<void> | null = null;
/** The database's time, as of the last counted request, and of the last look for what is old. */
let latest = new Date(0);
let retiredAt = 0;

/**
 * Counts one answered request, in memory; `now` is the database's time of the verdict. Written in batches at most 5 s
 * later (within a quarter of a second while the key’s secret is new), and when the process stops.
 */
export function countRequest(row: KeyRow, outcome: Outcome, { address, userAgent }: RequestOrigin, now: Date): void {
  const time = now.getTime();
  latest = now;
  const tally = tallyOf(row.keyId, time - (time % hour));
  if (!tally) return;
  tally.requests[outcome] = (tally.requests[outcome] ?? 0) + 1;
  if (outcome === 'accepted' || outcome === 'accepted_previous')
    countCaller(tally, address, clientNameOf(userAgent), 1);
  schedule(time - row.current.mintedAt.getTime() < young ? flushYoungAfter : flushAfter);
  if (tallies.size === batch) schedule(0);
}

function tallyOf(keyId: string, hour: number): Tally | null {
  const known = tallies.get(keyId);
  if (known?.hour === hour) return known;
  if (tallies.size >= maximumTallies) return null;
  // The hour before goes under a name of its own; there is one at most, since both are written within seconds.
  if (known) tallies.set(`${keyId} ${known.hour}`, known);
  const tally: Tally = { keyId, hour, requests: {}, callers: [] };
  tallies.set(keyId, tally);
  return tally;
}

function countCaller({ callers }: Tally, address: string, client: string, requests: number): void {
  // Twenty at most: looking at each is faster than any index.
  const known = callers.find((caller) => caller.address === address && caller.client === client);
  if (known) known.requests += requests;
  else if (callers.length < maximumCallers) callers.push({ address, client, requests });
}

function schedule(milliseconds: number): void {
  if (timer && dueAt <= performance.now() + milliseconds) return;
  clearTimeout(timer);
  dueAt = performance.now() + milliseconds;
  timer = setTimeout(flushUsage, milliseconds).unref();
}

/** Writes what was counted so far; never rejects. What could not be written is tried again. */
export function flushUsage(): Promise<void> {
  clearTimeout(timer);
  timer = undefined;
  // One after the other, and one in the queue: while the database is slow they must not pile up.
  queued ??= flushing.then(() => {
    queued = null;
    return flushAll();
  });
  flushing = queued;
  return queued;
}

async function flushAll(): Promise<void> {
  const pending = [...tallies.values()];
  tallies = new Map();
  for (let start = 0; start < pending.length; start += batch) {
    const part = pending.slice(start, start + batch);
    try {
      await write(part);
    } catch (error) {
      log().warn({ err: error }, 'usage could not be written; it is tried again');
      const left = pending.slice(start);
      for (const tally of left) putBack(tally);
      schedule(flushAfter);
      return;
    }
  }
  await retireHourly();
}

async function retireHourly(): Promise<void> {
  if (latest.getTime() - retiredAt < hour) return;
  retiredAt = latest.getTime();
  await retireUsage(latest).catch((error) => log().warn({ err: error }, 'old usage could not be summed up'));
}

/** Adds a tally that could not be written to what was counted meanwhile. */
function putBack(tally: Tally): void {
  const current = tallyOf(tally.keyId, tally.hour);
  if (!current) return;
  for (const outcome of outcomes) {
    const requests = tally.requests[outcome];
    if (requests) current.requests[outcome] = (current.requests[outcome] ?? 0) + requests;
  }
  for (const { address, client, requests } of tally.callers) countCaller(current, address, client, requests);
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
  ]);
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

/** What the gateway writes: never before the answer, and no more often than somebody would look. */
import { query } from '../db/sql';
import { log } from '../log';
import type { KeyRow } from '../verification/rows';
import type { GatewayFailure, providerKeyRefused } from './schema';
import type { SealedKey, Target } from './targets';

const second = 1_000;
/** Last used is never further behind than this. */
const lastUsedGranularity = 60 * second;
/** Between two writes of one connection's failures for one reason. */
const failurePause = second;
const maximumRemembered = 10_000;

/** When the provider keys were last written as used, by this process's clock. */
const writtenAt = new Map<string, number>();

/** Remembers that a provider key was sent. */
export function touchProviderKey({ record: { tenantId, id } }: SealedKey): void {
  const now = performance.now();
  if (now - (writtenAt.get(id) ?? Number.NEGATIVE_INFINITY) < lastUsedGranularity) return;
  if (writtenAt.size >= maximumRemembered) writtenAt.clear();
  writtenAt.set(id, now);
  query('touch-provider-key', upsertLastUse, [tenantId, id]).catch((error: unknown) => {
    writtenAt.delete(id);
    log().warn({ err: error }, 'the last use of a provider key could not be written');
  });
}

// From the key's row, so that one deleted meanwhile is no error; forward only.
const upsertLastUse = `
  INSERT INTO provider_key_last_use AS stored (tenant_id, provider_key_id, last_used_at)
  SELECT tenant_id, id, clock_timestamp() FROM provider_key WHERE tenant_id = $1::uuid AND id = $2::uuid FOR KEY SHARE
  ON CONFLICT (tenant_id, provider_key_id) DO UPDATE
     SET last_used_at = greatest(stored.last_used_at, excluded.last_used_at)`;

type Reason = GatewayFailure | typeof providerKeyRefused;
type Tally = { target: Target; key: KeyRow; address: string; reason: Reason; requests: number };

const tallies = new Map<string, Tally>();
const writing = new Set<Promise<void>>();

/**
 * Counts a request that failed at its upstream. The first is written at once, and under a flood of them all others of a
 * second together.
 */
export function recordFailure(target: Target, key: KeyRow, address: string, reason: Reason): void {
  const name = `${target.connectionId} ${reason}`;
  const known = tallies.get(name);
  if (known) {
    known.requests++;
    return;
  }
  if (tallies.size >= maximumRemembered) return;
  const tally = { target, key, address, reason, requests: 1 };
  tallies.set(name, tally);
  write(tally);
  const look = () => {
    if (tally.requests === 0) return void tallies.delete(name);
    write(tally);
    setTimeout(look, failurePause).unref();
  };
  setTimeout(look, failurePause).unref();
}

/** Writes what was counted so far; never rejects. */
export async function flushFailures(): Promise<void> {
  for (const tally of tallies.values()) if (tally.requests > 0) write(tally);
  await Promise.all(writing);
}

function write(tally: Tally): void {
  const { target, key, address, reason, requests } = tally;
  tally.requests = 0;
  const values = [target.tenantId, target.connectionId, reason, requests, key.clientId, key.name, address];
  const done = query('record-failure', upsertFailure, values)
    .then(() => {})
    .catch((error: unknown) => log().warn({ err: error }, 'failures of a connection could not be written'))
    .finally(() => writing.delete(done));
  writing.add(done);
}

// From the connection's row, so that one deleted meanwhile is no error.
const upsertFailure = `
  INSERT INTO connection_failure AS stored (tenant_id, connection_id, hour, reason, requests, client_id, key_name, address, last_at)
  SELECT tenant_id, id, date_trunc('hour', clock_timestamp()), $3::text, $4::int8, $5::text, $6::text, $7::text, clock_timestamp()
    FROM connection WHERE tenant_id = $1::uuid AND id = $2::uuid FOR KEY SHARE
  ON CONFLICT (tenant_id, connection_id, hour, reason) DO UPDATE
     SET requests = stored.requests + excluded.requests, last_at = greatest(stored.last_at, excluded.last_at)`;

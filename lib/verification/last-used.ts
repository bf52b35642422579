import { verificationDeadline } from '../db/connection';
import { queryInTime } from '../db/sql';
import { log } from '../log';
import { openFlights } from './flights';
import type { KeyRow } from './rows';
import type { SecretMatch } from './secret-match';

/** What is stored is never so far behind an answer, in milliseconds: when it would be, it is written before. */
const granularity = 60_000;
/** From so far behind on it is written although nobody waits for it: keys in steady use never make anybody wait. */
const nearly = 45_000;

/** `acceptedMintedAt`: the minting of the secret that was accepted; null when its request was refused for want of a scope. */
type Use = { row: KeyRow; acceptedMintedAt: Date | null; now: Date };

/** What a request whose secret matched leaves behind; `now` is the database's time of its look. */
export function lastUseOf(row: KeyRow, match: SecretMatch, missing: readonly string[], now: Date): Use {
  const { mintedAt } = match === 'current' || !row.previous ? row.current : row.previous;
  return { row, acceptedMintedAt: missing.length === 0 ? mintedAt : null, now };
}

/**
 * Whether the use has to be written before its answer. So has the first that a new secret is accepted for: somebody may be
 * waiting for it.
 */
export function isDue(row: KeyRow, match: SecretMatch, missing: readonly string[], now: Date): boolean {
  const { lastUsedAt, usedSecretMintedAt, current } = row;
  if (!lastUsedAt || now.getTime() - lastUsedAt.getTime() >= granularity) return true;
  if (match !== 'current' || (usedSecretMintedAt && usedSecretMintedAt >= current.mintedAt)) return false;
  return missing.length === 0;
}

/** Whether it is time to write the use ahead, so that no later request has to wait for it. */
export function isNearlyDue({ lastUsedAt }: KeyRow, now: Date): boolean {
  return lastUsedAt !== null && now.getTime() - lastUsedAt.getTime() >= nearly;
}

/** Resolves when the use is stored, and rejects with `TooLate` after so many milliseconds. */
export const writeLastUse = openFlights(writeLastUses);

/** Keys whose use is being written while nobody waits for it. */
const underWay = new Set<string>();

/** Writes the use without making anybody wait. If it fails, a later request tries again, and in the end has to wait. */
export function writeAhead(use: Use): void {
  const { keyId } = use.row;
  if (underWay.has(keyId)) return;
  underWay.add(keyId);
  writeLastUse(use, verificationDeadline)
    .catch((error: Error) => log().warn({ error: error.message }, 'last used is not written yet'))
    .finally(() => underWay.delete(keyId));
}

/**
 * Writes when the keys were last used, and the youngest secret that was accepted; returns when. The keys themselves are
 * never written here.
 */
async function writeLastUses(uses: Use[]): Promise<Date[]> {
  const latest = new Map<string, Use>();
  for (const use of uses) {
    const other = latest.get(use.row.keyId);
    latest.set(use.row.keyId, {
      ...use,
      now: other && other.now > use.now ? other.now : use.now,
      acceptedMintedAt: later(other?.acceptedMintedAt ?? null, use.acceptedMintedAt),
    });
  }
  const due = [...latest.values()];
  await queryInTime('touch-keys', upsertLastUses, [
    due.map(({ row }) => row.keyId),
    due.map(({ now }) => now.toISOString()),
    due.map(({ acceptedMintedAt }) => acceptedMintedAt?.toISOString() ?? ''),
  ]);
  for (const { row, acceptedMintedAt, now } of due) {
    row.lastUsedAt = now;
    row.usedSecretMintedAt = later(row.usedSecretMintedAt, acceptedMintedAt);
  }
  return uses.map(({ now }) => now);
}

function later(one: Date | null, other: Date | null): Date | null {
  if (!one || !other) return one ?? other;
  return one > other ? one : other;
}

// Forward only; from the keys' rows, so that a key deleted meanwhile is no error; in one order, so that two processes
// cannot deadlock.
const upsertLastUses = `
  INSERT INTO key_last_use (tenant_id, key_id, last_used_at, minted_at)
  SELECT k.tenant_id, k.id, used.at, nullif(used.minted_at, '')::timestamptz
    FROM unnest($1::uuid[], $2::timestamptz[], $3::text[]) AS used (key_id, at, minted_at)
    JOIN key k ON k.id = used.key_id
   ORDER BY k.id
     FOR KEY SHARE OF k
  ON CONFLICT (tenant_id, key_id) DO UPDATE
   SET last_used_at = greatest(key_last_use.last_used_at, excluded.last_used_at),
       minted_at = greatest(key_last_use.minted_at, excluded.minted_at)
   WHERE key_last_use.last_used_at IS NULL OR key_last_use.last_used_at < excluded.last_used_at
      OR key_last_use.minted_at IS NULL OR key_last_use.minted_at < excluded.minted_at`;

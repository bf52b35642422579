import { queryInTime } from '../db/sql';
import type { KeyRow } from './rows';

/** `acceptedMintedAt`: the minting of the secret that was accepted; null when its request was refused for want of a scope. */
type Use = { row: KeyRow; acceptedMintedAt: Date | null; now: Date };

/**
 * Writes when the keys were last used, and the youngest secret that was accepted, before the requests are answered; returns
 * when. The keys themselves are never written here.
 */
export async function touchKeys(uses: Use[]): Promise<Date[]> {
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

import { queryInTime } from '../db/sql';
import type { KeyRow } from './rows';

/** `mintedAt`: of the secret that was accepted. */
type Use = { row: KeyRow; mintedAt: Date; now: Date };

/** Writes when the keys were last used, and the youngest secret that was, before the requests are answered; returns when. The keys themselves are never written here. */
export async function touchKeys(uses: Use[]): Promise<Date[]> {
  const latest = new Map<string, Use>();
  for (const use of uses) {
    const other = latest.get(use.row.keyId);
    latest.set(use.row.keyId, {
      ...use,
      now: other && other.now > use.now ? other.now : use.now,
      mintedAt: other && other.mintedAt > use.mintedAt ? other.mintedAt : use.mintedAt,
    });
  }
  const due = [...latest.values()];
  await queryInTime('touch-keys', upsertLastUses, [
    due.map(({ row }) => row.keyId),
    due.map(({ now }) => now.toISOString()),
    due.map(({ mintedAt }) => mintedAt.toISOString()),
  ]);
  for (const { row, mintedAt, now } of due) {
    row.lastUsedAt = now;
    if (!row.usedSecretMintedAt || row.usedSecretMintedAt < mintedAt) row.usedSecretMintedAt = mintedAt;
  }
  return uses.map(({ now }) => now);
}

// Forward only; from the keys' rows, so that a key deleted meanwhile is no error; in one order, so that two processes
// cannot deadlock.
const upsertLastUses = `
  INSERT INTO key_last_use (tenant_id, key_id, last_used_at, minted_at)
  SELECT k.tenant_id, k.id, used.at, used.minted_at
    FROM unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[]) AS used (key_id, at, minted_at)
    JOIN key k ON k.id = used.key_id
   ORDER BY k.id
     FOR KEY SHARE OF k
  ON CONFLICT (tenant_id, key_id) DO UPDATE
   SET last_used_at = greatest(key_last_use.last_used_at, excluded.last_used_at),
       minted_at = greatest(key_last_use.minted_at, excluded.minted_at)
   WHERE key_last_use.last_used_at < excluded.last_used_at 
      OR key_last_use.minted_at IS NULL OR key_last_use.minted_at < excluded.minted_at`;

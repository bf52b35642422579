import { queryInTime } from '../db/sql';
import type { KeyRow } from './rows';

type Use = { row: KeyRow; now: Date };

/** Writes when the keys were last used, before the requests are answered; returns when. The keys themselves are never written here. */
export async function touchKeys(uses: Use[]): Promise<Date[]> {
  const latest = new Map<string, Use>();
  for (const use of uses) {
    const other = latest.get(use.row.keyId);
    if (!other || other.now < use.now) latest.set(use.row.keyId, use);
  }
  const due = [...latest.values()];
  await queryInTime('touch-keys', upsertLastUses, [
    due.map(({ row }) => row.keyId),
    due.map(({ now }) => now.toISOString()),
  ]);
  for (const { row, now } of due) row.lastUsedAt = now;
  return uses.map(({ now }) => now);
}

// Forward only; from the keys' rows, so that a key deleted meanwhile is no error; in one order, so that two processes
// cannot deadlock.
const upsertLastUses = `
  INSERT INTO key_last_use (tenant_id, key_id, last_used_at)
  SELECT k.tenant_id, k.id, used.at
    FROM unnest($1::uuid[], $2::timestamptz[]) AS used (key_id, at)
    JOIN key k ON k.id = used.key_id
   ORDER BY k.id
     FOR KEY SHARE OF k
  ON CONFLICT (tenant_id, key_id) DO UPDATE SET last_used_at = excluded.last_used_at
   WHERE key_last_use.last_used_at < excluded.last_used_at`;

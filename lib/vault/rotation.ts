import { query } from '../db/sql';
import { type KeyProvider, SealBroken } from './key-provider';
import { rewrap, type SealedRecord } from './seal';

/** How many data keys are moved in one transaction. */
const batch = 100;

type Row = SealedRecord & { tenant: string; wrappedDataKey: Uint8Array; vaultVersion: number };
type Moved = SealedRecord & { from: number; wrapped: string };

/** A provider key whose data key could not be opened: it stays as it is, and so does the need for what it lacks. */
export type UnopenedKey = { id: string; tenant: string; reason: string };
export type Progress = { rewrapped: number; remaining: number };
export type Rotation = Progress & { unopened: UnopenedKey[] };

/**
 * Wraps every data key under the vault's current key, wherever it is not: the values are not touched, and can be opened and
 * replaced all the while. Each batch is one transaction, so what was done before it was stopped is done. An operator's task
 * over all tenants: no viewer.
 * @param onProgress after each batch
 */
export async function rotateVault(
  provider: KeyProvider,
  onProgress: (progress: Progress) => void | Promise<void> = () => {},
): Promise<Rotation> {
  const unopened = new Map<string, UnopenedKey>();
  let rewrapped = 0;
  // What servers seal meanwhile, that still write under an older key, comes with the next round.
  for (let inRound = -1; inRound !== 0; ) {
    inRound = 0;
    for (let rows = await listAfter(provider, lowest); rows.length > 0; ) {
      inRound += await moveAll(rows, provider, unopened);
      await onProgress({ rewrapped: rewrapped + inRound, remaining: await countRemaining(provider) });
      rows = await listAfter(provider, rows.at(-1)?.id ?? lowest);
    }
    rewrapped += inRound;
  }
  return { rewrapped, remaining: await countRemaining(provider), unopened: [...unopened.values()] };
}

/** How many provider keys are under another vault key than the current one. */
export async function countRemaining({ currentVersion }: KeyProvider): Promise<number> {
  const [row] = await query<{ keys: number }>(
    'vault-remaining',
    'SELECT count(*)::int AS keys FROM provider_key WHERE vault_version <> $1',
    [currentVersion],
  );
  return row?.keys ?? 0;
}

const lowest = '00000000-0000-0000-0000-000000000000';

function listAfter({ currentVersion }: KeyProvider, id: string): Promise<Row[]> {
  return query<Row>(
    'vault-batch',
    `SELECT p.id, p.tenant_id AS "tenantId", t.slug AS tenant, p.revision, p.wrapped_data_key AS "wrappedDataKey",
            p.vault_version AS "vaultVersion"
       FROM provider_key p JOIN tenant t ON t.id = p.tenant_id
      WHERE p.vault_version <> $1 AND p.id > $2
      ORDER BY p.id LIMIT ${batch}`,
    [currentVersion, id],
  );
}

/** @returns how many were moved: not those that cannot be opened, nor those that somebody replaced or deleted meanwhile */
async function moveAll(rows: Row[], provider: KeyProvider, unopened: Map<string, UnopenedKey>): Promise<number> {
  const moved: Moved[] = [];
  for (const row of rows) {
    try {
      const { wrappedDataKey } = await rewrap(provider, row, row);
      const wrapped = Buffer.from(wrappedDataKey).toString('hex');
      moved.push({ tenantId: row.tenantId, id: row.id, revision: row.revision, from: row.vaultVersion, wrapped });
      unopened.delete(row.id);
    } catch (error) {
      if (!(error instanceof SealBroken)) throw error;
      unopened.set(row.id, { id: row.id, tenant: row.tenant, reason: error.message });
    }
  }
  if (moved.length === 0) return 0;
  const stored = await query<object>('vault-move', move, [
    provider.currentVersion,
    moved.map(({ id }) => id),
    moved.map(({ revision }) => revision),
    moved.map(({ from }) => from),
    moved.map(({ wrapped }) => wrapped),
  ]);
  return stored.length;
}

// The rows are locked in one order, so that two rotations cannot deadlock, and compared with what was read before: who
// replaced a value meanwhile wrapped another data key.
const move = `
  WITH moved AS (
    SELECT * FROM unnest($2::uuid[], $3::int[], $4::int[], $5::text[]) AS m (id, revision, version, wrapped)
  ),
  locked AS MATERIALIZED (
    SELECT p.id, m.wrapped FROM provider_key p JOIN moved m USING (id, revision)
     WHERE p.vault_version = m.version
     ORDER BY p.id FOR NO KEY UPDATE OF p
  )
  UPDATE provider_key p SET wrapped_data_key = decode(l.wrapped, 'hex'), vault_version = $1
    FROM locked l WHERE p.id = l.id
  RETURNING p.id`;

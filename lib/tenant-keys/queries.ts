import type { Viewer } from '../auth/queries';
import { query as run } from '../db/sql';
import { type KeyTimes, statusOf } from '../keys/status';
import { listUsageAlertsOf } from '../usage-alerts/queries';
import { hintsOf } from './hints';
import {
  countMaximum,
  filteredCountMaximum,
  type KeyFilter,
  type KeyListQuery,
  keysPerPage,
  type Place,
  type TenantKeysView,
  type TenantKeyView,
} from './schema';
import {
  countStatement,
  gatheredMaximum,
  glanceCountStatement,
  glanceStatement,
  isFiltered,
  matchStatement,
  walkStatement,
} from './statements';

type Row = KeyTimes & {
  now: Date;
  matches: number | null;
  id: string;
  place: string;
  clientId: string;
  name: string;
  owner: string | null;
  createdAt: Date;
  updatedAt: Date;
  keptUntil: Date | null;
  ownerDisabledAt: Date | null;
  lastUsedAt: Date | null;
  mintedAt: Date;
};
type Answer = { rows: Row[]; matches: number | null };

/** Keys that are looked at before the matches are gathered by an index of their own: as long as most match, it is enough. */
const glance = 1_000;
const countGlance = 5_000;

/** One page of the keys of the viewer's tenant, for its admins; null for everybody else. */
export async function listTenantKeys(viewer: Viewer, query: KeyListQuery): Promise<TenantKeysView | null> {
  const { tenantId } = viewer;
  const [tenant] = await run<{ apiKeysEnabled: boolean; now: Date }>(
    'tenant-keys-tenant',
    `SELECT t.api_keys_enabled AS "apiKeysEnabled", clock_timestamp() AS now
       FROM tenant t JOIN member m ON m.tenant_id = t.id
      WHERE t.id = $1 AND m.id = $2 AND 'admin' = ANY (m.roles) AND m.disabled_at IS NULL`,
    [tenantId, viewer.memberId],
  );
  if (!tenant) return null;
  const page = await readPage(tenantId, query);
  // Whoever stood at the place is gone, or the address was made up.
  if (page.rows.length === 0 && (query.after || query.before)) {
    return listTenantKeys(viewer, { ...query, after: null, before: null });
  }
  const maximum = isFiltered(query) ? filteredCountMaximum : countMaximum;
  const count = page.matches ?? (await countKeys(tenantId, query, maximum));
  const countedAll = count <= maximum;
  const shown = page.rows.slice(0, keysPerPage);
  const more = page.rows.length > keysPerPage;
  const backward = query.before !== null && query.after === null;
  if (backward) shown.reverse();
  const alerts = await listUsageAlertsOf(
    viewer,
    shown.map(({ clientId }) => clientId),
  );
  const first = placeOf(shown[0]);
  const last = placeOf(shown.at(-1));
  return {
    keys: shown.map((row) => ({
      ...viewOf(row, tenant.apiKeysEnabled),
      usageAlert: alerts.get(row.clientId) ?? null,
    })),
    count: countedAll ? count : maximum,
    countedAll,
    estimate: countedAll || isFiltered(query) ? null : await estimateKeys(tenantId),
    before: (backward ? more : query.after !== null) ? first : null,
    after: (backward ? true : more) ? last : null,
    now: (page.rows[0]?.now ?? tenant.now).toISOString(),
  };
}

/** Exact up to the maximum. Whether the viewer may know is up to the caller. */
async function countKeys(tenantId: string, filter: KeyFilter, maximum: number): Promise<number> {
  const ask = async ({ text, values }: ReturnType<typeof countStatement>) =>
    (await run<{ count: number }>('', text, values))[0]?.count ?? 0;
  if (isFiltered(filter)) {
    // Where most keys match, a few are enough to know that there are more than are counted.
    const glanced = await ask(glanceCountStatement(tenantId, filter, countGlance, maximum));
    if (glanced > maximum) return glanced;
  }
  return ask(countStatement(tenantId, filter, maximum));
}

/** What the planner believes, which ANALYZE keeps fresh: within some percent, and without counting. */
async function estimateKeys(tenantId: string): Promise<number | null> {
  const [row] = await run<{ 'QUERY PLAN': Array<{ Plan: { 'Plan Rows': number } }> }>(
    '',
    'EXPLAIN (FORMAT JSON) SELECT 1 FROM key WHERE tenant_id = $1',
    [tenantId],
  );
  const estimate = row?.['QUERY PLAN'][0]?.Plan['Plan Rows'] ?? 0;
  return estimate > countMaximum ? estimate : null;
}

async function readPage(tenantId: string, query: KeyListQuery): Promise<Answer> {
  const ask = async ({ text, values }: ReturnType<typeof walkStatement>): Promise<Answer> => {
    const rows = await run<Row>('', text, values);
    return { rows, matches: rows[0]?.matches ?? null };
  };
  if (!isFiltered(query)) return ask(walkStatement(tenantId, query));
  const glanced = await ask(glanceStatement(tenantId, query, glance));
  if (glanced.rows.length > keysPerPage) return glanced;
  const matching = await ask(matchStatement(tenantId, query));
  if (matching.matches === null) return { rows: [], matches: 0 };
  if (matching.matches <= gatheredMaximum) return matching;
  // Many match, but none near the place: there is no shorter way to the next ones than past all the others.
  return ask(walkStatement(tenantId, query));
}

function placeOf(row: Row | undefined): Place | null {
  return row ? { value: row.place, id: row.id } : null;
}

function viewOf(row: Row, apiKeysEnabled: boolean): Omit<TenantKeyView, 'usageAlert'> {
  return {
    clientId: row.clientId,
    name: row.name,
    owner: row.owner,
    status: statusOf(row, row.now),
    hints: hintsOf(row, apiKeysEnabled, row.now),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    expiresAt: row.expiresAt?.toISOString() ?? null,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
  };
}

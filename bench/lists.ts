/**
 * lists.ts <session of an admin>: what pages of the admin's list of keys cost the database, as one line of JSON. Every
 * statement that a page sends is run again under EXPLAIN ANALYZE, and planning and execution are added up: milliseconds,
 * medians of several times.
 */
import { findViewer } from '../lib/auth/queries';
import { closeDatabase, database } from '../lib/db/connection';
import { listTenantKeys } from '../lib/tenant-keys/queries';
import { type KeyListQuery, orders, readKeyListQuery } from '../lib/tenant-keys/schema';
import { figureOf } from './statistics';

export type ListCost = { kind: 'page' | 'filter' | 'search' | 'short'; what: string; milliseconds: number };
type Statement = { text: string; values: unknown[] };

const times = 5;
const viewer = await findViewer(process.argv[2] ?? '', '127.0.0.1');
const open = await database();
if (!viewer || open.kind !== 'postgres') throw new Error('There is no such session.');
const pool = open.pagePool;
const send = pool.query.bind(pool) as (
  statement: Statement | string,
  values?: unknown[],
) => Promise<{ rows: object[] }>;

const costs: ListCost[] = [];
const [{ middle = '', last = '' } = {}] = (
  await send(
    `SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY client_id) AS middle, max(client_id) AS last
       FROM key WHERE tenant_id = $1`,
    [viewer.tenantId],
  )
).rows as Array<{ middle?: string; last?: string }>;

for (const order of orders) {
  for (const descending of [false, true]) {
    const sort = `sort=${descending ? '-' : ''}${order}`;
    await measure('page', `${sort}, first page`, queryOf(sort));
    const deep = await placesOf(order);
    for (const [where, place] of deep) {
      await measure('page', `${sort}, ${where}`, { ...queryOf(sort), after: place });
      await measure('page', `${sort}, back from ${where}`, { ...queryOf(sort), before: place });
    }
  }
}
for (const filter of [
  'status=Active',
  'status=Inactive',
  'status=Expired',
  'status=Revoked',
  'risk=idle',
  'risk=never_expires',
  'risk=owner_left',
]) {
  for (const sort of ['-created', 'created', 'name', '-last_used', 'expires']) {
    await measure('filter', `${filter}, sort=${sort}`, queryOf(`${filter}&sort=${sort}`));
  }
}
const searches = {
  'a client ID': middle,
  'a part of a client ID': last.slice(8, 16),
  'an owner': 'member-17@',
  'a number, few': '#1999',
  none: 'zzzzqq',
  'the oldest fiftieth': 'legacy',
  'an eighth': 'billing',
  all: 'tenant-0',
  'two words': 'billing worker 12',
  escaped: '100%_a',
};
for (const [what, search] of Object.entries(searches)) {
  for (const sort of ['-created', 'created', 'name']) {
    await measure(
      'search',
      `${what} (${search}), sort=${sort}`,
      queryOf(`search=${encodeURIComponent(search)}&sort=${sort}`),
    );
  }
}
for (const search of ['b', 'bi', 'me', 'zz', 'z', '#']) {
  for (const sort of ['-created', 'name']) {
    await measure('short', `${search}, sort=${sort}`, queryOf(`search=${encodeURIComponent(search)}&sort=${sort}`));
  }
}
await closeDatabase();
process.stdout.write(`${JSON.stringify(costs)}\n`);

function queryOf(text: string): KeyListQuery {
  return readKeyListQuery(Object.fromEntries(new URLSearchParams(text))).query;
}

/** Places half-way through the order and near its end. */
async function placesOf(order: KeyListQuery['order']) {
  const column = {
    name: 'name_key COLLATE "C"',
    owner: `coalesce(owner_email, '') COLLATE "C"`,
    updated: 'updated_at',
    created: 'created_at',
    expires: `coalesce(expires_at, 'infinity')`,
    last_used: `coalesce(last_used_at, '-infinity')`,
  }[order];
  const value = order === 'name' || order === 'owner' ? 'value' : 'extract(epoch FROM value)::text';
  const { rows } = await send(
    `SELECT id, ${value} AS value FROM (
       SELECT k.id, ${column} AS value, row_number() OVER (ORDER BY ${column}, k.id) AS place, count(*) OVER () AS total
         FROM key k JOIN key_last_use u ON u.key_id = k.id WHERE k.tenant_id = $1) numbered
      WHERE place IN (total / 2, total * 99 / 100) ORDER BY place`,
    [viewer?.tenantId],
  );
  return rows.map(
    (place, index) => [index === 0 ? 'half-way' : 'near the end', place as { id: string; value: string }] as const,
  );
}

async function measure(kind: ListCost['kind'], what: string, query: KeyListQuery): Promise<void> {
  const sent: Statement[] = [];
  pool.query = ((statement: Statement) => {
    sent.push(statement);
    return send(statement);
  }) as typeof pool.query;
  await listTenantKeys(viewer as NonNullable<typeof viewer>, query).finally(() => {
    pool.query = send as typeof pool.query;
  });
  const taken: number[] = [];
  for (let time = 0; time < times; time++) {
    let sum = 0;
    for (const { text, values } of sent) {
      if (text.startsWith('EXPLAIN')) continue;
      const { rows } = await send(`EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${text}`, values);
      const [plan] =
        (rows as Array<{ 'QUERY PLAN': Array<{ 'Planning Time': number; 'Execution Time': number }> }>)[0]?.[
          'QUERY PLAN'
        ] ?? [];
      sum += (plan?.['Planning Time'] ?? 0) + (plan?.['Execution Time'] ?? 0);
    }
    taken.push(sum);
  }
  costs.push({ kind, what, milliseconds: figureOf(taken)?.median ?? 0 });
  process.stderr.write(`  ${kind}: ${what}: ${costs.at(-1)?.milliseconds.toFixed(2)} ms, ${sent.length} statements\n`);
}

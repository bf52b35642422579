/** What the week of a full list costs, counted in rows that the database reads. */
import { expect, test } from 'vitest';
import { createMember, createTenant, createViewer, sql, type TestMember, viewerFor } from '@/tests/support/world';
import { database } from '../db/connection';
import { listMemberTraffic, listWeeks } from './queries';

const keys = 40;
const hoursKept = 14 * 24;

/** A member whose keys were used every hour for two weeks. */
async function fill({ id, tenantId }: TestMember): Promise<void> {
  await sql(
    `INSERT INTO key (id, tenant_id, owner_id, client_id, name, name_key)
     SELECT gen_random_uuid(), $1, $2, 'lk_id_' || substr(md5($2::uuid::text || n), 1, 16), 'Key ' || n, 'key ' || n
       FROM generate_series(1, ${keys}) n`,
    [tenantId, id],
  );
  await sql(
    `INSERT INTO key_usage_hour (tenant_id, key_id, hour, outcome, requests)
     SELECT tenant_id, id, date_trunc('hour', clock_timestamp()) - make_interval(hours => h), 'accepted', 5
       FROM generate_series(${hoursKept - 1}, 0, -1) h, key WHERE owner_id = $1`,
    [id],
  );
}

type Plan = {
  'Node Type': string;
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  Plans?: Plan[];
};
const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];

/** How the hours are read by the one statement that `work` sends, run again with its values. */
async function readsOfHours(work: () => Promise<unknown>): Promise<{ nodes: string[]; rows: number }> {
  const sent = await statementOf(work);
  const [row] = await sql<{ 'QUERY PLAN': Array<{ Plan: Plan }> }>(
    `EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${sent.text}`,
    sent.values as string[],
  );
  const nodes = row?.['QUERY PLAN'][0] ? nodesOf(row['QUERY PLAN'][0].Plan) : [];
  const read = nodes.filter((node) => node['Relation Name'] === 'key_usage_hour');
  const rows = read.reduce(
    (sum, node) => sum + (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'],
    0,
  );
  return { nodes: read.map((node) => node['Node Type']), rows };
}

type Statement = { text: string; values: unknown[] };

async function statementOf(work: () => Promise<unknown>): Promise<Statement> {
  const open = await database();
  const target = (open.kind === 'embedded' ? open.pglite : open.pagePool) as unknown as {
    query: (...input: unknown[]) => unknown;
  };
  const original = target.query;
  let sent: Statement | null = null;
  target.query = (...input) => {
    sent =
      open.kind === 'embedded' ? { text: input[0] as string, values: input[1] as unknown[] } : (input[0] as Statement);
    return original.apply(target, input);
  };
  await work().finally(() => {
    target.query = original;
  });
  if (!sent) throw new Error('Nothing was sent.');
  return sent;
}

test('reads the hours of the week of the keys that are shown, by the index, and no others', async () => {
  const { tenant, member, viewer } = await createViewer();
  await fill(member);
  await fill(await createMember(tenant));
  await fill(await createMember(await createTenant()));
  await sql('ANALYZE');
  const admin = await viewerFor(await createMember(tenant, { roles: ['admin'] }));
  for (const work of [() => listWeeks(viewer, 'personal'), () => listMemberTraffic(admin, member.id)]) {
    const { nodes, rows } = await readsOfHours(work);
    expect(nodes).not.toEqual([]);
    for (const node of nodes) expect(node).toMatch(/^(Index Scan|Bitmap Heap Scan)$/);
    // Rows per loop are rounded; the week's first day is whole, and today is not over.
    expect(rows).toBeGreaterThan(keys * 6 * 24 - 1);
    expect(rows).toBeLessThanOrEqual(keys * 7 * 24 * 1.1);
  }
});

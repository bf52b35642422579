/** What the list of members costs a tenant with 10,000 of them, counted in rows that the database reads. */
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { createMember, createTenant, sql, viewerFor } from '@/tests/support/world';
import type { Viewer } from '../auth/queries';
import { database } from '../db/connection';
import { listMembers } from './queries';
import { countMaximum, membersPerPage } from './schema';

const size = 10_000;
let viewer: Viewer;
let middle = '';

beforeAll(async () => {
  const tenant = await createTenant();
  const neighbour = await createTenant();
  for (const { id } of [tenant, neighbour]) {
    await sql(
      `INSERT INTO member (id, tenant_id, email, email_key, name, roles, licensed)
       SELECT gen_random_uuid(), $1::uuid, e, e, 'Member ' || n, '{developer}', true
         FROM (SELECT n, 'm-' || lpad(n::text, 5, '0') || '@' || $1::uuid || '.test' AS e
                 FROM generate_series(0, $2::int - 1) n) numbered`,
      [id, size],
    );
  }
  await sql(
    `INSERT INTO session (id, tenant_id, member_id, expires_at, address, user_agent)
     SELECT gen_random_uuid(), m.tenant_id, m.id, now() + interval '1 day', '', ''
       FROM member m, generate_series(1, 2) WHERE m.tenant_id = $1`,
    [tenant.id],
  );
  viewer = await viewerFor(await createMember(tenant, { roles: ['admin'], password: 'some password' }));
  await sql('ANALYZE');
  const [row] = await sql<{ id: string }>(
    'SELECT id FROM member WHERE tenant_id = $1 ORDER BY email_key OFFSET 5000 LIMIT 1',
    [tenant.id],
  );
  middle = row?.id ?? '';
});

type Plan = {
  'Node Type': string;
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  Plans?: Plan[];
};

/** The plans of the page's own statements, as they ran with these values. */
async function plansOf(work: () => Promise<unknown>): Promise<Map<string, Plan[]>> {
  const open = await database();
  const statements: Array<{ text: string; values: unknown[] }> = [];
  const record = (text: string, values: unknown[] = []) => {
    if (/FROM member m\s/.test(text)) statements.push({ text, values });
  };
  const [target, nameOf] =
    open.kind === 'embedded'
      ? [open.pglite as { query: unknown }, (text: unknown, values: unknown) => ({ text, values })]
      : [open.pagePool as { query: unknown }, (input: unknown) => input];
  const original = (target.query as (...input: unknown[]) => unknown).bind(target);
  const spy = vi
    .spyOn(target as { query: (...input: unknown[]) => unknown }, 'query')
    .mockImplementation((...input) => {
      const { text, values } = (nameOf as (...input: unknown[]) => { text: string; values: unknown[] })(...input);
      record(text, values);
      return original(...input);
    });
  await work();
  spy.mockRestore();
  const plans = new Map<string, Plan[]>();
  for (const { text, values } of statements) {
    const [row] = await sql<{ 'QUERY PLAN': Array<{ Plan: Plan }> }>(
      `EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${text}`,
      values as string[],
    );
    const plan = row?.['QUERY PLAN'][0]?.Plan;
    if (plan) plans.set(/count\(\*\)::int AS count/.test(text) ? 'count' : 'page', nodesOf(plan));
  }
  return plans;
}
const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
const rowsRead = (plan: Plan[]) =>
  plan
    .filter((node) => node['Relation Name'])
    .reduce((sum, node) => sum + node['Actual Rows'] * node['Actual Loops'], 0);

describe('with 10,000 members', () => {
  test.each<[string, () => { after?: string; before?: string }]>([
    ['the first page', () => ({})],
    ['a page in the middle', () => ({ after: middle })],
    ['the page before it', () => ({ before: middle })],
  ])('%s reads its own rows by the index, and sorts nothing', async (_, place) => {
    const plans = await plansOf(() => listMembers(viewer, { search: '', ...place() }));
    const page = plans.get('page') ?? [];
    expect(page.map((node) => node['Node Type'])).not.toContain('Sort');
    // Keys and links are none here, and an empty table is read faster than its index.
    const scanned = page.filter((node) => node['Node Type'] === 'Seq Scan').map((node) => node['Relation Name']);
    expect(scanned.filter((relation) => relation === 'member' || relation === 'session')).toEqual([]);
    // The members of the page, one more, the place, and each one's sessions, keys and link.
    expect(rowsRead(page)).toBeGreaterThan(membersPerPage);
    expect(rowsRead(page)).toBeLessThan(5 * (membersPerPage + 2));
  });

  test('a search that finds nobody looks at each member once, and into no other table', async () => {
    const plans = await plansOf(() => listMembers(viewer, { search: 'nobody is called that' }));
    expect([...plans.keys()].sort()).toEqual(['count', 'page']);
    for (const plan of plans.values()) {
      expect(rowsRead(plan)).toBe(0);
      const looked = plan.filter((node) => node['Relation Name'] === 'member');
      expect(looked.reduce((sum, node) => sum + (node['Rows Removed by Filter'] ?? 0), 0)).toBeLessThanOrEqual(
        2 * size + 2,
      );
    }
  });

  test('what is counted stops at the maximum', async () => {
    expect((await listMembers(viewer, { search: '' }))?.count).toBe(countMaximum + 1);
    expect((await listMembers(viewer, { search: 'm-' }))?.count).toBe(countMaximum);
    expect((await listMembers(viewer, { search: 'm-00' }))?.count).toBe(1000);
  });
});

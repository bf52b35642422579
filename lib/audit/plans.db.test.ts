/** What a page of a long log costs, counted in rows that the database reads. */
import { beforeAll, expect, test } from 'vitest';
import { growLog } from '@/tests/support/events';
import { createMember, createTenant, sql, viewerFor } from '@/tests/support/world';
import type { Viewer } from '../auth/queries';
import { database } from '../db/connection';
import { listEvents } from './queries';
import { type EventFilter, type EventPlace, eventsPerPage } from './schema';

const size = 10_000;
const none: EventFilter = { action: null, actor: null, key: null, from: null, to: null };
const [busyKey, rareKey] = ['lk_id_aaaaaaaaaaaaaaaa', 'lk_id_bbbbbbbbbbbbbbbb'];
let viewer: Viewer;
let busy = '';
let rare = '';

beforeAll(async () => {
  const tenant = await createTenant();
  const neighbour = await createTenant();
  const [one, other] = [await createMember(tenant), await createMember(tenant)];
  [busy, rare] = [one.email, other.email];
  const ofTenant = {
    // As in life: a few things happen all the time, others hardly ever.
    action: `CASE WHEN n % 4000 = 1 THEN 'key.leak_reported' ELSE (ARRAY['session.started', 'session.ended'])[1 + n % 2] END`,
    actorId: `CASE WHEN n % 4000 = 2 THEN '${other.id}'::uuid WHEN n % 10 <> 3 THEN '${one.id}'::uuid END`,
    clientId: `CASE WHEN n % 2000 = 4 THEN '${rareKey}' WHEN n % 3 = 0 THEN '${busyKey}' ELSE 'lk_id_' || lpad(n::text, 16, '1') END`,
    keyName: `CASE WHEN n % 2000 = 4 THEN 'Rare' ELSE 'Often' END`,
  };
  await growLog(tenant, size, ofTenant);
  await growLog(neighbour, size / 2, ofTenant);
  viewer = await viewerFor(await createMember(tenant, { roles: ['admin'] }));
  await sql('ANALYZE');
});

type Plan = {
  'Node Type': string;
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  Plans?: Plan[];
};
const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];

type Statement = { text: string; values: unknown[] };

async function statementsOf(work: () => Promise<unknown>): Promise<Statement[]> {
  const open = await database();
  const target = (open.kind === 'embedded' ? open.pglite : open.pagePool) as unknown as {
    query: (...input: unknown[]) => unknown;
  };
  const original = target.query;
  const sent: Statement[] = [];
  target.query = (...input) => {
    const [text, values] = input as [string, unknown[]];
    sent.push(open.kind === 'embedded' ? { text, values } : (input[0] as Statement));
    return original.apply(target, input);
  };
  await work().finally(() => {
    target.query = original;
  });
  return sent;
}

/** How the statements that `work` sends read events, run again with their values. */
async function readsOfEvents(work: () => Promise<unknown>): Promise<{ nodes: string[]; rows: number }> {
  const reads: Plan[] = [];
  for (const { text, values } of await statementsOf(work)) {
    const [row] = await sql<{ 'QUERY PLAN': Array<{ Plan: Plan }> }>(
      `EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${text}`,
      values as string[],
    );
    const plan = row?.['QUERY PLAN'][0]?.Plan;
    if (plan) reads.push(...nodesOf(plan).filter((node) => node['Relation Name'] === 'event'));
  }
  return {
    nodes: reads.map((node) => node['Node Type']),
    rows: reads.reduce(
      (sum, node) => sum + (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'],
      0,
    ),
  };
}

const filters: Array<[string, () => Partial<EventFilter>]> = [
  ['nothing', () => ({})],
  ['a frequent action', () => ({ action: 'session.started' })],
  ['a rare action', () => ({ action: 'key.leak_reported' })],
  ['an action that never happened', () => ({ action: 'policy.updated' })],
  ['a busy actor', () => ({ actor: busy })],
  ['an actor who did little', () => ({ actor: rare })],
  ['the system', () => ({ actor: 'Latchkey' })],
  ['a busy key', () => ({ key: busyKey })],
  ['a key of few events', () => ({ key: rareKey })],
  ['a frequent name', () => ({ key: 'often' })],
  ['a rare name', () => ({ key: 'rare' })],
  ['a name that no key had', () => ({ key: 'nothing' })],
  ['days', () => ({ from: '2026-01-03', to: '2026-01-09' })],
];
const places: Array<[string, EventPlace]> = [
  ['first', {}],
  ['far', { after: 4_500 }],
  ['back', { before: 5_000 }],
];

for (const [place, at] of places) {
  test.each(filters)(
    `the ${place} page, filtered by %s, reads little more than its rows, by an index`,
    async (_, filter) => {
      const { nodes, rows } = await readsOfEvents(() => listEvents(viewer, { ...none, ...filter() }, at));
      expect(nodes.length).toBeGreaterThan(0);
      for (const node of nodes) expect(node).toMatch(/^Index/);
      // Two days are found in 14 halvings each; a place behind all matches is read again from the beginning.
      expect(rows).toBeLessThanOrEqual(2 * (eventsPerPage + 1) + 2 * 14);
    },
  );
}

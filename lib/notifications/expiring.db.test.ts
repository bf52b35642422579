import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { createKeyFor, createMember, createViewer, sql, viewerFor } from '@/tests/support/world';
import { database } from '../db/connection';
import { createAgentKey } from '../keys/creation';
import { claimLeakNotices, listEndingKeys } from './mutations';
import { findExpiringKeys, findLeakReports } from './queries';

describe('the keys that expire soon', () => {
  test('are the viewer’s own, Active or Inactive, counted, with the one that does first', async () => {
    const { viewer, tenant } = await createViewer({ maximumKeysPerUser: 20 });
    expect(await findExpiringKeys(viewer)).toBeNull();
    for (const name of ['Far', 'Never', 'Gone', 'Revoked', 'Paused', 'First', 'Short']) {
      await createKeyFor(viewer, { name, expiry: name === 'Never' ? { kind: 'never' } : { kind: 'days', days: 90 } });
    }
    await createKeyFor(await viewerFor(await createMember(tenant)), { expiry: { kind: 'days', days: 1 } });
    await sql(
      `UPDATE key SET expires_at = clock_timestamp() + interval '1 day' *
                CASE name WHEN 'Gone' THEN -1 WHEN 'Far' THEN 8 WHEN 'First' THEN 2.5 ELSE 3 END,
              revoked_at = CASE name WHEN 'Revoked' THEN now() END, deactivated_at = CASE name WHEN 'Paused' THEN now() END
        WHERE owner_id = $1 AND expires_at IS NOT NULL`,
      [viewer.memberId],
    );
    await sql(
      `UPDATE key_secret SET minted_at = now() - interval '80 days'
        WHERE key_id IN (SELECT id FROM key WHERE owner_id = $1 AND name <> 'Short')`,
      [viewer.memberId],
    );
    const [first] = await sql<{ at: Date }>(`SELECT expires_at AS at FROM key WHERE owner_id = $1 AND name = 'First'`, [
      viewer.memberId,
    ]);
    expect(await findExpiringKeys(viewer)).toEqual({
      personal: { count: 2, name: 'First', expiresAt: first?.at.toISOString() },
      agent: null,
      now: expect.any(String),
    });
  });

  test('are the tenant’s for its developers, and for nobody else', async () => {
    const { viewer, tenant } = await createViewer();
    const input = { name: 'Robot', description: '', scopes: [], biasProfileId: null, idempotencyValue: randomUUID() };
    await createAgentKey(viewer, input);
    await sql(
      `WITH k AS (UPDATE key SET expires_at = now() + interval '1 day' WHERE tenant_id = $1 RETURNING id)
       UPDATE key_secret SET minted_at = now() - interval '80 days' WHERE key_id IN (SELECT id FROM k)`,
      [tenant.id],
    );
    expect(await findExpiringKeys(viewer)).toMatchObject({ personal: null, agent: { count: 1, name: 'Robot' } });
    const admin = await viewerFor(await createMember(tenant, { roles: ['admin'] }));
    expect(await findExpiringKeys(admin)).toBeNull();
    expect(await findExpiringKeys((await createViewer()).viewer)).toBeNull();
  });
});

describe('with 3,000 keys and as many events', () => {
  beforeAll(async () => {
    await sql('DELETE FROM key');
    const { member, tenant } = await createViewer();
    await sql(
      `WITH made AS (
         INSERT INTO key (id, tenant_id, owner_id, client_id, name, name_key, expires_at)
         SELECT gen_random_uuid(), $1, $2, 'lk_id_' || substr(md5($2::uuid::text || n), 1, 16), 'K ' || n, 'k ' || n,
                now() + n * interval '1 hour' FROM generate_series(1, 3000) n RETURNING tenant_id, id)
       INSERT INTO key_secret (tenant_id, key_id, position, digest, pepper_version, first_four, last_four)
       SELECT tenant_id, id, 'current', sha256('x'), 1, 'lk_s', 'xxxx' FROM made`,
      [tenant.id, member.id],
    );
    await sql(
      `INSERT INTO event (tenant_id, sequence, at, action, actor_kind, previous_hash, hash, key_version)
       SELECT $1, 1000 + n, now(), 'key.updated', 'system', sha256('x'), sha256('x'), 1 FROM generate_series(1, 3000) n`,
      [tenant.id],
    );
    await sql('ANALYZE');
  });

  test.each<[string, string, number, () => Promise<unknown>]>([
    ['a page of the keys that expire in the next 30 days', 'key', 500, () => walk()],
    ['the banner of the account pages', 'key', 7 * 24, async () => findExpiringKeys(await busiest('developer'))],
    ['the banner of the tenant pages', 'event', 0, async () => findLeakReports(await busiest('admin'))],
    ['the look for reported leaks', 'event', 0, () => claimLeakNotices(new Date())],
  ])('%s reads no other rows than its own', async (_, relation, most, work) => {
    const read = (await plansOf(work)).filter((node) => node['Relation Name'] === relation);
    expect(read.length).toBeGreaterThan(0);
    const rows = read.reduce(
      (sum, node) => sum + (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'],
      0,
    );
    expect(read.map((node) => node['Node Type'])).not.toContain('Seq Scan');
    expect(rows).toBeLessThanOrEqual(most);
  });
});

async function walk() {
  const [clock] = await sql<{ now: Date }>('SELECT clock_timestamp() AS now');
  const now = clock?.now ?? new Date(0);
  return listEndingKeys(now, { expiresAt: now, id: randomUUID() });
}

/** The owner of the many keys. */
async function busiest(role: 'developer' | 'admin') {
  const [owner] = await sql<{ id: string; tenantId: string }>(
    `SELECT owner_id AS id, tenant_id AS "tenantId" FROM key GROUP BY owner_id, tenant_id ORDER BY count(*) DESC LIMIT 1`,
  );
  if (!owner) throw new Error('There is no key.');
  await sql('UPDATE member SET roles = ARRAY[$2]::member_role[] WHERE id = $1', [owner.id, role]);
  return viewerFor({ ...owner, email: '', password: null });
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

/** How the last statement that `work` sends is carried out with its values. */
async function plansOf(work: () => Promise<unknown>): Promise<Plan[]> {
  const open = await database();
  const target = (open.kind === 'embedded' ? open.pglite : open.pagePool) as unknown as {
    query: (...input: unknown[]) => unknown;
  };
  const original = target.query.bind(target);
  const sent: Array<{ text: string; values: unknown[] }> = [];
  const spy = vi.spyOn(target, 'query').mockImplementation((...input) => {
    const [first, values] = input;
    sent.push(
      typeof first === 'string'
        ? { text: first, values: values as unknown[] }
        : (first as { text: string; values: unknown[] }),
    );
    return original(...input);
  });
  await work();
  spy.mockRestore();
  const last = sent.at(-1);
  if (!last) throw new Error('Nothing was asked.');
  const [row] = await sql<{ 'QUERY PLAN': Array<{ Plan: Plan }> }>(
    `EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${last.text}`,
    last.values as string[],
  );
  return row?.['QUERY PLAN'][0] ? nodesOf(row['QUERY PLAN'][0].Plan) : [];
}

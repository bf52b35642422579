/** The admin's list against a plain model of it: everything read, then filtered, ordered and cut in memory. */
import { beforeAll, describe, expect, test } from 'vitest';
import {
  createAgentKeyFor,
  createKeyFor,
  createMember,
  createTenant,
  createViewer,
  sql,
  viewerFor,
} from '@/tests/support/world';
import type { Viewer } from '../auth/queries';
import { foldName } from '../display-text';
import { type KeyTimes, statusOf } from '../keys/status';
import { listTenantKeys } from './queries';
import { type KeyListQuery, keysPerPage, orders, type Place, readKeyListQuery, risks, statuses } from './schema';

const day = 86_400_000;
const owners = ['dana@example.test', 'sam@example.test', 'left@example.test'];
const total = 150;

type Stored = KeyTimes & {
  id: string;
  clientId: string;
  name: string;
  owner: string | null;
  ownerDisabled: boolean;
  createdAt: Date;
  updatedAt: Date;
  lastUsedAt: Date | null;
};

let admin: Viewer;
let stored: Stored[];
let now: Date;

beforeAll(async () => {
  const { tenant, viewer } = await createViewer({}, { roles: ['admin', 'developer'] });
  admin = viewer;
  const members = [];
  for (const email of owners) members.push(await createMember(tenant, { email }));
  await sql(
    `INSERT INTO key (id, tenant_id, owner_id, client_id, name, name_key, created_at, updated_at, expires_at, deactivated_at, deactivated_until, revoked_at)
     SELECT gen_random_uuid(), $1, CASE n % 4 WHEN 3 THEN NULL ELSE ($2::uuid[])[n % 4 + 1] END,
            'lk_id_' || substr(md5($1::uuid::text || n), 1, 16), 'Key ' || n || CASE n % 7 WHEN 0 THEN ' 100%_a\\b' ELSE '' END,
            lower('Key ' || n || CASE n % 7 WHEN 0 THEN ' 100%_a\\b' ELSE '' END),
            now() - make_interval(days => n * 2 / 3), now() - make_interval(days => n / 3),
            CASE n % 5 WHEN 0 THEN NULL WHEN 1 THEN now() - interval '1 day' ELSE now() + make_interval(days => n % 11) END,
            CASE WHEN n % 6 < 3 THEN now() - interval '1 hour' END,
            CASE n % 6 WHEN 1 THEN now() - interval '1 minute' WHEN 2 THEN now() + interval '1 day' END,
            CASE WHEN n % 13 = 0 THEN now() END
       FROM generate_series(1, ${total}) n`,
    [tenant.id, members.map(({ id }) => id)],
  );
  await sql(
    `INSERT INTO key_secret (tenant_id, key_id, position, digest, pepper_version, first_four, last_four)
     SELECT tenant_id, id, 'current', sha256(client_id::bytea), 1, 'lk_s', 'xxxx' FROM key WHERE tenant_id = $1`,
    [tenant.id],
  );
  await sql(
    `UPDATE key_last_use u SET last_used_at = now() - make_interval(days => length(k.name) * 17)
       FROM key k WHERE k.id = u.key_id AND k.tenant_id = $1 AND k.created_at < now() - interval '20 days'`,
    [tenant.id],
  );
  await sql('UPDATE member SET disabled_at = now() WHERE id = $1', [members[2]?.id as string]);
  // Nobody else's keys are in the list.
  await createKeyFor((await createViewer()).viewer, { name: 'Key 7' });
  await sql('ANALYZE');
  stored = await sql<Stored>(
    `SELECT k.id, k.client_id AS "clientId", k.name, m.email AS owner, m.disabled_at IS NOT NULL AS "ownerDisabled",
            k.created_at AS "createdAt", k.updated_at AS "updatedAt", k.expires_at AS "expiresAt", k.revoked_at AS "revokedAt",
            k.deactivated_at AS "deactivatedAt", k.deactivated_until AS "deactivatedUntil", u.last_used_at AS "lastUsedAt"
       FROM key k JOIN key_last_use u ON u.key_id = k.id LEFT JOIN member m ON m.id = k.owner_id WHERE k.tenant_id = $1`,
    [tenant.id],
  );
  [{ now }] = (await sql<{ now: Date }>('SELECT clock_timestamp() AS now')) as [{ now: Date }];
});

const values: Record<(typeof orders)[number], (key: Stored) => string | number> = {
  name: ({ name }) => foldName(name),
  owner: ({ owner }) => owner ?? '',
  updated: ({ updatedAt }) => updatedAt.getTime(),
  created: ({ createdAt }) => createdAt.getTime(),
  expires: ({ expiresAt }) => expiresAt?.getTime() ?? Number.POSITIVE_INFINITY,
  last_used: ({ lastUsedAt }) => lastUsedAt?.getTime() ?? Number.NEGATIVE_INFINITY,
};

function expected({ search, status, risk, order, descending }: KeyListQuery): string[] {
  const term = search.toLowerCase().trim();
  const value = values[order];
  return stored
    .filter((key) => {
      const could = ['Active', 'Inactive'].includes(statusOf(key, now));
      const texts = [key.name.toLowerCase(), key.owner ?? '', key.clientId.toLowerCase()];
      if (term.length >= 3 && !texts.some((text) => text.includes(term))) return false;
      if (term.length < 3 && !texts.slice(0, 2).some((text) => text.startsWith(term))) return false;
      if (status && statusOf(key, now) !== status) return false;
      if (risk === 'never_expires') return could && key.expiresAt === null;
      if (risk === 'owner_left') return could && key.ownerDisabled;
      const old = (time: Date | null) => now.getTime() - (time?.getTime() ?? 0) > 90 * day;
      return risk === null || (could && old(key.createdAt) && old(key.lastUsedAt));
    })
    .toSorted((left, right) => {
      const [a, b] = [value(left), value(right)];
      const ascending = a === b ? (left.id < right.id ? -1 : 1) : a < b ? -1 : 1;
      return descending ? -ascending : ascending;
    })
    .map(({ clientId }) => clientId);
}

async function page(query: KeyListQuery, place: { after?: Place | null; before?: Place | null } = {}) {
  const view = await listTenantKeys(admin, { ...query, after: null, before: null, ...place });
  if (!view) throw new Error('The admin sees no list.');
  return { ...view, ids: view.keys.map(({ clientId }) => clientId) };
}

const queryOf = (text: string) => readKeyListQuery(Object.fromEntries(new URLSearchParams(text))).query;

const filters = ['', ...statuses.map((status) => `status=${status}`), ...risks.map((risk) => `risk=${risk}`)];
const searches = ['k', 'key 1', 'dana@', 'EXAMPLE', '100%_a\\b', '%', '_ey', 'zzz', 'sa', 'lk_id_', "'; --"];
const sorts = orders.flatMap((order) => [order, `-${order}`]);

describe('forward and backward, every page holds what it should', () => {
  test.each([
    ...sorts.map((sort) => `sort=${sort}`),
    ...sorts.map((sort) => `sort=${sort}&status=Inactive`),
    ...filters.map((filter) => `${filter}&sort=name`),
    ...searches.map((search) => `search=${encodeURIComponent(search)}&sort=-last_used`),
    'search=key&status=Active&risk=never_expires&sort=expires',
  ])('%s', async (text) => {
    const query = queryOf(text);
    const all = expected(query);
    const pages: string[][] = [];
    let current = await page(query);
    expect(current.count).toBe(all.length);
    expect(current.before).toBeNull();
    for (;;) {
      pages.push(current.ids);
      if (!current.after) break;
      expect(current.ids).toHaveLength(keysPerPage);
      current = await page(query, { after: current.after });
    }
    expect(pages.flat()).toEqual(all);
    for (let index = pages.length - 2; index >= 0; index--) {
      current = await page(query, { before: current.before });
      expect(current.ids).toEqual(pages[index]);
    }
    expect(current.before).toBeNull();
  });
});

test('the filters of the test leave something and leave something out', () => {
  for (const text of [...filters.slice(1), 'search=dana@', 'search=100%25_a\\b', 'search=sa']) {
    const { length } = expected(queryOf(text));
    expect([text, length > 0, length < total]).toEqual([text, true, true]);
  }
});

test('a row says what there is to know', async () => {
  const { tenant, viewer, member } = await createViewer({ apiKeysEnabled: true }, { roles: ['admin', 'developer'] });
  const key = await createKeyFor(viewer, { name: 'Laptop', expiry: { kind: 'never' } });
  const agent = await createAgentKeyFor(viewer, { name: 'Nightly' });
  const view = await listTenantKeys(viewer, queryOf('sort=name'));
  expect(view?.keys).toEqual([
    {
      clientId: key.clientId,
      name: 'Laptop',
      owner: member.email,
      status: 'Active',
      hints: [],
      usageAlert: null,
      createdAt: expect.stringMatching(/Z$/),
      updatedAt: expect.stringMatching(/Z$/),
      expiresAt: null,
      lastUsedAt: null,
    },
    expect.objectContaining({ clientId: agent.clientId, owner: null, expiresAt: expect.stringMatching(/Z$/) }),
  ]);
  await sql('UPDATE tenant SET api_keys_enabled = false WHERE id = $1', [tenant.id]);
  const off = await listTenantKeys(viewer, queryOf('sort=name'));
  expect(off?.keys.map(({ hints }) => hints)).toEqual([
    ['Disabled by your administrator'],
    ['Disabled by your administrator'],
  ]);
});

test('an owner who left is said, unless offboarding kept the key', async () => {
  const { tenant, viewer } = await createViewer({}, { roles: ['admin'] });
  const owner = await viewerFor(await createMember(tenant));
  const stopped = await createKeyFor(owner, { name: 'A' });
  const kept = await createKeyFor(owner, { name: 'B' });
  await sql(`UPDATE key SET kept_until = now() + interval '1 day' WHERE client_id = $1`, [kept.clientId]);
  await sql('UPDATE member SET disabled_at = now() WHERE id = $1', [owner.memberId]);
  const view = await listTenantKeys(viewer, queryOf('risk=owner_left&sort=name'));
  expect(view?.keys.map(({ clientId, hints }) => [clientId, hints])).toEqual([
    [stopped.clientId, ['Owner disabled']],
    [kept.clientId, []],
  ]);
});

test('the owner’s e-mail follows the member and the owner', async () => {
  const { tenant, viewer } = await createViewer({}, { roles: ['admin', 'developer'] });
  const { clientId } = await createKeyFor(viewer);
  const found = async (search: string) =>
    (await listTenantKeys(viewer, queryOf(`search=${search}`)))?.keys.map((key) => key.clientId);
  await sql(`UPDATE member SET email = 'Renamed@Example.Test' WHERE id = $1`, [viewer.memberId]);
  expect(await found('renamed@example')).toEqual([clientId]);
  const other = await createMember(tenant, { email: 'other@example.test' });
  await sql('UPDATE key SET owner_id = $1 WHERE client_id = $2', [other.id, clientId]);
  expect(await found('renamed@example')).toEqual([]);
  expect(await found('other@example')).toEqual([clientId]);
  await sql('UPDATE key SET owner_id = NULL WHERE client_id = $1', [clientId]);
  expect(await found('other@example')).toEqual([]);
});

test('nobody but an admin of the tenant gets the list', async () => {
  const { tenant } = await createViewer();
  for (const roles of [[], ['developer' as const]]) {
    expect(await listTenantKeys(await viewerFor(await createMember(tenant, { roles })), queryOf(''))).toBeNull();
  }
  const foreign = await viewerFor(await createMember(await createTenant(), { roles: ['admin'] }));
  expect((await listTenantKeys(foreign, queryOf('')))?.keys).toEqual([]);
});

test('a place that is gone or made up leads to the first page', async () => {
  const query = queryOf('sort=-created');
  const first = await page(query);
  const nowhere = { value: '-1000000', id: '00000000-0000-0000-0000-000000000000' };
  expect((await page(query, { after: nowhere })).ids).toEqual(first.ids);
});

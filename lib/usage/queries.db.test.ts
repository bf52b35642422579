import { describe, expect, test } from 'vitest';
import type { Viewer } from '@/lib/auth/queries';
import { askedWith } from '@/tests/support/requests';
import { countCaller, countRequests } from '@/tests/support/usage';
import {
  createKeyFor,
  createMember,
  createTenant,
  createViewer,
  rotateKeyFor,
  sql,
  viewerFor,
} from '@/tests/support/world';
import { getKeyPage } from '../keys/queries';
import { authenticate } from '../verification/authenticate';
import { flushUsage } from '../verification/usage';
import { findFirstRequest, findKeyTraffic, listMemberTraffic, listWeeks } from './queries';

const policy = { maximumKeysPerUser: 100 };
const none = [0, 0, 0, 0, 0, 0, 0];

/** A member with a key, and others whose keys are none of their business. */
async function prepare() {
  const { tenant, member, viewer } = await createViewer(policy);
  const { clientId, secret } = await createKeyFor(viewer);
  const colleague = await viewerFor(await createMember(tenant));
  const elsewhere = await createViewer(policy);
  const foreign = [(await createKeyFor(colleague)).clientId, (await createKeyFor(elsewhere.viewer)).clientId];
  for (const id of foreign) {
    await countRequests(id, { requests: 7 });
    await countRequests(id, { outcome: 'invalid_credential', requests: 3 });
    await countCaller(id, { requests: 7 });
  }
  return { tenant, member, viewer, clientId, secret, foreign, elsewhere: elsewhere.viewer, colleague };
}

/** Counts at a time of a day (UTC) so many days ago. */
const countAt = (clientId: string, daysAgo: number, time: string, outcome = 'accepted') =>
  sql(
    `INSERT INTO key_usage_hour (tenant_id, key_id, hour, outcome, requests)
     SELECT tenant_id, id, ((clock_timestamp() AT TIME ZONE 'UTC')::date - $2::int + $3::text::time) AT TIME ZONE 'UTC', $4::text::usage_outcome, 1
       FROM key WHERE client_id = $1`,
    [clientId, daysAgo, time, outcome],
  );

describe('the weeks of a list', () => {
  test('hold the viewer’s own keys that had requests, and nobody else’s', async () => {
    const { viewer, clientId } = await prepare();
    await createKeyFor(viewer, { name: 'Quiet' });
    expect(await listWeeks(viewer, 'personal')).toEqual(new Map());
    await countRequests(clientId, { requests: 4 });
    expect([...(await listWeeks(viewer, 'personal')).keys()]).toEqual([clientId]);
    const { keys } = await getKeyPage(viewer);
    expect(keys.map(({ name, week }) => [name, week.accepted[6]])).toEqual([
      ['Quiet', 0],
      ['API key 1', 4],
    ]);
  });

  test('begin at midnight UTC six days ago and end with today, whatever the session’s time zone is', async () => {
    const { viewer, clientId } = await prepare();
    await countAt(clientId, 7, '23:00');
    await countAt(clientId, 6, '00:00');
    await countAt(clientId, 6, '23:00', 'accepted_previous');
    await countAt(clientId, 1, '23:00');
    await countAt(clientId, 0, '00:00', 'key_inactive');
    expect((await listWeeks(viewer, 'personal')).get(clientId)).toEqual({
      accepted: [2, 0, 0, 0, 0, 1, 0],
      refused: [0, 0, 0, 0, 0, 0, 1],
    });
  });

  test('add up every outcome, beyond 32 bits', async () => {
    const { viewer, clientId } = await prepare();
    await countAt(clientId, 0, '00:00', 'accepted_previous');
    await sql(
      `UPDATE key_usage_hour u SET requests = 3000000000 FROM key k WHERE k.id = u.key_id AND k.client_id = $1`,
      [clientId],
    );
    await countAt(clientId, 0, '01:00');
    await sql(
      `UPDATE key_usage_hour u SET requests = 9000000000 FROM key k
        WHERE k.id = u.key_id AND k.client_id = $1 AND u.outcome = 'accepted'`,
      [clientId],
    );
    const refusals = [
      'invalid_credential',
      'key_revoked',
      'key_expired',
      'key_inactive',
      'api_keys_disabled',
      'owner_disabled',
      'insufficient_scope',
      'rate_limited',
    ];
    for (const outcome of refusals) await countAt(clientId, 0, '00:00', outcome);
    expect((await listWeeks(viewer, 'personal')).get(clientId)).toEqual({
      accepted: [0, 0, 0, 0, 0, 0, 12_000_000_000],
      refused: [0, 0, 0, 0, 0, 0, refusals.length],
    });
    expect((await findKeyTraffic(viewer, clientId))?.refusals).toEqual(
      refusals.sort().map((reason) => ({ reason, requests: 1 })),
    );
  });
});

describe('the traffic of a key', () => {
  test('says who called, when last, how often, and why calls were refused', async () => {
    const { viewer, clientId } = await prepare();
    expect(await findKeyTraffic(viewer, clientId)).toEqual({
      lastUsedAt: null,
      week: { accepted: none, refused: none },
      refusals: [],
      callers: [],
      otherRequests: 0,
      now: expect.stringMatching(/Z$/),
    });
    await countRequests(clientId, { requests: 10 });
    await countRequests(clientId, { requests: 2, outcome: 'key_inactive' });
    await countRequests(clientId, { requests: 3, outcome: 'invalid_credential' });
    await countRequests(clientId, { requests: 1, outcome: 'invalid_credential' });
    await countCaller(clientId, { address: '198.51.100.1', client: 'node', requests: 1 });
    await countCaller(clientId, { address: '198.51.100.2', client: 'node', requests: 2, daysAgo: 3 });
    await countCaller(clientId, { address: '198.51.100.2', client: 'node', requests: 1, daysAgo: 6 });
    await countCaller(clientId, { address: '198.51.100.3', client: 'curl', requests: 2 });
    await countCaller(clientId, { address: '198.51.100.9', client: 'old', requests: 100, daysAgo: 7 });
    await sql(
      `UPDATE key_last_use SET last_used_at = '2026-01-02T03:04:05Z' WHERE key_id = (SELECT id FROM key WHERE client_id = $1)`,
      [clientId],
    );
    expect(await findKeyTraffic(viewer, clientId)).toMatchObject({
      lastUsedAt: '2026-01-02T03:04:05.000Z',
      refusals: [
        { reason: 'invalid_credential', requests: 4 },
        { reason: 'key_inactive', requests: 2 },
      ],
      callers: [
        { address: '198.51.100.3', client: 'curl', requests: 2, daysAgo: 0 },
        { address: '198.51.100.1', client: 'node', requests: 1, daysAgo: 0 },
        { address: '198.51.100.2', client: 'node', requests: 3, daysAgo: 3 },
      ],
      otherRequests: 4,
    });
  });

  test('shows 20 callers, and how many requests came from others', async () => {
    const { viewer, clientId } = await prepare();
    for (let host = 1; host <= 23; host++) {
      await countCaller(clientId, { address: `198.51.100.${host}`, requests: host });
    }
    await countRequests(clientId, { requests: 1000 });
    const traffic = await findKeyTraffic(viewer, clientId);
    expect(traffic?.callers).toHaveLength(20);
    expect(traffic?.callers[0]).toMatchObject({ address: '198.51.100.23' });
    expect(traffic?.otherRequests).toBe(1000 - 270);
  });

  test('of a colleague’s, a foreign or a deleted key is like that of a missing one', async () => {
    const { viewer, clientId, foreign } = await prepare();
    await countRequests(clientId);
    await countCaller(clientId);
    await sql('DELETE FROM key WHERE client_id = $1', [clientId]);
    for (const id of [...foreign, clientId, 'lk_id_0000000000000000', '']) {
      expect(await findKeyTraffic(viewer, id)).toBeNull();
      expect(await findFirstRequest(viewer, id)).toBeNull();
    }
    expect(await sql('SELECT 1 FROM key_usage_hour u LEFT JOIN key k ON k.id = u.key_id WHERE k.id IS NULL')).toEqual(
      [],
    );
  });
});

describe('the first request with a secret', () => {
  test('is none, then refused for a reason, then accepted from somebody', async () => {
    const { viewer, clientId, secret } = await prepare();
    expect(await findFirstRequest(viewer, clientId)).toEqual({ accepted: false, caller: null, refusals: [] });
    await countRequests(clientId, { outcome: 'invalid_credential', requests: 2 });
    expect(await findFirstRequest(viewer, clientId)).toEqual({
      accepted: false,
      caller: null,
      refusals: [{ reason: 'invalid_credential', requests: 2 }],
    });
    await authenticate({ ...askedWith(secret), origin: { address: '198.51.100.1', userAgent: 'node' } });
    await flushUsage();
    expect(await findFirstRequest(viewer, clientId)).toEqual({
      accepted: true,
      caller: { address: '198.51.100.1', client: 'node' },
      refusals: [{ reason: 'invalid_credential', requests: 2 }],
    });
  });

  test('brings neither refusals nor callers of the hours before the secret was minted', async () => {
    const { viewer, clientId } = await prepare();
    // Two, so that it holds also when the hour or the day turns meanwhile.
    await countRequests(clientId, { hoursAgo: 2 });
    await countRequests(clientId, { hoursAgo: 2, outcome: 'key_inactive' });
    await countCaller(clientId, { daysAgo: 2 });
    expect(await findFirstRequest(viewer, clientId)).toEqual({ accepted: false, caller: null, refusals: [] });
    await sql(
      `UPDATE key_secret s SET minted_at = minted_at - interval '3 days' FROM key k WHERE k.id = s.key_id AND k.client_id = $1`,
      [clientId],
    );
    expect(await findFirstRequest(viewer, clientId)).toMatchObject({
      caller: { client: 'curl' },
      refusals: [{ reason: 'key_inactive', requests: 1 }],
    });
  });
});

describe('the first request with a secret that a rotation brought', () => {
  const call = async (secret: string, scopes: string[] = []) => (await authenticate(askedWith(secret, scopes))).status;

  test('is awaited until the new secret is accepted, however busy the old one is, also within the same hour', async () => {
    const { viewer } = await createViewer(policy);
    const { clientId, secret } = await createKeyFor(viewer);
    const accepted = async () => {
      await flushUsage();
      return (await findFirstRequest(viewer, clientId))?.accepted;
    };
    expect(await accepted()).toBe(false);
    expect(await call(secret)).toBe('accepted');
    expect(await accepted()).toBe(true);
    const second = await rotateKeyFor(viewer, clientId);
    expect(await accepted()).toBe(false);
    for (let count = 0; count < 3; count++) expect(await call(secret)).toBe('accepted');
    expect(await accepted()).toBe(false);
    // Last used was written within this minute, and is written again all the same.
    expect(await call(second.secret)).toBe('accepted');
    expect(await call(secret)).toBe('accepted');
    expect(await accepted()).toBe(true);
    const third = await rotateKeyFor(viewer, clientId, { overlap: 'none', endOlder: true });
    expect(await call(second.secret)).toBe('refused');
    expect(await accepted()).toBe(false);
    await Promise.all(Array.from({ length: 5 }, () => call(third.secret)));
    expect(await accepted()).toBe(true);
  });

  test('is awaited while the key lacks the scope that the requests need', async () => {
    const { viewer } = await createViewer(policy);
    const { clientId, secret } = await createKeyFor(viewer);
    for (let count = 0; count < 2; count++) expect(await call(secret, ['reports:read'])).toBe('forbidden');
    await flushUsage();
    expect(await findFirstRequest(viewer, clientId)).toMatchObject({
      accepted: false,
      refusals: [{ reason: 'insufficient_scope', requests: 2 }],
    });
    expect(await call(secret)).toBe('accepted');
    expect((await findFirstRequest(viewer, clientId))?.accepted).toBe(true);
  });
});

describe('the traffic of a member’s keys', () => {
  async function prepareReview() {
    const world = await prepare();
    await countRequests(world.clientId, { requests: 40, hoursAgo: 24 });
    await countRequests(world.clientId, { requests: 2, outcome: 'rate_limited' });
    await countRequests(world.clientId, { requests: 500, hoursAgo: 24 * 8 });
    for (const daysAgo of [0, 1, 7]) {
      await countCaller(world.clientId, { daysAgo });
      await countCaller(world.clientId, { daysAgo, client: 'node' });
      await countCaller(world.clientId, { daysAgo, address: `198.51.100.${daysAgo}` });
    }
    const admin = await viewerFor(await createMember(world.tenant, { roles: ['admin'], licensed: false }));
    return { ...world, admin };
  }

  test('is for an admin of the tenant: 7 days of requests, and how many different callers', async () => {
    const { member, clientId, admin, viewer } = await prepareReview();
    await createKeyFor(viewer, { name: 'Quiet' });
    expect(await listMemberTraffic(admin, member.id)).toEqual(
      new Map([[clientId, { requests: 42, refused: 2, callers: 4 }]]),
    );
  });

  test('is empty for everybody else', async () => {
    const { member, viewer, colleague, elsewhere, admin } = await prepareReview();
    const foreignAdmin = await viewerFor(await createMember(await createTenant(), { roles: ['admin'] }));
    const nobody = async (of: Viewer) => expect(await listMemberTraffic(of, member.id)).toEqual(new Map());
    for (const of of [viewer, colleague, elsewhere, foreignAdmin]) await nobody(of);
    await sql(`UPDATE member SET roles = '{developer}' WHERE id = $1`, [admin.memberId]);
    await nobody(admin);
  });
});

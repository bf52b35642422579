/** The meter of an overlap: who still presents the secret that a rotation replaced. */
import { describe, expect, test } from 'vitest';
import type { Viewer } from '@/lib/auth/queries';
import { askedWith } from '@/tests/support/requests';
import {
  createAgentKeyFor,
  createKeyFor,
  createMember,
  createViewer,
  rotateKeyFor,
  sql,
  viewerFor,
} from '@/tests/support/world';
import { deactivateKey } from '../keys/mutations';
import { getKeyPage } from '../keys/queries';
import { retireSecret } from '../keys/rotation';
import { authenticate } from '../verification/authenticate';
import { readRows } from '../verification/rows';
import { countRequest, flushUsage } from '../verification/usage';
import { findOverlapUse, listOverlapUses } from './queries';

async function prepare() {
  const world = await createViewer({ maximumKeysPerUser: 10 });
  const key = await createKeyFor(world.viewer);
  return { ...world, ...key };
}
async function call(secret: string, address = '198.51.100.1', userAgent = 'curl/8', scopes: string[] = []) {
  const { status } = await authenticate({ ...askedWith(secret, scopes), origin: { address, userAgent } });
  return status;
}
async function callFrom(secret: string, from: number, to: number) {
  for (let host = from; host <= to; host++) expect(await call(secret, `198.51.100.${host}`)).toBe('accepted');
}
const meter = async (viewer: Viewer, clientId: string) => {
  await flushUsage();
  const found = await findOverlapUse(viewer, clientId);
  if (!found) throw new Error('There is no such key.');
  return found.use;
};
async function rowOf(clientId: string) {
  const [found] = await readRows([clientId]);
  if (!found?.row) throw new Error('There is no such key.');
  return { row: found.row, now: found.now };
}

describe('the meter', () => {
  test('counts what was accepted with the old secret, and nothing else', async () => {
    const { viewer, clientId, secret } = await prepare();
    await call(secret);
    expect(await meter(viewer, clientId)).toBeNull();
    const rotated = await rotateKeyFor(viewer, clientId);
    expect(await meter(viewer, clientId)).toEqual({
      since: expect.stringMatching(/Z$/),
      endsAt: rotated.previousEndsAt?.toISOString(),
      requests: 0,
      lastUsedAt: null,
      callers: [],
      otherRequests: 0,
      now: expect.stringMatching(/Z$/),
    });
    expect(await listOverlapUses(viewer, 'personal')).toEqual(new Map());
    await call(rotated.secret);
    await call(secret, '198.51.100.1', 'curl/8', ['reports:read']);
    await call(secret, '198.51.100.2', 'node');
    expect((await meter(viewer, clientId))?.callers).toEqual([
      { address: '198.51.100.2', client: 'node', requests: 1 },
    ]);
    await call(secret, '198.51.100.1');
    await call(secret, '198.51.100.1');
    const use = await meter(viewer, clientId);
    expect(use).toMatchObject({
      requests: 3,
      callers: [
        { address: '198.51.100.1', client: 'curl', requests: 2 },
        { address: '198.51.100.2', client: 'node', requests: 1 },
      ],
      otherRequests: 0,
    });
    const { lastUsedAt = '', since = '' } = use ?? {};
    expect(lastUsedAt && lastUsedAt >= since).toBe(true);
    expect(await listOverlapUses(viewer, 'personal')).toEqual(new Map([[clientId, { requests: 3, lastUsedAt }]]));
    expect((await getKeyPage(viewer)).keys[0]?.overlap).toEqual({
      since,
      endsAt: use?.endsAt,
      requests: 3,
      lastUsedAt,
    });
  });

  test('names 20 callers, over several flushes, and counts the others’ requests', async () => {
    const { viewer, clientId, secret } = await prepare();
    await rotateKeyFor(viewer, clientId);
    await callFrom(secret, 1, 12);
    await flushUsage();
    await callFrom(secret, 1, 25);
    await flushUsage();
    await callFrom(secret, 11, 13);
    await callFrom(secret, 24, 26);
    const use = await meter(viewer, clientId);
    expect(use).toMatchObject({ requests: 43, otherRequests: 8 });
    expect(use?.callers).toHaveLength(20);
    expect(use?.callers.slice(0, 3).map(({ address, requests }) => [address, requests])).toEqual([
      ['198.51.100.11', 3],
      ['198.51.100.12', 3],
      ['198.51.100.1', 2],
    ]);
  });

  test('adds to what other processes have written, beyond 32 bits', async () => {
    const { viewer, clientId, secret } = await prepare();
    await rotateKeyFor(viewer, clientId);
    await call(secret);
    await flushUsage();
    await sql(`UPDATE previous_secret_use SET requests = 5000000000, last_used_at = '2999-01-01T00:00:00Z'`);
    await call(secret);
    expect(await meter(viewer, clientId)).toMatchObject({
      requests: 5_000_000_001,
      lastUsedAt: '2999-01-01T00:00:00.000Z',
    });
  });

  test('begins anew with the next rotation, also for what was counted before and is written after it', async () => {
    const { viewer, clientId, secret } = await prepare();
    const second = await rotateKeyFor(viewer, clientId);
    await callFrom(secret, 1, 3);
    await flushUsage();
    await callFrom(secret, 4, 6);
    await rotateKeyFor(viewer, clientId, { endOlder: true });
    await callFrom(second.secret, 7, 7);
    const use = await meter(viewer, clientId);
    expect(use).toMatchObject({ requests: 1, otherRequests: 0, callers: [{ address: '198.51.100.7' }] });
    const [hours] = await sql<{ requests: number }>(
      `SELECT sum(requests)::int AS requests FROM key_usage_hour WHERE tenant_id = $1 AND outcome = 'accepted_previous'`,
      [viewer.tenantId],
    );
    expect(hours?.requests).toBe(7);
  });

  test('begins anew also for what a database that took no writes has kept waiting', async () => {
    const { viewer, clientId, secret } = await prepare();
    const second = await rotateKeyFor(viewer, clientId);
    await callFrom(secret, 1, 3);
    await sql('ALTER TABLE key_usage_hour RENAME TO elsewhere');
    const failing = flushUsage();
    await failing;
    await sql('ALTER TABLE elsewhere RENAME TO key_usage_hour');
    await rotateKeyFor(viewer, clientId, { endOlder: true });
    await callFrom(second.secret, 4, 4);
    expect(await meter(viewer, clientId)).toMatchObject({ requests: 1, callers: [{ address: '198.51.100.4' }] });
  });

  test('begins anew also for a request that was looked up before the rotation and is counted after others', async () => {
    const { viewer, clientId } = await prepare();
    await rotateKeyFor(viewer, clientId);
    const older = await rowOf(clientId);
    await rotateKeyFor(viewer, clientId, { endOlder: true });
    const younger = await rowOf(clientId);
    const origin = { address: '198.51.100.1', userAgent: 'curl/8' };
    for (const { row, now } of [younger, older, older]) countRequest(row, 'accepted_previous', origin, now);
    expect(await meter(viewer, clientId)).toMatchObject({ requests: 1, callers: [{ requests: 1 }] });
  });

  test('ends with the overlap: by itself, with Retire, or with a rotation at once', async () => {
    const { viewer, clientId, secret } = await prepare();
    const second = await rotateKeyFor(viewer, clientId);
    await call(secret);
    expect(await retireSecret(viewer, clientId)).toEqual({ status: 'done' });
    await call(secret);
    expect(await meter(viewer, clientId)).toBeNull();
    const third = await rotateKeyFor(viewer, clientId);
    await call(second.secret);
    await flushUsage();
    await sql(`UPDATE key_secret SET ends_at = clock_timestamp() WHERE ends_at IS NOT NULL`);
    expect(await meter(viewer, clientId)).toBeNull();
    await rotateKeyFor(viewer, clientId, { overlap: 'none' });
    await call(third.secret);
    expect(await meter(viewer, clientId)).toBeNull();
    expect(await sql('SELECT 1 FROM previous_secret_use WHERE tenant_id = $1', [viewer.tenantId])).toEqual([]);
  });

  test('goes on through a pause, which stops the requests', async () => {
    const { viewer, clientId, secret } = await prepare();
    await rotateKeyFor(viewer, clientId);
    await call(secret);
    await deactivateKey(viewer, clientId);
    expect(await call(secret)).toBe('refused');
    expect(await meter(viewer, clientId)).toMatchObject({ requests: 1 });
  });

  test('of an agent key is every member’s to see; of a colleague’s or a foreign key it is like that of a missing one', async () => {
    const { viewer, tenant, clientId, secret } = await prepare();
    const colleague = await viewerFor(await createMember(tenant, { roles: [] }));
    const stranger = (await createViewer()).viewer;
    const agent = await createAgentKeyFor(viewer);
    await rotateKeyFor(viewer, clientId);
    await rotateKeyFor(viewer, agent.clientId);
    await call(secret);
    await call(agent.secret);
    expect(await meter(colleague, agent.clientId)).toMatchObject({ requests: 1 });
    expect([...(await listOverlapUses(colleague, 'agent')).keys()]).toEqual([agent.clientId]);
    expect(await findOverlapUse(colleague, clientId)).toBeNull();
    expect(await listOverlapUses(colleague, 'personal')).toEqual(new Map());
    for (const id of [clientId, agent.clientId, 'lk_id_0000000000000000', ''])
      expect(await findOverlapUse(stranger, id)).toBeNull();
    expect(await listOverlapUses(stranger, 'agent')).toEqual(new Map());
  });
});

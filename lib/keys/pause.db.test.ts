/** A pause that ends by itself: by the database's clock, without a job. */
import { describe, expect, test } from 'vitest';
import type { Viewer } from '@/lib/auth/queries';
import { expectIntact } from '@/tests/support/audit';
import { askedWith } from '@/tests/support/requests';
import { countRequests } from '@/tests/support/usage';
import { createAgentKeyFor, createKeyFor, createViewer, everythingStored, sql } from '@/tests/support/world';
import { listPauseRefusals } from '../usage/queries';
import { authenticate } from '../verification/authenticate';
import { flushUsage } from '../verification/usage';
import { activateKey, deactivateKey } from './mutations';
import { getAgentKeyPage, getKeyPage } from './queries';
import type { Pause } from './schema';

const minute = 60_000;
const done = { status: 'done' };
const verify = async (secret: string) => {
  const verdict = await authenticate(askedWith(secret));
  return verdict.status === 'refused' ? verdict.reason : verdict.status;
};
async function prepare() {
  const world = await createViewer();
  return { ...world, ...(await createKeyFor(world.viewer)) };
}
const onlyKey = async (viewer: Viewer) => (await getKeyPage(viewer)).keys[0];
const endPause = (clientId: string, ending = 'clock_timestamp()') =>
  sql(`UPDATE key SET deactivated_until = ${ending} WHERE client_id = $1`, [clientId]);

describe('a timed pause', () => {
  test.each<[Pause, number]>([
    ['15m', 15 * minute],
    ['1h', 60 * minute],
    ['24h', 24 * 60 * minute],
  ])('of %s ends by itself', async (pause, length) => {
    const { viewer, tenant, clientId, secret } = await prepare();
    expect(await deactivateKey(viewer, clientId, pause)).toEqual(done);
    const [row] = await sql<{ length: number; until: Date }>(
      `SELECT (extract(epoch FROM deactivated_until - deactivated_at) * 1000)::float8 AS length, deactivated_until AS until
         FROM key WHERE client_id = $1`,
      [clientId],
    );
    expect(row?.length).toBe(length);
    expect((await expectIntact(tenant.id)).at(-1)).toMatchObject({
      action: 'key.deactivated',
      clientId,
      details: { until: row?.until.toISOString() },
    });
    expect(await verify(secret)).toBe('key_inactive');
    expect((await onlyKey(viewer))?.pause).toMatchObject({ until: row?.until.toISOString() });
    // Whatever is left of it, it is a pause; with its end it is none.
    await endPause(clientId, `clock_timestamp() + interval '30 seconds'`);
    expect(await verify(secret)).toBe('key_inactive');
    await endPause(clientId);
    expect(await verify(secret)).toBe('accepted');
    expect(await onlyKey(viewer)).toMatchObject({ status: 'Active', pause: null });
    const before = await everythingStored();
    expect(await activateKey(viewer, clientId)).toEqual({
      status: 'refused',
      message: 'This key is Active now: it cannot be activated.',
    });
    expect(await everythingStored()).toBe(before);
  });

  test('can be ended before its time, and begin anew, for a time or for good', async () => {
    const { viewer, clientId, secret } = await prepare();
    await deactivateKey(viewer, clientId, '24h');
    expect(await deactivateKey(viewer, clientId, '15m')).toMatchObject({ status: 'refused' });
    expect(await activateKey(viewer, clientId)).toEqual(done);
    expect(await verify(secret)).toBe('accepted');
    await deactivateKey(viewer, clientId, '15m');
    await endPause(clientId);
    expect(await deactivateKey(viewer, clientId)).toEqual(done);
    expect((await onlyKey(viewer))?.pause).toEqual({ until: null, refused: 0 });
    expect(await verify(secret)).toBe('key_inactive');
  });
});

describe('what a pause has refused', () => {
  const refused = async (viewer: Viewer) => {
    await flushUsage();
    return (await onlyKey(viewer))?.pause?.refused;
  };

  test('is counted from its beginning, without what an earlier pause of the same hour refused', async () => {
    const { viewer, clientId, secret } = await prepare();
    await deactivateKey(viewer, clientId, '15m');
    expect(await refused(viewer)).toBe(0);
    for (let count = 0; count < 3; count++) await verify(secret);
    expect(await refused(viewer)).toBe(3);
    await activateKey(viewer, clientId);
    await verify(secret);
    await deactivateKey(viewer, clientId, '1h');
    expect(await refused(viewer)).toBe(0);
    for (let count = 0; count < 2; count++) await verify(secret);
    expect(await refused(viewer)).toBe(2);
    await endPause(clientId);
    await deactivateKey(viewer, clientId);
    await verify(secret);
    expect(await refused(viewer)).toBe(1);
  });

  test('goes on through the hours, and leaves out those before it', async () => {
    const { viewer, clientId } = await prepare();
    await countRequests(clientId, { outcome: 'key_inactive', requests: 100, hoursAgo: 6 });
    await countRequests(clientId, { outcome: 'key_expired', requests: 50 });
    await deactivateKey(viewer, clientId);
    await sql(`UPDATE key SET deactivated_at = deactivated_at - interval '4 hours' WHERE client_id = $1`, [clientId]);
    await countRequests(clientId, { outcome: 'key_inactive', requests: 5, hoursAgo: 2 });
    await countRequests(clientId, { outcome: 'key_inactive', requests: 7 });
    expect(await refused(viewer)).toBe(12);
  });

  test('of an agent key is every member’s to see, of a colleague’s nobody’s', async () => {
    const { viewer } = await createViewer();
    const stranger = await createViewer();
    const agent = await createAgentKeyFor(viewer);
    await deactivateKey(viewer, agent.clientId);
    await verify(agent.secret);
    await flushUsage();
    expect((await getAgentKeyPage(viewer)).keys[0]?.pause).toEqual({ until: null, refused: 1 });
    expect(await listPauseRefusals(viewer, 'personal')).toEqual(new Map());
    expect(await listPauseRefusals(stranger.viewer, 'agent')).toEqual(new Map());
  });
});

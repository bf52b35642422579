/** Counts that are written while secrets come and go. */
import { expect, test } from 'vitest';
import type { Viewer } from '@/lib/auth/queries';
import { openBarrier } from '@/tests/support/locks';
import { askedWith } from '@/tests/support/requests';
import {
  createAgentKeyFor,
  createKeyFor,
  createMember,
  createTenant,
  createViewer,
  rotateKeyFor,
  sql,
  viewerFor,
} from '@/tests/support/world';
import { deleteKey } from '../keys/mutations';
import { retireSecret } from '../keys/rotation';
import { authenticate } from '../verification/authenticate';
import { flushUsage } from '../verification/usage';
import { findOverlapUse } from './queries';

const done = { status: 'done' };
const accepts = async (secret: string) => (await authenticate(askedWith(secret))).status === 'accepted';

async function prepareOverlap() {
  const { viewer } = await createViewer({ deactivateBeforeDelete: false });
  const { clientId, secret } = await createKeyFor(viewer);
  await rotateKeyFor(viewer, clientId);
  return { viewer, clientId, secret };
}
/** Accepted requests with the key's secrets, as they are stored by the hour. */
async function counted(clientId: string) {
  const [row] = await sql<{ requests: number }>(
    `SELECT coalesce(sum(h.requests), 0)::int AS requests FROM key k JOIN key_usage_hour h ON h.key_id = k.id
      WHERE k.client_id = $1 AND h.outcome IN ('accepted', 'accepted_previous')`,
    [clientId],
  );
  return row?.requests;
}

test.each([
  [
    'retired',
    `DELETE FROM key_secret WHERE position = 'previous' AND key_id = (SELECT id FROM key WHERE client_id = $1)`,
  ],
  ['deleted with its key', 'DELETE FROM key WHERE client_id = $1'],
])('a secret that is %s while its counts are written takes no counts of other keys along', async (_, statement) => {
  const gone = await prepareOverlap();
  const stays = await prepareOverlap();
  for (let count = 0; count < 3; count++) {
    expect(await accepts(gone.secret)).toBe(true);
    expect(await accepts(stays.secret)).toBe(true);
  }
  const barrier = await openBarrier();
  await barrier.run(statement, [gone.clientId]);
  const flushing = flushUsage();
  await barrier.waited();
  await barrier.release();
  await flushing;
  expect((await findOverlapUse(gone.viewer, gone.clientId))?.use ?? null).toBeNull();
  expect(await findOverlapUse(stays.viewer, stays.clientId)).toMatchObject({ use: { requests: 3 } });
  expect(await counted(stays.clientId)).toBe(3);
});

test('a Retire that waits for counts being written ends the secret after them', async () => {
  const { viewer, clientId, secret } = await prepareOverlap();
  expect(await accepts(secret)).toBe(true);
  const barrier = await openBarrier();
  await barrier.run(
    `SELECT 1 FROM key_secret WHERE position = 'previous' AND key_id = (SELECT id FROM key WHERE client_id = $1) FOR KEY SHARE`,
    [clientId],
  );
  const retiring = retireSecret(viewer, clientId);
  await barrier.waited();
  // Nothing is acknowledged yet, and the counts need not wait for it.
  expect(await accepts(secret)).toBe(true);
  await barrier.release();
  expect(await retiring).toEqual(done);
  expect(await accepts(secret)).toBe(false);
  await flushUsage();
  expect(await counted(clientId)).toBe(2);
});

test('rotations, retires and deletions while counts are written never deadlock, and every request is counted', async () => {
  const tenant = await createTenant({ maximumKeysPerUser: 100, deactivateBeforeDelete: false });
  const viewers = await Promise.all(Array.from({ length: 4 }, async () => viewerFor(await createMember(tenant))));
  const quiet = await prepareOverlap();
  const accepted = new Map<string, number>();
  const call = async (clientId: string, ...secrets: string[]) => {
    const verdicts = await Promise.all(secrets.map(accepts));
    accepted.set(clientId, (accepted.get(clientId) ?? 0) + verdicts.filter(Boolean).length);
  };
  let running = true;
  const flushing = (async () => {
    while (running) {
      await call(quiet.clientId, quiet.secret);
      await flushUsage();
    }
  })();
  const live = async (viewer: Viewer, index: number) => {
    const { clientId, secret } = await (index % 2 ? createAgentKeyFor(viewer) : createKeyFor(viewer));
    const doomed = await createKeyFor(viewer);
    let old = secret;
    for (let round = 0; round < 12; round++) {
      const { secret: young } = await rotateKeyFor(viewer, clientId, { endOlder: true });
      const [, retired] = await Promise.all([
        call(clientId, old, young, old, young),
        round % 3 === 2 ? retireSecret(viewer, clientId) : null,
      ]);
      if (retired) expect(retired).toEqual(done);
      await accepts(doomed.secret);
      old = young;
    }
    expect(await deleteKey(viewer, doomed.clientId)).toEqual(done);
  };
  await Promise.all(viewers.map(live));
  running = false;
  await flushing;
  await flushUsage();
  for (const [clientId, requests] of accepted) expect(await counted(clientId)).toBe(requests);
  expect(await findOverlapUse(quiet.viewer, quiet.clientId)).toMatchObject({
    use: { requests: accepted.get(quiet.clientId) },
  });
  const [row] = await sql<{ deadlocks: number }>(
    'SELECT deadlocks::int AS deadlocks FROM pg_stat_database WHERE datname = current_database()',
  );
  expect(row?.deadlocks).toBe(0);
});

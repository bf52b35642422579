import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { expectIntact } from '@/tests/support/audit';
import { openBarrier } from '@/tests/support/locks';
import { createManyKeys } from '@/tests/support/many-keys';
import { checked, continueFor, everything, finishFor, reviewOf, startFor } from '@/tests/support/revocations';
import { startScript } from '@/tests/support/script';
import { createKeyFor, createMember, createTenant, rotateInput, sql, viewerFor } from '@/tests/support/world';
import type { Viewer } from '../auth/queries';
import { activateKey, deactivateKey, deleteKey, editKey } from '../keys/mutations';
import { revokeKey } from '../keys/revocation';
import { rotateKey } from '../keys/rotation';
import { continueRevocation, startRevocation } from './mutations';

async function prepare(keys = 0) {
  const tenant = await createTenant({ maximumKeysPerUser: 1000, deactivateBeforeDelete: false });
  const owner = await createMember(tenant);
  const admin = await createMember(tenant, { roles: ['admin'] });
  return {
    tenant,
    admin,
    credentials: await createManyKeys(owner, keys),
    owning: await viewerFor(owner),
    viewer: await viewerFor(admin),
    colleague: await viewerFor(await createMember(tenant, { roles: ['admin'] })),
  };
}
type World = Awaited<ReturnType<typeof prepare>>;

/** Every key is revoked with one event, or neither. @returns how many are revoked */
async function expectConsistent({ tenant }: World): Promise<{ revoked: number; summaries: number }> {
  const events = await expectIntact(tenant.id);
  const recorded = events.flatMap(({ action, clientId }) => (action === 'key.revoked' ? [clientId] : [])).sort();
  const revoked = await sql<{ clientId: string }>(
    'SELECT client_id AS "clientId" FROM key WHERE tenant_id = $1 AND revoked_at IS NOT NULL',
    [tenant.id],
  );
  expect(recorded).toEqual(revoked.map(({ clientId }) => clientId).sort());
  return { revoked: revoked.length, summaries: events.filter(({ action }) => action === 'keys.revoked').length };
}

test('killed in the middle, again and again, each key is revoked with its event or untouched; resuming finishes', async () => {
  const world = await prepare(1_000);
  const id = await startFor(world.viewer, everything);
  let acknowledged = 0;
  let kills = 0;
  for (;;) {
    const script = startScript('tests/scripts/run-revocation.ts', [world.viewer.sessionId, id]);
    expect((await script.lines.next()).value).toBe('ready');
    script.process.stdin?.write('go\n');
    if (kills < 4) {
      // Somewhere within the batch that follows upon the first acknowledged one.
      const first = await script.lines.next();
      acknowledged = Number(first.value);
      await setTimeout(Math.random() * 120);
      script.process.kill('SIGKILL');
      kills++;
    }
    let ended = false;
    for await (const line of script.lines) {
      acknowledged = Number(line);
      ended = acknowledged === 1_000;
    }
    await script.ended.catch(() => {});
    const { revoked } = await settled(world);
    expect(revoked).toBeGreaterThanOrEqual(acknowledged);
    expect(revoked % 100).toBe(0);
    if (ended) break;
  }
  expect(kills).toBe(4);
  expect(await finishFor(world.viewer, id)).toMatchObject({ counts: { revoked: 1_000 } });
  expect(await expectConsistent(world)).toEqual({ revoked: 1_000, summaries: 1 });
});

/** Once the server has noticed that its client is gone. */
async function settled(world: World) {
  for (;;) {
    const [row] = await sql<{ open: number }>(
      `SELECT count(*)::int AS open FROM pg_stat_activity
        WHERE datname = current_database() AND xact_start IS NOT NULL AND pid <> pg_backend_pid()`,
    );
    if (row?.open === 0) return expectConsistent(world);
    await setTimeout(5);
  }
}

describe('two who go on with one revocation at once', () => {
  test('revoke each key once, with one event, and one of them ends it', async () => {
    const world = await prepare(250);
    const id = await startFor(world.viewer, everything);
    const all = await Promise.all([world.viewer, world.colleague].map((each) => finishFor(each, id)));
    for (const progress of all) expect(progress).toMatchObject({ counts: { revoked: 250 }, finished: true });
    expect(await expectConsistent(world)).toEqual({ revoked: 250, summaries: 1 });
  });

  test('the second waits for the first, and takes the keys behind it', async () => {
    const world = await prepare(150);
    const id = await startFor(world.viewer, everything);
    const barrier = await openBarrier();
    await barrier.run('SELECT 1 FROM audit_head WHERE tenant_id = $1 FOR UPDATE', [world.tenant.id]);
    const first = continueFor(world.viewer, id);
    await barrier.waited(1);
    const second = continueFor(world.colleague, id);
    await barrier.waited(2);
    await barrier.release();
    expect([(await first).counts.revoked, (await second).counts.revoked]).toEqual([100, 150]);
    expect(await expectConsistent(world)).toEqual({ revoked: 150, summaries: 1 });
  });
});

test('two confirmations of one dialog at once begin one revocation', async () => {
  const { viewer, tenant } = await prepare(3);
  const { digest } = await reviewOf(viewer, everything);
  const input = { id: randomUUID(), selection: everything, reviewed: digest, typed: '' };
  const results = await Promise.all([startRevocation(viewer, input), startRevocation(viewer, input)]);
  expect(results).toEqual([
    { status: 'started', selected: 3 },
    { status: 'started', selected: 3 },
  ]);
  expect(await sql('SELECT id FROM revocation WHERE tenant_id = $1', [tenant.id])).toHaveLength(1);
});

describe('what an owner does to a key meanwhile', () => {
  const changes: Array<[string, (owning: Viewer, clientId: string) => Promise<unknown>, string]> = [
    ['deletes it', deleteKey, 'deleted'],
    ['deactivates it', deactivateKey, 'revoked'],
    ['rotates it', (owning, clientId) => rotateKey(owning, rotateInput(clientId)), 'revoked'],
    ['renames it', (owning, clientId) => editKey(owning, { clientId, name: 'Renamed' }), 'revoked'],
  ];
  test.each(changes)('before the batch: the owner %s, and the batch sees it', async (_, change, result) => {
    const world = await prepare();
    const { clientId } = await createKeyFor(world.owning);
    const id = await startFor(world.viewer, checked(clientId));
    const barrier = await openBarrier();
    await barrier.run('SELECT 1 FROM key WHERE client_id = $1 FOR UPDATE', [clientId]);
    const changing = change(world.owning, clientId);
    await barrier.waited(1);
    const revoking = continueFor(world.viewer, id);
    await barrier.waited(2);
    await barrier.release();
    expect(await changing).toMatchObject({ status: expect.stringMatching(/done|rotated/) });
    expect((await revoking).keys).toMatchObject([{ clientId, result }]);
    expect((await expectConsistent(world)).summaries).toBe(1);
  });

  test.each(changes.slice(1))('behind the batch: the owner %s, and is told that it is Revoked', async (_, change) => {
    const world = await prepare();
    const { clientId } = await createKeyFor(world.owning);
    const id = await startFor(world.viewer, checked(clientId));
    const barrier = await openBarrier();
    await barrier.run('SELECT 1 FROM key WHERE client_id = $1 FOR UPDATE', [clientId]);
    const revoking = continueFor(world.viewer, id);
    await barrier.waited(1);
    const changing = change(world.owning, clientId);
    await barrier.waited(2);
    await barrier.release();
    expect((await revoking).keys).toMatchObject([{ clientId, result: 'revoked' }]);
    expect(await changing).toMatchObject({ status: 'refused', message: expect.stringContaining('Revoked now') });
    expect(await expectConsistent(world)).toEqual({ revoked: 1, summaries: 1 });
  });

  test('an expiry that passes while the batch waits for the key is seen', async () => {
    const world = await prepare();
    const { clientId } = await createKeyFor(world.owning);
    const id = await startFor(world.viewer, checked(clientId));
    const barrier = await openBarrier();
    await barrier.run(`UPDATE key SET expires_at = clock_timestamp() WHERE client_id = $1`, [clientId]);
    const revoking = continueFor(world.viewer, id);
    await barrier.waited(1);
    await barrier.release();
    expect((await revoking).keys).toMatchObject([{ clientId, result: 'expired' }]);
  });
});

test('two admins revoke one key at once: one does, the other is told', async () => {
  const world = await prepare();
  const { clientId } = await createKeyFor(world.owning);
  const results = await Promise.all([revokeKey(world.viewer, clientId), revokeKey(world.colleague, clientId)]);
  expect(results).toContainEqual({ status: 'done' });
  expect(results).toContainEqual({ status: 'refused', message: 'This key is Revoked already.' });
  expect(await expectConsistent(world)).toEqual({ revoked: 1, summaries: 0 });
});

test('a batch that waits obeys a demotion that was committed meanwhile', async () => {
  const world = await prepare(3);
  const id = await startFor(world.viewer, everything);
  const barrier = await openBarrier();
  await barrier.run(`UPDATE member SET roles = '{developer}' WHERE id = $1`, [world.admin.id]);
  const revoking = continueRevocation(world.viewer, id);
  await barrier.waited();
  await barrier.release();
  expect(await revoking).toMatchObject({ status: 'refused' });
  expect(await expectConsistent(world)).toEqual({ revoked: 0, summaries: 0 });
});

test('bulk revokes, owners and single revokes at once never deadlock, and end consistent', async () => {
  const world = await prepare(300);
  const id = await startFor(world.viewer, everything);
  const clientIds = world.credentials.map(({ clientId }) => clientId);
  const own = async () => {
    for (const clientId of clientIds.slice(0, 40).reverse()) {
      await deactivateKey(world.owning, clientId);
      await activateKey(world.owning, clientId);
    }
  };
  const single = async () => {
    for (const clientId of clientIds.slice(260).reverse()) await revokeKey(world.colleague, clientId);
  };
  await Promise.all([own(), single(), finishFor(world.viewer, id), finishFor(world.colleague, id)]);
  expect(await expectConsistent(world)).toEqual({ revoked: 300, summaries: 1 });
  const [row] = await sql<{ deadlocks: number }>(
    'SELECT deadlocks::int AS deadlocks FROM pg_stat_database WHERE datname = current_database()',
  );
  expect(row?.deadlocks).toBe(0);
});

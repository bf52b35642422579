import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Viewer } from '@/lib/auth/queries';
import { openBarrier } from '@/tests/support/locks';
import { type Script, startScript } from '@/tests/support/script';
import {
  agentInput,
  createAgentKeyFor,
  createInput,
  createKeyFor,
  createMember,
  createTenant,
  createViewer,
  rotateInput,
  sql,
  viewerFor,
} from '@/tests/support/world';
import { signInWithPassword } from '../auth/mutations';
import { updatePolicy } from '../tenants/mutations';
import type { Policy } from '../tenants/schema';
import { createAgentKey, createKey } from './creation';
import { activateKey, deactivateKey, deleteKey, editKey } from './mutations';
import { rotateKey } from './rotation';

const policy: Policy = {
  apiKeysEnabled: true,
  maximumKeysPerUser: 2,
  maximumExpirationInDays: null,
  agentKeyLifetimeInDays: 90,
  deactivateBeforeDelete: true,
  keepOneKey: false,
  rateLimitPerMinute: null,
  joinRoles: [],
  joinLicensed: false,
};

async function countKeys(viewer: Viewer): Promise<number> {
  const [row] = await sql<{ count: number }>('SELECT count(*)::int AS count FROM key WHERE owner_id = $1', [
    viewer.memberId,
  ]);
  return row?.count ?? -1;
}

/** Three processes that are ready to create keys of one member, `each` of them all at once. */
async function startCreators(viewer: Viewer, each: number): Promise<Script[]> {
  const scripts = Array.from({ length: 3 }, () =>
    startScript('tests/scripts/create-keys.ts', [viewer.sessionId, String(each), String(each)]),
  );
  for (const script of scripts) expect((await script.lines.next()).value).toBe('ready');
  return scripts;
}

async function resultsOf(script: Script): Promise<string[]> {
  const results: string[] = [];
  for await (const line of script.lines) results.push(line.split(' ')[0] ?? '');
  await script.ended;
  return results;
}

describe('three processes', () => {
  test('200 creates at once under a maximum of 5 make exactly 5 keys', async () => {
    const { viewer } = await createViewer({ maximumKeysPerUser: 5 });
    const scripts = await startCreators(viewer, 67);
    for (const script of scripts) script.process.stdin?.end('go\n');
    const results = (await Promise.all(scripts.map(resultsOf))).flat();
    expect(results).toHaveLength(201);
    expect(results.filter((result) => result === 'created')).toHaveLength(5);
    expect(results.filter((result) => result === 'refused')).toHaveLength(196);
    expect(await countKeys(viewer)).toBe(5);
  });

  test('once an admin has lowered the maximum, no create goes beyond it', async () => {
    const { viewer, tenant } = await createViewer({ maximumKeysPerUser: 100 });
    const admin = await viewerFor(await createMember(tenant, { roles: ['admin'] }));
    const scripts = await startCreators(viewer, 67);
    for (const script of scripts) script.process.stdin?.end('go\n');
    const [first] = scripts;
    for (let seen = 0; seen < 3; seen++) await first?.lines.next();
    expect(await updatePolicy(admin, { ...policy, maximumKeysPerUser: 10 })).toEqual({ status: 'saved' });
    const acknowledged = await countKeys(viewer);
    await Promise.all(scripts.map(resultsOf));
    expect(await countKeys(viewer)).toBe(Math.max(10, acknowledged));
    expect(acknowledged).toBeLessThan(100);
  });
});

test('a policy update that waits is not overtaken by creates that come later, or a flood would hold it up for ever', async () => {
  const { viewer, tenant } = await createViewer();
  const admin = await viewerFor(await createMember(tenant, { roles: ['admin'] }));
  const barrier = await openBarrier();
  await barrier.run('SELECT 1 FROM tenant WHERE id = $1 FOR SHARE', [tenant.id]);
  const saving = updatePolicy(admin, { ...policy, apiKeysEnabled: false });
  await barrier.waited(1);
  const creating = createKey(viewer, createInput());
  await barrier.waited(2);
  await barrier.release();
  expect(await saving).toEqual({ status: 'saved' });
  expect(await creating).toEqual({ status: 'refused', message: 'API keys are switched off by your administrator.' });
});

describe('a create that waits for a lock obeys what was committed meanwhile', () => {
  test.each<[string, string, string | null]>([
    [
      'the member lost the role',
      `UPDATE member SET roles = '{}' WHERE id = $1`,
      'You need the role developer. Ask your administrator.',
    ],
    [
      'the member lost the licence',
      'UPDATE member SET licensed = false WHERE id = $1',
      'You need a licence. Ask your administrator.',
    ],
    ['the member was disabled', 'UPDATE member SET disabled_at = now() WHERE id = $1', null],
    ['the session was ended', 'UPDATE session SET ended_at = now() WHERE member_id = $1', null],
    ['the session was deleted', 'DELETE FROM session WHERE member_id = $1', null],
    [
      'the switch was turned off',
      'UPDATE tenant SET api_keys_enabled = false WHERE id = (SELECT tenant_id FROM member WHERE id = $1)',
      'API keys are switched off by your administrator.',
    ],
    [
      'the maximum was lowered',
      'UPDATE tenant SET maximum_keys_per_user = 1 WHERE id = (SELECT tenant_id FROM member WHERE id = $1)',
      'You have 1 API key; the maximum is 1. Delete one to create another.',
    ],
  ])('%s', async (_, statement, message) => {
    const { viewer } = await createViewer();
    await createKeyFor(viewer);
    const barrier = await openBarrier();
    await barrier.run(statement, [viewer.memberId]);
    const creating = createKey(viewer, createInput());
    await barrier.waited();
    await barrier.release();
    expect(await creating).toEqual(message ? { status: 'refused', message } : { status: 'signed_out' });
    expect(await countKeys(viewer)).toBe(1);
  });

  test('the longest life was shortened', async () => {
    const { viewer, tenant } = await createViewer();
    const barrier = await openBarrier();
    await barrier.run('UPDATE tenant SET maximum_expiration_in_days = 7 WHERE id = $1', [tenant.id]);
    const creating = createKey(viewer, createInput({ expiry: { kind: 'days', days: 8 } }));
    await barrier.waited();
    await barrier.release();
    expect(await creating).toMatchObject({ status: 'invalid', field: 'expiry' });
  });

  test('the expiry passed while it waited: time is read after the locks', async () => {
    const { viewer } = await createViewer();
    const barrier = await openBarrier();
    await barrier.run('SELECT 1 FROM member WHERE id = $1 FOR UPDATE', [viewer.memberId]);
    const [clock] = await sql<{ at: Date }>(`SELECT clock_timestamp() + interval '300 ms' AS at`);
    const at = clock?.at ?? new Date(0);
    const creating = createKey(viewer, createInput({ expiry: { kind: 'at', at } }));
    await barrier.waited();
    for (let passed = false; !passed; ) {
      passed =
        (await sql<{ passed: boolean }>('SELECT clock_timestamp() >= $1::timestamptz AS passed', [at]))[0]?.passed ??
        false;
    }
    await barrier.release();
    expect(await creating).toEqual({ status: 'invalid', field: 'expiry', message: 'Expiry must be in the future.' });
  });
});

describe('a change that waits for the key obeys what was committed meanwhile', () => {
  test.each([
    ['activate', activateKey],
    ['edit', (viewer: Viewer, clientId: string) => editKey(viewer, { clientId, name: 'Renamed' })],
  ])('a revoked key: no %s', async (_, change) => {
    const { viewer } = await createViewer();
    const { clientId } = await createKeyFor(viewer);
    await deactivateKey(viewer, clientId);
    const barrier = await openBarrier();
    await barrier.run('UPDATE key SET revoked_at = now() WHERE client_id = $1', [clientId]);
    const changing = change(viewer, clientId);
    await barrier.waited();
    await barrier.release();
    expect(await changing).toEqual({ status: 'refused', message: expect.stringContaining('This key is Revoked now') });
  });

  test('a deleted key is not found', async () => {
    const { viewer } = await createViewer();
    const { clientId } = await createKeyFor(viewer);
    const barrier = await openBarrier();
    await barrier.run('DELETE FROM key WHERE client_id = $1', [clientId]);
    const changing = deactivateKey(viewer, clientId);
    await barrier.waited();
    await barrier.release();
    expect(await changing).toEqual({ status: 'not_found' });
  });
});

describe('two changes that wait for one another', () => {
  test('two agent keys of one name are created at once: one is made, the other is told', async () => {
    const { viewer, tenant } = await createViewer();
    const colleague = await viewerFor(await createMember(tenant));
    const barrier = await openBarrier();
    await barrier.run(`SELECT pg_advisory_xact_lock(hashtextextended('agent-keys:' || $1::text, 0))`, [tenant.id]);
    const creating = [viewer, colleague].map((of) => createAgentKey(of, agentInput({ name: 'Same' })));
    await barrier.waited(2);
    await barrier.release();
    const results = await Promise.all(creating);
    expect(results.map(({ status }) => status).sort()).toEqual(['created', 'invalid']);
  });

  test('two keys are stopped at once where one is kept: one stays', async () => {
    const { viewer } = await createViewer({ keepOneKey: true });
    const keys = [await createKeyFor(viewer), await createKeyFor(viewer)];
    const barrier = await openBarrier();
    await barrier.run('SELECT 1 FROM member WHERE id = $1 FOR UPDATE', [viewer.memberId]);
    const stopping = keys.map(({ clientId }) => deactivateKey(viewer, clientId));
    await barrier.waited(2);
    await barrier.release();
    const results = await Promise.all(stopping);
    expect(results.map(({ status }) => status).sort()).toEqual(['done', 'refused']);
  });

  test('a rotation of an agent key that waits for a colleague’s finds that the older secret still works', async () => {
    const { viewer, tenant } = await createViewer();
    const colleague = await viewerFor(await createMember(tenant));
    const { clientId } = await createAgentKeyFor(viewer);
    const barrier = await openBarrier();
    await barrier.run('SELECT 1 FROM key WHERE client_id = $1 FOR NO KEY UPDATE', [clientId]);
    const rotating = [viewer, colleague].map((of) => rotateKey(of, rotateInput(clientId)));
    await barrier.waited(2);
    await barrier.release();
    expect((await Promise.all(rotating)).map(({ status }) => status).sort()).toEqual(['refused', 'rotated']);
  });
});

test('a password that was changed while it was checked starts no session', async () => {
  const tenant = await createTenant();
  const member = await createMember(tenant, { password: 'the old password' });
  const barrier = await openBarrier();
  await barrier.run(`UPDATE member SET password_digest = 'another' WHERE id = $1`, [member.id]);
  const signingIn = signInWithPassword({
    email: member.email,
    password: 'the old password',
    address: 'race',
    userAgent: '',
  });
  await barrier.waited();
  await barrier.release();
  expect(await signingIn).toEqual({ status: 'refused' });
  expect(await sql('SELECT id FROM session WHERE member_id = $1', [member.id])).toEqual([]);
});

test('creates, changes and policy updates of one tenant at once never deadlock', async () => {
  const tenant = await createTenant({ maximumKeysPerUser: 1000, deactivateBeforeDelete: false });
  const admins = await Promise.all(
    Array.from({ length: 2 }, async () => viewerFor(await createMember(tenant, { roles: ['admin', 'developer'] }))),
  );
  const members = await Promise.all(Array.from({ length: 4 }, async () => viewerFor(await createMember(tenant))));
  const own = async (viewer: Viewer) => {
    for (let round = 0; round < 5; round++) {
      const { clientId } = await createKeyFor(viewer);
      await Promise.all([editKey(viewer, { clientId, description: 'x' }), deactivateKey(viewer, clientId)]);
      expect(await deleteKey(viewer, clientId)).toEqual({ status: 'done' });
    }
  };
  const administer = async (viewer: Viewer, index: number) => {
    for (let round = 0; round < 10; round++) {
      const maximumKeysPerUser = 500 + index * 100 + round;
      expect(await updatePolicy(viewer, { ...policy, deactivateBeforeDelete: false, maximumKeysPerUser })).toEqual({
        status: 'saved',
      });
    }
  };
  await Promise.all([...[...members, ...admins].map(own), ...admins.map(administer)]);
  const [row] = await sql<{ deadlocks: number }>(
    'SELECT deadlocks::int AS deadlocks FROM pg_stat_database WHERE datname = current_database()',
  );
  expect(row?.deadlocks).toBe(0);
});

describe('the application’s clock is 5 minutes off', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  test.each([-5, 5])('%d minutes: the database’s clock decides', async (minutes) => {
    const { viewer } = await createViewer({ maximumExpirationInDays: 30, maximumKeysPerUser: 10 });
    const [clock] = await sql<{ now: Date }>('SELECT clock_timestamp() AS now');
    const now = clock?.now.getTime() ?? 0;
    vi.useFakeTimers({ toFake: ['Date'], now: now + minutes * 60_000 });
    const create = (milliseconds: number) =>
      createKey(viewer, createInput({ expiry: { kind: 'at', at: new Date(now + milliseconds) } }));
    const month = 30 * 24 * 60 * 60 * 1000;
    // Within the five minutes between the two clocks, on the right side of the database's.
    expect((await create(2 * 60_000)).status).toBe('created');
    expect((await create(month - 60_000)).status).toBe('created');
    expect(await create(-60_000)).toMatchObject({ field: 'expiry', message: 'Expiry must be in the future.' });
    expect(await create(month + 2 * 60_000)).toMatchObject({ field: 'expiry' });
    const created = await createKeyFor(viewer, { expiry: { kind: 'days', days: 30 } });
    expect((created.expiresAt?.getTime() ?? 0) - now - month).toBeLessThan(60_000);
  });
});

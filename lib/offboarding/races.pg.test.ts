import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { endSession, signInWithPassword } from '@/lib/auth/mutations';
import { createKey } from '@/lib/keys/creation';
import { enableMember } from '@/lib/members/mutations';
import { openBarrier } from '@/tests/support/locks';
import { askedWith } from '@/tests/support/requests';
import { startScript } from '@/tests/support/script';
import { createInput, createKeyFor, createMember, createTenant, sql, viewerFor } from '@/tests/support/world';
import { authenticate } from '../verification/authenticate';
import { offboardMember } from './mutations';
import type { KeyDecision } from './schema';

const password = 'a password for races';
const done = { status: 'done' };

async function prepare(maximumKeysPerUser = 5) {
  const tenant = await createTenant({ maximumKeysPerUser });
  const leaver = await createMember(tenant, { password });
  const receiver = await createMember(tenant);
  return {
    tenant,
    leaver,
    receiver,
    viewer: await viewerFor(await createMember(tenant, { roles: ['admin'] })),
    leaving: await viewerFor(leaver),
    receiving: await viewerFor(receiver),
  };
}
type World = Awaited<ReturnType<typeof prepare>>;
const disable = ({ viewer, leaver }: World, decisions: KeyDecision[] = []) =>
  offboardMember(viewer, { memberId: leaver.id, mode: 'disable', decisions });
const signIn = ({ leaver }: World) =>
  signInWithPassword({ email: leaver.email, password, address: randomUUID(), userAgent: '' });
const livingSessions = ({ leaver }: World) =>
  sql('SELECT id FROM session WHERE member_id = $1 AND ended_at IS NULL', [leaver.id]);
const countedKeys = async (memberId: string) =>
  (
    await sql<{ count: number }>('SELECT count(*)::int AS count FROM key WHERE owner_id = $1 AND revoked_at IS NULL', [
      memberId,
    ])
  )[0]?.count;

describe('a key created meanwhile', () => {
  test('before the disabling: the review is out of date, and nothing changes', async () => {
    const world = await prepare();
    const barrier = await openBarrier();
    await barrier.run('SELECT 1 FROM member WHERE id = $1 FOR UPDATE', [world.leaver.id]);
    const creating = createKey(world.leaving, createInput());
    await barrier.waited(1);
    const disabling = disable(world);
    await barrier.waited(2);
    await barrier.release();
    expect((await creating).status).toBe('created');
    expect((await disabling).status).toBe('review_changed');
    expect(await livingSessions(world)).toHaveLength(1);
  });

  test('behind the disabling: there is no key', async () => {
    const world = await prepare();
    const barrier = await openBarrier();
    await barrier.run('SELECT 1 FROM member WHERE id = $1 FOR UPDATE', [world.leaver.id]);
    const disabling = disable(world);
    await barrier.waited(1);
    const creating = createKey(world.leaving, createInput());
    await barrier.waited(2);
    await barrier.release();
    expect(await disabling).toEqual(done);
    expect(await creating).toEqual({ status: 'signed_out' });
    expect(await countedKeys(world.leaver.id)).toBe(0);
  });
});

describe('a receiver who creates a key at the same moment never gets beyond the maximum', () => {
  test('the create first: there is no room for the other key', async () => {
    const world = await prepare(1);
    const { clientId } = await createKeyFor(world.leaving);
    const barrier = await openBarrier();
    await barrier.run('SELECT 1 FROM member WHERE id = $1 FOR UPDATE', [world.receiver.id]);
    const creating = createKey(world.receiving, createInput());
    await barrier.waited(1);
    const disabling = disable(world, [{ clientId, decision: 'hand_over', receiver: world.receiver.email }]);
    await barrier.waited(2);
    await barrier.release();
    expect((await creating).status).toBe('created');
    expect(await disabling).toMatchObject({ status: 'invalid', clientId });
    expect(await countedKeys(world.receiver.id)).toBe(1);
  });

  test('the hand-over first: there is no room for a new key', async () => {
    const world = await prepare(1);
    const { clientId } = await createKeyFor(world.leaving);
    const barrier = await openBarrier();
    await barrier.run('SELECT 1 FROM member WHERE id = $1 FOR UPDATE', [world.receiver.id]);
    const disabling = disable(world, [{ clientId, decision: 'hand_over', receiver: world.receiver.email }]);
    await barrier.waited(1);
    const creating = createKey(world.receiving, createInput());
    await barrier.waited(2);
    await barrier.release();
    expect(await disabling).toEqual(done);
    expect(await creating).toMatchObject({ status: 'refused', message: expect.stringContaining('the maximum is 1') });
    expect(await countedKeys(world.receiver.id)).toBe(1);
  });

  test('two leave at once and hand over to the same one: one finds no room', async () => {
    const world = await prepare(1);
    const second = { ...world, leaver: await createMember(world.tenant) };
    const keys = [await createKeyFor(world.leaving), await createKeyFor(await viewerFor(second.leaver))];
    const results = await Promise.all(
      [world, second].map((each, index) =>
        disable(each, [
          { clientId: keys[index]?.clientId ?? '', decision: 'hand_over', receiver: world.receiver.email },
        ]),
      ),
    );
    expect(results.map(({ status }) => status).sort()).toEqual(['done', 'invalid']);
    expect(await countedKeys(world.receiver.id)).toBe(1);
  });
});

describe('a sign-in at the same moment leaves no living session', () => {
  test('the sign-in first: its session is ended', async () => {
    const world = await prepare();
    const barrier = await openBarrier();
    // The sign-in has its session and waits for the audit log.
    await barrier.run('SELECT 1 FROM audit_head WHERE tenant_id = $1 FOR UPDATE', [world.tenant.id]);
    const signing = signIn(world);
    await barrier.waited(1);
    const disabling = disable(world);
    await barrier.waited(2);
    await barrier.release();
    expect((await signing).status).toBe('signed_in');
    expect(await disabling).toEqual(done);
    expect(await livingSessions(world)).toEqual([]);
  });

  test('the disabling first: there is no sign-in', async () => {
    const world = await prepare();
    const { clientId } = await createKeyFor(world.leaving);
    const barrier = await openBarrier();
    // The disabling has the member and waits for the key.
    await barrier.run('SELECT 1 FROM key WHERE client_id = $1 FOR UPDATE', [clientId]);
    const disabling = disable(world, [{ clientId, decision: 'stop' }]);
    await barrier.waited(1);
    const signing = signIn(world);
    await barrier.waited(2);
    await barrier.release();
    expect(await disabling).toEqual(done);
    expect(await signing).toEqual({ status: 'refused' });
    expect(await livingSessions(world)).toEqual([]);
  });

  test('in any order, many times', async () => {
    for (let round = 0; round < 6; round++) {
      const world = await prepare();
      const [, , result] = await Promise.all([signIn(world), signIn(world), disable(world), signIn(world)]);
      expect(result).toEqual(done);
      expect(await livingSessions(world)).toEqual([]);
    }
  });
});

test.each(['keep', 'revoke', 'hand_over'] as const)(
  'a member who signs out while their keys are decided (%s) makes no deadlock',
  async (kind) => {
    const world = await prepare();
    const { clientId } = await createKeyFor(world.leaving);
    const decision = {
      keep: { clientId, decision: 'keep', until: new Date(Date.now() + 60_000) },
      revoke: { clientId, decision: 'revoke' },
      hand_over: { clientId, decision: 'hand_over', receiver: world.receiver.email },
    } satisfies Record<string, KeyDecision>;
    const barrier = await openBarrier();
    await barrier.run('SELECT 1 FROM audit_head WHERE tenant_id = $1 FOR UPDATE', [world.tenant.id]);
    const disabling = disable(world, [decision[kind]]);
    await barrier.waited(1);
    const signingOut = endSession(world.leaving, world.leaving.sessionId);
    await barrier.waited(2);
    await barrier.release();
    expect(await disabling).toEqual(done);
    expect(await signingOut).toBeTypeOf('boolean');
    expect(await livingSessions(world)).toEqual([]);
    const [row] = await sql<{ deadlocks: number }>(
      'SELECT deadlocks::int AS deadlocks FROM pg_stat_database WHERE datname = current_database()',
    );
    expect(row?.deadlocks).toBe(0);
  },
);

test('from the moment the disabling is acknowledged no process accepts the key, however hard it is used', async () => {
  const world = await prepare();
  const { secret, clientId } = await createKeyFor(world.leaving);
  const verify = async () => {
    const verdict = await authenticate(askedWith(secret));
    return verdict.status === 'refused' ? verdict.reason : verdict.status;
  };
  const scripts = [0, 1].map(() => startScript('tests/scripts/verify-key.ts', [secret]));
  for (const script of scripts) expect((await script.lines.next()).value).toBe('accepted');
  const everywhere = async () => {
    for (const script of scripts) script.process.stdin?.write('now\n');
    const others = Promise.all(scripts.map(async (script) => (await script.lines.next()).value));
    return [...(await Promise.all(Array.from({ length: 20 }, verify))), ...(await others)];
  };
  for (let round = 0; round < 8; round++) {
    const until = new Date(Date.now() + 60_000);
    expect(await disable(world, [{ clientId, decision: 'stop' }])).toEqual(done);
    expect(new Set(await everywhere())).toEqual(new Set(['owner_disabled']));
    expect(await disable(world, [{ clientId, decision: 'keep', until }])).toEqual(done);
    expect(new Set(await everywhere())).toEqual(new Set(['accepted']));
    expect(await enableMember(world.viewer, world.leaver.id)).toEqual(done);
    expect(new Set(await everywhere())).toEqual(new Set(['accepted']));
  }
  for (const script of scripts) script.process.stdin?.end();
  await Promise.all(scripts.map((script) => script.ended));
});

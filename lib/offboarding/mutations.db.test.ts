import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { signInWithPassword } from '@/lib/auth/mutations';
import { findViewer, type Viewer } from '@/lib/auth/queries';
import { enableMember, inviteMember, issueLink } from '@/lib/members/mutations';
import { listMembers } from '@/lib/members/queries';
import { findLink } from '@/lib/one-time-links/queries';
import { answerEndpoint } from '@/lib/verification/endpoints';
import { acceptEvents, expectIntact, refuseEvents } from '@/tests/support/audit';
import { requestWith } from '@/tests/support/requests';
import {
  createAgentKeyFor,
  createIdentity,
  createInput,
  createKeyFor,
  createMember,
  createTenant,
  everythingStored,
  rotateKeyFor,
  sql,
  type TestMember,
  testAddress,
  viewerFor,
} from '@/tests/support/world';
import { createKey } from '../keys/creation';
import { getAgentKeyPage, getKeyPage } from '../keys/queries';
import type { CreateKeyInput } from '../keys/schema';
import type { Policy } from '../tenants/schema';
import { offboardMember } from './mutations';
import { findOffboardingReview } from './queries';
import type { KeyDecision, OffboardMemberInput } from './schema';

const alive = async (viewer: Viewer) => (await findViewer(viewer.sessionId, testAddress)) !== null;
const tomorrow = () => new Date(Date.now() + 24 * 60 * 60 * 1000);

/** What /me answers to this secret. */
async function call(secret: string) {
  const reply = await answerEndpoint(requestWith(secret));
  const body = JSON.parse(reply.body);
  return { outcome: `${reply.status} ${String(body.type ?? '').replace('urn:latchkey:problem:', '')}`.trim(), body };
}
const outcome = async (secret: string) => (await call(secret)).outcome;

/** A tenant with an admin, a member who leaves, and one who may receive. */
async function prepare(policy: Partial<Policy> = {}) {
  const tenant = await createTenant({ maximumKeysPerUser: 5, ...policy });
  const admin = await createMember(tenant, { roles: ['admin'], licensed: false });
  const leaver = await createMember(tenant, { password: 'a leaver’s password' });
  const receiver = await createMember(tenant);
  return {
    tenant,
    leaver,
    receiver,
    viewer: await viewerFor(admin),
    admin,
    leaving: await viewerFor(leaver),
    receiving: await viewerFor(receiver),
  };
}
type World = Awaited<ReturnType<typeof prepare>>;

const review = async ({ viewer, leaver }: World) => {
  const found = await findOffboardingReview(viewer, leaver.id);
  if (!found) throw new Error('No review.');
  return found;
};
/** Decides the same about every key in the review. */
async function offboard(
  world: World,
  decide: (clientId: string) => KeyDecision = (clientId) => ({ clientId, decision: 'stop' }),
  mode: OffboardMemberInput['mode'] = 'disable',
) {
  const decisions = (await review(world)).keys.map(({ clientId }) => decide(clientId));
  return offboardMember(world.viewer, { memberId: world.leaver.id, mode, decisions });
}
async function unchanged<T>(work: () => Promise<T>): Promise<T> {
  const before = await everythingStored();
  const result = await work();
  expect(await everythingStored()).toBe(before);
  return result;
}
const setKey = (clientId: string, assignment: string) =>
  sql(`UPDATE key SET ${assignment} WHERE client_id = $1`, [clientId]);
const setMember = (member: { id: string }, assignment: string) =>
  sql(`UPDATE member SET ${assignment} WHERE id = $1`, [member.id]);
const handTo =
  (receiver: string) =>
  (clientId: string): KeyDecision => ({ clientId, decision: 'hand_over', receiver });
const keepUntil =
  (until: Date) =>
  (clientId: string): KeyDecision => ({ clientId, decision: 'keep', until });
const makeAgent =
  (name: string) =>
  (clientId: string): KeyDecision => ({ clientId, decision: 'make_agent', name });
const done = { status: 'done' };
const quiet = { requests: 0, refused: 0, callers: 0 };

describe('a review', () => {
  test('shows the keys that could work, newest first, with what one needs to decide', async () => {
    const world = await prepare();
    const active = await createKeyFor(world.leaving, { name: 'Active', description: 'In use' });
    const inactive = await createKeyFor(world.leaving, { name: 'Inactive', expiry: { kind: 'never' } });
    const expired = await createKeyFor(world.leaving, { name: 'Expired' });
    const revoked = await createKeyFor(world.leaving, { name: 'Revoked' });
    await createKeyFor(world.receiving, { name: 'Not theirs' });
    await setKey(inactive.clientId, 'deactivated_at = clock_timestamp()');
    await setKey(expired.clientId, 'expires_at = clock_timestamp()');
    await setKey(revoked.clientId, 'revoked_at = clock_timestamp()');
    await outcome(active.secret);
    const found = await review(world);
    expect(found.member).toEqual({
      id: world.leaver.id,
      email: world.leaver.email,
      name: 'Someone',
      disabled: false,
      self: false,
    });
    expect(found.keys).toEqual([
      {
        clientId: inactive.clientId,
        name: 'Inactive',
        description: '',
        status: 'Inactive',
        createdAt: expect.any(String),
        lastUsedAt: null,
        traffic: quiet,
        expiresAt: null,
        keptUntil: null,
      },
      {
        clientId: active.clientId,
        name: 'Active',
        description: 'In use',
        status: 'Active',
        createdAt: expect.any(String),
        lastUsedAt: expect.stringMatching(/Z$/),
        traffic: { requests: expect.any(Number), refused: 0, callers: expect.any(Number) },
        expiresAt: active.expiresAt?.toISOString(),
        keptUntil: null,
      },
    ]);
    expect(found).toMatchObject({ otherKeys: 2, lastAdminRefusal: null });
    expect(JSON.stringify(found)).not.toMatch(/digest|pepper|maximumKeysPerUser/);
  });

  test('names whom a key could be handed to, with the room they have', async () => {
    const world = await prepare({ maximumKeysPerUser: 2 });
    const { tenant, receiver } = world;
    const keys = [await createKeyFor(world.receiving), await createKeyFor(world.receiving)];
    await setKey(keys[0]?.clientId ?? '', 'expires_at = clock_timestamp()');
    await setKey(keys[1]?.clientId ?? '', 'deactivated_at = clock_timestamp()');
    const full = await createMember(tenant);
    const fullViewer = await viewerFor(full);
    await createKeyFor(fullViewer);
    await createKeyFor(fullViewer);
    await createMember(tenant, { licensed: false });
    await createMember(tenant, { roles: ['admin'] });
    await setMember(await createMember(tenant), 'disabled_at = clock_timestamp()');
    await createMember(await createTenant());
    const both = await createMember(tenant, { roles: ['admin', 'developer'], name: 'Both' });
    const expected = [
      { email: receiver.email, name: 'Someone', room: 1 },
      { email: both.email, name: 'Both', room: 2 },
    ].sort((a, b) => (a.email < b.email ? -1 : 1));
    expect((await review(world)).receivers.map(({ email, name, room }) => ({ email, name, room }))).toEqual(expected);
  });

  test('of oneself says so, and warns the last admin', async () => {
    const world = await prepare();
    const refusal = 'This is the last admin. Make somebody else an admin first.';
    expect(await findOffboardingReview(world.viewer, world.admin.id)).toMatchObject({
      member: { self: true },
      lastAdminRefusal: refusal,
    });
    await createMember(world.tenant, { roles: ['admin'], password: 'some password' });
    expect(await findOffboardingReview(world.viewer, world.admin.id)).toMatchObject({ lastAdminRefusal: null });
  });
});

describe('stopping, which is the default', () => {
  test.each(['disable', 'remove'] as const)(
    'after %s the keys are refused, and whoever has the secret is told why',
    async (mode) => {
      const world = await prepare();
      const keys = [await createKeyFor(world.leaving), await createKeyFor(world.leaving)];
      expect(await outcome(keys[0]?.secret ?? '')).toBe('200');
      expect(await offboard(world, undefined, mode)).toEqual(done);
      for (const { secret } of keys) expect(await outcome(secret)).toBe('401 owner_disabled');
      await setKey(keys[0]?.clientId ?? '', 'revoked_at = clock_timestamp()');
      expect(await outcome(keys[0]?.secret ?? '')).toBe('401 key_revoked');
    },
  );

  test('ends every session, and the password starts none', async () => {
    const world = await prepare();
    const second = await viewerFor(world.leaver);
    expect(await offboard(world)).toEqual(done);
    expect(await Promise.all([world.leaving, second, world.viewer, world.receiving].map(alive))).toEqual([
      false,
      false,
      true,
      true,
    ]);
    const { email } = world.leaver;
    const signIn = await signInWithPassword({
      email,
      password: 'a leaver’s password',
      address: randomUUID(),
      userAgent: '',
    });
    expect(signIn.status).toBe('refused');
    expect((await createKey(world.leaving, createInput())).status).toBe('signed_out');
    // Enabled again, they have to sign in again.
    await enableMember(world.viewer, world.leaver.id);
    expect(await Promise.all([world.leaving, second].map(alive))).toEqual([false, false]);
  });

  test('of somebody without keys needs no decision', async () => {
    const world = await prepare();
    expect(await offboard(world)).toEqual(done);
    const [row] = await sql<{ disabled: boolean; removed: boolean }>(
      'SELECT disabled_at IS NOT NULL AS disabled, removed_at IS NOT NULL AS removed FROM member WHERE id = $1',
      [world.leaver.id],
    );
    expect(row).toEqual({ disabled: true, removed: false });
  });

  test('leaves keys alone that could not work anyway', async () => {
    const world = await prepare();
    const expired = await createKeyFor(world.leaving);
    await setKey(expired.clientId, 'expires_at = clock_timestamp()');
    await offboard(world);
    expect(await outcome(expired.secret)).toBe('401 key_expired');
  });

  test('lets everything go on once the member is enabled', async () => {
    const world = await prepare();
    const { secret } = await createKeyFor(world.leaving);
    await offboard(world);
    await enableMember(world.viewer, world.leaver.id);
    expect(await outcome(secret)).toBe('200');
  });
});

describe('keeping until a date', () => {
  test.each(['disable', 'remove'] as const)(
    'after %s a kept key works until its date and not a millisecond longer',
    async (mode) => {
      const world = await prepare();
      const { secret, clientId } = await createKeyFor(world.leaving);
      const until = tomorrow();
      expect(await offboard(world, keepUntil(until), mode)).toEqual(done);
      expect(await call(secret)).toMatchObject({ outcome: '200', body: { owner: { id: world.leaver.id } } });
      await setKey(clientId, `kept_until = clock_timestamp() + interval '1 minute'`);
      expect(await outcome(secret)).toBe('200');
      await setKey(clientId, 'kept_until = clock_timestamp()');
      expect(await outcome(secret)).toBe('401 owner_disabled');
      await setKey(clientId, `kept_until = clock_timestamp() - interval '1 ms'`);
      expect(await outcome(secret)).toBe('401 owner_disabled');
    },
  );

  test('keeps nothing that expires, is revoked or is switched off before', async () => {
    const world = await prepare();
    const { secret, clientId } = await createKeyFor(world.leaving);
    await offboard(world, keepUntil(tomorrow()));
    await sql('UPDATE tenant SET api_keys_enabled = false WHERE id = $1', [world.tenant.id]);
    expect(await outcome(secret)).toBe('401 api_keys_disabled');
    await setKey(clientId, 'expires_at = clock_timestamp()');
    expect(await outcome(secret)).toBe('401 key_expired');
    await setKey(clientId, 'revoked_at = clock_timestamp()');
    expect(await outcome(secret)).toBe('401 key_revoked');
  });

  test('an Inactive key stays Inactive', async () => {
    const world = await prepare();
    const { secret, clientId } = await createKeyFor(world.leaving);
    await setKey(clientId, 'deactivated_at = clock_timestamp()');
    expect(await offboard(world, keepUntil(tomorrow()))).toEqual(done);
    expect(await outcome(secret)).toBe('401 key_inactive');
  });

  test('needs a date in the future by the database’s clock', async () => {
    const world = await prepare();
    const { clientId } = await createKeyFor(world.leaving);
    const [clock] = await sql<{ now: Date }>('SELECT clock_timestamp() AS now');
    for (const until of [clock?.now ?? new Date(0), new Date(0), new Date(Date.now() - 1000)]) {
      expect(await unchanged(() => offboard(world, keepUntil(until)))).toEqual({
        status: 'invalid',
        clientId,
        message: 'Choose a date in the future.',
      });
    }
  });
});

describe('handing over', () => {
  test.each(['disable', 'remove'] as const)('after %s the key works and belongs to the receiver', async (mode) => {
    const world = await prepare();
    const { secret, clientId } = await createKeyFor(world.leaving, { name: 'Build server' });
    expect(await offboard(world, handTo(world.receiver.email), mode)).toEqual(done);
    expect(await call(secret)).toMatchObject({
      outcome: '200',
      body: { clientId, name: 'Build server', owner: { id: world.receiver.id, email: world.receiver.email } },
    });
    const { keys } = await getKeyPage(world.receiving);
    expect(keys.map((key) => key.clientId)).toEqual([clientId]);
  });

  test('does not come back when the former owner is enabled', async () => {
    const world = await prepare();
    await createKeyFor(world.leaving);
    await offboard(world, handTo(world.receiver.email));
    await enableMember(world.viewer, world.leaver.id);
    expect((await getKeyPage(await viewerFor(world.leaver))).keys).toEqual([]);
  });

  test('warns the receiver of the former owner until the secret is a new one', async () => {
    const world = await prepare();
    const { clientId } = await createKeyFor(world.leaving);
    await createKeyFor(world.receiving, { name: 'Own' });
    await offboard(world, handTo(world.receiver.email));
    const hints = async () =>
      Object.fromEntries((await getKeyPage(world.receiving)).keys.map((key) => [key.clientId === clientId, key.hints]));
    const warning = 'Rotate: a former owner knows the secret';
    expect(await hints()).toEqual({ true: [warning], false: [] });
    await setKey(clientId, 'deactivated_at = clock_timestamp()');
    expect(await hints()).toMatchObject({ true: [warning] });
    await sql(
      `UPDATE key_secret SET minted_at = clock_timestamp() WHERE key_id = (SELECT id FROM key WHERE client_id = $1)`,
      [clientId],
    );
    expect(await hints()).toMatchObject({ true: [] });
  });

  test('keeps an Inactive key Inactive, for the receiver to activate', async () => {
    const world = await prepare();
    const { secret, clientId } = await createKeyFor(world.leaving);
    await setKey(clientId, 'deactivated_at = clock_timestamp()');
    expect(await offboard(world, handTo(world.receiver.email))).toEqual(done);
    expect(await outcome(secret)).toBe('401 key_inactive');
    expect((await getKeyPage(world.receiving)).keys[0]?.status).toBe('Inactive');
  });

  test('numbers the name where the receiver has one like it, revoked ones too, within 50 characters', async () => {
    const world = await prepare();
    const long = 'x'.repeat(50);
    for (const name of ['Laptop', 'Laptop (2)', long]) await createKeyFor(world.leaving, { name });
    await createKeyFor(world.receiving, { name: 'LAPTOP' });
    await createKeyFor(world.receiving, { name: long });
    await sql('UPDATE key SET revoked_at = clock_timestamp() WHERE owner_id = $1', [world.receiver.id]);
    expect(await offboard(world, handTo(world.receiver.email))).toEqual(done);
    const names = (await getKeyPage(world.receiving)).keys.map((key) => key.name).sort();
    expect(names).toHaveLength(5);
    expect(names).toEqual(expect.arrayContaining(['LAPTOP', 'Laptop (2)', `${'x'.repeat(46)} (2)`, long]));
    expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(5);
    const moved = (await expectIntact(world.tenant.id)).filter(({ action }) => action === 'key.handed_over');
    expect(moved.map(({ details }) => (details as { formerName: string }).formerName).sort()).toEqual(
      ['Laptop', 'Laptop (2)', long].sort(),
    );
  });

  test('forgets a date until which a former review kept it', async () => {
    const world = await prepare();
    const { secret, clientId } = await createKeyFor(world.leaving);
    await offboard(world, keepUntil(tomorrow()));
    await offboard(world, handTo(world.receiver.email));
    await setMember(world.receiver, 'disabled_at = clock_timestamp()');
    expect(await sql('SELECT kept_until AS kept FROM key WHERE client_id = $1', [clientId])).toEqual([{ kept: null }]);
    expect(await outcome(secret)).toBe('401 owner_disabled');
  });

  type Receiver = (world: World) => Promise<string>;
  test.each<[string, Receiver, string]>([
    [
      'has no licence',
      async ({ tenant }) => (await createMember(tenant, { licensed: false })).email,
      '$ needs a licence to get a key.',
    ],
    [
      'is no developer',
      async ({ tenant }) => (await createMember(tenant, { roles: ['admin'] })).email,
      '$ needs the role developer to get a key.',
    ],
    [
      'is disabled',
      async ({ tenant }) => {
        const member = await createMember(tenant);
        await setMember(member, 'disabled_at = clock_timestamp()');
        return member.email;
      },
      '$ is disabled.',
    ],
    [
      'was removed',
      async ({ tenant }) => {
        const member = await createMember(tenant);
        await setMember(member, 'disabled_at = now(), removed_at = now(), email_key = NULL, login_email = NULL');
        return member.email;
      },
      '$ is not another member of this tenant.',
    ],
    ['is nobody', async () => `${randomUUID()}@example.test`, '$ is not another member of this tenant.'],
    ['is the one who leaves', async ({ leaver }) => leaver.email, '$ is not another member of this tenant.'],
    [
      'is another tenant’s',
      async () => (await createMember(await createTenant())).email,
      '$ is not another member of this tenant.',
    ],
    [
      'has no room',
      async ({ receiver, receiving }) => {
        for (let count = 0; count < 5; count++) await createKeyFor(receiving);
        return receiver.email;
      },
      '$ has 5 API keys; the maximum is 5. Choose somebody else for this one.',
    ],
  ])('to somebody who %s is refused, and nothing of the review is carried out', async (_, make, message) => {
    const world = await prepare();
    const [first, second] = [await createKeyFor(world.leaving), await createKeyFor(world.leaving)];
    const email = await make(world);
    const decide = (clientId: string): KeyDecision =>
      clientId === second.clientId
        ? { clientId, decision: 'hand_over', receiver: email }
        : { clientId, decision: 'revoke' };
    expect(await unchanged(() => offboard(world, decide))).toEqual({
      status: 'invalid',
      clientId: second.clientId,
      message: message.replace('$', email),
    });
    expect(await outcome(first.secret)).toBe('200');
    expect(await alive(world.leaving)).toBe(true);
  });

  test('counts what the same review gives already', async () => {
    const world = await prepare({ maximumKeysPerUser: 3 });
    for (let count = 0; count < 3; count++) await createKeyFor(world.leaving);
    await createKeyFor(world.receiving);
    const result = await unchanged(() => offboard(world, handTo(world.receiver.email)));
    expect(result).toMatchObject({
      status: 'invalid',
      message: `${world.receiver.email} has 1 API key; the maximum is 3. Choose somebody else for this one.`,
    });
    const spare = (result as { clientId: string }).clientId;
    const decide = (clientId: string) =>
      clientId === spare ? ({ clientId, decision: 'stop' } as const) : handTo(world.receiver.email)(clientId);
    expect(await offboard(world, decide)).toEqual(done);
    expect((await getKeyPage(world.receiving)).keys).toHaveLength(3);
  });

  test('is possible while the switch is off, and to the admin who decides', async () => {
    const world = await prepare();
    const { clientId } = await createKeyFor(world.leaving);
    await setMember(world.admin, `roles = '{admin,developer}', licensed = true`);
    await sql('UPDATE tenant SET api_keys_enabled = false WHERE id = $1', [world.tenant.id]);
    expect(await offboard(world, handTo(world.admin.email))).toEqual(done);
    expect((await getKeyPage(world.viewer)).keys.map((key) => key.clientId)).toEqual([clientId]);
  });
});

describe('turning into an agent key', () => {
  const warning = 'Rotate: a former owner knows the secret';

  test.each(['disable', 'remove'] as const)('after %s the key works and belongs to the tenant', async (mode) => {
    const world = await prepare();
    const { secret, clientId, expiresAt } = await createKeyFor(world.leaving, {
      name: 'Build',
      description: 'Nightly',
    });
    expect(await offboard(world, keepUntil(tomorrow()))).toEqual(done);
    expect(await offboard(world, makeAgent('Build server'), mode)).toEqual(done);
    expect(await call(secret)).toMatchObject({
      outcome: '200',
      body: { clientId, name: 'Build server', kind: 'agent', owner: null, expiresAt: expiresAt?.toISOString() },
    });
    expect((await getAgentKeyPage(world.receiving)).keys).toMatchObject([
      {
        clientId,
        name: 'Build server',
        description: 'Nightly',
        createdBy: world.leaver.email,
        expiresAt: expiresAt?.toISOString(),
        hints: [warning],
      },
    ]);
    const [row] = await sql<{ kept: Date | null }>('SELECT kept_until AS kept FROM key WHERE client_id = $1', [
      clientId,
    ]);
    expect(row?.kept).toBeNull();
    if (mode === 'disable') {
      await enableMember(world.viewer, world.leaver.id);
      expect((await getKeyPage(await viewerFor(world.leaver))).keys).toEqual([]);
    }
    await rotateKeyFor(world.receiving, clientId);
    expect((await getAgentKeyPage(world.receiving)).keys[0]?.hints).toEqual([]);
  });

  test.each<[string, CreateKeyInput['expiry'], Partial<Policy>, number]>([
    ['none', { kind: 'never' }, {}, 90],
    ['later than agent keys live', { kind: 'days', days: 365 }, { agentKeyLifetimeInDays: 30 }, 30],
    ['later than the maximum that came since', { kind: 'days', days: 60 }, { maximumExpirationInDays: 7 }, 7],
    ['sooner', { kind: 'days', days: 5 }, {}, 5],
  ])('leaves or gives it the expiry of an agent key: %s', async (_, expiry, policy, days) => {
    const world = await prepare();
    const { clientId } = await createKeyFor(world.leaving, { expiry });
    const inactive = await createKeyFor(world.leaving, { expiry: { kind: 'never' } });
    await setKey(inactive.clientId, 'deactivated_at = clock_timestamp()');
    for (const [column, value] of [
      ['agent_key_lifetime_in_days', policy.agentKeyLifetimeInDays],
      ['maximum_expiration_in_days', policy.maximumExpirationInDays],
    ] as const) {
      if (value) await sql(`UPDATE tenant SET ${column} = $2 WHERE id = $1`, [world.tenant.id, value]);
    }
    const expected = (await review(world)).latestAgentExpiry ?? '';
    const decide = (id: string) =>
      id === clientId
        ? makeAgent('Agent')(id)
        : ({ clientId: id, decision: 'hand_over', receiver: world.receiver.email } as const);
    expect(await offboard(world, decide)).toEqual(done);
    const [row] = await sql<{ days: number; other: Date | null }>(
      `SELECT (extract(epoch FROM expires_at - CASE WHEN $3 THEN created_at ELSE updated_at END) / 86400)::float8 AS days,
              (SELECT expires_at FROM key WHERE client_id = $2) AS other FROM key WHERE client_id = $1`,
      [clientId, inactive.clientId, days === 5],
    );
    expect(row).toEqual({ days, other: null });
    if (days !== 5) expect(Math.abs(Date.parse(expected) - Date.now() - days * 86_400_000)).toBeLessThan(60_000);
  });

  test.each(['nightly', 'Ｎｉｇｈｔｌｙ'])('asks for a name that no agent key has: “%s”', async (name) => {
    const world = await prepare();
    await createAgentKeyFor(world.receiving, { name: 'Nightly' });
    const { clientId } = await createKeyFor(world.leaving, { name: 'Nightly' });
    expect(await unchanged(() => offboard(world, makeAgent(name)))).toEqual({
      status: 'invalid',
      clientId,
      message: `Your tenant already has an agent key named “${name}”. Choose another name.`,
    });
    // Members' keys, the receiver's own and other tenants' agent keys take no name of the tenant's.
    await createKeyFor(world.receiving, { name: 'Free' });
    expect(await offboard(world, makeAgent('Free'))).toEqual(done);
  });

  test('gives no name twice in one review', async () => {
    const world = await prepare();
    const first = await createKeyFor(world.leaving, { name: 'One' });
    const second = await createKeyFor(world.leaving, { name: 'Two' });
    const decisions = [makeAgent('Same')(first.clientId), makeAgent('SAME')(second.clientId)];
    const input = { memberId: world.leaver.id, mode: 'disable' as const, decisions };
    expect(await unchanged(() => offboardMember(world.viewer, input))).toEqual({
      status: 'invalid',
      clientId: second.clientId,
      message: 'Your tenant already has an agent key named “SAME”. Choose another name.',
    });
  });

  test('keeps an Inactive key Inactive, and needs neither a maximum nor the switch', async () => {
    const world = await prepare();
    const { secret, clientId } = await createKeyFor(world.leaving);
    await setKey(clientId, 'deactivated_at = clock_timestamp()');
    await sql('UPDATE tenant SET api_keys_enabled = false, maximum_keys_per_user = 1 WHERE id = $1', [world.tenant.id]);
    expect(await offboard(world, makeAgent('Agent'), 'remove')).toEqual(done);
    expect(await outcome(secret)).toBe('401 key_inactive');
  });
});

describe('revoking', () => {
  test.each(['disable', 'remove'] as const)('with %s is for ever', async (mode) => {
    const world = await prepare();
    const [active, inactive] = [await createKeyFor(world.leaving), await createKeyFor(world.leaving)];
    await setKey(inactive.clientId, 'deactivated_at = clock_timestamp()');
    expect(await offboard(world, (clientId) => ({ clientId, decision: 'revoke' }), mode)).toEqual(done);
    for (const { secret } of [active, inactive]) expect(await outcome(secret)).toBe('401 key_revoked');
    if (mode === 'remove') return;
    await enableMember(world.viewer, world.leaver.id);
    expect(await outcome(active.secret)).toBe('401 key_revoked');
    expect((await getKeyPage(await viewerFor(world.leaver))).keys.map((key) => key.status)).toEqual([
      'Revoked',
      'Revoked',
    ]);
  });
});

describe('what the review did not show', () => {
  test('a key made since then is a reason to look again: nothing changes', async () => {
    const world = await prepare();
    const shown = await createKeyFor(world.leaving);
    const later = await createKeyFor(world.leaving, { name: 'Later' });
    const decisions = [{ clientId: shown.clientId, decision: 'revoke' as const }];
    const result = await unchanged(() =>
      offboardMember(world.viewer, { memberId: world.leaver.id, mode: 'disable', decisions }),
    );
    expect(result).toEqual({
      status: 'review_changed',
      message: `${world.leaver.email} has a key that was not in this list: “Later”. Decide about it too.`,
    });
    expect(await outcome(later.secret)).toBe('200');
  });

  test('a key that is gone since then, or cannot work any more, is no obstacle', async () => {
    const world = await prepare();
    const [gone, expired] = [await createKeyFor(world.leaving), await createKeyFor(world.leaving)];
    const decisions = [gone, expired].map(({ clientId }) => handTo(world.receiver.email)(clientId));
    await sql('DELETE FROM key WHERE client_id = $1', [gone.clientId]);
    await setKey(expired.clientId, 'expires_at = clock_timestamp()');
    expect(await offboardMember(world.viewer, { memberId: world.leaver.id, mode: 'remove', decisions })).toEqual(done);
    expect((await getKeyPage(world.receiving)).keys).toEqual([]);
  });

  test('decisions about others’ keys change none of them', async () => {
    const world = await prepare();
    const stranger = await prepare();
    const colleagues = await createKeyFor(world.receiving);
    const strangers = await createKeyFor(stranger.leaving);
    const agent = await createKeyFor(world.leaving);
    await setKey(agent.clientId, 'owner_id = NULL');
    const rows = () =>
      sql('SELECT k::text FROM key k WHERE client_id = ANY ($1) ORDER BY client_id', [
        [colleagues.clientId, strangers.clientId, agent.clientId],
      ]);
    const before = await rows();
    const decisions: KeyDecision[] = [
      { clientId: colleagues.clientId, decision: 'revoke' },
      { clientId: strangers.clientId, decision: 'hand_over', receiver: world.receiver.email },
      { clientId: agent.clientId, decision: 'keep', until: tomorrow() },
      { clientId: 'lk_id_0000000000000000', decision: 'revoke' },
      { clientId: '', decision: 'stop' },
      { clientId: '__proto__', decision: 'revoke' },
    ];
    expect(await offboardMember(world.viewer, { memberId: world.leaver.id, mode: 'disable', decisions })).toEqual(done);
    expect(await rows()).toEqual(before);
    for (const { secret } of [colleagues, strangers, agent]) expect(await outcome(secret)).toBe('200');
  });
});

describe('a removed member', () => {
  async function removed() {
    const world = await prepare();
    const kept = await createKeyFor(world.leaving, { name: 'Kept' });
    const stopped = await createKeyFor(world.leaving, { name: 'Stopped' });
    const identity = await createIdentity(world.leaver);
    const link = await issueLink(world.viewer, world.leaver.id);
    if (link.status !== 'issued') throw new Error(link.status);
    const decide = (clientId: string) =>
      clientId === kept.clientId ? keepUntil(tomorrow())(clientId) : ({ clientId, decision: 'stop' } as const);
    expect(await offboard(world, decide, 'remove')).toEqual(done);
    return { ...world, kept, stopped, identity, link };
  }

  test('is listed nowhere, signs in by nothing, and keeps the keys as decided', async () => {
    const { viewer, leaver, leaving, kept, stopped, identity, link, tenant } = await removed();
    expect((await listMembers(viewer, { search: leaver.email }))?.members).toEqual([]);
    expect(await findOffboardingReview(viewer, leaver.id)).toBeNull();
    expect(await alive(leaving)).toBe(false);
    const [row] = await sql<Record<string, unknown>>(
      `SELECT email_key AS "emailKey", login_email AS "loginEmail", password_digest AS digest, roles::text[] AS roles,
              licensed, disabled_at IS NOT NULL AND removed_at IS NOT NULL AS gone,
              (SELECT count(*)::int FROM identity i WHERE i.subject = $2) AS identities,
              (SELECT count(*)::int FROM one_time_link l WHERE l.member_id = m.id) AS links
         FROM member m WHERE id = $1`,
      [leaver.id, identity.subject],
    );
    expect(row).toEqual({
      emailKey: null,
      loginEmail: null,
      digest: null,
      roles: [],
      licensed: false,
      gone: true,
      identities: 0,
      links: 0,
    });
    expect((await findLink(link.token)).status).toBe('unknown');
    expect([await outcome(kept.secret), await outcome(stopped.secret)]).toEqual(['200', '401 owner_disabled']);
    expect(await sql('SELECT 1 AS one FROM key WHERE tenant_id = $1', [tenant.id])).toHaveLength(2);
  });

  test('leaves the e-mail to somebody new, who gets nothing of theirs', async () => {
    const { viewer, leaver, stopped } = await removed();
    const invited = await inviteMember(viewer, { email: leaver.email, name: '', roles: ['developer'], licensed: true });
    expect(invited.status).toBe('invited');
    const [again] = await sql<{ id: string }>('SELECT id FROM member WHERE email_key = $1', [leaver.email]);
    expect(again?.id).not.toBe(leaver.id);
    const heir = await viewerFor({ ...leaver, id: again?.id ?? '' });
    expect((await getKeyPage(heir)).keys).toEqual([]);
    expect(await outcome(stopped.secret)).toBe('401 owner_disabled');
  });

  test('and their e-mail is free in another tenant, too', async () => {
    const { leaver } = await removed();
    const other = await prepare();
    expect(
      (await inviteMember(other.viewer, { email: leaver.email, name: '', roles: [], licensed: false })).status,
    ).toBe('invited');
  });

  test('cannot be disabled, removed or enabled again', async () => {
    const { viewer, leaver } = await removed();
    for (const mode of ['disable', 'remove'] as const) {
      expect(await unchanged(() => offboardMember(viewer, { memberId: leaver.id, mode, decisions: [] }))).toEqual({
        status: 'not_found',
      });
    }
    expect(await unchanged(() => enableMember(viewer, leaver.id))).toEqual({ status: 'not_found' });
  });
});

describe('a second review', () => {
  test('of a disabled member changes the decisions, and keeps the first day', async () => {
    const world = await prepare();
    const { secret, clientId } = await createKeyFor(world.leaving);
    await offboard(world);
    const disabledAt = async () =>
      (await sql<{ at: Date }>('SELECT disabled_at AS at FROM member WHERE id = $1', [world.leaver.id]))[0]?.at;
    const first = await disabledAt();
    expect(await outcome(secret)).toBe('401 owner_disabled');
    const until = tomorrow();
    expect(await offboard(world, keepUntil(until))).toEqual(done);
    expect(await outcome(secret)).toBe('200');
    expect((await review(world)).keys).toMatchObject([{ clientId, keptUntil: until.toISOString() }]);
    expect(await offboard(world)).toEqual(done);
    expect(await outcome(secret)).toBe('401 owner_disabled');
    expect(await offboard(world, undefined, 'remove')).toEqual(done);
    expect(await disabledAt()).toEqual(first);
  });

  test('disabling twice at once is disabling once', async () => {
    const world = await prepare();
    await createKeyFor(world.leaving);
    expect(await Promise.all([offboard(world), offboard(world)])).toEqual([done, done]);
    await expectIntact(world.tenant.id);
  });
});

describe('oneself', () => {
  const lastAdmin = { status: 'refused', message: 'This is the last admin. Make somebody else an admin first.' };

  test.each(['disable', 'remove'] as const)('the last admin cannot %s themself', async (mode) => {
    const { viewer, admin } = await prepare();
    expect(await unchanged(() => offboardMember(viewer, { memberId: admin.id, mode, decisions: [] }))).toEqual(
      lastAdmin,
    );
  });

  test('an admin with another one can leave, and is signed out', async () => {
    const { viewer, admin, tenant } = await prepare();
    await createMember(tenant, { roles: ['admin'], password: 'some password' });
    expect(await offboardMember(viewer, { memberId: admin.id, mode: 'remove', decisions: [] })).toEqual(done);
    expect(await alive(viewer)).toBe(false);
  });
});

describe('the audit log', () => {
  test('says what became of each key and of the member, in one chain', async () => {
    const world = await prepare();
    const names = ['Agent', 'Kept', 'Moved', 'Revoked', 'Stopped'];
    const keys: Record<string, string> = {};
    for (const name of names) keys[name] = (await createKeyFor(world.leaving, { name })).clientId;
    const until = tomorrow();
    const decisions: KeyDecision[] = [
      { clientId: keys.Agent as string, decision: 'make_agent', name: 'Ours' },
      { clientId: keys.Kept as string, decision: 'keep', until },
      { clientId: keys.Moved as string, decision: 'hand_over', receiver: world.receiver.email },
      { clientId: keys.Revoked as string, decision: 'revoke' },
      { clientId: keys.Stopped as string, decision: 'stop' },
    ];
    await offboardMember(world.viewer, { memberId: world.leaver.id, mode: 'remove', decisions });
    const events = (await expectIntact(world.tenant.id)).slice(6);
    const about = {
      actorId: world.admin.id,
      subjectId: world.leaver.id,
      subjectEmail: world.leaver.email,
      address: testAddress,
    };
    for (const event of events) expect(event).toMatchObject(about);
    expect(events.map(({ action, clientId, keyName, details }) => ({ action, clientId, keyName, details }))).toEqual(
      expect.arrayContaining([
        { action: 'key.kept', clientId: keys.Kept, keyName: 'Kept', details: { until: until.toISOString() } },
        {
          action: 'key.handed_over',
          clientId: keys.Moved,
          keyName: 'Moved',
          details: { from: world.leaver.id, to: world.receiver.id, formerName: 'Moved' },
        },
        {
          action: 'key.made_agent',
          clientId: keys.Agent,
          keyName: 'Ours',
          details: { from: world.leaver.id, formerName: 'Agent', expiresAt: expect.stringMatching(/Z$/) },
        },
        { action: 'key.revoked', clientId: keys.Revoked, keyName: 'Revoked', details: { reason: 'offboarding' } },
      ]),
    );
    expect(events).toHaveLength(5);
    expect(events.at(-1)).toMatchObject({
      action: 'member.removed',
      clientId: null,
      details: { endedSessions: 1, keys: { stopped: 1, kept: 1, handedOver: 1, madeAgent: 1, revoked: 1 } },
    });
  });

  afterEach(acceptEvents);

  test('that cannot be written leaves everything as it was', async () => {
    const world = await prepare();
    const { secret } = await createKeyFor(world.leaving);
    await refuseEvents();
    for (const mode of ['disable', 'remove'] as const) {
      for (const decide of [undefined, keepUntil(tomorrow()), handTo(world.receiver.email), makeAgent('Agent')]) {
        await unchanged(() => expect(offboard(world, decide, mode)).rejects.toThrow(/audit log is full/));
      }
    }
    expect(await outcome(secret)).toBe('200');
    expect(await alive(world.leaving)).toBe(true);
  });
});

test('the most keys that a member can have are decided in one go', async () => {
  const world = await prepare({ maximumKeysPerUser: 1000 });
  await sql(
    `INSERT INTO key (id, tenant_id, owner_id, client_id, name, name_key)
     SELECT gen_random_uuid(), $1::uuid, $2::uuid, 'lk_id_' || substr(md5($1::text || n), 1, 16), 'Key ' || n, 'key ' || n
       FROM generate_series(1, 1000) n`,
    [world.tenant.id, world.leaver.id] as string[],
  );
  const decisions = (await review(world)).keys.map(
    ({ clientId }, index): KeyDecision =>
      index % 3 === 0
        ? handTo(world.receiver.email)(clientId)
        : index % 3 === 1
          ? keepUntil(tomorrow())(clientId)
          : { clientId, decision: 'revoke' },
  );
  expect(decisions).toHaveLength(1000);
  expect(await offboardMember(world.viewer, { memberId: world.leaver.id, mode: 'remove', decisions })).toEqual(done);
  const [row] = await sql<{ moved: number; kept: number; revoked: number }>(
    `SELECT count(*) FILTER (WHERE owner_id = $2)::int AS moved, count(kept_until)::int AS kept,
            count(revoked_at)::int AS revoked FROM key WHERE tenant_id = $1`,
    [world.tenant.id, world.receiver.id],
  );
  expect(row).toEqual({ moved: 334, kept: 333, revoked: 333 });
  expect(await expectIntact(world.tenant.id)).toHaveLength(1002);
});

test('a member of many tenants is one member here: nothing of the others changes', async () => {
  const world = await prepare();
  const elsewhere: TestMember = await createMember(await createTenant(), { email: world.leaver.email, ssoOnly: true });
  const there = await createKeyFor(await viewerFor(elsewhere));
  expect(await offboard(world, undefined, 'remove')).toEqual(done);
  expect(await outcome(there.secret)).toBe('200');
});

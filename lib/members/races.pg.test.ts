import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { endAllSessions, signInWithPassword } from '@/lib/auth/mutations';
import type { Viewer } from '@/lib/auth/queries';
import { unlinkIdentity } from '@/lib/identities/mutations';
import { createKey } from '@/lib/keys/creation';
import { offboardMember } from '@/lib/offboarding/mutations';
import { redeemLink } from '@/lib/one-time-links/mutations';
import { expectIntact } from '@/tests/support/audit';
import { openBarrier } from '@/tests/support/locks';
import {
  createIdentity,
  createInput,
  createMember,
  createTenant,
  createViewer,
  sql,
  type TestMember,
  viewerFor,
} from '@/tests/support/world';
import { changeMember, inviteMember, issueLink, signOutMember } from './mutations';
import { listMembers } from './queries';

const password = 'a password for races';

/** Two admins who can sign in, and nobody else. */
async function twoAdmins() {
  const tenant = await createTenant();
  const members = [
    await createMember(tenant, { roles: ['admin'], password }),
    await createMember(tenant, { roles: ['admin'], password }),
  ] as const;
  return { tenant, members, viewers: [await viewerFor(members[0]), await viewerFor(members[1])] as const };
}
async function actingAdmins(tenantId: string): Promise<number> {
  const [row] = await sql<{ count: number }>(
    `SELECT count(*)::int AS count FROM member
      WHERE tenant_id = $1 AND 'admin' = ANY (roles) AND disabled_at IS NULL
        AND (password_digest IS NOT NULL OR EXISTS (SELECT 1 FROM identity i WHERE i.member_id = member.id))`,
    [tenantId],
  );
  return row?.count ?? 0;
}

describe('two admins at once', () => {
  type Act = (viewer: Viewer, self: TestMember, other: TestMember) => Promise<{ status: string }>;
  const acts: Record<string, Act> = {
    'demote each other': (viewer, _, other) => changeMember(viewer, { memberId: other.id, admin: false }),
    'demote themselves': (viewer, self) => changeMember(viewer, { memberId: self.id, admin: false }),
    'disable each other': (viewer, _, other) =>
      offboardMember(viewer, { memberId: other.id, mode: 'disable', decisions: [] }),
    'remove themselves': (viewer, self) => offboardMember(viewer, { memberId: self.id, mode: 'remove', decisions: [] }),
    'sign each other out': (viewer, _, other) => signOutMember(viewer, other.id),
  };

  test.each(Object.entries(acts))('who %s: one is first, and an admin stays', async (_, act) => {
    for (let round = 0; round < 5; round++) {
      const { tenant, members, viewers } = await twoAdmins();
      const barrier = await openBarrier();
      await barrier.run('SELECT 1 FROM tenant WHERE id = $1 FOR UPDATE', [tenant.id]);
      const acting = [act(viewers[0], members[0], members[1]), act(viewers[1], members[1], members[0])];
      await barrier.waited(2);
      await barrier.release();
      const statuses = (await Promise.all(acting)).map(({ status }) => status);
      expect(statuses.filter((status) => status === 'done')).toHaveLength(1);
      expect(await actingAdmins(tenant.id)).toBeGreaterThanOrEqual(1);
      await expectIntact(tenant.id);
    }
  });

  test('one demotes themself, the other takes their own only identity: an admin who can sign in stays', async () => {
    const tenant = await createTenant();
    const first = await createMember(tenant, { roles: ['admin'], password });
    const second = await createMember(tenant, { roles: ['admin'], ssoOnly: true });
    const identity = await createIdentity(second);
    const viewers = [await viewerFor(first), await viewerFor(second)] as const;
    const barrier = await openBarrier();
    await barrier.run('SELECT 1 FROM tenant WHERE id = $1 FOR UPDATE', [tenant.id]);
    const acting = [
      changeMember(viewers[0], { memberId: first.id, admin: false }),
      unlinkIdentity(viewers[1], { memberId: second.id, ...identity }),
    ];
    await barrier.waited(2);
    await barrier.release();
    expect((await Promise.all(acting)).map(({ status }) => status).sort()).toEqual(['done', 'refused']);
    expect(await actingAdmins(tenant.id)).toBe(1);
  });
});

describe('a create that waits behind an admin', () => {
  test.each([
    ['takes the role', { developer: false }, 'You need the role developer. Ask your administrator.'],
    ['takes the licence', { licensed: false }, 'You need a licence. Ask your administrator.'],
  ])('who %s is refused in the words of the rule', async (_, change, message) => {
    const { tenant, viewer, member } = await createViewer();
    const admin = await viewerFor(await createMember(tenant, { roles: ['admin'] }));
    const barrier = await openBarrier();
    await barrier.run('SELECT 1 FROM member WHERE id = $1 FOR UPDATE', [member.id]);
    const changing = changeMember(admin, { memberId: member.id, ...change });
    await barrier.waited(1);
    const creating = createKey(viewer, createInput());
    await barrier.waited(2);
    await barrier.release();
    expect(await changing).toEqual({ status: 'done' });
    expect(await creating).toEqual({ status: 'refused', message });
  });

  test('who signs the member out is signed out', async () => {
    const { tenant, viewer, member } = await createViewer();
    const admin = await viewerFor(await createMember(tenant, { roles: ['admin'] }));
    const barrier = await openBarrier();
    await barrier.run('SELECT 1 FROM member WHERE id = $1 FOR UPDATE', [member.id]);
    const signingOut = signOutMember(admin, member.id);
    await barrier.waited(1);
    const creating = createKey(viewer, createInput());
    await barrier.waited(2);
    await barrier.release();
    expect(await signingOut).toMatchObject({ status: 'done' });
    expect(await creating).toEqual({ status: 'signed_out' });
  });
});

test('a link that is replaced while it is redeemed gives no password', async () => {
  const { tenant, viewer } = await createViewer({}, { roles: ['admin'] });
  const member = await createMember(tenant);
  const link = await issueLink(viewer, member.id);
  if (link.status !== 'issued') throw new Error(link.status);
  const barrier = await openBarrier();
  await barrier.run('UPDATE one_time_link SET digest = sha256($2) WHERE member_id = $1', [member.id, 'newer']);
  const redeeming = redeemLink({ token: link.token, newPassword: password, repeatedPassword: password }, 'race');
  await barrier.waited();
  await barrier.release();
  expect(await redeeming).toEqual({ status: 'unknown' });
  expect(await sql('SELECT 1 AS one FROM member WHERE id = $1 AND password_digest IS NOT NULL', [member.id])).toEqual(
    [],
  );
});

test('everything that happens to people at once never deadlocks, and the chain holds', async () => {
  const tenant = await createTenant({ maximumKeysPerUser: 1000 });
  const admins = await Promise.all(
    Array.from({ length: 3 }, () => createMember(tenant, { roles: ['admin', 'developer'], password })),
  );
  const members = await Promise.all(Array.from({ length: 3 }, () => createMember(tenant, { password })));
  const signIn = (member: TestMember) =>
    signInWithPassword({ email: member.email, password, address: randomUUID(), userAgent: '' });
  const fine = (result: { status: string }) =>
    expect([
      'done',
      'issued',
      'invited',
      'redeemed',
      'created',
      'signed_in',
      'signed_out',
      'used',
      'unknown',
      'refused',
    ]).toContain(result.status);
  const administer = async (self: TestMember) => {
    for (let round = 0; round < 4; round++) {
      const viewer = await viewerFor(self);
      fine(await changeMember(viewer, { memberId: self.id, licensed: round % 2 === 0 }));
      for (const member of [...members, ...admins]) {
        fine(await changeMember(viewer, { memberId: member.id, licensed: round % 2 === 0 }));
      }
      const target = members[round % members.length] as TestMember;
      const link = await issueLink(viewer, target.id);
      fine(link);
      if (link.status === 'issued') {
        fine(await redeemLink({ token: link.token, newPassword: password, repeatedPassword: password }, 'race'));
      }
      const own = await issueLink(viewer, self.id);
      if (own.status === 'issued') {
        const redeeming = redeemLink({ token: own.token, newPassword: password, repeatedPassword: password }, 'race');
        const changing = changeMember(await viewerFor(self), { memberId: self.id, licensed: round % 2 === 1 });
        fine(await redeeming);
        fine(await changing);
      }
      fine(
        await inviteMember(await viewerFor(self), {
          email: `${randomUUID()}@x.test`,
          name: '',
          roles: [],
          licensed: false,
        }),
      );
      fine(await signOutMember(await viewerFor(self), target.id));
    }
  };
  const live = async (member: TestMember) => {
    for (let round = 0; round < 6; round++) {
      const viewer = await viewerFor(member);
      await Promise.all([
        createKey(viewer, createInput()).then(fine),
        signIn(member).then(fine),
        listMembers(viewer, { search: '' }),
      ]);
      await endAllSessions(viewer);
    }
  };
  await Promise.all([...admins.map(administer), ...[...members, ...admins].map(live)]);
  const [row] = await sql<{ deadlocks: number }>(
    'SELECT deadlocks::int AS deadlocks FROM pg_stat_database WHERE datname = current_database()',
  );
  expect(row?.deadlocks).toBe(0);
  await expectIntact(tenant.id);
  expect(await actingAdmins(tenant.id)).toBe(3);
});

import { afterEach, describe, expect, test } from 'vitest';
import { findViewer, type Viewer } from '@/lib/auth/queries';
import { acceptEvents, expectIntact, refuseEvents } from '@/tests/support/audit';
import { askedWith } from '@/tests/support/requests';
import {
  createIdentity,
  createKeyFor,
  createMember,
  createTenant,
  createViewer,
  everythingStored,
  sql,
  type TestMember,
  testAddress,
  viewerFor,
} from '@/tests/support/world';
import type { Role } from '../auth/permissions';
import { findLink } from '../one-time-links/queries';
import { authenticate } from '../verification/authenticate';
import { changeMember, enableMember, inviteMember, issueLink, signOutMember } from './mutations';

const createAdmin = () => createViewer({}, { roles: ['admin'], licensed: false });
const alive = async (viewer: Viewer) => (await findViewer(viewer.sessionId, testAddress)) !== null;
const setMember = (member: { id: string }, assignment: string) =>
  sql(`UPDATE member SET ${assignment} WHERE id = $1`, [member.id]);

async function stored(email: string, tenantId: string) {
  const [row] = await sql<Record<string, unknown>>(
    `SELECT id, email, email_key AS "emailKey", login_email AS "loginEmail", name, roles::text[] AS roles, licensed,
            password_digest IS NOT NULL AS "hasPassword", disabled_at IS NOT NULL AS disabled
       FROM member WHERE email = $1 AND tenant_id = $2`,
    [email, tenantId],
  );
  return row;
}
const lastEvent = async (tenantId: string) => (await expectIntact(tenantId)).at(-1);

/** What it says, and that it wrote nothing. */
async function unchanged<T>(work: () => Promise<T>): Promise<T> {
  const before = await everythingStored();
  const result = await work();
  expect(await everythingStored()).toBe(before);
  return result;
}

let counter = 0;
const newEmail = () => `invited-${counter++}-${process.pid}@example.test`;
const invitation = (fields: Partial<Parameters<typeof inviteMember>[1]> = {}) => ({
  email: newEmail(),
  name: 'Ada',
  roles: ['developer'] as Role[],
  licensed: true,
  ...fields,
});

async function invite(viewer: Viewer, fields: Parameters<typeof invitation>[0] = {}) {
  const result = await inviteMember(viewer, invitation(fields));
  if (result.status !== 'invited') throw new Error(JSON.stringify(result));
  return result;
}

describe('an invitation', () => {
  test('makes a member without a password, a link that says so, and an event', async () => {
    const { viewer, tenant } = await createAdmin();
    const input = invitation();
    const result = await invite(viewer, input);
    expect(result).toMatchObject({ email: input.email, name: 'Ada' });
    const member = await stored(input.email, tenant.id);
    expect(member).toMatchObject({
      emailKey: input.email,
      loginEmail: input.email,
      name: 'Ada',
      roles: ['developer'],
      licensed: true,
      hasPassword: false,
      disabled: false,
    });
    expect(await findLink(result.token)).toEqual({
      status: 'valid',
      purpose: 'invitation',
      email: input.email,
      name: 'Ada',
      tenantName: viewer.tenantName,
    });
    expect(await lastEvent(tenant.id)).toMatchObject({
      action: 'member.invited',
      actorId: viewer.memberId,
      address: testAddress,
      subjectId: member?.id,
      subjectEmail: input.email,
      details: { roles: ['developer'], licensed: true, expiresAt: result.expiresAt.toISOString() },
    });
  });

  test('lasts 7 days by the database’s clock', async () => {
    const { viewer } = await createAdmin();
    const { expiresAt } = await invite(viewer);
    const [row] = await sql<{ left: number }>(
      'SELECT extract(epoch FROM $1::timestamptz - clock_timestamp())::float8 AS left',
      [expiresAt],
    );
    expect(row?.left).toBeLessThanOrEqual(7 * 86_400);
    expect(row?.left).toBeGreaterThan(7 * 86_400 - 60);
  });

  test('brings its token once: nothing stored and no event holds it', async () => {
    const { viewer } = await createAdmin();
    const { token } = await invite(viewer);
    const everything = await everythingStored();
    expect(everything).not.toContain(token);
    expect(everything).not.toContain(Buffer.from(token).toString('hex'));
    expect(everything).not.toContain(Buffer.from(token, 'base64url').toString('hex'));
  });

  test('without a name uses what is before the @', async () => {
    const { viewer } = await createAdmin();
    const email = `grace.hopper-${newEmail()}`;
    expect((await invite(viewer, { email, name: '' })).name).toBe(email.split('@')[0]);
  });

  test('may make another admin, or somebody with nothing', async () => {
    const { viewer, tenant } = await createAdmin();
    const admin = await invite(viewer, { roles: ['developer', 'admin'], licensed: false });
    expect(await stored(admin.email, tenant.id)).toMatchObject({ roles: ['developer', 'admin'], licensed: false });
    const nobody = await invite(viewer, { roles: [], licensed: false });
    expect(await stored(nobody.email, tenant.id)).toMatchObject({ roles: [], licensed: false });
  });

  test('of a member of the tenant is refused, however they sign in, disabled or not, and changes nothing', async () => {
    const { viewer, tenant } = await createAdmin();
    const withPassword = await createMember(tenant);
    const ssoOnly = await createMember(tenant, { ssoOnly: true });
    const disabled = await createMember(tenant);
    await setMember(disabled, 'disabled_at = clock_timestamp()');
    const invited = await invite(viewer);
    for (const { email } of [withPassword, ssoOnly, disabled, invited]) {
      expect(await unchanged(() => inviteMember(viewer, invitation({ email })))).toEqual({
        status: 'invalid',
        field: 'email',
        message: `${email} is a member already.`,
      });
    }
    expect((await findLink(invited.token)).status).toBe('valid');
  });

  test('of somebody who signs in elsewhere with a password is refused, without a word about where', async () => {
    const { viewer } = await createAdmin();
    const elsewhere = await createMember(await createTenant(), { password: 'a password elsewhere' });
    expect(await unchanged(() => inviteMember(viewer, invitation({ email: elsewhere.email })))).toEqual({
      status: 'invalid',
      field: 'email',
      message: `${elsewhere.email} signs in elsewhere with a password already, so it cannot be invited here. Use another address, or SSO.`,
    });
  });

  test('of somebody who signs in elsewhere through SSO only is no matter', async () => {
    const { viewer } = await createAdmin();
    const elsewhere = await createMember(await createTenant(), { ssoOnly: true });
    expect((await inviteMember(viewer, invitation({ email: elsewhere.email }))).status).toBe('invited');
  });

  test('of one address at once by two admins makes one member', async () => {
    const { viewer, tenant } = await createAdmin();
    const other = await viewerFor(await createMember(tenant, { roles: ['admin'] }));
    const input = invitation();
    const results = await Promise.all([viewer, other, viewer, other].map((admin) => inviteMember(admin, input)));
    expect(results.map(({ status }) => status).sort()).toEqual(['invalid', 'invalid', 'invalid', 'invited']);
  });
});

describe('a change', () => {
  const all: Role[][] = [[], ['developer'], ['admin'], ['developer', 'admin']];

  test.each(
    all.flatMap((roles) =>
      (['developer', 'admin', 'licensed'] as const).flatMap((flag) =>
        [true, false].map((value) => ({ roles, flag, value })),
      ),
    ),
  )('of $flag to $value, of a member with $roles, changes that and nothing else', async ({ roles, flag, value }) => {
    const { viewer, tenant } = await createAdmin();
    const target = await createMember(tenant, { roles, licensed: true, password: 'x'.repeat(12) });
    const session = await viewerFor(target);
    const before = await stored(target.email, tenant.id);
    const was = flag === 'licensed' ? true : roles.includes(flag);
    const change = () => changeMember(viewer, { memberId: target.id, [flag]: value });
    const expected =
      flag === 'licensed'
        ? { roles, licensed: value }
        : {
            roles: (['developer', 'admin'] as const).filter((role) => (role === flag ? value : roles.includes(role))),
            licensed: true,
          };
    if (was === value) {
      expect(await unchanged(change)).toEqual({ status: 'done' });
    } else {
      expect(await change()).toEqual({ status: 'done' });
      expect(await lastEvent(tenant.id)).toMatchObject({
        action: 'member.updated',
        actorId: viewer.memberId,
        subjectId: target.id,
        subjectEmail: target.email,
        details: { before: { roles, licensed: true }, after: expected },
      });
    }
    expect(await stored(target.email, tenant.id)).toEqual({ ...before, ...expected });
    // It holds from the next request on, and signs nobody out.
    expect(await findViewer(session.sessionId, testAddress)).toMatchObject(expected);
  });

  test('of nothing, and of what is so already, writes nothing', async () => {
    const { viewer, tenant } = await createAdmin();
    const target = await createMember(tenant, { roles: ['developer'] });
    for (const input of [{}, { developer: true }, { admin: false, licensed: true }]) {
      expect(await unchanged(() => changeMember(viewer, { memberId: target.id, ...input }))).toEqual({
        status: 'done',
      });
    }
  });

  test('may give oneself the role developer and a licence', async () => {
    const { viewer, member, tenant } = await createAdmin();
    expect(await changeMember(viewer, { memberId: member.id, developer: true, licensed: true })).toEqual({
      status: 'done',
    });
    expect(await stored(member.email, tenant.id)).toMatchObject({ roles: ['developer', 'admin'], licensed: true });
  });

  test('stops no key of who loses the licence or the role', async () => {
    const { viewer, tenant } = await createAdmin();
    const target = await createMember(tenant);
    const { secret } = await createKeyFor(await viewerFor(target));
    await changeMember(viewer, { memberId: target.id, developer: false, licensed: false });
    expect(await verify(secret)).toBe('accepted');
  });
});

const lastAdmin = { status: 'refused', message: 'This is the last admin. Make somebody else an admin first.' };

describe('the last admin', () => {
  type Make = (tenant: Awaited<ReturnType<typeof createTenant>>) => Promise<unknown>;
  const demoteSelf = async (make: Make) => {
    const { viewer, member, tenant } = await createAdmin();
    await make(tenant);
    return { viewer, member, tenant, act: () => changeMember(viewer, { memberId: member.id, admin: false }) };
  };

  test.each<[string, Make]>([
    ['there is nobody else', async () => {}],
    ['nobody else is an admin', (tenant) => createMember(tenant, { password: 'some password' })],
    ['the other admin was invited and never chose a password', (tenant) => createMember(tenant, { roles: ['admin'] })],
    [
      'the other admin has no identity to sign in with',
      (tenant) => createMember(tenant, { roles: ['admin'], ssoOnly: true }),
    ],
    [
      'the other admin is disabled',
      async (tenant) =>
        setMember(
          await createMember(tenant, { roles: ['admin'], password: 'some password' }),
          'disabled_at = clock_timestamp()',
        ),
    ],
    [
      'the other admin’s identity still waits to be linked',
      async (tenant) => {
        const other = await createMember(tenant, { roles: ['admin'] });
        await createIdentity({ tenantId: tenant.id, waitingFor: other.email });
      },
    ],
    [
      'the other admin is another tenant’s',
      async () => createMember(await createTenant(), { roles: ['admin'], password: 'some password' }),
    ],
  ])('cannot demote themself: %s', async (_, make) => {
    const { viewer, member, act } = await demoteSelf(make);
    expect(await unchanged(act)).toEqual(lastAdmin);
    // Not even together with something that is allowed.
    expect(await unchanged(() => changeMember(viewer, { memberId: member.id, admin: false, developer: true }))).toEqual(
      lastAdmin,
    );
  });

  test.each<[string, Make]>([
    ['a password', (tenant) => createMember(tenant, { roles: ['admin'], password: 'some password' })],
    ['an identity', async (tenant) => createIdentity(await createMember(tenant, { roles: ['admin'], ssoOnly: true }))],
  ])('is not the last when another admin can sign in with %s', async (_, make) => {
    const { act, member, tenant } = await demoteSelf(make);
    expect(await act()).toEqual({ status: 'done' });
    expect(await stored(member.email, tenant.id)).toMatchObject({ roles: [] });
  });

  test('may demote every other admin', async () => {
    const { viewer, tenant } = await createAdmin();
    const other = await createMember(tenant, { roles: ['admin'], password: 'some password' });
    expect(await changeMember(viewer, { memberId: other.id, admin: false })).toEqual({ status: 'done' });
  });
});

describe('a new link', () => {
  const purposeOf = async (viewer: Viewer, member: TestMember | { id: string }) => {
    const result = await issueLink(viewer, member.id);
    return result.status === 'issued' ? result.purpose : result;
  };

  test('is an invitation for who has no password yet, and a reset for who has', async () => {
    const { viewer, tenant } = await createAdmin();
    expect(await purposeOf(viewer, await createMember(tenant))).toBe('invitation');
    const both = await createMember(tenant, { password: 'some password' });
    await createIdentity(both);
    expect(await purposeOf(viewer, both)).toBe('password_reset');
    const ssoToo = await createMember(tenant);
    await createIdentity(ssoToo);
    expect(await purposeOf(viewer, ssoToo)).toBe('invitation');
  });

  test('lasts 24 hours where it resets a password, and changes neither password nor sessions', async () => {
    const { viewer, tenant } = await createAdmin();
    const target = await createMember(tenant, { password: 'some password' });
    const session = await viewerFor(target);
    const result = await issueLink(viewer, target.id);
    if (result.status !== 'issued') throw new Error(result.status);
    expect(result).toMatchObject({ purpose: 'password_reset', email: target.email, name: 'Someone' });
    const [row] = await sql<{ left: number }>(
      'SELECT extract(epoch FROM $1::timestamptz - clock_timestamp())::float8 AS left',
      [result.expiresAt],
    );
    expect(row?.left).toBeLessThanOrEqual(86_400);
    expect(row?.left).toBeGreaterThan(86_400 - 60);
    expect(await stored(target.email, tenant.id)).toMatchObject({ hasPassword: true });
    expect(await alive(session)).toBe(true);
    const event = await lastEvent(tenant.id);
    expect(event).toMatchObject({
      action: 'member.link_issued',
      subjectId: target.id,
      details: { purpose: 'password_reset', expiresAt: result.expiresAt.toISOString() },
    });
    expect(await everythingStored()).not.toContain(result.token);
  });

  test('replaces the one before it, used or not', async () => {
    const { viewer } = await createAdmin();
    const { token: first, email } = await invite(viewer);
    const member = (await stored(email, viewer.tenantId)) as { id: string };
    const second = await issueLink(viewer, member.id);
    if (second.status !== 'issued') throw new Error(second.status);
    expect([(await findLink(first)).status, (await findLink(second.token)).status]).toEqual(['unknown', 'valid']);
    await sql('UPDATE one_time_link SET used_at = clock_timestamp() WHERE member_id = $1', [member.id]);
    const third = await issueLink(viewer, member.id);
    if (third.status !== 'issued') throw new Error(third.status);
    expect([(await findLink(second.token)).status, (await findLink(third.token)).status]).toEqual(['unknown', 'valid']);
    expect(await sql('SELECT digest FROM one_time_link WHERE member_id = $1', [member.id])).toHaveLength(1);
  });

  test('is refused for who signs in through SSO only, and for who is disabled', async () => {
    const { viewer, tenant } = await createAdmin();
    const ssoOnly = await createMember(tenant, { ssoOnly: true });
    const disabled = await createMember(tenant, { password: 'some password' });
    await setMember(disabled, 'disabled_at = clock_timestamp()');
    expect(await unchanged(() => issueLink(viewer, ssoOnly.id))).toEqual({
      status: 'refused',
      message: `${ssoOnly.email} signs in through SSO and has no password.`,
    });
    expect(await unchanged(() => issueLink(viewer, disabled.id))).toEqual({
      status: 'refused',
      message: `${disabled.email} is disabled. Enable them first.`,
    });
  });
});

describe('signing out everywhere', () => {
  test('ends every session of the member at once, nobody else’s, and lets them sign in again', async () => {
    const { viewer, tenant } = await createAdmin();
    const target = await createMember(tenant);
    const sessions = [await viewerFor(target), await viewerFor(target)];
    const colleague = await viewerFor(await createMember(tenant));
    expect(await signOutMember(viewer, target.id)).toEqual({ status: 'done', endedSessions: 2 });
    expect(await Promise.all([...sessions, colleague, viewer].map(alive))).toEqual([false, false, true, true]);
    expect(await lastEvent(tenant.id)).toMatchObject({
      action: 'member.signed_out',
      subjectId: target.id,
      details: { endedSessions: 2 },
    });
    expect(await alive(await viewerFor(target))).toBe(true);
    expect(await signOutMember(viewer, target.id)).toEqual({ status: 'done', endedSessions: 1 });
    expect(await signOutMember(viewer, target.id)).toEqual({ status: 'done', endedSessions: 0 });
  });

  test('keeps the first end of a session that was over before', async () => {
    const { viewer, tenant } = await createAdmin();
    const target = await createMember(tenant);
    const old = await viewerFor(target);
    await sql(`UPDATE session SET ended_at = '2026-01-01T00:00:00Z' WHERE id = $1`, [old.sessionId]);
    await signOutMember(viewer, target.id);
    const [row] = await sql<{ at: Date }>('SELECT ended_at AS at FROM session WHERE id = $1', [old.sessionId]);
    expect(row?.at).toEqual(new Date('2026-01-01T00:00:00Z'));
  });

  test('may be oneself', async () => {
    const { viewer, member } = await createAdmin();
    expect(await signOutMember(viewer, member.id)).toEqual({ status: 'done', endedSessions: 1 });
    expect(await alive(viewer)).toBe(false);
    expect(await signOutMember(viewer, member.id)).toEqual({ status: 'signed_out' });
  });
});

const verify = async (secret: string) => {
  const verdict = await authenticate(askedWith(secret));
  return verdict.status === 'refused' ? verdict.reason : verdict.status;
};

describe('enabling', () => {
  test('lets the member’s keys work again, forgets what was kept, and starts no session', async () => {
    const { viewer, tenant } = await createAdmin();
    const target = await createMember(tenant, { password: 'some password' });
    const session = await viewerFor(target);
    const { secret, clientId } = await createKeyFor(session);
    await setMember(target, 'disabled_at = clock_timestamp()');
    await sql(`UPDATE key SET kept_until = clock_timestamp() + interval '1 day' WHERE client_id = $1`, [clientId]);
    await sql('UPDATE session SET ended_at = clock_timestamp() WHERE member_id = $1', [target.id]);
    expect(await enableMember(viewer, target.id)).toEqual({ status: 'done' });
    expect(await verify(secret)).toBe('accepted');
    expect(await sql('SELECT kept_until AS kept FROM key WHERE client_id = $1', [clientId])).toEqual([{ kept: null }]);
    expect(await alive(session)).toBe(false);
    expect(await lastEvent(tenant.id)).toMatchObject({ action: 'member.enabled', subjectId: target.id });
    // The next absence starts anew.
    await setMember(target, 'disabled_at = clock_timestamp()');
    expect(await verify(secret)).toBe('owner_disabled');
  });

  test('of who is not disabled writes nothing', async () => {
    const { viewer, tenant } = await createAdmin();
    const target = await createMember(tenant);
    expect(await unchanged(() => enableMember(viewer, target.id))).toEqual({ status: 'done' });
  });

  test('revives no revoked or expired key', async () => {
    const { viewer, tenant } = await createAdmin();
    const target = await createMember(tenant);
    const session = await viewerFor(target);
    const [revoked, expired] = [await createKeyFor(session), await createKeyFor(session)];
    await sql('UPDATE key SET revoked_at = clock_timestamp() WHERE client_id = $1', [revoked.clientId]);
    await sql('UPDATE key SET expires_at = clock_timestamp() WHERE client_id = $1', [expired.clientId]);
    await setMember(target, 'disabled_at = clock_timestamp()');
    await enableMember(viewer, target.id);
    expect([await verify(revoked.secret), await verify(expired.secret)]).toEqual(['key_revoked', 'key_expired']);
  });
});

describe('when the event cannot be written', () => {
  afterEach(acceptEvents);

  test('nothing is: no member, no link, no change', async () => {
    const { viewer, tenant } = await createAdmin();
    const target = await createMember(tenant, { password: 'some password' });
    await viewerFor(target);
    const disabled = await createMember(tenant);
    await setMember(disabled, 'disabled_at = clock_timestamp()');
    await refuseEvents();
    const before = await everythingStored();
    for (const change of [
      () => inviteMember(viewer, invitation()),
      () => changeMember(viewer, { memberId: target.id, admin: true, licensed: false }),
      () => issueLink(viewer, target.id),
      () => signOutMember(viewer, target.id),
      () => enableMember(viewer, disabled.id),
    ]) {
      await expect(change()).rejects.toThrow(/audit log is full/);
    }
    expect(await everythingStored()).toBe(before);
  });
});

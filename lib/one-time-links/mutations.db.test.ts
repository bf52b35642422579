import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { signInWithPassword } from '@/lib/auth/mutations';
import { findViewer, type Viewer } from '@/lib/auth/queries';
import { inviteMember, issueLink } from '@/lib/members/mutations';
import { acceptEvents, expectIntact, refuseEvents } from '@/tests/support/audit';
import { createMember, createViewer, everythingStored, sql, testAddress, viewerFor } from '@/tests/support/world';
import { redeemLink } from './mutations';
import { findLink } from './queries';
import { mintToken } from './token';

const password = 'a password of my own';
const redeem = (token: string, newPassword = password) =>
  redeemLink({ token, newPassword, repeatedPassword: newPassword }, '198.51.100.9');
const signIn = async (email: string, attempt: string) =>
  (await signInWithPassword({ email, password: attempt, address: randomUUID(), userAgent: 'test' })).status;
const alive = async (viewer: Viewer) => (await findViewer(viewer.sessionId, testAddress)) !== null;
const setLink = (memberId: string, assignment: string) =>
  sql(`UPDATE one_time_link SET ${assignment} WHERE member_id = $1`, [memberId]);
const setMember = (memberId: string, assignment: string) =>
  sql(`UPDATE member SET ${assignment} WHERE id = $1`, [memberId]);

/** What it says, and that it wrote nothing. */
async function refused(token: string) {
  const before = await everythingStored();
  const result = await redeem(token);
  expect(await everythingStored()).toBe(before);
  expect(await findLink(token)).toEqual(result);
  return result;
}

async function invited() {
  const { viewer, tenant } = await createViewer({}, { roles: ['admin'] });
  const result = await inviteMember(viewer, {
    email: `${randomUUID()}@example.test`,
    name: 'Ada',
    roles: ['developer'],
    licensed: true,
  });
  if (result.status !== 'invited') throw new Error(result.status);
  const [member] = await sql<{ id: string }>('SELECT id FROM member WHERE email = $1', [result.email]);
  return { viewer, tenant, token: result.token, email: result.email, memberId: member?.id ?? '' };
}

/** A member with a password, sessions and a link to reset it. */
async function resetting() {
  const { viewer, tenant } = await createViewer({}, { roles: ['admin'] });
  const member = await createMember(tenant, { password: 'the old password' });
  const sessions = [await viewerFor(member), await viewerFor(member)];
  const result = await issueLink(viewer, member.id);
  if (result.status !== 'issued') throw new Error(result.status);
  return { viewer, tenant, member, sessions, token: result.token };
}

describe('a link', () => {
  test('of an invitation lets its member choose a password, which works', async () => {
    const { token, email, memberId, tenant } = await invited();
    expect(await signIn(email, password)).toBe('refused');
    expect(await redeem(token)).toEqual({ status: 'redeemed', email });
    expect(await signIn(email, password)).toBe('signed_in');
    const events = await expectIntact(tenant.id);
    expect(events.find(({ action }) => action === 'member.password_set')).toMatchObject({
      actorId: memberId,
      actorEmail: email,
      address: '198.51.100.9',
      details: { purpose: 'invitation', endedSessions: 0 },
    });
  });

  test('of a reset replaces the password and ends every session of the member, at once', async () => {
    const { token, member, sessions, viewer, tenant } = await resetting();
    expect(await redeem(token)).toEqual({ status: 'redeemed', email: member.email });
    expect(await signIn(member.email, 'the old password')).toBe('refused');
    expect(await signIn(member.email, password)).toBe('signed_in');
    expect(await Promise.all([...sessions, viewer].map(alive))).toEqual([false, false, true]);
    expect((await expectIntact(tenant.id)).find(({ action }) => action === 'member.password_set')).toMatchObject({
      details: { purpose: 'password_reset', endedSessions: 2 },
    });
  });

  test('may be looked at as often as one likes', async () => {
    const { token, email, viewer } = await invited();
    const before = await everythingStored();
    for (let look = 0; look < 3; look++) {
      expect(await findLink(token)).toEqual({
        status: 'valid',
        purpose: 'invitation',
        email,
        name: 'Ada',
        tenantName: viewer.tenantName,
      });
    }
    expect(await everythingStored()).toBe(before);
  });

  test('works once', async () => {
    const { token, email } = await invited();
    await redeem(token);
    expect(await refused(token)).toEqual({ status: 'used' });
    expect(await signIn(email, password)).toBe('signed_in');
  });

  test('works until its last millisecond, by the database’s clock', async () => {
    const { token, memberId, email } = await invited();
    await setLink(memberId, 'expires_at = clock_timestamp()');
    expect(await refused(token)).toEqual({ status: 'expired' });
    await setLink(memberId, `expires_at = clock_timestamp() - interval '1 ms'`);
    expect(await refused(token)).toEqual({ status: 'expired' });
    await setLink(memberId, `expires_at = clock_timestamp() + interval '1 minute'`);
    expect(await redeem(token)).toEqual({ status: 'redeemed', email });
  });

  test('that expires while the password is digested is expired', async () => {
    const { token, memberId } = await invited();
    const redeeming = redeem(token);
    await setLink(memberId, 'expires_at = clock_timestamp()');
    expect(await redeeming).toEqual({ status: 'expired' });
    expect(await sql('SELECT id FROM member WHERE id = $1 AND password_digest IS NOT NULL', [memberId])).toEqual([]);
  });

  test.each([
    ['that nobody made', () => mintToken()],
    ['cut short', (token: string) => token.slice(0, -1)],
    ['with a character more', (token: string) => `${token}A`],
    ['in capitals', (token: string) => token.toUpperCase()],
    ['with spaces', (token: string) => ` ${token}`],
    ['that is empty', () => ''],
    ['that is NUL', () => '\0'],
    ['that is SQL', () => "' OR '1'='1"],
  ])('%s is unknown', async (_, change) => {
    const { token } = await invited();
    expect(await refused(change(token))).toEqual({ status: 'unknown' });
  });

  test('that was replaced is unknown, and the new one works', async () => {
    const { token, viewer, memberId, email } = await invited();
    const again = await issueLink(viewer, memberId);
    if (again.status !== 'issued') throw new Error(again.status);
    expect(await refused(token)).toEqual({ status: 'unknown' });
    expect(await redeem(again.token)).toEqual({ status: 'redeemed', email });
    expect(await refused(token)).toEqual({ status: 'unknown' });
  });

  test('of a disabled member is unknown until they are enabled', async () => {
    const { token, memberId, email } = await invited();
    await setMember(memberId, 'disabled_at = clock_timestamp()');
    expect(await refused(token)).toEqual({ status: 'unknown' });
    await setMember(memberId, 'disabled_at = NULL');
    expect(await redeem(token)).toEqual({ status: 'redeemed', email });
  });

  test('of a removed member is unknown', async () => {
    const { token, memberId } = await invited();
    await setMember(memberId, 'disabled_at = now(), removed_at = now(), email_key = NULL, login_email = NULL');
    expect(await refused(token)).toEqual({ status: 'unknown' });
  });

  test('gives no password to who may sign in through SSO only', async () => {
    const { token, memberId } = await invited();
    await setMember(memberId, 'login_email = NULL');
    const before = await everythingStored();
    expect((await redeem(token)).status).toBe('unknown');
    expect(await everythingStored()).toBe(before);
  });

  test('changes nobody else’s password', async () => {
    const { token, tenant } = await invited();
    const colleague = await createMember(tenant, { password: 'the old password' });
    await redeem(token);
    expect(await signIn(colleague.email, 'the old password')).toBe('signed_in');
  });

  test('is stored nowhere, before or after it was used, and neither is the password', async () => {
    const { token } = await resetting();
    const looks = async () => {
      const everything = await everythingStored();
      for (const spelling of [
        token,
        Buffer.from(token).toString('hex'),
        Buffer.from(token, 'base64url').toString('hex'),
        Buffer.from(token, 'base64url').toString('base64'),
        password,
        Buffer.from(password).toString('hex'),
      ]) {
        expect(everything).not.toContain(spelling);
      }
    };
    await looks();
    await redeem(token);
    await looks();
  });
});

describe('when the event cannot be written', () => {
  afterEach(acceptEvents);

  test('the password stays, the sessions live, and the link works afterwards', async () => {
    const { token, member, sessions } = await resetting();
    await refuseEvents();
    const before = await everythingStored();
    await expect(redeem(token)).rejects.toThrow(/audit log is full/);
    expect(await everythingStored()).toBe(before);
    await acceptEvents();
    expect(await alive(sessions[0] as Viewer)).toBe(true);
    expect(await redeem(token)).toEqual({ status: 'redeemed', email: member.email });
  });
});

test('of ten who redeem one link at once, one chooses the password', async () => {
  const { token, email } = await invited();
  const passwords = Array.from({ length: 10 }, (_, index) => `password number ${index}`);
  const results = await Promise.all(passwords.map((each) => redeem(token, each)));
  const winners = results.flatMap(({ status }, index) => (status === 'redeemed' ? [passwords[index] as string] : []));
  expect(winners).toHaveLength(1);
  expect(results.filter(({ status }) => status === 'used')).toHaveLength(9);
  expect(await signIn(email, winners[0] as string)).toBe('signed_in');
});

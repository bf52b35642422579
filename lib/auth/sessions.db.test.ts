import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createMember, createViewer, everythingStored, sql, testAddress, viewerFor } from '@/tests/support/world';
import { issueLink } from '../members/mutations';
import { findLink } from '../one-time-links/queries';
import { changePassword, endSession, signInWithPassword } from './mutations';
import { findViewer, listSessions } from './queries';

const setSession = (id: string, assignment: string) => sql(`UPDATE session SET ${assignment} WHERE id = $1`, [id]);
const alive = async (sessionId: string) => (await findViewer(sessionId, testAddress)) !== null;

describe('a session', () => {
  test('is its member, as the row is now', async () => {
    const { viewer, member, tenant } = await createViewer({}, { roles: ['admin', 'developer'], licensed: true });
    expect(viewer).toMatchObject({ memberId: member.id, tenantId: tenant.id, licensed: true, hasPassword: false });
    await sql(`UPDATE member SET roles = '{}', licensed = false WHERE id = $1`, [member.id]);
    expect(await findViewer(viewer.sessionId, testAddress)).toMatchObject({ roles: [], licensed: false });
  });

  test.each<[string, string, boolean]>([
    ['1 s before its end', `expires_at = clock_timestamp() + interval '1 second'`, true],
    // Cut to the column's milliseconds: rounded, it could lie half of one ahead.
    ['at its end', `expires_at = date_trunc('milliseconds', clock_timestamp())`, false],
    ['idle for a second less than 24 hours', `last_seen_at = clock_timestamp() - interval '23:59:59'`, true],
    ['idle for 24 hours', `last_seen_at = date_trunc('milliseconds', clock_timestamp()) - interval '24 hours'`, false],
    ['ended', 'ended_at = clock_timestamp()', false],
  ])('%s', async (_, assignment, expected) => {
    const { viewer } = await createViewer();
    await setSession(viewer.sessionId, assignment);
    expect(await alive(viewer.sessionId)).toBe(expected);
  });

  test('is over when its member is disabled', async () => {
    const { viewer, member } = await createViewer();
    await sql('UPDATE member SET disabled_at = clock_timestamp() WHERE id = $1', [member.id]);
    expect(await alive(viewer.sessionId)).toBe(false);
  });

  test('that nobody has is nobody', async () => {
    expect(await alive(randomUUID())).toBe(false);
  });

  test('moves its last-seen time at most once a minute', async () => {
    const { viewer } = await createViewer();
    const lastSeen = async () =>
      (await sql<{ at: Date }>('SELECT last_seen_at AS at FROM session WHERE id = $1', [viewer.sessionId]))[0]?.at;
    await setSession(viewer.sessionId, `last_seen_at = clock_timestamp() - interval '59 seconds'`);
    const before = await lastSeen();
    await alive(viewer.sessionId);
    expect(await lastSeen()).toEqual(before);
    await setSession(viewer.sessionId, `last_seen_at = clock_timestamp() - interval '61 seconds'`);
    await alive(viewer.sessionId);
    expect((await lastSeen())?.getTime()).toBeGreaterThan(before?.getTime() ?? Number.POSITIVE_INFINITY);
  });
});

describe('ending sessions', () => {
  test('ends the one that was named, and its cookie is worthless afterwards', async () => {
    const { viewer, member } = await createViewer();
    const second = await viewerFor(member);
    expect(await endSession(viewer, second.sessionId)).toBe(true);
    expect([await alive(viewer.sessionId), await alive(second.sessionId)]).toEqual([true, false]);
    expect(await endSession(viewer, second.sessionId)).toBe(false);
    expect(await endSession(viewer, viewer.sessionId)).toBe(true);
    expect(await alive(viewer.sessionId)).toBe(false);
  });

  test('nobody ends another member’s session', async () => {
    const { viewer, tenant } = await createViewer();
    const colleague = await viewerFor(await createMember(tenant, { roles: ['admin'] }));
    const stranger = await createViewer();
    const before = await everythingStored();
    expect(await endSession(colleague, viewer.sessionId)).toBe(false);
    expect(await endSession(stranger.viewer, viewer.sessionId)).toBe(false);
    expect(await endSession(viewer, randomUUID())).toBe(false);
    expect(await everythingStored()).toBe(before);
  });

  test('the list shows the living sessions of the viewer, the current one first', async () => {
    const { viewer, member, tenant } = await createViewer();
    const others = [await viewerFor(member), await viewerFor(member), await viewerFor(member), await viewerFor(member)];
    await viewerFor(await createMember(tenant));
    await setSession(others[0]?.sessionId ?? '', 'ended_at = clock_timestamp()');
    await setSession(others[1]?.sessionId ?? '', 'expires_at = clock_timestamp()');
    await setSession(others[2]?.sessionId ?? '', `last_seen_at = clock_timestamp() - interval '25 hours'`);
    const listed = await listSessions(viewer);
    expect(listed.map(({ id, current }) => ({ id, current }))).toEqual([
      { id: viewer.sessionId, current: true },
      { id: others[3]?.sessionId, current: false },
    ]);
  });
});

describe('changing the password', () => {
  const password = 'the old password';
  const input = { currentPassword: password, newPassword: 'the new password', repeatedPassword: 'the new password' };
  const signIn = (email: string, attempt: string) =>
    signInWithPassword({ email, password: attempt, address: randomUUID(), userAgent: 'test' });

  test('ends the other sessions, keeps this one, and the old password is over', async () => {
    const { viewer, member } = await createViewer({}, { password });
    const other = await viewerFor(member);
    expect(await changePassword(viewer, input)).toEqual({ status: 'changed' });
    expect([await alive(viewer.sessionId), await alive(other.sessionId)]).toEqual([true, false]);
    expect((await signIn(member.email, password)).status).toBe('refused');
    expect((await signIn(member.email, 'the new password')).status).toBe('signed_in');
  });

  test('uses up a reset that an administrator had issued', async () => {
    const { viewer, member, tenant } = await createViewer({}, { password });
    const admin = await viewerFor(await createMember(tenant, { roles: ['admin'] }));
    const link = await issueLink(admin, member.id);
    if (link.status !== 'issued') throw new Error(link.status);
    expect(await changePassword(viewer, input)).toEqual({ status: 'changed' });
    expect(await findLink(link.token)).toEqual({ status: 'unknown' });
  });

  test('with a wrong current password changes nothing', async () => {
    const { viewer } = await createViewer({}, { password });
    const before = await everythingStored();
    expect(await changePassword(viewer, { ...input, currentPassword: 'a wrong password' })).toEqual({
      status: 'refused',
    });
    expect(await everythingStored()).toBe(before);
  });

  test('from an ended session changes nothing', async () => {
    const { viewer } = await createViewer({}, { password });
    await setSession(viewer.sessionId, 'ended_at = clock_timestamp()');
    const before = await everythingStored();
    expect(await changePassword(viewer, input)).toEqual({ status: 'signed_out' });
    expect(await everythingStored()).toBe(before);
  });

  test('whoever has no password cannot set one', async () => {
    const { viewer } = await createViewer();
    expect(await changePassword(viewer, input)).toEqual({ status: 'refused' });
  });

  test('guessing the current password is limited', async () => {
    const { viewer } = await createViewer({}, { password });
    const wrong = { ...input, currentPassword: 'a wrong password' };
    for (let attempt = 0; attempt < 10; attempt++) expect((await changePassword(viewer, wrong)).status).toBe('refused');
    expect(await changePassword(viewer, input)).toEqual({ status: 'limited' });
  });
});

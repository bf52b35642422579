import { createHash } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { findViewer, type Viewer } from '@/lib/auth/queries';
import { acceptEvents, expectIntact, refuseEvents } from '@/tests/support/audit';
import {
  configureProvider,
  createIdentity,
  createMember,
  createTenant,
  createViewer,
  everythingStored,
  sql,
  testAddress,
  viewerFor,
} from '@/tests/support/world';
import { linkIdentity, unlinkIdentity } from './mutations';

const createAdmin = () => createViewer({}, { roles: ['admin'], licensed: false, password: 'an admin’s password' });
const alive = async (viewer: Viewer) => (await findViewer(viewer.sessionId, testAddress)) !== null;
const identity = async (tenantId: string, subject: string) =>
  (
    await sql<{ memberId: string | null; email: string; name: string }>(
      'SELECT member_id AS "memberId", email, name FROM identity WHERE tenant_id = $1 AND subject = $2',
      [tenantId, subject],
    )
  )[0];

const digestOf = ({ issuer, subject }: { issuer: string; subject: string }) =>
  createHash('sha256').update(`${issuer}\0${subject}`).digest('hex');

async function unchanged<T>(work: () => Promise<T>): Promise<T> {
  const before = await everythingStored();
  const result = await work();
  expect(await everythingStored()).toBe(before);
  return result;
}

describe('linking', () => {
  test('makes an identity that waits the member’s, and keeps what the provider said', async () => {
    const { viewer, tenant } = await createAdmin();
    const target = await createMember(tenant);
    const waiting = await createIdentity({ tenantId: tenant.id, waitingFor: target.email });
    expect(await linkIdentity(viewer, { memberId: target.id, ...waiting })).toEqual({ status: 'done' });
    expect(await identity(tenant.id, waiting.subject)).toEqual({
      memberId: target.id,
      email: target.email,
      name: 'Sam',
    });
    expect((await expectIntact(tenant.id)).at(-1)).toMatchObject({
      action: 'member.identity_linked',
      actorId: viewer.memberId,
      subjectId: target.id,
      subjectEmail: target.email,
      details: { issuer: waiting.issuer, subjectDigest: digestOf(waiting) },
    });
  });

  test('takes the word of the admin, not the e-mail, for whom one that waits belongs to', async () => {
    const { viewer, tenant } = await createAdmin();
    const target = await createMember(tenant);
    const other = await createMember(tenant);
    const waiting = await createIdentity({ tenantId: tenant.id, waitingFor: other.email });
    expect(await linkIdentity(viewer, { memberId: target.id, ...waiting })).toEqual({ status: 'done' });
    expect((await identity(tenant.id, waiting.subject))?.memberId).toBe(target.id);
  });

  test('takes a subject that was typed, of somebody who never signed in', async () => {
    const { viewer, tenant } = await createAdmin();
    const target = await createMember(tenant, { name: 'Ada' });
    const typed = { memberId: target.id, issuer: 'https://idp.example.test', subject: 'typed|1' };
    const foreign = await createTenant();
    configureProvider(foreign, typed.issuer);
    expect(await unchanged(() => linkIdentity(viewer, typed))).toMatchObject({ status: 'invalid', field: 'issuer' });
    configureProvider(tenant, typed.issuer);
    expect(await linkIdentity(viewer, typed)).toEqual({ status: 'done' });
    expect(await identity(tenant.id, 'typed|1')).toEqual({ memberId: target.id, email: '', name: '' });
  });

  test('twice is linking once', async () => {
    const { viewer, tenant } = await createAdmin();
    const target = await createMember(tenant);
    const linked = await createIdentity(target);
    expect(await unchanged(() => linkIdentity(viewer, { memberId: target.id, ...linked }))).toEqual({ status: 'done' });
  });

  test('what is somebody else’s already is refused, with their name', async () => {
    const { viewer, tenant } = await createAdmin();
    const target = await createMember(tenant);
    const other = await createMember(tenant);
    const linked = await createIdentity(other);
    expect(await unchanged(() => linkIdentity(viewer, { memberId: target.id, ...linked }))).toEqual({
      status: 'invalid',
      field: 'subject',
      message: `This identity is linked to ${other.email}. Unlink it there first.`,
    });
  });

  test('a member may have several, and a subject is only one’s own with its issuer', async () => {
    const { viewer, tenant } = await createAdmin();
    const [target, other] = [await createMember(tenant), await createMember(tenant)];
    const first = { issuer: 'https://one.example.test', subject: 'same' };
    const second = { issuer: 'https://two.example.test', subject: 'same' };
    for (const { issuer } of [first, second]) configureProvider(tenant, issuer);
    expect(await linkIdentity(viewer, { memberId: target.id, ...first })).toEqual({ status: 'done' });
    expect(await linkIdentity(viewer, { memberId: other.id, ...second })).toEqual({ status: 'done' });
    expect(await linkIdentity(viewer, { memberId: other.id, ...first })).toMatchObject({ status: 'invalid' });
    expect(await linkIdentity(viewer, { memberId: target.id, ...first, subject: 'Same' })).toEqual({ status: 'done' });
  });

  test('leaves another tenant’s identity of the same issuer and subject alone', async () => {
    const left = await createAdmin();
    const right = await createAdmin();
    const stranger = await createMember(right.tenant);
    const theirs = await createIdentity(stranger);
    const target = await createMember(left.tenant);
    configureProvider(left.tenant, theirs.issuer);
    expect(await linkIdentity(left.viewer, { memberId: target.id, ...theirs })).toEqual({ status: 'done' });
    expect((await identity(left.tenant.id, theirs.subject))?.memberId).toBe(target.id);
    expect((await identity(right.tenant.id, theirs.subject))?.memberId).toBe(stranger.id);
    expect(await unlinkIdentity(left.viewer, { memberId: target.id, ...theirs })).toEqual({ status: 'done' });
    expect((await identity(right.tenant.id, theirs.subject))?.memberId).toBe(stranger.id);
  });

  test('of one identity to two members at once has one winner', async () => {
    const { viewer, tenant } = await createAdmin();
    const members = [await createMember(tenant), await createMember(tenant)];
    const waiting = await createIdentity({ tenantId: tenant.id, waitingFor: 'somebody@example.test' });
    const results = await Promise.all(
      [...members, ...members].map((member) => linkIdentity(viewer, { memberId: member.id, ...waiting })),
    );
    const statuses = results.map(({ status }) => status).sort();
    expect(statuses).toEqual(['done', 'done', 'invalid', 'invalid']);
  });
});

describe('unlinking', () => {
  test('takes the identity away and signs the member out everywhere', async () => {
    const { viewer, tenant } = await createAdmin();
    const target = await createMember(tenant);
    const [gone, kept] = [await createIdentity(target), await createIdentity(target)];
    const sessions = [await viewerFor(target), await viewerFor(target)];
    expect(await unlinkIdentity(viewer, { memberId: target.id, ...gone })).toEqual({ status: 'done' });
    expect(await identity(tenant.id, gone.subject)).toBeUndefined();
    expect((await identity(tenant.id, kept.subject))?.memberId).toBe(target.id);
    expect(await Promise.all([...sessions, viewer].map(alive))).toEqual([false, false, true]);
    expect((await expectIntact(tenant.id)).at(-1)).toMatchObject({
      action: 'member.identity_unlinked',
      subjectId: target.id,
      details: { issuer: gone.issuer, subjectDigest: digestOf(gone), endedSessions: 2 },
    });
  });

  test('finds neither another member’s, nor one that waits, nor one that never was', async () => {
    const { viewer, tenant } = await createAdmin();
    const target = await createMember(tenant);
    await viewerFor(target);
    const others = await createIdentity(await createMember(tenant));
    const waiting = await createIdentity({ tenantId: tenant.id, waitingFor: target.email });
    const strangers = await createIdentity(await createMember(await createTenant()));
    const own = await createIdentity(target);
    for (const each of [others, waiting, strangers, { ...own, subject: 'x' }, { ...own, issuer: 'x' }]) {
      expect(await unchanged(() => unlinkIdentity(viewer, { memberId: target.id, ...each }))).toEqual({
        status: 'not_found',
      });
    }
  });

  const ssoAdmin = async () => {
    const tenant = await createTenant();
    const member = await createMember(tenant, { roles: ['admin'], ssoOnly: true });
    const only = await createIdentity(member);
    return { tenant, member, only, viewer: await viewerFor(member) };
  };

  test('the last admin cannot unlink their only way in', async () => {
    const { viewer, member, only, tenant } = await ssoAdmin();
    const lastAdmin = { status: 'refused', message: 'This is the last admin. Make somebody else an admin first.' };
    expect(await unchanged(() => unlinkIdentity(viewer, { memberId: member.id, ...only }))).toEqual(lastAdmin);
    // An identity of the same subject elsewhere, or one that waits, is no way in.
    await createIdentity({ tenantId: tenant.id, waitingFor: member.email });
    await createIdentity(await createMember(await createTenant()), only.subject);
    expect(await unchanged(() => unlinkIdentity(viewer, { memberId: member.id, ...only }))).toEqual(lastAdmin);
  });

  test.each<[string, (world: Awaited<ReturnType<typeof ssoAdmin>>) => Promise<unknown>]>([
    ['another identity', ({ member }) => createIdentity(member)],
    [
      'a password',
      ({ member }) => sql(`UPDATE member SET login_email = email, password_digest = 'x' WHERE id = $1`, [member.id]),
    ],
    ['another admin', ({ tenant }) => createMember(tenant, { roles: ['admin'], password: 'some password' })],
  ])('an admin with %s can', async (_, make) => {
    const world = await ssoAdmin();
    await make(world);
    expect(await unlinkIdentity(world.viewer, { memberId: world.member.id, ...world.only })).toEqual({
      status: 'done',
    });
    expect(await alive(world.viewer)).toBe(false);
  });

  test('an admin may take every other admin’s only identity', async () => {
    const { viewer, tenant } = await createAdmin();
    const other = await createMember(tenant, { roles: ['admin'], ssoOnly: true });
    expect(await unlinkIdentity(viewer, { memberId: other.id, ...(await createIdentity(other)) })).toEqual({
      status: 'done',
    });
  });
});

describe('when the event cannot be written', () => {
  afterEach(acceptEvents);

  test('nothing is linked or unlinked', async () => {
    const { viewer, tenant } = await createAdmin();
    const target = await createMember(tenant);
    await viewerFor(target);
    const linked = await createIdentity(target);
    const waiting = await createIdentity({ tenantId: tenant.id, waitingFor: target.email });
    configureProvider(tenant, 'https://new.example.test');
    await refuseEvents();
    const before = await everythingStored();
    for (const work of [
      () => linkIdentity(viewer, { memberId: target.id, ...waiting }),
      () => linkIdentity(viewer, { memberId: target.id, issuer: 'https://new.example.test', subject: 'new' }),
      () => unlinkIdentity(viewer, { memberId: target.id, ...linked }),
    ]) {
      await expect(work()).rejects.toThrow(/audit log is full/);
    }
    expect(await everythingStored()).toBe(before);
  });
});

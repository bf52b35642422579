/**
 * Everything that an admin does to people, against everybody who may not. The rows are compared with what the modules
 * export: a new function without a row fails.
 */
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Viewer } from '@/lib/auth/queries';
import * as identities from '@/lib/identities/mutations';
import * as offboarding from '@/lib/offboarding/mutations';
import * as offboardingQueries from '@/lib/offboarding/queries';
import {
  configureProvider,
  createIdentity,
  createMember,
  createViewer,
  everythingStored,
  sql,
  viewerFor,
} from '@/tests/support/world';
import * as members from './mutations';
import * as queries from './queries';

const newIdentity = (memberId: string) => ({ memberId, issuer: 'https://idp.example.test', subject: randomUUID() });

type Write = (viewer: Viewer, memberId: string) => Promise<{ status: string }>;
/** Writes that act on one member. */
const onMember: Record<string, Write> = {
  changeMember: (viewer, memberId) => members.changeMember(viewer, { memberId, admin: true }),
  issueLink: members.issueLink,
  signOutMember: members.signOutMember,
  enableMember: members.enableMember,
  linkIdentity: (viewer, memberId) => identities.linkIdentity(viewer, newIdentity(memberId)),
  unlinkIdentity: (viewer, memberId) =>
    identities.unlinkIdentity(viewer, { memberId, issuer: 'https://idp.example.test', subject: 'the one' }),
  offboardMember: (viewer, memberId) => offboarding.offboardMember(viewer, { memberId, mode: 'remove', decisions: [] }),
};
const writes: Record<string, Write> = {
  ...onMember,
  inviteMember: (viewer) =>
    members.inviteMember(viewer, {
      email: `${randomUUID()}@example.test`,
      name: '',
      roles: ['admin'],
      licensed: true,
    }),
};
const reads: Record<string, (viewer: Viewer, memberId: string) => Promise<unknown>> = {
  listMembers: (viewer) => queries.listMembers(viewer, { search: '' }),
  findOffboardingReview: offboardingQueries.findOffboardingReview,
};

test('every function that takes a viewer has a row here', () => {
  const exported = [members, identities, offboarding, queries, offboardingQueries].flatMap((module) =>
    Object.entries(module).flatMap(([name, value]) => (typeof value === 'function' ? [name] : [])),
  );
  expect(exported.sort()).toEqual(Object.keys({ ...writes, ...reads }).sort());
  expect(exported.length).toBeGreaterThanOrEqual(10);
});

/** A tenant with an admin, and a member on whom every write could do something. */
async function prepare() {
  const { tenant, viewer, member } = await createViewer({}, { roles: ['admin', 'developer'] });
  const target = await createMember(tenant);
  configureProvider(tenant, 'https://idp.example.test');
  await createIdentity(target, 'the one');
  await viewerFor(target);
  return { tenant, viewer, admin: member, target };
}

/** What it says, and that it wrote nothing. */
async function refused(name: string, viewer: Viewer, memberId: string) {
  const before = await everythingStored();
  const result = await (writes[name] as Write)(viewer, memberId);
  expect(await everythingStored()).toBe(before);
  return result;
}

const needsAdmin = { status: 'refused', message: 'You need the role admin. Ask your administrator.' };

describe.each(Object.keys(writes))('%s', (name) => {
  test('is open to an admin of the tenant, whatever the licence and the switch', async () => {
    const { tenant, target } = await prepare();
    const viewer = await viewerFor(await createMember(tenant, { roles: ['admin'], licensed: false }));
    await sql('UPDATE tenant SET api_keys_enabled = false WHERE id = $1', [tenant.id]);
    if (name === 'enableMember') {
      await sql('UPDATE member SET disabled_at = clock_timestamp() WHERE id = $1', [target.id]);
    }
    const before = await everythingStored();
    expect((await (writes[name] as Write)(viewer, target.id)).status).toMatch(/^(done|issued|invited)$/);
    expect(await everythingStored()).not.toBe(before);
  });

  test('is refused to who is no admin, also about themself', async () => {
    const { tenant, target } = await prepare();
    for (const roles of [[], ['developer']] as const) {
      const member = await createMember(tenant, { roles: [...roles] });
      const viewer = await viewerFor(member);
      expect(await refused(name, viewer, target.id)).toEqual(needsAdmin);
      expect(await refused(name, viewer, member.id)).toEqual(needsAdmin);
      expect(await refused(name, viewer, randomUUID())).toEqual(needsAdmin);
    }
  });

  test('is refused to an admin who was demoted since the page was opened', async () => {
    const { viewer, admin, target } = await prepare();
    await sql(`UPDATE member SET roles = '{developer}' WHERE id = $1`, [admin.id]);
    expect(viewer.roles).toContain('admin');
    expect(await refused(name, viewer, target.id)).toEqual(needsAdmin);
  });

  test('is refused to who only says that they are an admin', async () => {
    const { tenant, target } = await prepare();
    const viewer = await viewerFor(await createMember(tenant));
    expect(await refused(name, { ...viewer, roles: ['admin'] }, target.id)).toEqual(needsAdmin);
  });

  test.each([
    ['an ended session', 'UPDATE session SET ended_at = clock_timestamp() WHERE id = $1'],
    ['an expired session', `UPDATE session SET expires_at = clock_timestamp() - interval '1 ms' WHERE id = $1`],
    ['a deleted session', 'DELETE FROM session WHERE id = $1'],
    [
      'a disabled admin',
      'UPDATE member SET disabled_at = clock_timestamp() WHERE id = (SELECT member_id FROM session WHERE id = $1)',
    ],
    [
      'a removed admin',
      `UPDATE member SET disabled_at = clock_timestamp(), removed_at = clock_timestamp(), email_key = NULL,
              login_email = NULL, password_digest = NULL
        WHERE id = (SELECT member_id FROM session WHERE id = $1)`,
    ],
  ])('is over for %s', async (_, statement) => {
    const { viewer, target } = await prepare();
    await sql(statement, [viewer.sessionId]);
    expect(await refused(name, viewer, target.id)).toEqual({ status: 'signed_out' });
  });

  test('is over for a viewer put together from two tenants or two members', async () => {
    const { viewer, tenant, admin, target } = await prepare();
    const stranger = await prepare();
    const colleague = await viewerFor(await createMember(tenant));
    for (const forged of [
      { ...stranger.viewer, tenantId: tenant.id },
      { ...stranger.viewer, tenantId: tenant.id, memberId: admin.id },
      { ...colleague, memberId: admin.id },
      { ...viewer, sessionId: colleague.sessionId },
      { ...viewer, tenantId: stranger.tenant.id },
      { ...viewer, tenantId: randomUUID() },
    ]) {
      expect(await refused(name, forged, target.id)).toEqual({ status: 'signed_out' });
    }
  });
});

describe.each(Object.keys(onMember))('%s', (name) => {
  test('finds neither another tenant’s member, nor a removed one, nor one that never was: one and the same answer', async () => {
    const { viewer, tenant } = await prepare();
    const stranger = await prepare();
    const left = await createMember(tenant);
    await sql(
      `UPDATE member SET disabled_at = now(), removed_at = now(), email_key = NULL, login_email = NULL WHERE id = $1`,
      [left.id],
    );
    for (const memberId of [stranger.target.id, stranger.admin.id, left.id, randomUUID()]) {
      expect(await refused(name, viewer, memberId)).toEqual({ status: 'not_found' });
    }
  });
});

describe.each(Object.entries(reads))('%s', (name, read) => {
  test('shows an admin of the tenant something, and everybody else nothing', async () => {
    const { viewer, admin, tenant, target } = await prepare();
    const stranger = await prepare();
    const colleague = await viewerFor(await createMember(tenant));
    expect(await read(viewer, target.id)).not.toBeNull();
    expect(await read(colleague, target.id)).toBeNull();
    expect(await read({ ...colleague, roles: ['admin'] }, target.id)).toBeNull();
    expect(await read({ ...stranger.viewer, tenantId: tenant.id }, target.id)).toBeNull();
    expect(await read({ ...viewer, tenantId: stranger.tenant.id }, stranger.target.id)).toBeNull();
    if (name === 'findOffboardingReview') {
      expect(await read(viewer, stranger.target.id)).toBeNull();
      expect(await read(viewer, randomUUID())).toBeNull();
    }
    await sql(`UPDATE member SET roles = '{developer}' WHERE id = $1`, [admin.id]);
    expect(await read(viewer, target.id)).toBeNull();
  });
});

test('two tenants: what one’s admin does changes no row of the other', async () => {
  const left = await prepare();
  const right = await prepare();
  const rows = async (tenantId: string) => {
    const all = await everythingStored();
    return all.split('\n').filter((line) => line.includes(tenantId));
  };
  const before = await rows(right.tenant.id);
  for (const [name, write] of Object.entries(writes)) {
    const target = name === 'offboardMember' ? left.target : left.admin;
    await write(left.viewer, name === 'changeMember' ? left.target.id : target.id);
  }
  expect(await rows(right.tenant.id)).toEqual(before);
});

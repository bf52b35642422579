import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createMember, createTenant, everythingStored, sql, type TestTenant } from '@/tests/support/world';
import { signInWithSso } from './provisioning';
import { findViewer, listIssuers } from './queries';

const issuer = 'https://id.example.com';

/** Somebody whom the tenant's provider vouches for. */
function person(
  tenant: { slug: string },
  fields: { subject?: string; email?: string; name?: string; issuer?: string } = {},
) {
  const { subject = randomUUID(), email = `${randomUUID()}@example.test`, name = 'Ann', ...rest } = fields;
  const provider = { id: 'oidc-acme', tenantSlug: tenant.slug, issuer: rest.issuer ?? issuer };
  return { provider, subject, email, name, address: '203.0.113.9', userAgent: 'a browser' };
}

async function signIn(request: ReturnType<typeof person>) {
  const result = await signInWithSso(request);
  if (result.status !== 'signed_in') throw new Error(result.status);
  return result;
}

const membersOf = (tenant: TestTenant) =>
  sql<{ id: string; email: string; name: string; roles: string[]; licensed: boolean; login: string | null }>(
    `SELECT id, email, name, roles::text[] AS roles, licensed, login_email AS login FROM member
      WHERE tenant_id = $1 AND email_key = email ORDER BY created_at`,
    [tenant.id],
  );
const identitiesOf = (tenant: TestTenant) =>
  sql<{ issuer: string; subject: string; memberId: string | null; email: string; name: string }>(
    `SELECT issuer, subject, member_id AS "memberId", email, name FROM identity WHERE tenant_id = $1 ORDER BY created_at`,
    [tenant.id],
  );
const eventsOf = (tenant: TestTenant) =>
  sql<{ action: string; actor: string; address: string; details: object }>(
    `SELECT action, actor_id AS actor, address, details FROM event
      WHERE tenant_id = $1 AND action <> 'tenant.created' ORDER BY sequence`,
    [tenant.id],
  );
const sessionsOf = (tenant: TestTenant) => sql('SELECT id FROM session WHERE tenant_id = $1', [tenant.id]);

describe('a first sign-in', () => {
  test('makes a member with nothing, known by issuer and subject, and starts their session', async () => {
    const tenant = await createTenant();
    const request = person(tenant, { name: 'Ann Example' });
    const { sessionId, memberId } = await signIn(request);
    const { email, subject } = request;
    expect(await membersOf(tenant)).toEqual([
      { id: memberId, email, name: 'Ann Example', roles: [], licensed: false, login: null },
    ]);
    expect(await identitiesOf(tenant)).toEqual([{ issuer, subject, memberId, email, name: 'Ann Example' }]);
    const actor = { actor: memberId, address: '203.0.113.9' };
    expect(await eventsOf(tenant)).toEqual([
      {
        ...actor,
        action: 'member.joined',
        details: { provider: 'oidc-acme', issuer, roles: [], licensed: false },
      },
      { ...actor, action: 'session.started', details: { method: 'oidc-acme' } },
    ]);
    const viewer = await findViewer(sessionId, '203.0.113.9');
    expect(viewer).toMatchObject({ memberId, tenantId: tenant.id, hasPassword: false, roles: [], licensed: false });
    expect(viewer && (await listIssuers(viewer))).toEqual([issuer]);
  });

  test('gives what the tenant’s policy says, then and not later', async () => {
    const tenant = await createTenant();
    const join = (roles: string[], licensed: boolean) =>
      sql('UPDATE tenant SET join_roles = $2::text[]::member_role[], join_licensed = $3 WHERE id = $1', [
        tenant.id,
        roles,
        licensed,
      ]);
    await join(['developer'], true);
    const request = person(tenant);
    await signIn(request);
    expect(await membersOf(tenant)).toMatchObject([{ roles: ['developer'], licensed: true }]);
    await join([], false);
    await signIn(request);
    expect(await membersOf(tenant)).toMatchObject([{ roles: ['developer'], licensed: true }]);
  });

  test('twenty times at once makes one member', async () => {
    const tenant = await createTenant();
    const request = person(tenant);
    const results = await Promise.all(Array.from({ length: 20 }, () => signIn(request)));
    expect(new Set(results.map(({ memberId }) => memberId)).size).toBe(1);
    expect(new Set(results.map(({ sessionId }) => sessionId)).size).toBe(20);
    expect(await membersOf(tenant)).toHaveLength(1);
    expect((await eventsOf(tenant)).filter(({ action }) => action === 'member.joined')).toHaveLength(1);
  });

  test('of two people with the same new e-mail at once lets one in, and the other waits', async () => {
    const tenant = await createTenant();
    const email = `${randomUUID()}@example.test`;
    const results = await Promise.all([1, 2].map(() => signInWithSso(person(tenant, { email }))));
    expect(results.map(({ status }) => status).sort()).toEqual(['email_taken', 'signed_in']);
    expect(await membersOf(tenant)).toHaveLength(1);
    expect((await identitiesOf(tenant)).filter(({ memberId }) => memberId === null)).toHaveLength(1);
  });

  test('for a tenant that does not exist stores nothing', async () => {
    const before = await everythingStored();
    expect(await signInWithSso(person({ slug: 'nowhere' }))).toEqual({ status: 'no_tenant' });
    expect(await everythingStored()).toBe(before);
  });
});

describe('a later sign-in', () => {
  test('finds the same member, whatever e-mail and name the provider says by then', async () => {
    const tenant = await createTenant();
    const first = person(tenant);
    const { memberId } = await signIn(first);
    const colleague = await createMember(tenant);
    const later = { ...first, email: colleague.email, name: 'Somebody else' };
    expect((await signIn(later)).memberId).toBe(memberId);
    expect(await membersOf(tenant)).toMatchObject([
      { id: memberId, email: first.email, name: 'Ann' },
      { id: colleague.id },
    ]);
    // What the provider said last is there for admins to see.
    expect(await identitiesOf(tenant)).toMatchObject([{ memberId, email: colleague.email, name: 'Somebody else' }]);
  });

  test('of a disabled or a removed member is refused, and starts no session', async () => {
    for (const change of ['', ', removed_at = clock_timestamp(), email_key = NULL']) {
      const tenant = await createTenant();
      const request = person(tenant);
      const { memberId } = await signIn(request);
      await sql(`UPDATE member SET disabled_at = clock_timestamp()${change} WHERE id = $1`, [memberId]);
      expect(await signInWithSso(request)).toEqual({ status: 'disabled' });
      expect(await sessionsOf(tenant)).toHaveLength(1);
      expect(await sql('SELECT id FROM member WHERE tenant_id = $1', [tenant.id])).toHaveLength(1);
    }
  });
});

describe('an e-mail that a member has already', () => {
  test.each([
    ['signs in with a password', { password: 'correct horse battery' }],
    ['is only invited', {}],
    ['is disabled', { disabled: true }],
  ])(
    'who %s, is not linked: the identity waits for an admin',
    async (_, { disabled = false, ...options }: object & { disabled?: boolean }) => {
      const tenant = await createTenant();
      const member = await createMember(tenant, options);
      if (disabled) await sql('UPDATE member SET disabled_at = clock_timestamp() WHERE id = $1', [member.id]);
      const request = person(tenant, { email: member.email });
      for (const name of ['Ann', 'Ann Example']) {
        expect(await signInWithSso({ ...request, name })).toEqual({ status: 'email_taken' });
        const { subject, email } = request;
        expect(await identitiesOf(tenant)).toEqual([{ issuer, subject, memberId: null, email, name }]);
      }
      expect(await membersOf(tenant)).toHaveLength(1);
      expect([...(await sessionsOf(tenant)), ...(await eventsOf(tenant))]).toEqual([]);
    },
  );

  test('and that another subject or another issuer brings again, finds nobody', async () => {
    const tenant = await createTenant();
    const first = person(tenant);
    const { memberId } = await signIn(first);
    const others = [
      { ...first, subject: randomUUID() },
      { ...first, provider: { ...first.provider, issuer: 'https://id.evil.example' } },
    ];
    for (const other of others) expect(await signInWithSso(other)).toEqual({ status: 'email_taken' });
    expect((await identitiesOf(tenant)).map((identity) => identity.memberId)).toEqual([memberId, null, null]);
    expect(await sessionsOf(tenant)).toHaveLength(1);
  });

  test('of another tenant is of no matter, and neither is the subject there', async () => {
    const elsewhere = await createTenant();
    const known = person(elsewhere);
    const there = await signIn(known);
    const tenant = await createTenant();
    const here = await signIn({ ...known, provider: { ...known.provider, tenantSlug: tenant.slug } });
    expect(here.memberId).not.toBe(there.memberId);
    expect((await findViewer(here.sessionId, ''))?.tenantId).toBe(tenant.id);
  });

  test('who was removed since, is free again', async () => {
    const tenant = await createTenant();
    const member = await createMember(tenant);
    const request = person(tenant, { email: member.email });
    expect((await signInWithSso(request)).status).toBe('email_taken');
    await sql(
      `UPDATE member SET disabled_at = clock_timestamp(), removed_at = clock_timestamp(), email_key = NULL, login_email = NULL
        WHERE id = $1`,
      [member.id],
    );
    expect((await signIn(request)).memberId).not.toBe(member.id);
  });
});

test('an identity that an admin linked signs in as that member', async () => {
  const tenant = await createTenant();
  const member = await createMember(tenant, { password: 'correct horse battery' });
  const request = person(tenant, { email: member.email });
  await signInWithSso(request);
  await sql('UPDATE identity SET member_id = $1 WHERE tenant_id = $2', [member.id, tenant.id]);
  expect((await signIn(request)).memberId).toBe(member.id);
});

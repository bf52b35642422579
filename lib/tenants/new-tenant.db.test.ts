import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { acceptEvents, expectIntact, refuseEvents } from '@/tests/support/audit';
import { createMember, createTenant, everythingStored, sql, viewerFor } from '@/tests/support/world';
import { signInWithPassword } from '../auth/mutations';
import { inviteMember } from '../members/mutations';
import { redeemLink } from '../one-time-links/mutations';
import { findLink } from '../one-time-links/queries';
import { createTenantWithAdmin } from './mutations';
import { findPolicy } from './queries';

const input = () => ({ slug: `new-${randomUUID()}`, name: 'Acme ✓', admin: `ada-${randomUUID()}@example.test` });

async function created() {
  const wanted = input();
  const result = await createTenantWithAdmin(wanted);
  if (result.status !== 'created') throw new Error(result.message);
  const [tenant] = await sql<{ id: string }>('SELECT id FROM tenant WHERE slug = $1', [wanted.slug]);
  const [member] = await sql<{ id: string; name: string; roles: string[]; licensed: boolean }>(
    'SELECT id, name, roles::text[] AS roles, licensed FROM member WHERE tenant_id = $1',
    [tenant?.id ?? ''],
  );
  if (!tenant || !member) throw new Error('It is not there.');
  return { ...wanted, ...result, tenant, member };
}

/** What it says, and that it wrote nothing. */
async function refused(wanted: ReturnType<typeof input>) {
  const before = await everythingStored();
  const result = await createTenantWithAdmin(wanted);
  expect(await everythingStored()).toBe(before);
  return result;
}

describe('a new tenant', () => {
  test('has the default policy: switched off, two keys, no limit, no join roles', async () => {
    const { tenant, member, admin } = await created();
    const viewer = await viewerFor({ ...member, tenantId: tenant.id, email: admin, password: null });
    expect(await findPolicy(viewer)).toEqual({
      apiKeysEnabled: false,
      maximumKeysPerUser: 2,
      maximumExpirationInDays: null,
      agentKeyLifetimeInDays: 90,
      deactivateBeforeDelete: true,
      keepOneKey: false,
      rateLimitPerMinute: null,
      joinRoles: [],
      joinLicensed: false,
    });
    expect(await sql('SELECT demo FROM tenant WHERE id = $1', [tenant.id])).toEqual([{ demo: false }]);
  });

  test('has one admin, without licence or password, who chooses one through the link and may invite others', async () => {
    const { member, admin, token, name, tenant } = await created();
    expect(member).toMatchObject({ name: admin.split('@')[0], roles: ['admin'], licensed: false });
    expect(await findLink(token)).toMatchObject({
      status: 'valid',
      purpose: 'invitation',
      email: admin,
      tenantName: name,
    });
    const password = 'the first password';
    expect((await redeemLink({ token, newPassword: password, repeatedPassword: password }, 'x')).status).toBe(
      'redeemed',
    );
    const signedIn = await signInWithPassword({ email: admin, password, address: randomUUID(), userAgent: '' });
    expect(signedIn.status).toBe('signed_in');
    const viewer = await viewerFor({ ...member, tenantId: tenant.id, email: admin, password });
    const invited = await inviteMember(viewer, { email: `x-${admin}`, name: '', roles: [], licensed: false });
    expect(invited.status).toBe('invited');
  });

  test('begins its audit log, as the system', async () => {
    const { tenant, member, slug, admin, expiresAt } = await created();
    expect(
      (await expectIntact(tenant.id)).map(({ action, actorKind, address, subjectId, details }) => ({
        action,
        actorKind,
        address,
        subjectId,
        details,
      })),
    ).toEqual([
      { action: 'tenant.created', actorKind: 'system', address: null, subjectId: null, details: { slug } },
      {
        action: 'member.invited',
        actorKind: 'system',
        address: null,
        subjectId: member.id,
        details: { roles: ['admin'], licensed: false, expiresAt: expiresAt.toISOString() },
      },
    ]);
    expect(await everythingStored()).not.toContain((await created()).token);
    expect(admin).toContain('@');
  });
});

describe('refused, with nothing written', () => {
  test('a slug that is taken', async () => {
    const { slug } = await createTenant();
    expect(await refused({ ...input(), slug })).toEqual({
      status: 'refused',
      message: `There is a tenant with the slug ${slug} already. Choose another slug.`,
    });
  });

  test('an address that signs in with a password already', async () => {
    const { email } = await createMember(await createTenant());
    expect(await refused({ ...input(), admin: email })).toEqual({
      status: 'refused',
      message: `${email} signs in with a password already. Choose another address.`,
    });
  });

  test('of ten at once with one slug, all but one', async () => {
    const wanted = input();
    const results = await Promise.all(
      Array.from({ length: 10 }, (_, index) => createTenantWithAdmin({ ...wanted, admin: `${index}-${wanted.admin}` })),
    );
    expect(results.filter(({ status }) => status === 'created')).toHaveLength(1);
    expect(await sql('SELECT id FROM tenant WHERE slug = $1', [wanted.slug])).toHaveLength(1);
    const addresses = await Promise.all(
      Array.from({ length: 5 }, (_, index) => createTenantWithAdmin({ ...wanted, slug: `${wanted.slug}-${index}` })),
    );
    expect(addresses.filter(({ status }) => status === 'created')).toHaveLength(1);
  });
});

test('an address that signs in elsewhere through SSO only may be an admin here', async () => {
  const { email } = await createMember(await createTenant(), { ssoOnly: true });
  expect((await createTenantWithAdmin({ ...input(), admin: email })).status).toBe('created');
});

describe('when the event cannot be written', () => {
  afterEach(acceptEvents);

  test('there is no tenant', async () => {
    await refuseEvents();
    const before = await everythingStored();
    await expect(createTenantWithAdmin(input())).rejects.toThrow(/audit log is full/);
    expect(await everythingStored()).toBe(before);
  });
});

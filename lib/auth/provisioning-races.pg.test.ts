/** Sign-ins that meet other writes, on the one database that has several connections. */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { openBarrier } from '@/tests/support/locks';
import { createMember, createTenant, sql, type TestTenant } from '@/tests/support/world';
import { signInWithSso } from './provisioning';

const person = (tenant: TestTenant, email = `${randomUUID()}@example.test`) => ({
  provider: { id: 'oidc', tenantSlug: tenant.slug, issuer: 'https://id.example.com' },
  subject: randomUUID(),
  email,
  name: 'Ann',
  address: '203.0.113.9',
  userAgent: 'a browser',
});
const rows = (table: 'member' | 'session', tenant: TestTenant) =>
  sql<{ id: string }>(`SELECT id FROM ${table} WHERE tenant_id = $1`, [tenant.id]);

test('an invitation that takes the e-mail in the same moment wins, and the sign-in waits to be linked', async () => {
  const tenant = await createTenant();
  const request = person(tenant);
  const invitation = await openBarrier();
  await invitation.run(
    `INSERT INTO member (id, tenant_id, email, email_key, login_email, name) VALUES ($1, $2, $3, $3, $3, 'Invited')`,
    [randomUUID(), tenant.id, request.email],
  );
  const result = signInWithSso(request);
  await invitation.waited();
  await invitation.release();
  expect(await result).toEqual({ status: 'email_taken' });
  expect(await rows('member', tenant)).toHaveLength(1);
  expect(await rows('session', tenant)).toHaveLength(0);
});

test('an administrator who disables the member in the same moment wins', async () => {
  const tenant = await createTenant();
  const request = person(tenant);
  const first = await signInWithSso(request);
  const admin = await openBarrier();
  await admin.run('UPDATE member SET disabled_at = clock_timestamp() WHERE tenant_id = $1', [tenant.id]);
  const result = signInWithSso(request);
  await admin.waited();
  await admin.release();
  expect(first.status).toBe('signed_in');
  expect(await result).toEqual({ status: 'disabled' });
  expect(await rows('session', tenant)).toHaveLength(1);
});

test('an administrator who unlinks the identity in the same moment wins', async () => {
  const tenant = await createTenant();
  const member = await createMember(tenant);
  const request = person(tenant, member.email);
  await signInWithSso(request);
  await sql('UPDATE identity SET member_id = $1 WHERE tenant_id = $2', [member.id, tenant.id]);
  const admin = await openBarrier();
  await admin.run('SELECT FROM member WHERE id = $1 FOR NO KEY UPDATE', [member.id]);
  await admin.run('UPDATE identity SET member_id = NULL WHERE tenant_id = $1', [tenant.id]);
  const result = signInWithSso(request);
  await admin.waited();
  await admin.release();
  expect(await result).toEqual({ status: 'email_taken' });
  expect(await rows('session', tenant)).toHaveLength(0);
});

test('what new members get is the policy at the commit: a change in the same moment is waited for', async () => {
  const tenant = await createTenant();
  await sql(`UPDATE tenant SET join_roles = '{developer}', join_licensed = true WHERE id = $1`, [tenant.id]);
  const admin = await openBarrier();
  await admin.run(`UPDATE tenant SET join_roles = '{}', join_licensed = false WHERE id = $1`, [tenant.id]);
  const result = signInWithSso(person(tenant));
  await admin.waited();
  await admin.release();
  expect((await result).status).toBe('signed_in');
  expect(await sql('SELECT roles::text[] AS roles, licensed FROM member WHERE tenant_id = $1', [tenant.id])).toEqual([
    { roles: [], licensed: false },
  ]);
});

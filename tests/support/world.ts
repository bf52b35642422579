/** Tenants, members, sessions and keys for tests. Rows are inserted as they would be; what decides is the real code. */
import { createHash, randomUUID } from 'node:crypto';
import { digestPassword } from '@/lib/auth/passwords';
import type { Role } from '@/lib/auth/permissions';
import { findViewer, type Viewer } from '@/lib/auth/queries';
import { inTransaction, prisma } from '@/lib/db/prisma';
import { query, type SqlValue } from '@/lib/db/sql';
import { foldName } from '@/lib/display-text';
import { env } from '@/lib/env';
import { createAgentKey, createKey } from '@/lib/keys/creation';
import { rotateKey } from '@/lib/keys/rotation';
import type { CreateAgentKeyInput, CreateKeyInput, RotateKeyInput } from '@/lib/keys/schema';
import { createTenant as insertTenant } from '@/lib/tenants/mutations';
import type { Policy } from '@/lib/tenants/schema';
import { flushUsage } from '@/lib/verification/usage';

export const testAddress = '203.0.113.7';

export type TestTenant = { id: string; slug: string };
export type TestMember = { id: string; tenantId: string; email: string; password: string | null };

/** A tenant with keys switched on and otherwise the default policy. */
export function createTenant(policy: Partial<Policy> = {}): Promise<TestTenant> {
  const slug = `t-${randomUUID()}`;
  return inTransaction(async (tx) => {
    const { id } = await insertTenant(tx, { slug, name: `Tenant ${slug}`, apiKeysEnabled: true });
    return tx.tenant.update({ where: { id }, data: policy, select: { id: true, slug: true } });
  });
}

type MemberOptions = {
  roles?: Role[];
  licensed?: boolean;
  password?: string;
  email?: string;
  name?: string;
  /** Signs in through SSO only: no other tenant's business. */
  ssoOnly?: boolean;
};

/** A licensed developer, unless said otherwise. */
export async function createMember(tenant: TestTenant, options: MemberOptions = {}): Promise<TestMember> {
  const email = options.email ?? `${randomUUID()}@example.test`;
  const password = options.password ?? null;
  const { id } = await (await prisma()).member.create({
    data: {
      tenantId: tenant.id,
      email,
      emailKey: email,
      loginEmail: options.ssoOnly ? null : email,
      name: options.name ?? 'Someone',
      roles: options.roles ?? ['developer'],
      licensed: options.licensed ?? true,
      passwordDigest: password === null ? null : await digestPassword(password),
    },
    select: { id: true },
  });
  return { id, tenantId: tenant.id, email, password };
}

/** An SSO identity of the member's, or one that waits to be linked. */
export async function createIdentity(
  owner: TestMember | { tenantId: string; waitingFor: string },
  subject: string = randomUUID(),
): Promise<{ issuer: string; subject: string }> {
  const issuer = 'https://idp.example.test';
  const [memberId, email] = 'waitingFor' in owner ? [null, owner.waitingFor] : [owner.id, owner.email];
  await sql(
    `INSERT INTO identity (tenant_id, issuer, subject, member_id, email, name) VALUES ($1, $2, $3, $4, $5, 'Sam')`,
    [owner.tenantId, issuer, subject, memberId, email],
  );
  return { issuer, subject };
}

/** Lets an identity provider vouch for people of the tenant, as the configuration would. */
export function configureProvider(tenant: TestTenant, issuer: string): void {
  env().identityProviders.push({
    kind: 'oidc',
    id: `oidc-${env().identityProviders.length}`,
    label: 'Test provider',
    tenantSlug: tenant.slug,
    issuer,
    clientId: 'latchkey',
    clientSecret: 'a client secret',
    discoveryUrl: `${issuer}/.well-known/openid-configuration`,
  });
}

/** Signs the member in: a session row of their own, read by the real query. */
export async function viewerFor(member: TestMember): Promise<Viewer> {
  const sessionId = randomUUID();
  await sql(
    `INSERT INTO session (id, tenant_id, member_id, expires_at, address, user_agent)
     VALUES ($1, $2, $3, clock_timestamp() + interval '7 days', $4, 'test')`,
    [sessionId, member.tenantId, member.id, testAddress],
  );
  const viewer = await findViewer(sessionId, testAddress);
  if (!viewer) throw new Error('The new session is not valid.');
  return viewer;
}

/** A viewer in a tenant of their own. */
export async function createViewer(policy: Partial<Policy> = {}, options: MemberOptions = {}) {
  const tenant = await createTenant(policy);
  const member = await createMember(tenant, options);
  return { tenant, member, viewer: await viewerFor(member) };
}

export function createInput(input: Partial<CreateKeyInput> = {}): CreateKeyInput {
  return {
    name: '',
    description: '',
    expiry: { kind: 'days', days: 90 },
    scopes: [],
    biasProfileId: null,
    idempotencyValue: randomUUID(),
    ...input,
  };
}

/** Scopes of the tenant, as its admins would have added them. */
export async function createScopes(tenant: { id: string }, ...names: string[]): Promise<void> {
  const data = names.map((name) => ({ tenantId: tenant.id, name, description: `Allows ${name}` }));
  await (await prisma()).scope.createMany({ data });
}

/** A bias profile of the tenant, as its admins would have added it. @returns its id */
export async function createBiasProfile(
  tenant: { id: string },
  { name, description = '', settings = '{}' }: { name: string; description?: string; settings?: string },
): Promise<string> {
  const id = randomUUID();
  await sql(
    `INSERT INTO bias_profile (id, tenant_id, name, name_key, description, settings) VALUES ($1, $2, $3, $4, $5, $6::jsonb)`,
    [id, tenant.id, name, foldName(name), description, settings],
  );
  return id;
}

/** A key of the viewer's, through the real write. */
export async function createKeyFor(viewer: Viewer, input: Partial<CreateKeyInput> = {}) {
  const result = await createKey(viewer, createInput(input));
  if (result.status !== 'created') throw new Error(`No key was created: ${JSON.stringify(result)}`);
  return result;
}

export function agentInput(input: Partial<CreateAgentKeyInput> = {}): CreateAgentKeyInput {
  const { expiry: _, ...body } = createInput();
  return { ...body, name: `Agent ${randomUUID()}`, ...input };
}

/** A key of the viewer's tenant, through the real write. */
export async function createAgentKeyFor(viewer: Viewer, input: Partial<CreateAgentKeyInput> = {}) {
  const result = await createAgentKey(viewer, agentInput(input));
  if (result.status !== 'created') throw new Error(`No key was created: ${JSON.stringify(result)}`);
  return result;
}

/** With an overlap of 24 h, unless said otherwise. */
export function rotateInput(clientId: string, input: Partial<RotateKeyInput> = {}): RotateKeyInput {
  return { clientId, overlap: '24h', leaked: false, endOlder: false, idempotencyValue: randomUUID(), ...input };
}

/** A new secret for the key, through the real write. */
export async function rotateKeyFor(viewer: Viewer, clientId: string, input: Partial<RotateKeyInput> = {}) {
  const result = await rotateKey(viewer, rotateInput(clientId, input));
  if (result.status !== 'rotated') throw new Error(`The key was not rotated: ${JSON.stringify(result)}`);
  return result;
}

/** Runs one statement on the tests' database, outside any transaction. */
export function sql<Row extends object>(text: string, values: SqlValue[] = []): Promise<Row[]> {
  return query<Row>(`test-${createHash('sha256').update(text).digest('hex').slice(0, 32)}`, text, values);
}

/** Everything stored, as text: equal before and after means that nothing was written. What was counted is written first. */
export async function everythingStored(): Promise<string> {
  await flushUsage();
  const tables = await sql<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename`,
  );
  // One statement for all of them, since tests ask often.
  const parts = await sql<{ part: string }>(
    tables
      .map(
        ({ name }) =>
          `SELECT '${name}' || E'\\n' || coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), '') AS part FROM "${name}" t`,
      )
      .join(' UNION ALL '),
  );
  return parts
    .map(({ part }) => part)
    .sort()
    .join('\n\n');
}

/** The two roles of docs/operations.md, made with the statements that stand there. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { expectIntact } from '@/tests/support/audit';
import { startMailServer } from '@/tests/support/mail-server';
import { useMailServer } from '@/tests/support/notices';
import { askedWith } from '@/tests/support/requests';
import { runScript } from '@/tests/support/script';
import { countRequests } from '@/tests/support/usage';
import {
  createAgentKeyFor,
  createKeyFor,
  createMember,
  createTenant,
  rotateKeyFor,
  sql,
  viewerFor,
} from '@/tests/support/world';
import { signInWithSso } from '../auth/provisioning';
import { createBiasProfile, deleteBiasProfile } from '../bias-profiles/mutations';
import { reportConnectionFailures } from '../connection-failures/mutations';
import { createConnection, deleteConnection, editConnection } from '../connections/mutations';
import { findConnection } from '../connections/queries';
import { createConnectionSchema, editConnectionSchema } from '../connections/schema';
import { activateKey, deactivateKey, deleteKey, editKey } from '../keys/mutations';
import { retireSecret } from '../keys/rotation';
import { inviteMember, signOutMember } from '../members/mutations';
import { sendExpiryNotices, sendLeakNotices } from '../notifications/delivery';
import { offboardMember } from '../offboarding/mutations';
import { redeemLink } from '../one-time-links/mutations';
import { createProviderKey, deleteProviderKey, editProviderKey } from '../provider-keys/mutations';
import { listProviderKeys } from '../provider-keys/queries';
import { continueRevocation, startRevocation } from '../revocations/mutations';
import { reviewRevocation } from '../revocations/queries';
import { createScope, deleteScope } from '../scopes/mutations';
import { updatePolicy } from '../tenants/mutations';
import { retireUsage } from '../usage/mutations';
import { raiseUsageAlerts } from '../usage-alerts/mutations';
import { authenticate } from '../verification/authenticate';
import { flushUsage } from '../verification/usage';
import { migrate } from './migrate';

/** The statements of the section's SQL blocks, in order. */
function documented(): string[][] {
  const [, section = ''] = readFileSync('docs/operations.md', 'utf8').split('\n## Two roles in the database\n');
  const blocks = [...(section.split('\n## ')[0] ?? '').matchAll(/```sql\n([\s\S]*?)```/g)];
  return blocks.map(([, block = '']) => block.split(';\n').filter(Boolean));
}

function urlOf(role: string, database: string): string {
  const url = new URL(inject('postgresUrl'));
  url.username = role;
  url.pathname = `/${database}`;
  return url.href;
}
const ownerUrl = urlOf('latchkey_owner', 'latchkey');

async function runAs(url: string, statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
/** The PostgreSQL code of the refusal; null when it was done. */
const refusalOf = (statement: string) =>
  sql(statement).then(
    () => null,
    (error: { code?: string }) => error.code,
  );

beforeAll(async () => {
  const [roles = [], grants = []] = documented();
  await runAs(inject('postgresUrl'), roles);
  await runScript('scripts/db-migrate.ts', [], { DATABASE_URL: ownerUrl });
  await runAs(ownerUrl, grants);
  // From here on the product is connected as the application role.
  process.env.DATABASE_URL = urlOf('latchkey_app', 'latchkey');
});

const server = await startMailServer();
beforeAll(() => useMailServer(server));
afterAll(() => server.close());

/** Something of everything that the product writes. */
async function useEverything() {
  const tenant = await createTenant({ maximumKeysPerUser: 100, deactivateBeforeDelete: false });
  const admin = await viewerFor(await createMember(tenant, { roles: ['admin', 'developer'] }));
  const done = async (work: Promise<{ status: string }>) => expect((await work).status).not.toMatch(/refused|invalid/);
  await done(updatePolicy(admin, { maximumKeysPerUser: 90 }));
  for (const name of ['reports:read', 'reports:write']) await done(createScope(admin, { name, description: '' }));
  await done(deleteScope(admin, 'reports:write'));
  await done(createBiasProfile(admin, { name: 'Careful', description: '', settings: '{}' }));
  const { clientId, secret } = await createKeyFor(admin, { name: 'Laptop', scopes: ['reports:read'] });
  await createAgentKeyFor(admin);
  await done(editKey(admin, { clientId, name: 'Desktop', description: '' }));
  expect((await authenticate(askedWith(secret))).status).toBe('accepted');
  await done(deactivateKey(admin, clientId));
  await done(activateKey(admin, clientId));
  await rotateKeyFor(admin, clientId);
  expect((await authenticate(askedWith(secret))).status).toBe('accepted');
  await flushUsage();
  return { tenant, admin, clientId, done };
}
type Used = Awaited<ReturnType<typeof useEverything>>;

async function changePeople({ tenant, admin, done }: Used) {
  const invited = await inviteMember(admin, { email: `i@${tenant.slug}.test`, name: '', roles: [], licensed: false });
  if (invited.status !== 'invited') throw new Error(invited.status);
  const password = 'a password of my own';
  await done(redeemLink({ token: invited.token, newPassword: password, repeatedPassword: password }, '203.0.113.7'));
  const provider = { id: 'oidc', tenantSlug: tenant.slug, issuer: 'https://id.example.test' };
  const person = {
    subject: 'sam',
    email: `s@${tenant.slug}.test`,
    name: 'Sam',
    address: '203.0.113.7',
    userAgent: 't',
  };
  const joined = await signInWithSso({ provider, ...person });
  if (joined.status !== 'signed_in') throw new Error(joined.status);
  await done(signOutMember(admin, joined.memberId));
  const leaver = await createMember(tenant);
  await done(offboardMember(admin, { memberId: leaver.id, mode: 'remove', decisions: [] }));
}

/** The gateway's two tables are written as it writes them, without an upstream. */
async function connect({ tenant, admin, clientId, done }: Used) {
  await done(createProviderKey(admin, { name: 'Provider', value: 'sk-0123456789abcdef' }));
  const [{ id = '' } = {}] = await listProviderKeys(admin);
  await done(editProviderKey(admin, { id, name: 'Provider', value: 'sk-fedcba9876543210' }));
  const settings = {
    ...{ name: 'Chat', url: 'https://api.example.com', method: 'POST', authStyle: 'bearer', authHeader: '' },
    ...{ providerKeyId: id, scopes: [], timeoutInSeconds: 60, sizeLimitInMegabytes: 10 },
    models: [{ name: 'large', ownKey: true, providerKeyId: id }],
  };
  await done(
    createConnection(admin, createConnectionSchema.parse({ slug: 'chat', kind: 'llm_provider', ...settings })),
  );
  const connection = await findConnection(admin, 'chat');
  const connectionId = connection?.id ?? '';
  const seenUpdatedAt = connection?.updatedAt.toISOString();
  const edit = { ...settings, id: connectionId, seenUpdatedAt, name: 'Chats' };
  await done(editConnection(admin, editConnectionSchema.parse(edit)));
  await sql(
    `INSERT INTO provider_key_last_use (tenant_id, provider_key_id, last_used_at) VALUES ($1, $2, now())
     ON CONFLICT (tenant_id, provider_key_id) DO UPDATE SET last_used_at = excluded.last_used_at`,
    [tenant.id, id],
  );
  await sql(
    `INSERT INTO connection_failure (tenant_id, connection_id, hour, reason, requests, client_id, key_name, address, last_at)
     VALUES ($1, $2, date_trunc('hour', now()), 'upstream_timeout', 1, $3, 'Laptop', '203.0.113.7', now())`,
    [tenant.id, connectionId, clientId],
  );
  return { providerKeyId: id, connectionId };
}

async function revokeInBulk({ admin }: Used) {
  const { clientId } = await createKeyFor(admin, { name: 'Revoked with others' });
  const selection = { kind: 'keys' as const, clientIds: [clientId] };
  const result = await reviewRevocation(admin, selection);
  const id = randomUUID();
  const input = { id, selection, reviewed: result?.status === 'ready' ? result.review.digest : '', typed: '' };
  expect(await startRevocation(admin, input)).toEqual({ status: 'started', selected: 1 });
  expect(await continueRevocation(admin, id)).toMatchObject({ progress: { counts: { revoked: 1 } } });
}

/** What runs by itself: mails, alerts, the summing-up of old usage. */
async function letTimePass({ admin, clientId }: Used) {
  const { clientId: leaked } = await createKeyFor(admin, { name: 'Leaked' });
  await rotateKeyFor(admin, leaked, { overlap: 'none', leaked: true });
  await sql(`UPDATE key SET expires_at = clock_timestamp() + interval '2 hours' WHERE client_id = $1`, [clientId]);
  await sql(`UPDATE key SET created_at = created_at - interval '60 days'`);
  await sql(`UPDATE key_secret SET minted_at = minted_at - interval '60 days'`);
  await countRequests(clientId, { requests: 5_000 });
  await countRequests(clientId, { requests: 5, hoursAgo: 24 * 40 });
  await sendLeakNotices();
  await sendExpiryNotices();
  await raiseUsageAlerts();
  await reportConnectionFailures();
  await retireUsage(new Date());
}

test('the application role does everything that the product does, in every table', async () => {
  const used = await useEverything();
  await changePeople(used);
  await revokeInBulk(used);
  const { providerKeyId, connectionId } = await connect(used);
  await letTimePass(used);
  const tables = await sql<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`,
  );
  const empty: string[] = [];
  for (const { name } of tables) if ((await sql(`SELECT 1 FROM "${name}" LIMIT 1`)).length === 0) empty.push(name);
  expect(empty).toEqual([]);
  const { admin, clientId, done } = used;
  await done(deleteProviderKey(admin, { id: providerKeyId }));
  await done(deleteConnection(admin, connectionId));
  await done(retireSecret(admin, clientId));
  await done(deleteKey(admin, clientId));
  const [profile] = await sql<{ id: string }>('SELECT id FROM bias_profile WHERE tenant_id = $1', [used.tenant.id]);
  await done(deleteBiasProfile(admin, { id: profile?.id ?? '', replacementId: null }));
  await expectIntact(used.tenant.id);
});

describe('the application role is refused', () => {
  test.each([
    `UPDATE event SET address = '198.51.100.1'`,
    'UPDATE event SET actor_email = NULL',
    'DELETE FROM event',
    'TRUNCATE event CASCADE',
    'SELECT 1 FROM event FOR UPDATE',
    'ALTER TABLE event DISABLE TRIGGER ALL',
    'ALTER TABLE event ADD COLUMN note text',
    'ALTER TABLE event OWNER TO latchkey_app',
    'DROP TABLE event CASCADE',
    'CREATE TRIGGER quiet BEFORE INSERT ON event FOR EACH ROW EXECUTE FUNCTION move_tenant_version()',
    'DELETE FROM audit_head',
    'TRUNCATE audit_head',
    'DROP TABLE audit_head',
    'DROP SCHEMA public CASCADE',
    'CREATE TABLE public.mine (id int)',
    'DELETE FROM _prisma_migrations',
    `SET session_replication_role = 'replica'`,
    'SET ROLE latchkey_owner',
  ])('%s', async (statement) => {
    await createTenant();
    expect(await refusalOf(statement)).toBe('42501');
  });
});

test('an operator erases a removed member as the owner, and is told so as the application role', async () => {
  const tenant = await createTenant();
  const admin = await viewerFor(await createMember(tenant, { roles: ['admin'] }));
  const member = await createMember(tenant);
  await offboardMember(admin, { memberId: member.id, mode: 'remove', decisions: [] });
  const flags = ['--tenant', tenant.slug, '--member', member.id];
  await expect(runScript('scripts/member-erase.ts', flags)).rejects.toThrow(
    'The role in DATABASE_URL may not change the audit log. Run this as the role that owns the tables.',
  );
  const lines = await runScript('scripts/member-erase.ts', flags, { DATABASE_URL: ownerUrl });
  expect(lines.join()).toContain('is erased');
  expect(JSON.stringify(await expectIntact(tenant.id))).not.toContain(member.email);
});

test('it may use what later versions bring, and still not change the log', async () => {
  await runAs(ownerUrl, ['CREATE TABLE later (id int)']);
  for (const statement of ['INSERT INTO later VALUES (1)', 'UPDATE later SET id = 2', 'DELETE FROM later']) {
    expect(await refusalOf(statement)).toBeNull();
  }
  await runAs(ownerUrl, ['DROP TABLE later']);
  expect(await refusalOf('DELETE FROM event')).toBe('42501');
});

test('a server starts as the application role, unless a migration is pending, which it says', async () => {
  expect(await migrate()).toEqual([]);
  const [last] = await sql<{ name: string }>('SELECT max(migration_name) AS name FROM _prisma_migrations');
  const set = (time: string) =>
    runAs(ownerUrl, [`UPDATE _prisma_migrations SET rolled_back_at = ${time} WHERE migration_name = '${last?.name}'`]);
  await set('now()');
  await expect(migrate()).rejects.toThrow(
    `The database needs ${last?.name}, which the role in DATABASE_URL may not apply. Run npm run db:migrate as the role that owns the tables, then start again.`,
  );
  await set('NULL');
  expect(await migrate()).toEqual([]);
});

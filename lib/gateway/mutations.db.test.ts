import { expect, test } from 'vitest';
import { insertConnection, insertProviderKey } from '@/tests/support/connections';
import { askedWith } from '@/tests/support/requests';
import { createKeyFor, createViewer, sql } from '@/tests/support/world';
import { authenticate } from '../verification/authenticate';
import type { KeyRow } from '../verification/rows';
import { flushUsage } from '../verification/usage';
import { flushFailures, recordFailure, touchProviderKey } from './mutations';
import { findTarget, type Target } from './targets';

/** A connection, as the gateway sees it with a key of its tenant. */
async function prepare() {
  const { viewer, tenant } = await createViewer();
  const providerKeyId = await insertProviderKey(tenant.id, 'Key', 'sk-0123456789abcdef');
  const id = await insertConnection(tenant.id, {
    slug: 'llm',
    url: 'https://api.example.test/v1',
    providerKeyId,
    scopes: ['llm:call'],
  });
  const { secret } = await createKeyFor(viewer);
  const verdict = await authenticate(askedWith(secret));
  if (verdict.status !== 'accepted') throw new Error(verdict.status);
  return { tenant, id, providerKeyId, secret, key: verdict.key, target: await targetOf(verdict.key) };
}
async function targetOf(key: Pick<KeyRow, 'tenantId' | 'version'>): Promise<Target> {
  const target = await findTarget(key, 'llm', 900);
  if (!target) throw new Error('There is no connection.');
  return target;
}
const versionOf = async (tenantId: string) =>
  (
    await sql<{ version: string }>('SELECT version::text AS version FROM tenant_version WHERE tenant_id = $1', [
      tenantId,
    ])
  )[0]?.version ?? '';
const countsOf = (id: string) =>
  sql(
    'SELECT reason, requests::int AS requests, client_id AS "clientId", address FROM connection_failure WHERE connection_id = $1',
    [id],
  );

test('a flood of failures is counted in full, and written at once and then once a second', async () => {
  const { id, key, target } = await prepare();
  for (let request = 0; request < 1_000; request++) recordFailure(target, key, '203.0.113.7', 'upstream_timeout');
  recordFailure(target, key, '203.0.113.7', 'upstream_reset');
  await flushFailures();
  expect(await countsOf(id)).toEqual(
    expect.arrayContaining([
      { reason: 'upstream_timeout', requests: 1_000, clientId: key.clientId, address: '203.0.113.7' },
      { reason: 'upstream_reset', requests: 1, clientId: key.clientId, address: '203.0.113.7' },
    ]),
  );
});

test('what is deleted meanwhile is no error: neither its failure nor its use is written', async () => {
  const { id, key, target, providerKeyId } = await prepare();
  await sql('DELETE FROM connection WHERE id = $1', [id]);
  await sql('DELETE FROM provider_key WHERE id = $1', [providerKeyId]);
  recordFailure(target, key, '203.0.113.7', 'upstream_timeout');
  if (target.providerKey) touchProviderKey(target.providerKey);
  await flushFailures();
  expect(await countsOf(id)).toEqual([]);
});

test('the use of a provider key moves no version, so that kept rows stay', async () => {
  const { tenant, target, providerKeyId } = await prepare();
  const before = await versionOf(tenant.id);
  if (target.providerKey) touchProviderKey(target.providerKey);
  const used = () => sql('SELECT 1 FROM provider_key_last_use WHERE provider_key_id = $1', [providerKeyId]);
  await expect.poll(async () => (await used()).length).toBe(1);
  expect(await versionOf(tenant.id)).toBe(before);
});

test('a kept connection is believed under its own version only', async () => {
  const { tenant, id, key, target } = await prepare();
  expect(findTarget(key, 'llm', 900)).toBe(target);
  for (const change of [
    `UPDATE connection SET url = 'https://other.example.test' WHERE id = '${id}'`,
    `INSERT INTO connection_model (tenant_id, connection_id, name, position, own_key) VALUES ('${tenant.id}', '${id}', 'm', 0, true)`,
    `UPDATE provider_key SET revision = revision + 1 WHERE tenant_id = '${tenant.id}'`,
    `UPDATE connection SET provider_key_id = NULL WHERE id = '${id}'`,
  ]) {
    const old = await targetOf({ tenantId: tenant.id, version: await versionOf(tenant.id) });
    await sql(change);
    const present = { tenantId: tenant.id, version: await versionOf(tenant.id) };
    const found = await targetOf(present);
    expect(found.version, change).toBe(present.version);
    expect(found).not.toEqual({ ...old, version: present.version });
  }
});

test('a scope that the connection demands and the key lacks counts as that, not as accepted', async () => {
  const { secret, key } = await prepare();
  await flushUsage();
  const asked = {
    ...askedWith(secret),
    requiredScopes: async (row: KeyRow) => (await findTarget(row, 'llm', 900))?.scopes ?? [],
  };
  expect(await authenticate(asked)).toMatchObject({ status: 'forbidden', missing: ['llm:call'] });
  await flushUsage();
  const counted = await sql(
    `SELECT outcome::text AS outcome, requests::int AS requests FROM key_usage_hour WHERE key_id = $1 ORDER BY 1`,
    [key.keyId],
  );
  expect(counted).toEqual([
    { outcome: 'accepted', requests: 1 },
    { outcome: 'insufficient_scope', requests: 1 },
  ]);
});

test('a connection that cannot be looked up is neither there nor not', async () => {
  const { secret } = await prepare();
  const asked = { ...askedWith(secret), requiredScopes: () => Promise.reject(new Error('The database is gone.')) };
  expect(await authenticate(asked)).toEqual({ status: 'unavailable' });
});

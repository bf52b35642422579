import { beforeEach, expect, test } from 'vitest';
import { inTransaction } from '@/lib/db/prisma';
import { env } from '@/lib/env';
import { keyringProvider } from '@/lib/vault/key-provider';
import { openSealed } from '@/lib/vault/seal';
import { insertProviderKey } from '../tests/support/connections';
import { createTenant, sql, type TestTenant } from '../tests/support/world';
import { connectDemo } from './demo-connections';

let tenant: TestTenant;

beforeEach(async () => {
  await sql('UPDATE tenant SET demo = false');
  tenant = await createTenant();
  await sql('UPDATE tenant SET demo = true WHERE id = $1', [tenant.id]);
  listenAt(4001, 4002);
});

function listenAt(llm: number, workflow: number) {
  const at = (port: number) => `http://127.0.0.1:${port}`;
  Object.assign(env(), { demoUpstreams: { llm: `${at(llm)}/v1`, workflow: `${at(workflow)}/run` } });
}

const connect = () => inTransaction(connectDemo);
const connections = () =>
  sql<{ slug: string; url: string; key: string | null; origin: string | null }>(
    `SELECT c.slug, c.url, p.name AS key, p.origin FROM connection c
       LEFT JOIN provider_key p ON p.id = c.provider_key_id WHERE c.tenant_id = $1 ORDER BY c.slug`,
    [tenant.id],
  );
const events = async () =>
  (await sql<{ action: string }>('SELECT action FROM event WHERE tenant_id = $1 ORDER BY sequence', [tenant.id])).map(
    ({ action }) => action,
  );
const [llm, workflow] = [
  { slug: 'demo-llm', url: 'http://127.0.0.1:4001/v1', key: 'Demo provider key', origin: 'http://127.0.0.1:4001' },
  {
    slug: 'demo-workflow',
    url: 'http://127.0.0.1:4002/run',
    key: 'Demo workflow key',
    origin: 'http://127.0.0.1:4002',
  },
] as const;

test('the demo gets its connections, each with a sealed key for its own address; again, nothing more', async () => {
  await connect();
  expect(await connections()).toEqual([llm, workflow]);
  const before = await events();
  expect(before.filter((action) => action === 'connection.created')).toHaveLength(2);
  const [key] = await sql<{
    id: string;
    sealedValue: Uint8Array<ArrayBuffer>;
    wrappedDataKey: Uint8Array;
    vaultVersion: number;
  }>(
    `SELECT id, sealed_value AS "sealedValue", wrapped_data_key AS "wrappedDataKey", vault_version AS "vaultVersion"
       FROM provider_key WHERE tenant_id = $1 AND name = 'Demo provider key'`,
    [tenant.id],
  );
  if (!key) throw new Error('There is no provider key.');
  const record = { tenantId: tenant.id, id: key.id, revision: 1 };
  expect(await openSealed(keyringProvider(env().vaultKeys), record, key)).toBe('demo-provider-key');
  await connect();
  expect(await connections()).toEqual([llm, workflow]);
  expect(await events()).toEqual(before);
});

test('they follow the ports, with their keys, and the log says so', async () => {
  await connect();
  listenAt(4003, 4002);
  await connect();
  const moved = { ...llm, url: 'http://127.0.0.1:4003/v1', origin: 'http://127.0.0.1:4003' };
  expect(await connections()).toEqual([moved, workflow]);
  expect((await events()).at(-1)).toBe('connection.updated');
  listenAt(4004, 4002);
  await connect();
  expect((await connections())[0]?.url).toBe('http://127.0.0.1:4004/v1');
});

test('what somebody changed, deleted or named the same stays theirs', async () => {
  await connect();
  await sql(`UPDATE connection SET url = 'http://127.0.0.1:11434/v1' WHERE tenant_id = $1 AND slug = 'demo-llm'`, [
    tenant.id,
  ]);
  await sql(`DELETE FROM connection WHERE tenant_id = $1 AND slug = 'demo-workflow'`, [tenant.id]);
  listenAt(4003, 4005);
  await connect();
  expect(await connections()).toEqual([{ ...llm, url: 'http://127.0.0.1:11434/v1' }]);
});

test('a provider key that a member named so is not sent to the demo', async () => {
  for (const { key } of [llm, workflow]) await insertProviderKey(tenant.id, key.toUpperCase(), 'sk-of-a-member');
  await connect();
  expect((await connections()).map(({ key }) => key)).toEqual([null, null]);
});

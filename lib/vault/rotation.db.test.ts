import { expect, test } from 'vitest';
import { insertProviderKey } from '@/tests/support/connections';
import { createTenant, sql } from '@/tests/support/world';
import { env, type Keyring } from '../env';
import { keyringProvider } from './key-provider';
import { rotateVault } from './rotation';
import { openSealed, type Sealed, type SealedRecord } from './seal';

test('on either database, all data keys come under the current vault key, and every value opens without the old one', async () => {
  const [old, fresh] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
  const byVersion = new Map([
    [1, old],
    [2, fresh],
  ]);
  const keyring: Keyring = { current: { version: 2, key: fresh }, byVersion };
  Object.assign(env(), { vaultKeys: { current: { version: 1, key: old }, byVersion } });
  const tenants = [await createTenant(), await createTenant()];
  for (let number = 0; number < 210; number++) {
    await insertProviderKey(tenants[number % 2]?.id ?? '', `${number}`, `the value of ${number}`);
  }
  const progress: Array<[number, number]> = [];
  const rotation = await rotateVault(keyringProvider(keyring), ({ rewrapped, remaining }) => {
    progress.push([rewrapped, remaining]);
  });
  expect(rotation).toEqual({ rewrapped: 210, remaining: 0, unopened: [] });
  expect(progress).toEqual([
    [100, 110],
    [200, 10],
    [210, 0],
  ]);
  const rows = await sql<Sealed & SealedRecord & { name: string }>(
    `SELECT id, tenant_id AS "tenantId", name, revision, sealed_value AS "sealedValue",
            wrapped_data_key AS "wrappedDataKey", vault_version AS "vaultVersion" FROM provider_key`,
  );
  const provider = keyringProvider({ ...keyring, byVersion: new Map([[2, fresh]]) });
  for (const row of rows) expect(await openSealed(provider, row, row)).toBe(`the value of ${row.name}`);
  expect(rows).toHaveLength(210);
});

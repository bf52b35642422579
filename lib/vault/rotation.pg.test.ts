/** `npm run vault:rotate`, as an operator runs it, on many tenants' provider keys. */
import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { insertConnection, insertProviderKey } from '@/tests/support/connections';
import { openBarrier } from '@/tests/support/locks';
import { startScript } from '@/tests/support/script';
import { createTenant, createViewer, sql } from '@/tests/support/world';
import { env, type Keyring } from '../env';
import { deleteProviderKey, editProviderKey } from '../provider-keys/mutations';
import { keyringProvider } from './key-provider';
import { rotateVault } from './rotation';
import { openSealed, type Sealed, type SealedRecord } from './seal';

/** As LATCHKEY_VAULT_KEYS spells it, and as it is read. */
function keysOf(...versions: number[]): { text: string; keyring: Keyring } {
  const keyOf = (version: number) => Buffer.alloc(32, `vault key ${version}`);
  const [version = 0] = versions;
  return {
    text: versions.map((each) => `${each}:${keyOf(each).toString('base64')}`).join(','),
    keyring: {
      current: { version, key: keyOf(version) },
      byVersion: new Map(versions.map((each) => [each, keyOf(each)])),
    },
  };
}
const [old, both, fresh] = [keysOf(1), keysOf(2, 1), keysOf(2)];
/** What this process, a server, seals and opens with. */
const use = (keys: { keyring: Keyring }) => Object.assign(env(), { vaultKeys: keys.keyring });

type Ended = { code: number | null; said: string[]; complained: string };

async function rotate(variables: { text: string }, args: string[] = []): Promise<Ended> {
  const script = startScript('scripts/vault-rotate.ts', args, { LATCHKEY_VAULT_KEYS: variables.text });
  let complained = '';
  script.process.stderr?.on('data', (chunk: Buffer) => {
    complained += chunk.toString();
  });
  const closed = new Promise<number | null>((resolve) => script.process.once('close', resolve));
  const said: string[] = [];
  for await (const line of script.lines) said.push(line);
  return { code: await closed, said, complained };
}

type Stored = Sealed & SealedRecord & { name: string };
const listStored = () =>
  sql<Stored>(
    `SELECT id, tenant_id AS "tenantId", name, revision, sealed_value AS "sealedValue",
            wrapped_data_key AS "wrappedDataKey", vault_version AS "vaultVersion" FROM provider_key ORDER BY id`,
  );
const valueOfName = (name: string) => `sk-the-value-of-${name}`;
/** Each value is the one of its name; throws where one cannot be opened. */
async function openAll({ keyring }: { keyring: Keyring }): Promise<number> {
  const rows = await listStored();
  for (const row of rows) {
    const value = await openSealed(keyringProvider(keyring), row, row);
    if (!value.startsWith(valueOfName(row.name))) throw new Error(`${row.name} has the value of another.`);
  }
  return rows.length;
}
const versions = async () => (await listStored()).map(({ vaultVersion }) => vaultVersion);
const countOf = async (version: number) => (await versions()).filter((each) => each === version).length;

async function createProviderKeys(amount: number): Promise<void> {
  const tenants = await Promise.all(Array.from({ length: 10 }, () => createTenant()));
  for (let number = 0; number < amount; number++) {
    await insertProviderKey(tenants[number % 10]?.id ?? '', `${number}`, valueOfName(`${number}`));
  }
}

beforeEach(async () => {
  await sql('DELETE FROM connection');
  await sql('DELETE FROM provider_key');
  use(old);
});

test('killed midway and run again, it moves a thousand provider keys, and no reader misses one meanwhile', async () => {
  await createProviderKeys(1_000);
  const before = await listStored();
  use(both);
  let reading = true;
  let rounds = 0;
  const reader = (async () => {
    for (; reading; rounds++) expect(await openAll(both)).toBe(1_000);
  })();

  // Somebody holds a row of the sixth batch, so that the script is in the midst of its work when it is killed.
  const barrier = await openBarrier();
  await barrier.run('SELECT 1 FROM provider_key WHERE id = $1 FOR UPDATE', [before[555]?.id]);
  const script = startScript('scripts/vault-rotate.ts', [], { LATCHKEY_VAULT_KEYS: both.text });
  const first: string[] = [];
  for await (const line of script.lines) {
    first.push(line);
    if (line.startsWith('500 ')) break;
  }
  await barrier.waited();
  const killed = new Promise((resolve) => script.process.once('close', (_, signal) => resolve(signal)));
  script.process.kill('SIGKILL');
  expect(await killed).toBe('SIGKILL');
  await barrier.release();
  expect(first.at(-1)).toBe('500 provider keys rewrapped, 500 to go');
  // The statement that the server had already may come to its end without who sent it.
  const moved = await countOf(2);
  expect([500, 600]).toContain(moved);

  const again = await rotate(both);
  expect(again).toMatchObject({ code: 0, complained: '' });
  expect(again.said.at(-1)).toMatch(
    / provider keys rewrapped\. LATCHKEY_VAULT_KEYS needs no other version any more: 1\.$/,
  );
  reading = false;
  await reader;
  expect(rounds).toBeGreaterThan(3);

  // The old key can go now, and no value was touched.
  expect(await openAll(fresh)).toBe(1_000);
  await expect(openAll(old)).rejects.toThrow('LATCHKEY_VAULT_KEYS lacks version 2.');
  const after = await listStored();
  expect(after.map(({ sealedValue, revision }) => [Buffer.from(sealedValue).toString('hex'), revision])).toEqual(
    before.map(({ sealedValue, revision }) => [Buffer.from(sealedValue).toString('hex'), revision]),
  );
  expect(await rotate(fresh)).toEqual({
    code: 0,
    said: ['0 provider keys not under version 2 of the vault key.', 'Nothing was to be done.'],
    complained: '',
  });
});

describe('with one that cannot be opened', () => {
  test('the others are moved all the same, and it says which one and why', async () => {
    await createProviderKeys(250);
    const [broken] = (await listStored()).slice(120);
    await sql(
      `UPDATE provider_key SET wrapped_data_key = set_byte(wrapped_data_key, 20, get_byte(wrapped_data_key, 20) # 1)
        WHERE id = $1`,
      [broken?.id ?? ''],
    );
    const { code, said, complained } = await rotate(both);
    expect(code).toBe(1);
    expect(said.at(-1)).toBe('249 provider keys rewrapped, 1 to go');
    expect(complained).toMatch(
      new RegExp(
        `^The provider key ${broken?.id} of the tenant t-[-0-9a-f]+ cannot be opened: A sealed value is not what was sealed here\\.\n` +
          '1 provider key not under version 2: keep the older versions in LATCHKEY_VAULT_KEYS\\.\n$',
      ),
    );
    expect(await countOf(2)).toBe(249);
    expect((await listStored()).find(({ id }) => id === broken?.id)?.vaultVersion).toBe(1);
  });

  test('because the old key was removed too early, nothing is written, and it says which version is missing', async () => {
    await createProviderKeys(2);
    const before = await listStored();
    const { code, complained } = await rotate(fresh);
    expect(code).toBe(1);
    expect(complained.match(/LATCHKEY_VAULT_KEYS lacks version 1\./g)).toHaveLength(2);
    expect(await listStored()).toEqual(before);
  });
});

test('what a server that was not started again seals under the old key meanwhile is moved as well', async () => {
  await createProviderKeys(150);
  const tenant = await createTenant();
  let late = '';
  const rotated = await rotateVault(keyringProvider(both.keyring), async ({ remaining }) => {
    if (remaining === 0) late ||= await insertProviderKey(tenant.id, 'late', valueOfName('late'));
  });
  expect(rotated).toEqual({ rewrapped: 151, remaining: 0, unopened: [] });
  expect((await listStored()).find(({ id }) => id === late)?.vaultVersion).toBe(2);
  expect(await openAll(fresh)).toBe(151);
});

test('a value that is replaced while its data key is being moved is the new one, and can be opened', async () => {
  const { viewer, tenant } = await createViewer();
  const id = await insertProviderKey(tenant.id, 'Key', 'sk-the-old-value');
  use(both);
  const barrier = await openBarrier();
  // Between the reading of the batch and the writing, as long as the row is held.
  await barrier.run('SELECT 1 FROM provider_key WHERE id = $1 FOR UPDATE', [id]);
  const editing = editProviderKey(viewer, { id, name: 'Key', value: 'sk-the-new-value' });
  await barrier.waited(1);
  const rotating = rotateVault(keyringProvider(both.keyring));
  await barrier.waited(2);
  await barrier.release();
  expect(await editing).toMatchObject({ status: 'done' });
  expect(await rotating).toMatchObject({ remaining: 0, unopened: [] });
  const [row] = await listStored();
  expect(row).toMatchObject({ revision: 2, vaultVersion: 2 });
  expect(await openSealed(keyringProvider(fresh.keyring), row as Stored, row as Stored)).toBe('sk-the-new-value');
});

test('a rotation that meets a delete waits for it, or it for the rotation: neither ends in a deadlock', async () => {
  const { viewer, tenant } = await createViewer();
  for (const name of ['a', 'b']) {
    const providerKeyId = await insertProviderKey(tenant.id, name, valueOfName(name));
    await insertConnection(tenant.id, { slug: name, url: 'https://api.example.com', providerKeyId });
  }
  const [first, second] = (await listStored()).map(({ id }) => id);
  use(both);
  const barrier = await openBarrier();
  // The rotation has locked the first one and waits for the second; then somebody deletes the first.
  await barrier.run('SELECT 1 FROM provider_key WHERE id = $1 FOR UPDATE', [second]);
  const rotating = rotateVault(keyringProvider(both.keyring));
  await barrier.waited(1);
  const deleting = deleteProviderKey(viewer, { id: first ?? '' });
  await barrier.waited(2);
  await barrier.release();
  expect(await rotating).toEqual({ rewrapped: 2, remaining: 0, unopened: [] });
  expect(await deleting).toMatchObject({ status: 'deleted' });
  expect(await openAll(fresh)).toBe(1);
});

test('it takes no arguments, and says so', async () => {
  const { code, complained } = await rotate(both, ['--tenant', randomUUID()]);
  expect(code).toBe(1);
  expect(complained).toContain('Usage: npm run vault:rotate\n');
});

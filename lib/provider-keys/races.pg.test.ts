import { expect, test } from 'vitest';
import type { Viewer } from '@/lib/auth/queries';
import { expectIntact } from '@/tests/support/audit';
import { insertConnection, insertProviderKey } from '@/tests/support/connections';
import { openBarrier } from '@/tests/support/locks';
import { createMember, createTenant, createViewer, everythingStored, sql, viewerFor } from '@/tests/support/world';
import { asDeveloper } from '../connections/standing';
import { env } from '../env';
import { keyringProvider } from '../vault/key-provider';
import { openSealed, type Sealed, type SealedRecord } from '../vault/seal';
import { createProviderKey, deleteProviderKey, editProviderKey } from './mutations';
import { listProviderKeys } from './queries';

const url = 'https://api.example.com/v1';

/** Gives a connection a provider key, if the tenant has it: in the frame of every change to connections. */
const link = (viewer: Viewer, connectionId: string, providerKeyId: string) =>
  asDeveloper(viewer, 'connections.manage', async (tx) => {
    const { tenantId } = viewer;
    const found = await tx.providerKey.findFirst({ where: { tenantId, id: providerKeyId }, select: { id: true } });
    if (!found) return { status: 'invalid' as const };
    await tx.connection.update({ where: { id: connectionId }, data: { providerKeyId }, select: { id: true } });
    return { status: 'done' as const };
  });
const keyOf = async (connectionId: string) =>
  (await sql<{ key: string | null }>('SELECT provider_key_id AS key FROM connection WHERE id = $1', [connectionId]))[0]
    ?.key;

test('a connection that is given a provider key while that is deleted does not get it', async () => {
  const { tenant, viewer } = await createViewer();
  const colleague = await viewerFor(await createMember(tenant));
  const id = await insertProviderKey(tenant.id, 'Key', 'x');
  const connectionId = await insertConnection(tenant.id, { slug: 'chat', url });
  const barrier = await openBarrier();
  // The delete waits for its row, with the tenant's gate for such changes in hand.
  await barrier.run('SELECT 1 FROM provider_key WHERE id = $1 FOR UPDATE', [id]);
  const deleting = deleteProviderKey(viewer, { id });
  await barrier.waited(1);
  const linking = link(colleague, connectionId, id);
  await barrier.waited(2);
  await barrier.release();
  expect(await deleting).toEqual({ status: 'deleted', connections: [] });
  expect(await linking).toEqual({ status: 'invalid' });
  expect(await keyOf(connectionId)).toBeNull();
});

test('a provider key that is deleted while a connection is given it is taken from that one as well', async () => {
  const { tenant, viewer } = await createViewer();
  const colleague = await viewerFor(await createMember(tenant));
  const id = await insertProviderKey(tenant.id, 'Key', 'x');
  const connectionId = await insertConnection(tenant.id, { slug: 'chat', name: 'Chat', url });
  const barrier = await openBarrier();
  await barrier.run('SELECT 1 FROM connection WHERE id = $1 FOR UPDATE', [connectionId]);
  const linking = link(colleague, connectionId, id);
  await barrier.waited(1);
  const deleting = deleteProviderKey(viewer, { id });
  await barrier.waited(2);
  await barrier.release();
  expect(await linking).toEqual({ status: 'done' });
  expect(await deleting).toEqual({ status: 'deleted', connections: ['Chat'] });
  expect(await keyOf(connectionId)).toBeNull();
});

test('two developers at once: one name goes to one of them, and no replaced value is sealed for another revision', async () => {
  for (let round = 0; round < 5; round++) {
    const tenant = await createTenant();
    const left = await viewerFor(await createMember(tenant));
    const right = await viewerFor(await createMember(tenant));
    const both = <T>(work: (viewer: Viewer, index: number) => Promise<T>) => Promise.all([left, right].map(work));
    const made = await both((viewer, index) => createProviderKey(viewer, { name: 'a', value: `value-${index}` }));
    expect(made.map(({ status }) => status).sort()).toEqual(['created', 'invalid']);

    const [{ id = '' } = {}] = await listProviderKeys(left);
    const edited = await both((viewer, index) => editProviderKey(viewer, { id, name: 'a', value: `again-${index}` }));
    expect(edited.map(({ status }) => status)).toEqual(['done', 'done']);
    const [row] = await sql<Sealed & SealedRecord>(
      `SELECT id, tenant_id AS "tenantId", revision, sealed_value AS "sealedValue",
              wrapped_data_key AS "wrappedDataKey", vault_version AS "vaultVersion" FROM provider_key WHERE id = $1`,
      [id],
    );
    if (!row) throw new Error('It is gone.');
    expect(row.revision).toBe(3);
    expect(await openSealed(keyringProvider(env().vaultKeys), row, row)).toMatch(/^again-[01]$/);

    const deleted = await both((viewer) => deleteProviderKey(viewer, { id }));
    expect(deleted.map(({ status }) => status).sort()).toEqual(['deleted', 'not_found']);
    await expectIntact(tenant.id);
  }
});

test('the hundred is never exceeded, however many save at once', async () => {
  const { tenant, viewer } = await createViewer();
  const id = await insertProviderKey(tenant.id, 'First', 'x');
  await sql(
    `INSERT INTO provider_key (id, tenant_id, name, name_key, sealed_value, wrapped_data_key, vault_version, first_three, last_three)
     SELECT gen_random_uuid(), tenant_id, 'Number ' || number, 'number ' || number, sealed_value, wrapped_data_key,
            vault_version, first_three, last_three
       FROM provider_key, generate_series(2, 97) number WHERE id = $1`,
    [id],
  );
  const developers = await Promise.all(Array.from({ length: 10 }, async () => viewerFor(await createMember(tenant))));
  const made = await Promise.all(
    developers.map((developer, index) => createProviderKey(developer, { name: `New ${index}`, value: 'x' })),
  );
  expect(made.filter(({ status }) => status === 'created')).toHaveLength(3);
  expect(await listProviderKeys(viewer)).toHaveLength(100);
});

test('who loses the role while a save waits does not save', async () => {
  const { tenant, viewer, member } = await createViewer();
  const barrier = await openBarrier();
  await barrier.run(`UPDATE member SET roles = '{}' WHERE id = $1`, [member.id]);
  const creating = createProviderKey(viewer, { name: 'Late', value: 'sk-0123456789abcdef' });
  await barrier.waited(1);
  await barrier.release();
  expect(await creating).toMatchObject({ status: 'refused' });
  expect(await everythingStored()).not.toContain('Late');
  expect(await sql('SELECT 1 FROM provider_key WHERE tenant_id = $1', [tenant.id])).toEqual([]);
});

import { expect, test } from 'vitest';
import { deleteScope } from '@/lib/scopes/mutations';
import { expectIntact } from '@/tests/support/audit';
import { insertProviderKey } from '@/tests/support/connections';
import { openBarrier } from '@/tests/support/locks';
import { createMember, createScopes, createTenant, sql, viewerFor } from '@/tests/support/world';
import { createConnection, deleteConnection, editConnection } from './mutations';
import { findConnection, listConnections } from './queries';
import { createConnectionSchema, editConnectionSchema } from './schema';
import { asDeveloper } from './standing';

const settings = {
  ...{ name: 'A', url: 'https://api.example.com/v1', method: 'POST', authStyle: 'bearer', authHeader: '' },
  ...{ providerKeyId: null, scopes: [], models: [], timeoutInSeconds: 120, sizeLimitInMegabytes: 100 },
};
const creation = (slug: string, changes: object = {}) =>
  createConnectionSchema.parse({ slug, kind: 'llm_provider', ...settings, ...changes });

async function twoDevelopers() {
  const tenant = await createTenant();
  const [left, right] = [await viewerFor(await createMember(tenant)), await viewerFor(await createMember(tenant))];
  return { tenant, left, right };
}

test('two developers at once: a slug goes to one of them, of two edits of one thing seen one is saved, one deletes', async () => {
  for (let round = 0; round < 4; round++) {
    const { tenant, left, right } = await twoDevelopers();
    const both = <T>(work: (viewer: typeof left, index: number) => Promise<T>) => Promise.all([left, right].map(work));
    const made = await both((viewer, index) => createConnection(viewer, creation('a', { name: `Of ${index}` })));
    expect(made.map(({ status }) => status).sort()).toEqual(['created', 'invalid']);
    const first = made.findIndex(({ status }) => status === 'created');
    const seen = await findConnection(left, 'a');
    expect(seen?.name).toBe(`Of ${first}`);

    const edit = { ...settings, id: seen?.id, seenUpdatedAt: seen?.updatedAt.toISOString() };
    const edited = await both((viewer, index) =>
      editConnection(viewer, editConnectionSchema.parse({ ...edit, name: `By ${index}` })),
    );
    expect(edited.map(({ status }) => status).sort()).toEqual(['changed', 'done']);
    const saved = edited.findIndex(({ status }) => status === 'done');
    expect((await findConnection(left, 'a'))?.name).toBe(`By ${saved}`);

    const deleted = await both((viewer) => deleteConnection(viewer, seen?.id ?? ''));
    expect(deleted.map(({ status }) => status).sort()).toEqual(['deleted', 'not_found']);
    expect(await listConnections(left)).toEqual([]);
    await expectIntact(tenant.id);
  }
});

test('the hundredth connection is the last, however many are added at once', async () => {
  const { tenant, left, right } = await twoDevelopers();
  await sql(
    `INSERT INTO connection (id, tenant_id, slug, name, kind, url, auth_style, timeout_in_seconds, size_limit_in_megabytes)
     SELECT gen_random_uuid(), $1, 'c-' || n, 'C', 'llm_provider', 'https://a.test', 'none', 1, 1
       FROM generate_series(1, 98) n`,
    [tenant.id],
  );
  const results = await Promise.all(
    [left, right, left, right, left, right].map((viewer, index) => createConnection(viewer, creation(`new-${index}`))),
  );
  expect(results.filter(({ status }) => status === 'created')).toHaveLength(2);
  expect(await listConnections(left)).toHaveLength(100);
});

test('a connection that is linked to a provider key while that is deleted does not get it', async () => {
  const { tenant, left, right } = await twoDevelopers();
  const id = await insertProviderKey(tenant.id, 'Key', 'sk-0123456789012345');
  const barrier = await openBarrier();
  // The delete waits for the provider key's row, with the tenant's turn in hand.
  await barrier.run(`UPDATE provider_key SET name = 'Held' WHERE id = $1`, [id]);
  const deleting = asDeveloper(left, 'provider_keys.manage', async (tx) => {
    await tx.connection.updateMany({
      where: { tenantId: tenant.id, providerKeyId: id },
      data: { providerKeyId: null },
    });
    return tx.providerKey.delete({ where: { tenantId_id: { tenantId: tenant.id, id } }, select: { id: true } });
  });
  await barrier.waited(1);
  const linking = createConnection(right, creation('a', { providerKeyId: id }));
  const models = [{ name: 'm', ownKey: true, providerKeyId: id }];
  const linkingModel = createConnection(right, creation('b', { models }));
  await barrier.waited(3);
  await barrier.release();
  expect(await deleting).toEqual({ id });
  expect(await linking).toMatchObject({ status: 'invalid', field: 'providerKeyId' });
  expect(await linkingModel).toMatchObject({ status: 'invalid', field: 'models' });
});

test('a provider key that is deleted while a connection is linked to it is taken from that connection', async () => {
  const { tenant, left, right } = await twoDevelopers();
  const id = await insertProviderKey(tenant.id, 'Key', 'sk-0123456789012345');
  const barrier = await openBarrier();
  // The create waits for the head of the log, with everything else written.
  await barrier.run('SELECT 1 FROM audit_head WHERE tenant_id = $1 FOR UPDATE', [tenant.id]);
  const linking = createConnection(right, creation('a', { providerKeyId: id }));
  await barrier.waited(1);
  const deleting = asDeveloper(left, 'provider_keys.manage', async (tx) => {
    const taken = await tx.connection.updateMany({
      where: { tenantId: tenant.id, providerKeyId: id },
      data: { providerKeyId: null },
    });
    await tx.providerKey.delete({ where: { tenantId_id: { tenantId: tenant.id, id } }, select: { id: true } });
    return taken.count;
  });
  await barrier.waited(2);
  await barrier.release();
  expect(await linking).toMatchObject({ status: 'created' });
  expect(await deleting).toBe(1);
  expect(await findConnection(left, 'a')).toMatchObject({ providerKey: null });
});

test('a connection that demands a scope while that is deleted does not get it', async () => {
  const { tenant, left } = await twoDevelopers();
  const admin = await viewerFor(await createMember(tenant, { roles: ['admin'] }));
  await createScopes(tenant, 'a');
  const barrier = await openBarrier();
  await barrier.run(`UPDATE scope SET description = 'Held' WHERE tenant_id = $1`, [tenant.id]);
  const deleting = deleteScope(admin, 'a');
  await barrier.waited(1);
  const creating = createConnection(left, creation('a', { scopes: ['a'] }));
  await barrier.waited(2);
  await barrier.release();
  expect(await deleting).toMatchObject({ status: 'deleted' });
  expect(await creating).toMatchObject({ status: 'invalid', field: 'scopes' });
});

test('a developer who loses the role meanwhile changes nothing any more', async () => {
  const tenant = await createTenant();
  const member = await createMember(tenant);
  const viewer = await viewerFor(member);
  const barrier = await openBarrier();
  await barrier.run(`UPDATE member SET roles = '{}' WHERE id = $1`, [member.id]);
  const creating = createConnection(viewer, creation('a'));
  await barrier.waited(1);
  await barrier.release();
  expect(await creating).toMatchObject({ status: 'refused' });
  expect(await listConnections(viewer)).toEqual([]);
});

import { expect, test } from 'vitest';
import { createKey } from '@/lib/keys/creation';
import { editKey } from '@/lib/keys/mutations';
import { expectIntact } from '@/tests/support/audit';
import { openBarrier } from '@/tests/support/locks';
import {
  createInput,
  createKeyFor,
  createMember,
  createScopes,
  createTenant,
  createViewer,
  sql,
  viewerFor,
} from '@/tests/support/world';
import { createScope, deleteScope } from './mutations';
import { listScopes } from './queries';

const gone = { status: 'invalid', field: 'scopes', message: 'Your tenant has no scope a. Choose without it.' };

async function holders(tenantId: string, name: string): Promise<number> {
  const [row] = await sql<{ count: number }>(
    'SELECT count(*)::int AS count FROM key WHERE tenant_id = $1 AND $2 = ANY (scopes)',
    [tenantId, name],
  );
  return row?.count ?? -1;
}

async function prepare() {
  const { tenant, viewer, member } = await createViewer({ maximumKeysPerUser: 1000 });
  const admin = await viewerFor(await createMember(tenant, { roles: ['admin'] }));
  await createScopes(tenant, 'a');
  return { tenant, viewer, member, admin };
}

test('a key that is created or edited while its scope is deleted does not get it', async () => {
  const { tenant, viewer, admin } = await prepare();
  const { clientId } = await createKeyFor(viewer);
  const barrier = await openBarrier();
  // The delete waits for the scope's row, with the tenant's gate in hand.
  await barrier.run(`UPDATE scope SET description = 'Held' WHERE tenant_id = $1`, [tenant.id]);
  const deleting = deleteScope(admin, 'a');
  await barrier.waited(1);
  const creating = createKey(viewer, createInput({ scopes: ['a'] }));
  const editing = editKey(viewer, { clientId, scopes: ['a'] });
  await barrier.waited(3);
  await barrier.release();
  expect(await deleting).toEqual({ status: 'deleted', keys: 0 });
  expect(await creating).toEqual(gone);
  expect(await editing).toEqual(gone);
  expect(await holders(tenant.id, 'a')).toBe(0);
});

test('a scope that is deleted while a key with it is created is taken from that key', async () => {
  const { tenant, viewer, member, admin } = await prepare();
  const barrier = await openBarrier();
  // The create waits for its member's row, with its share of the tenant's gate in hand.
  await barrier.run('SELECT 1 FROM member WHERE id = $1 FOR UPDATE', [member.id]);
  const creating = createKey(viewer, createInput({ scopes: ['a'] }));
  await barrier.waited(1);
  const deleting = deleteScope(admin, 'a');
  await barrier.waited(2);
  await barrier.release();
  expect(await creating).toMatchObject({ status: 'created' });
  expect(await deleting).toEqual({ status: 'deleted', keys: 1 });
  expect(await holders(tenant.id, 'a')).toBe(0);
});

test('two admins add one name at once: one is first, the other is told, and what the first said stays', async () => {
  for (let round = 0; round < 5; round++) {
    const tenant = await createTenant();
    const admins = await Promise.all(
      [1, 2].map(async () => viewerFor(await createMember(tenant, { roles: ['admin'] }))),
    );
    const results = await Promise.all(
      admins.map((viewer, index) => createScope(viewer, { name: 'a', description: `Of admin ${index}` })),
    );
    const first = results.findIndex(({ status }) => status === 'created');
    expect(results.map(({ status }) => status).sort()).toEqual(['created', 'invalid']);
    const [admin] = admins;
    if (admin) expect(await listScopes(admin)).toEqual([{ name: 'a', description: `Of admin ${first}` }]);
  }
});

test('scopes that come and go under creates and edits: no deadlock, and no key holds what the tenant has not', async () => {
  const { tenant, viewer, admin } = await prepare();
  const colleague = await viewerFor(await createMember(tenant));
  const developing = [viewer, colleague].map(async (owner) => {
    for (let round = 0; round < 12; round++) {
      const made = await createKey(owner, createInput({ scopes: ['a'] }));
      expect(['created', 'invalid']).toContain(made.status);
      if (made.status !== 'created') continue;
      const edited = await editKey(owner, { clientId: made.clientId, scopes: round % 2 ? [] : ['a'] });
      expect(['done', 'invalid']).toContain(edited.status);
    }
  });
  const administering = (async () => {
    for (let round = 0; round < 12; round++) {
      expect((await deleteScope(admin, 'a')).status).toBe('deleted');
      expect(await holders(tenant.id, 'a')).toBe(0);
      expect(await createScope(admin, { name: 'a', description: '' })).toEqual({ status: 'created' });
    }
    await deleteScope(admin, 'a');
  })();
  await Promise.all([...developing, administering]);
  expect(await holders(tenant.id, 'a')).toBe(0);
  await expectIntact(tenant.id);
});

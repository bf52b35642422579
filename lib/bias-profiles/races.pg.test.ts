import { expect, test } from 'vitest';
import { createKey } from '@/lib/keys/creation';
import { editKey } from '@/lib/keys/mutations';
import { expectIntact } from '@/tests/support/audit';
import { openBarrier } from '@/tests/support/locks';
import {
  createBiasProfile as addProfile,
  createInput,
  createKeyFor,
  createMember,
  createTenant,
  createViewer,
  sql,
  viewerFor,
} from '@/tests/support/world';
import { createBiasProfile, deleteBiasProfile, editBiasProfile } from './mutations';
import { findKeysUsing, listBiasProfiles } from './queries';

const gone = {
  status: 'invalid',
  field: 'biasProfileId',
  message: 'Your tenant has no such bias profile any more. Choose another one.',
};

async function prepare() {
  const { tenant, viewer, member } = await createViewer({ maximumKeysPerUser: 1000 });
  const admin = await viewerFor(await createMember(tenant, { roles: ['admin'] }));
  return { tenant, viewer, member, admin, id: await addProfile(tenant, { name: 'Calm' }) };
}

test('a key that is created or edited while its profile is deleted does not get it', async () => {
  const { tenant, viewer, admin, id } = await prepare();
  const { clientId } = await createKeyFor(viewer);
  const barrier = await openBarrier();
  // The delete waits for the profile's row, with the tenant's gate in hand.
  await barrier.run(`UPDATE bias_profile SET description = 'Held' WHERE tenant_id = $1`, [tenant.id]);
  const deleting = deleteBiasProfile(admin, { id, replacementId: null });
  await barrier.waited(1);
  const creating = createKey(viewer, createInput({ biasProfileId: id }));
  const editing = editKey(viewer, { clientId, biasProfileId: id });
  await barrier.waited(3);
  await barrier.release();
  expect(await deleting).toEqual({ status: 'deleted', keys: 0, replacement: null });
  expect(await creating).toEqual(gone);
  expect(await editing).toEqual(gone);
});

test('a profile that is deleted while a key with it is created gives that key its replacement', async () => {
  const { tenant, viewer, member, admin, id } = await prepare();
  const replacementId = await addProfile(tenant, { name: 'Wild' });
  const barrier = await openBarrier();
  // The create waits for its member's row, with its share of the tenant's gate in hand.
  await barrier.run('SELECT 1 FROM member WHERE id = $1 FOR UPDATE', [member.id]);
  const creating = createKey(viewer, createInput({ biasProfileId: id }));
  await barrier.waited(1);
  const deleting = deleteBiasProfile(admin, { id, replacementId });
  await barrier.waited(2);
  await barrier.release();
  expect(await creating).toMatchObject({ status: 'created' });
  expect(await deleting).toEqual({ status: 'deleted', keys: 1, replacement: 'Wild' });
  expect(await findKeysUsing(admin, replacementId)).toBe(1);
});

test('two admins at once: one name goes to one of them, one edit is first, two profiles do not replace each other', async () => {
  for (let round = 0; round < 3; round++) {
    const tenant = await createTenant();
    const left = await viewerFor(await createMember(tenant, { roles: ['admin'] }));
    const right = await viewerFor(await createMember(tenant, { roles: ['admin'] }));
    const both = <T>(work: (viewer: typeof left, index: number) => Promise<T>) => Promise.all([left, right].map(work));
    const made = await both((viewer) => createBiasProfile(viewer, { name: 'a', description: '', settings: '{}' }));
    expect(made.map(({ status }) => status).sort()).toEqual(['created', 'invalid']);

    const [{ id = '' } = {}] = await listBiasProfiles(left);
    const seen = { name: 'a', description: '', settings: '{}' };
    const edited = await both((viewer, index) =>
      editBiasProfile(viewer, { id, ...seen, settings: `{"of":${index}}`, seen }),
    );
    expect(edited.map(({ status }) => status).sort()).toEqual(['changed', 'done']);
    const first = edited.findIndex(({ status }) => status === 'done');
    const stored = await sql('SELECT settings FROM bias_profile WHERE id = $1', [id]);
    expect(stored).toEqual([{ settings: { of: first } }]);

    const other = await addProfile(tenant, { name: 'b' });
    const deleted = await both((viewer, index) =>
      deleteBiasProfile(viewer, index ? { id, replacementId: other } : { id: other, replacementId: id }),
    );
    expect(deleted.map(({ status }) => status).sort()).toEqual(['deleted', 'invalid']);
    expect(await listBiasProfiles(left)).toHaveLength(1);
  }
});

test('profiles that come and go under creates and edits: no deadlock, and every key has one that exists', async () => {
  const { tenant, viewer, admin } = await prepare();
  const colleague = await viewerFor(await createMember(tenant));
  const newest = async () => (await listBiasProfiles(admin)).at(-1)?.id ?? null;
  const developing = [viewer, colleague].map(async (owner) => {
    for (let round = 0; round < 8; round++) {
      const made = await createKey(owner, createInput({ biasProfileId: await newest() }));
      expect(['created', 'invalid']).toContain(made.status);
      if (made.status !== 'created') continue;
      const edited = await editKey(owner, {
        clientId: made.clientId,
        biasProfileId: round % 2 ? null : await newest(),
      });
      expect(['done', 'invalid']).toContain(edited.status);
    }
  });
  const administering = (async () => {
    for (let round = 0; round < 8; round++) {
      const id = await newest();
      const name = `Profile ${String(round).padStart(2, '0')}`;
      expect(await createBiasProfile(admin, { name, description: '', settings: '{}' })).toEqual({ status: 'created' });
      const replacementId = round % 3 ? await newest() : null;
      if (id) expect((await deleteBiasProfile(admin, { id, replacementId })).status).toBe('deleted');
    }
  })();
  await Promise.all([...developing, administering]);
  expect(await listBiasProfiles(admin)).toHaveLength(1);
  await expectIntact(tenant.id);
});

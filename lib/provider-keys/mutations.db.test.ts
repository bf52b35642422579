import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import type { Viewer } from '@/lib/auth/queries';
import { env } from '@/lib/env';
import { acceptEvents, expectIntact, refuseEvents } from '@/tests/support/audit';
import { insertConnection, insertProviderKey } from '@/tests/support/connections';
import { createMember, createViewer, everythingStored, sql, type TestTenant, viewerFor } from '@/tests/support/world';
import { keyringProvider } from '../vault/key-provider';
import { openSealed, type Sealed } from '../vault/seal';
import * as mutations from './mutations';
import * as queries from './queries';
import { createProviderKeySchema, editProviderKeySchema } from './schema';

const { createProviderKey, editProviderKey, deleteProviderKey } = mutations;
const { findProviderKeyUses, listProviderKeyChoices, listProviderKeys } = queries;

const input = (name: string, value = 'sk-1234567890abcdef') => createProviderKeySchema.parse({ name, value });
const edit = (id: string, name: string, value = '') => editProviderKeySchema.parse({ id, name, value });
const url = 'https://api.example.com/v1';
const lastEvent = async (tenantId: string) => {
  const { action, clientId, details } = (await expectIntact(tenantId)).at(-1) ?? {};
  return { action, clientId, details };
};
const idOf = async (viewer: Viewer, name: string) =>
  (await listProviderKeys(viewer)).find((key) => key.name === name)?.id ?? '';

type Stored = Sealed & { id: string; tenantId: string; revision: number };
async function stored(id: string): Promise<Stored> {
  const [row] = await sql<Stored>(
    `SELECT id, tenant_id AS "tenantId", revision, sealed_value AS "sealedValue", wrapped_data_key AS "wrappedDataKey",
            vault_version AS "vaultVersion" FROM provider_key WHERE id = $1`,
    [id],
  );
  if (!row) throw new Error('There is no such provider key.');
  return row;
}
/** What the gateway would send. */
async function openedOf(id: string): Promise<string> {
  const row = await stored(id);
  return openSealed(keyringProvider(env().vaultKeys), row, row);
}

/** What it says, and that nothing was written. */
async function unchanged<T>(work: () => Promise<T>): Promise<T> {
  const before = await everythingStored();
  const result = await work();
  expect(await everythingStored()).toBe(before);
  return result;
}

const taken = (name: string) => ({
  status: 'invalid',
  field: 'name',
  message: `Your tenant already has a provider key named “${name}”. Choose another name.`,
});

describe('a developer', () => {
  test('saves a provider key, renames it, replaces its value and deletes it; each is an event without the value', async () => {
    const { viewer, tenant } = await createViewer();
    const first = 'sk-first-value-000111';
    expect(await createProviderKey(viewer, input('OpenAI', first))).toEqual({ status: 'created' });
    const id = await idOf(viewer, 'OpenAI');
    expect(await listProviderKeys(viewer)).toEqual([
      { id, name: 'OpenAI', mask: 'sk-…111', usedBy: [], lastUsedAt: null, updatedAt: expect.any(Date) },
    ]);
    expect(await openedOf(id)).toBe(first);
    expect(await lastEvent(tenant.id)).toEqual({
      action: 'provider_key.created',
      clientId: null,
      details: { name: 'OpenAI' },
    });

    expect(await editProviderKey(viewer, edit(id, 'Open AI'))).toEqual({ status: 'done', connections: [] });
    expect(await openedOf(id)).toBe(first);
    expect((await stored(id)).revision).toBe(1);
    expect(await lastEvent(tenant.id)).toEqual({
      action: 'provider_key.updated',
      clientId: null,
      details: { name: 'Open AI', before: { name: 'OpenAI' }, after: { name: 'Open AI' } },
    });

    const second = 'sk-second-value-222333';
    await insertConnection(tenant.id, { slug: 'chat', name: 'Chat', url, providerKeyId: id });
    expect(await editProviderKey(viewer, edit(id, 'Open AI', second))).toEqual({
      status: 'done',
      connections: ['Chat'],
    });
    expect(await openedOf(id)).toBe(second);
    expect((await stored(id)).revision).toBe(2);
    expect((await listProviderKeys(viewer))[0]).toMatchObject({
      mask: 'sk-…333',
      usedBy: [{ slug: 'chat', name: 'Chat' }],
    });
    expect(await lastEvent(tenant.id)).toEqual({
      action: 'provider_key.updated',
      clientId: null,
      details: { name: 'Open AI', replaced: true, connections: ['Chat'] },
    });

    expect(await deleteProviderKey(viewer, { id })).toEqual({ status: 'deleted', connections: ['Chat'] });
    expect(await listProviderKeys(viewer)).toEqual([]);
    expect(await lastEvent(tenant.id)).toEqual({
      action: 'provider_key.deleted',
      clientId: null,
      details: { name: 'Open AI', connections: ['Chat'] },
    });
    const everything = await everythingStored();
    for (const secret of ['first-value', 'second-value']) {
      expect(everything).not.toContain(secret);
      expect(everything).not.toContain(Buffer.from(secret).toString('hex'));
    }
  });

  test('renames and replaces in one go, and whoever saves what is there writes nothing', async () => {
    const { viewer, tenant } = await createViewer();
    const id = await insertProviderKey(tenant.id, 'Old', 'sk-old-value-000000');
    expect(await editProviderKey(viewer, edit(id, 'New', 'short'))).toMatchObject({ status: 'done' });
    expect(await openedOf(id)).toBe('short');
    expect(await listProviderKeys(viewer)).toMatchObject([{ name: 'New', mask: '••••••••' }]);
    expect((await lastEvent(tenant.id)).details).toEqual({
      name: 'New',
      replaced: true,
      connections: [],
      before: { name: 'Old' },
      after: { name: 'New' },
    });
    expect(await unchanged(() => editProviderKey(viewer, edit(id, 'New')))).toEqual({
      status: 'done',
      connections: [],
    });
  });

  test('who replaces a value with the same one has it sealed anew: nobody sees from the table that it is the same', async () => {
    const { viewer, tenant } = await createViewer();
    const id = await insertProviderKey(tenant.id, 'Key', 'sk-the-same-value-1');
    const before = await stored(id);
    await editProviderKey(viewer, edit(id, 'Key', 'sk-the-same-value-1'));
    const after = await stored(id);
    expect(Buffer.from(after.sealedValue)).not.toEqual(Buffer.from(before.sealedValue));
    expect(Buffer.from(after.wrappedDataKey)).not.toEqual(Buffer.from(before.wrappedDataKey));
    // The seal of the value before does not open as the present one.
    await expect(openSealed(keyringProvider(env().vaultKeys), after, before)).rejects.toThrow();
  });

  test('who replaces a value that a connection sends cannot have it sent elsewhere; one that none sends is free again', async () => {
    const { viewer, tenant } = await createViewer();
    const id = await insertProviderKey(tenant.id, 'Key', 'sk-0123456789abcdef');
    const connectionId = await insertConnection(tenant.id, { slug: 'chat', url, providerKeyId: id });
    const originOf = async () => (await sql('SELECT origin FROM provider_key WHERE id = $1', [id]))[0];
    const origin = 'https://api.example.com';
    await sql('UPDATE provider_key SET origin = $2 WHERE id = $1', [id, origin]);
    await editProviderKey(viewer, edit(id, 'Key', 'sk-fedcba9876543210'));
    expect(await originOf()).toEqual({ origin });
    await sql('UPDATE connection SET provider_key_id = NULL WHERE id = $1', [connectionId]);
    await editProviderKey(viewer, edit(id, 'Renamed'));
    expect(await originOf()).toEqual({ origin });
    await editProviderKey(viewer, edit(id, 'Renamed', 'sk-0123456789fedcba'));
    expect(await originOf()).toEqual({ origin: null });
  });

  test('is refused a name that another provider key of the tenant has, however it is written', async () => {
    const { viewer, tenant } = await createViewer();
    const stranger = await createViewer();
    await insertProviderKey(stranger.tenant.id, 'Theirs', 'x');
    await insertProviderKey(tenant.id, 'Größe one', 'x');
    const second = await insertProviderKey(tenant.id, 'Second', 'x');
    for (const name of ['Größe one', 'GRÖSSE ONE', 'Gro\u0308ße\u00a0 one'])
      expect(await unchanged(() => createProviderKey(viewer, input(name)))).toEqual(taken(input(name).name));
    expect(await unchanged(() => editProviderKey(viewer, edit(second, 'grösse ONE', 'y')))).toEqual(
      taken('grösse ONE'),
    );
    expect(await editProviderKey(viewer, edit(second, 'SECOND'))).toMatchObject({ status: 'done' });
    expect(await createProviderKey(viewer, input('Theirs'))).toEqual({ status: 'created' });
  });

  test('adds provider keys until there are a hundred', async () => {
    const { viewer, tenant } = await createViewer();
    const id = await insertProviderKey(tenant.id, 'Number 1', 'x');
    await sql(
      `INSERT INTO provider_key (id, tenant_id, name, name_key, sealed_value, wrapped_data_key, vault_version, first_three, last_three)
       SELECT gen_random_uuid(), tenant_id, 'Number ' || number, 'number ' || number, sealed_value, wrapped_data_key,
              vault_version, first_three, last_three
         FROM provider_key, generate_series(2, 99) number WHERE id = $1`,
      [id],
    );
    expect(await createProviderKey(viewer, input('Last'))).toEqual({ status: 'created' });
    expect(await unchanged(() => createProviderKey(viewer, input('More')))).toEqual({
      status: 'refused',
      message: 'A tenant can have at most 100 provider keys. Delete one to add another.',
    });
  });

  test('who deletes a provider key takes it from the connections and models that use it, and from nothing else', async () => {
    const { viewer, tenant } = await createViewer();
    const [gone, stays] = [await insertProviderKey(tenant.id, 'A', 'x'), await insertProviderKey(tenant.id, 'B', 'y')];
    await insertConnection(tenant.id, { slug: 'direct', name: 'Direct', url, providerKeyId: gone });
    await insertConnection(tenant.id, {
      slug: 'by-model',
      name: 'By model',
      url,
      providerKeyId: stays,
      models: [
        { name: 'own', ownKey: true, providerKeyId: gone },
        { name: 'other', ownKey: true, providerKeyId: stays },
        { name: 'none' },
      ],
    });
    await insertConnection(tenant.id, { slug: 'apart', name: 'Apart', url, providerKeyId: stays });
    await sql(`INSERT INTO provider_key_last_use (tenant_id, provider_key_id, last_used_at) VALUES ($1, $2, now())`, [
      tenant.id,
      gone,
    ]);
    const updatedAt = async (slug: string) => {
      const rows = await sql('SELECT updated_at FROM connection WHERE tenant_id = $1 AND slug = $2', [tenant.id, slug]);
      return JSON.stringify(rows);
    };
    const [seen, apart] = [await updatedAt('by-model'), await updatedAt('apart')];
    expect(await findProviderKeyUses(viewer, gone)).toEqual([
      { slug: 'by-model', name: 'By model', itself: false },
      { slug: 'direct', name: 'Direct', itself: true },
    ]);
    expect(await deleteProviderKey(viewer, { id: gone })).toEqual({
      status: 'deleted',
      connections: ['By model', 'Direct'],
    });
    expect(
      await sql('SELECT slug, provider_key_id AS key FROM connection WHERE tenant_id = $1 ORDER BY slug', [tenant.id]),
    ).toEqual([
      { slug: 'apart', key: stays },
      { slug: 'by-model', key: stays },
      { slug: 'direct', key: null },
    ]);
    expect(
      await sql(
        `SELECT name, own_key AS own, provider_key_id AS key FROM connection_model
          WHERE tenant_id = $1 ORDER BY position`,
        [tenant.id],
      ),
    ).toEqual([
      // It does not fall back to the connection's.
      { name: 'own', own: true, key: null },
      { name: 'other', own: true, key: stays },
      { name: 'none', own: false, key: null },
    ]);
    // Whoever has the connection open is told that it changed.
    expect(await updatedAt('by-model')).not.toBe(seen);
    expect(await updatedAt('apart')).toBe(apart);
    expect((await listProviderKeys(viewer)).map(({ name }) => name)).toEqual(['B']);
  });

  test('changes no provider key of another tenant: it looks exactly like one that does not exist', async () => {
    const { viewer } = await createViewer();
    const stranger = await createViewer();
    const foreign = await insertProviderKey(stranger.tenant.id, 'Theirs', 'x');
    for (const id of [foreign, randomUUID()]) {
      expect(await unchanged(() => editProviderKey(viewer, edit(id, 'Mine', 'y')))).toEqual({ status: 'not_found' });
      expect(await unchanged(() => deleteProviderKey(viewer, { id }))).toEqual({ status: 'not_found' });
      expect(await findProviderKeyUses(viewer, id)).toBeNull();
    }
  });
});

test('every member sees the list of their tenant, by name, and nobody a value', async () => {
  const { viewer, tenant } = await createViewer({}, { roles: [], licensed: false });
  const stranger = await createViewer();
  await insertProviderKey(stranger.tenant.id, 'Theirs', 'sk-their-value-00000');
  const b = await insertProviderKey(tenant.id, 'b', 'sk-the-value-of-b');
  const a = await insertProviderKey(tenant.id, 'A', 'fifteen-letters');
  await sql(
    `INSERT INTO provider_key_last_use (tenant_id, provider_key_id, last_used_at) VALUES ($1, $2, '2026-11-01T10:11:00Z')`,
    [tenant.id, b],
  );
  const page = await queries.getProviderKeyPage(viewer);
  expect(page.refusal).toBe('You need the role developer. Ask your administrator.');
  expect(page.keys).toEqual(await listProviderKeys(viewer));
  expect(page.keys).toEqual([
    { id: a, name: 'A', mask: '••••••••', usedBy: [], lastUsedAt: null, updatedAt: expect.any(Date) },
    {
      id: b,
      name: 'b',
      mask: 'sk-…f-b',
      usedBy: [],
      lastUsedAt: new Date('2026-11-01T10:11:00Z'),
      updatedAt: expect.any(Date),
    },
  ]);
  expect(await listProviderKeyChoices(viewer)).toEqual([
    { id: a, name: 'A', mask: '••••••••' },
    { id: b, name: 'b', mask: 'sk-…f-b' },
  ]);
});

describe('when the audit log takes no event', () => {
  afterEach(acceptEvents);

  test('no provider key is added, changed or deleted, and no connection loses one', async () => {
    const { viewer, tenant } = await createViewer();
    const id = await insertProviderKey(tenant.id, 'Key', 'x');
    await insertConnection(tenant.id, { slug: 'chat', url, providerKeyId: id });
    await refuseEvents();
    await unchanged(async () => {
      await expect(createProviderKey(viewer, input('New'))).rejects.toThrow();
      await expect(editProviderKey(viewer, edit(id, 'New', 'y'))).rejects.toThrow();
      await expect(deleteProviderKey(viewer, { id })).rejects.toThrow();
    });
  });
});

type Write = (viewer: Viewer, id: string) => Promise<{ status: string }>;
const writes: Record<string, Write> = {
  createProviderKey: (viewer) => createProviderKey(viewer, input('New')),
  editProviderKey: (viewer, id) => editProviderKey(viewer, edit(id, 'Changed', 'y')),
  deleteProviderKey: (viewer, id) => deleteProviderKey(viewer, { id }),
};
const prepare = (tenant: TestTenant) => insertProviderKey(tenant.id, 'Key', 'x');

test('every function that takes a viewer is tried against those who may not', () => {
  const exported = [...Object.keys(mutations), ...Object.keys(queries)].sort();
  // The lists are for every member of the tenant.
  const lists = ['getProviderKeyPage', 'listProviderKeyChoices', 'listProviderKeys'];
  expect(exported).toEqual([...Object.keys(writes), ...lists, 'findProviderKeyUses'].sort());
});

describe.each(Object.entries(writes))('%s', (_, write) => {
  const needsDeveloper = { status: 'refused', message: 'You need the role developer. Ask your administrator.' };

  test('is open to a developer of the tenant, whatever the licence and the switch', async () => {
    const { viewer, tenant } = await createViewer({ apiKeysEnabled: false }, { licensed: false });
    expect((await write(viewer, await prepare(tenant))).status).toMatch(/^(created|done|deleted)$/);
  });

  test('is refused to who is no developer, was one, or only says so', async () => {
    const { tenant, viewer, member } = await createViewer();
    const id = await prepare(tenant);
    const admin = await viewerFor(await createMember(tenant, { roles: ['admin'] }));
    expect(await unchanged(() => write(admin, id))).toEqual(needsDeveloper);
    expect(await unchanged(() => write({ ...admin, roles: ['developer'] }, id))).toEqual(needsDeveloper);
    await sql(`UPDATE member SET roles = '{}' WHERE id = $1`, [member.id]);
    expect(await unchanged(() => write(viewer, id))).toEqual(needsDeveloper);
  });

  test('is over for an ended session, a disabled member, and a viewer put together from two tenants', async () => {
    const { tenant, viewer, member } = await createViewer();
    const stranger = await createViewer();
    const id = await prepare(tenant);
    for (const forged of [
      { ...stranger.viewer, tenantId: tenant.id },
      { ...stranger.viewer, tenantId: tenant.id, memberId: member.id },
      { ...viewer, tenantId: stranger.tenant.id },
      { ...viewer, sessionId: randomUUID() },
    ]) {
      expect(await unchanged(() => write(forged, id))).toEqual({ status: 'signed_out' });
    }
    await sql('UPDATE session SET ended_at = clock_timestamp() WHERE id = $1', [viewer.sessionId]);
    expect(await unchanged(() => write(viewer, id))).toEqual({ status: 'signed_out' });
    const again = await viewerFor(member);
    await sql('UPDATE member SET disabled_at = clock_timestamp() WHERE id = $1', [member.id]);
    expect(await unchanged(() => write(again, id))).toEqual({ status: 'signed_out' });
  });
});

test('findProviderKeyUses: shows a developer of the tenant something, and everybody else nothing', async () => {
  const { tenant, viewer, member } = await createViewer();
  const stranger = await createViewer();
  const id = await prepare(tenant);
  const admin = await viewerFor(await createMember(tenant, { roles: ['admin'] }));
  expect(await findProviderKeyUses(viewer, id)).toEqual([]);
  expect(await findProviderKeyUses(admin, id)).toBeNull();
  expect(await findProviderKeyUses({ ...admin, roles: ['developer'] }, id)).toBeNull();
  expect(await findProviderKeyUses({ ...stranger.viewer, tenantId: tenant.id }, id)).toBeNull();
  await sql(`UPDATE member SET roles = '{}' WHERE id = $1`, [member.id]);
  expect(await findProviderKeyUses(viewer, id)).toBeNull();
});

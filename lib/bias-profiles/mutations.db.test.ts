import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import type { Viewer } from '@/lib/auth/queries';
import { createKey } from '@/lib/keys/creation';
import { editKey } from '@/lib/keys/mutations';
import { answerEndpoint } from '@/lib/verification/endpoints';
import { acceptEvents, expectIntact, refuseEvents } from '@/tests/support/audit';
import { requestWith } from '@/tests/support/requests';
import {
  createBiasProfile as addProfile,
  createInput,
  createKeyFor,
  createMember,
  createViewer,
  everythingStored,
  sql,
  type TestTenant,
  viewerFor,
} from '@/tests/support/world';
import * as mutations from './mutations';
import * as queries from './queries';
import { createBiasProfileSchema, type EditBiasProfileInput, editBiasProfileSchema } from './schema';

const { createBiasProfile, editBiasProfile, deleteBiasProfile } = mutations;
const createAdmin = () => createViewer({ maximumKeysPerUser: 1000 }, { roles: ['admin', 'developer'] });

const input = (name: string, settings = '{}', description = '') =>
  createBiasProfileSchema.parse({ name, description, settings });
const edit = (id: string, seen: EditBiasProfileInput['seen'], changes: Partial<EditBiasProfileInput['seen']>) =>
  editBiasProfileSchema.parse({ id, ...seen, ...changes, seen });
const lastEvent = async (tenantId: string) => {
  const { action, clientId, details } = (await expectIntact(tenantId)).at(-1) ?? {};
  return { action, clientId, details };
};
const profileOf = async (clientId: string) => {
  const [row] = await sql<{ id: string | null }>('SELECT bias_profile_id AS id FROM key WHERE client_id = $1', [
    clientId,
  ]);
  return row?.id;
};
const byName = async (viewer: Viewer, name: string) =>
  (await queries.findBiasProfileUses(viewer))?.find((profile) => profile.name === name);
/** What a service is told of the key's profile. */
const toldBy = async (secret: string) =>
  JSON.parse((await answerEndpoint(requestWith(secret, '/api/v1/me', ''))).body).biasProfile;

/** What it says, and that nothing was written. */
async function unchanged<T>(work: () => Promise<T>): Promise<T> {
  const before = await everythingStored();
  const result = await work();
  expect(await everythingStored()).toBe(before);
  return result;
}

const gone = {
  status: 'invalid',
  field: 'replacementId',
  message: 'Your tenant has no such bias profile any more. Choose another one.',
};
const taken = (name: string) => ({
  status: 'invalid',
  field: 'name',
  message: `Your tenant already has a bias profile named “${name}”. Choose another name.`,
});

describe('an admin', () => {
  test('adds a bias profile, changes all of it, and deletes it; each is an event', async () => {
    const { viewer, tenant } = await createAdmin();
    expect(await createBiasProfile(viewer, input('Calm', '{ "temperature": 0.2 }', 'Old'))).toEqual({
      status: 'created',
    });
    const seen = { name: 'Calm', description: 'Old', settings: '{"temperature":0.2}' };
    const created = await byName(viewer, 'Calm');
    expect(created).toEqual({ id: created?.id, ...seen, keys: 0 });
    expect(await lastEvent(tenant.id)).toEqual({ action: 'bias_profile.created', clientId: null, details: seen });

    const after = { name: 'Careful', description: 'New', settings: '{"temperature":0}' };
    const id = created?.id ?? '';
    expect(await editBiasProfile(viewer, edit(id, seen, after))).toEqual({ status: 'done' });
    expect(await queries.findBiasProfileUses(viewer)).toEqual([{ id, ...after, keys: 0 }]);
    expect(await queries.listBiasProfiles(viewer)).toEqual([{ id, name: 'Careful', description: 'New' }]);
    expect(await lastEvent(tenant.id)).toEqual({
      action: 'bias_profile.updated',
      clientId: null,
      details: { name: 'Careful', before: seen, after },
    });
    expect(await createBiasProfile(viewer, input('calm'))).toEqual({ status: 'created' });

    expect(await deleteBiasProfile(viewer, { id, replacementId: null })).toEqual({
      status: 'deleted',
      keys: 0,
      replacement: null,
    });
    expect(await byName(viewer, 'Careful')).toBeUndefined();
    expect(await lastEvent(tenant.id)).toEqual({
      action: 'bias_profile.deleted',
      clientId: null,
      details: { ...after, keys: 0, replacement: null },
    });
  });

  test('is refused a name that another profile of the tenant has, however it is written', async () => {
    const { viewer, tenant } = await createAdmin();
    const stranger = await createAdmin();
    await createBiasProfile(stranger.viewer, input('Theirs'));
    await createBiasProfile(viewer, input('Größe one'));
    const id = await addProfile(tenant, { name: 'Second' });
    for (const name of ['Größe one', 'GRÖSSE ONE', 'Gro\u0308ße\u00a0 one'])
      expect(await unchanged(() => createBiasProfile(viewer, input(name)))).toEqual(taken(input(name).name));
    const seen = { name: 'Second', description: '', settings: '{}' };
    expect(await unchanged(() => editBiasProfile(viewer, edit(id, seen, { name: 'grösse ONE' })))).toEqual(
      taken('grösse ONE'),
    );
    expect(await editBiasProfile(viewer, edit(id, seen, { name: 'SECOND' }))).toEqual({ status: 'done' });
    expect(await createBiasProfile(viewer, input('Theirs'))).toEqual({ status: 'created' });
  });

  test('adds profiles until there are a hundred', async () => {
    const { viewer, tenant } = await createAdmin();
    await sql(
      `INSERT INTO bias_profile (id, tenant_id, name, name_key)
       SELECT gen_random_uuid(), $1, 'Profile ' || number, 'profile ' || number FROM generate_series(1, 99) number`,
      [tenant.id],
    );
    expect(await createBiasProfile(viewer, input('Last'))).toEqual({ status: 'created' });
    expect(await unchanged(() => createBiasProfile(viewer, input('More')))).toEqual({
      status: 'refused',
      message: 'A tenant can have at most 100 bias profiles. Delete one to add another.',
    });
  });

  test('gets every setting back as it was written, whatever it looks like', async () => {
    const { viewer, tenant } = await createAdmin();
    const { secret, clientId } = await createKeyFor(viewer);
    const settings = [
      '{"$type":"DateTime","value":"x","$ref":{"$type":"Json","value":"{}"},"toJSON":"x","hasOwnProperty":1}',
      '{"a":null,"b":[[],{},"",0,-1.5e-7,1e300,5e-324,9007199254740992,true],"":"é🎈\\u0001\\u2028\\\\u0000"}',
      '{"10":"ten","9":"nine","text":"\'; DROP TABLE key; -- $1 %s {{x}}"}',
    ];
    for (const [index, written] of settings.entries()) {
      const name = `Profile ${index}`;
      expect(await createBiasProfile(viewer, input(name, written))).toEqual({ status: 'created' });
      const profile = await byName(viewer, name);
      expect(JSON.parse(profile?.settings ?? '')).toEqual(JSON.parse(written));
      expect(JSON.parse(String((await lastEvent(tenant.id)).details?.settings))).toEqual(JSON.parse(written));
      await editKey(viewer, { clientId, biasProfileId: profile?.id ?? null });
      expect(await toldBy(secret)).toEqual({ name, settings: JSON.parse(written) });
    }
  });

  test('who saves what is there writes nothing, in whatever order the names are', async () => {
    const { viewer, tenant } = await createAdmin();
    const id = await addProfile(tenant, { name: 'Calm', settings: '{"longer": 1, "b": 2}' });
    const { name, description, settings } = (await byName(viewer, 'Calm')) ?? {
      name: '',
      description: '',
      settings: '',
    };
    const seen = { name, description, settings };
    for (const again of [settings, '{"longer": 1.0,\n"b": 2}', '{"b": 2, "longer": 1}'])
      expect(await unchanged(() => editBiasProfile(viewer, edit(id, seen, { settings: again })))).toEqual({
        status: 'done',
      });
  });

  test('overwrites nothing that somebody else changed meanwhile, unless having seen it', async () => {
    const { viewer, tenant } = await createAdmin();
    const colleague = await viewerFor(await createMember(tenant, { roles: ['admin'] }));
    const id = await addProfile(tenant, { name: 'Calm', description: 'Old', settings: '{"a":1}' });
    const seen = { name: 'Calm', description: 'Old', settings: '{"a":1}' };
    await editBiasProfile(colleague, edit(id, seen, { settings: '{"a":2}', name: 'Quiet' }));
    const mine = edit(id, seen, { settings: '{"a":3}', name: 'Calmer' });
    expect(await unchanged(() => editBiasProfile(viewer, mine))).toEqual({
      status: 'changed',
      current: { settings: '{"a":2}', name: 'Quiet' },
    });
    // What only one of them changed is no conflict, and what both wrote alike neither.
    expect(await editBiasProfile(viewer, edit(id, seen, { description: 'New', name: 'Quiet' }))).toEqual({
      status: 'done',
    });
    expect(await byName(viewer, 'Quiet')).toMatchObject({ description: 'New', settings: '{"a":2}' });
    expect((await lastEvent(tenant.id)).details).toEqual({
      name: 'Quiet',
      before: { description: 'Old' },
      after: { description: 'New' },
    });
    const informed = { ...mine, seen: { ...seen, settings: '{"a":2}', name: 'Quiet' } };
    expect(await editBiasProfile(viewer, informed)).toEqual({ status: 'done' });
    expect(await byName(viewer, 'Calmer')).toMatchObject({ description: 'New', settings: '{"a":3}' });
  });

  test('sees how many keys use each profile, expired and revoked ones and those of the tenant included', async () => {
    const { viewer, tenant } = await createAdmin();
    const stranger = await createAdmin();
    const theirs = await addProfile(stranger.tenant, { name: 'b' });
    await createKeyFor(stranger.viewer, { biasProfileId: theirs });
    const [b, a] = [await addProfile(tenant, { name: 'b' }), await addProfile(tenant, { name: 'A' })];
    await createKeyFor(viewer);
    await createKeyFor(viewer, { biasProfileId: b });
    const { clientId } = await createKeyFor(viewer, { biasProfileId: b });
    await sql('UPDATE key SET revoked_at = clock_timestamp(), owner_id = NULL WHERE client_id = $1', [clientId]);
    const uses = await queries.findBiasProfileUses(viewer);
    expect(uses?.map(({ name, keys }) => [name, keys])).toEqual([
      ['A', 0],
      ['b', 2],
    ]);
    expect(await queries.findKeysUsing(viewer, a)).toBe(0);
    expect(await queries.findKeysUsing(viewer, b)).toBe(2);
    expect(await queries.findKeysUsing(viewer, theirs)).toBeNull();
  });

  test.each(['another', null])('who deletes a profile gives its keys %s instead, and no other key', async (choice) => {
    const { viewer, tenant } = await createAdmin();
    const colleague = await viewerFor(await createMember(tenant));
    const calm = await addProfile(tenant, { name: 'Calm', settings: '{"t":0}' });
    const wild = await addProfile(tenant, { name: 'Wild', settings: '{"t":1}' });
    const other = await addProfile(tenant, { name: 'Other' });
    const own = await createKeyFor(viewer, { biasProfileId: calm });
    const theirs = await createKeyFor(colleague, { biasProfileId: calm });
    const apart = await createKeyFor(viewer, { biasProfileId: other });
    const without = await createKeyFor(viewer);
    await sql('UPDATE key SET revoked_at = clock_timestamp() WHERE client_id = $1', [theirs.clientId]);
    expect(await toldBy(own.secret)).toEqual({ name: 'Calm', settings: { t: 0 } });
    const replacement = choice === null ? null : 'Wild';
    const replacementId = choice === null ? null : wild;
    expect(await deleteBiasProfile(viewer, { id: calm, replacementId })).toEqual({
      status: 'deleted',
      keys: 2,
      replacement,
    });
    // At once: what verification had in memory is out of date with the commit.
    expect(await toldBy(own.secret)).toEqual(choice === null ? null : { name: 'Wild', settings: { t: 1 } });
    expect(await profileOf(own.clientId)).toBe(replacementId);
    expect(await profileOf(theirs.clientId)).toBe(replacementId);
    expect(await profileOf(apart.clientId)).toBe(other);
    expect(await profileOf(without.clientId)).toBeNull();
    expect((await lastEvent(tenant.id)).details).toMatchObject({ name: 'Calm', keys: 2, replacement });
  });

  test('whose edit is saved has the new settings answered from the next request on', async () => {
    const { viewer, tenant } = await createAdmin();
    const id = await addProfile(tenant, { name: 'Calm', settings: '{"t":0}' });
    const { secret } = await createKeyFor(viewer, { biasProfileId: id });
    expect(await toldBy(secret)).toEqual({ name: 'Calm', settings: { t: 0 } });
    const seen = { name: 'Calm', description: '', settings: '{"t":0}' };
    await editBiasProfile(viewer, edit(id, seen, { settings: '{"t":1}' }));
    expect(await toldBy(secret)).toEqual({ name: 'Calm', settings: { t: 1 } });
  });

  test('gives keys no profile of another tenant, none that is gone, and not the one that goes', async () => {
    const { viewer, tenant } = await createAdmin();
    const id = await addProfile(tenant, { name: 'Calm' });
    await createKeyFor(viewer, { biasProfileId: id });
    const foreign = await addProfile((await createAdmin()).tenant, { name: 'Theirs' });
    for (const replacementId of [foreign, randomUUID(), id])
      expect(await unchanged(() => deleteBiasProfile(viewer, { id, replacementId }))).toEqual(gone);
  });

  test('changes no profile of another tenant: it looks exactly like one that does not exist', async () => {
    const { viewer } = await createAdmin();
    const stranger = await createAdmin();
    const foreign = await addProfile(stranger.tenant, { name: 'Theirs' });
    const seen = { name: 'Theirs', description: '', settings: '{}' };
    for (const id of [foreign, randomUUID()]) {
      const renamed = edit(id, seen, { name: 'Mine' });
      expect(await unchanged(() => editBiasProfile(viewer, renamed))).toEqual({ status: 'not_found' });
      const deletion = { id, replacementId: null };
      expect(await unchanged(() => deleteBiasProfile(viewer, deletion))).toEqual({ status: 'not_found' });
      const creation = createInput({ biasProfileId: id });
      expect(await unchanged(() => createKey(viewer, creation))).toMatchObject({ field: 'biasProfileId' });
    }
  });
});

describe('when the audit log takes no event', () => {
  afterEach(acceptEvents);

  test('no profile is added, changed or deleted, and no key loses one', async () => {
    const { viewer, tenant } = await createAdmin();
    const id = await addProfile(tenant, { name: 'Calm' });
    await createKeyFor(viewer, { biasProfileId: id });
    await refuseEvents();
    const seen = { name: 'Calm', description: '', settings: '{}' };
    await unchanged(async () => {
      await expect(createBiasProfile(viewer, input('New'))).rejects.toThrow();
      await expect(editBiasProfile(viewer, edit(id, seen, { name: 'New' }))).rejects.toThrow();
      await expect(deleteBiasProfile(viewer, { id, replacementId: null })).rejects.toThrow();
    });
  });
});

type Write = (viewer: Viewer, profileId: string) => Promise<{ status: string }>;
const writes: Record<string, Write> = {
  createBiasProfile: (viewer) => createBiasProfile(viewer, input('New')),
  editBiasProfile: (viewer, id) =>
    editBiasProfile(viewer, edit(id, { name: 'Calm', description: '', settings: '{}' }, { name: 'Changed' })),
  deleteBiasProfile: (viewer, id) => deleteBiasProfile(viewer, { id, replacementId: null }),
};
const reads: Record<string, (viewer: Viewer, profileId: string) => Promise<unknown>> = {
  findBiasProfileUses: queries.findBiasProfileUses,
  findKeysUsing: queries.findKeysUsing,
};
const prepare = (tenant: TestTenant) => addProfile(tenant, { name: 'Calm' });

test('every function that takes a viewer is tried against those who may not', () => {
  const exported = [...Object.keys(mutations), ...Object.keys(queries)].sort();
  // The list itself is for every member of the tenant.
  expect(exported).toEqual([...Object.keys(writes), ...Object.keys(reads), 'listBiasProfiles'].sort());
});

describe.each(Object.entries(writes))('%s', (_, write) => {
  const needsAdmin = { status: 'refused', message: 'You need the role admin. Ask your administrator.' };

  test('is open to an admin of the tenant, whatever the licence and the switch', async () => {
    const { viewer, tenant } = await createViewer({ apiKeysEnabled: false }, { roles: ['admin'], licensed: false });
    const id = await prepare(tenant);
    expect((await write(viewer, id)).status).toMatch(/^(created|done|deleted)$/);
  });

  test('is refused to who is no admin, was one, or only says so', async () => {
    const { tenant, viewer: admin, member } = await createAdmin();
    const id = await prepare(tenant);
    const developer = await viewerFor(await createMember(tenant));
    expect(await unchanged(() => write(developer, id))).toEqual(needsAdmin);
    expect(await unchanged(() => write({ ...developer, roles: ['admin'] }, id))).toEqual(needsAdmin);
    await sql(`UPDATE member SET roles = '{developer}' WHERE id = $1`, [member.id]);
    expect(await unchanged(() => write(admin, id))).toEqual(needsAdmin);
  });

  test('is over for an ended session, a disabled admin, and a viewer put together from two tenants', async () => {
    const { tenant, viewer, member } = await createAdmin();
    const stranger = await createAdmin();
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

describe.each(Object.entries(reads))('%s', (_, read) => {
  test('shows an admin of the tenant something, and everybody else nothing', async () => {
    const { tenant, viewer, member } = await createAdmin();
    const stranger = await createAdmin();
    const id = await prepare(tenant);
    const developer = await viewerFor(await createMember(tenant));
    expect(await read(viewer, id)).not.toBeNull();
    expect(await read(developer, id)).toBeNull();
    expect(await read({ ...developer, roles: ['admin'] }, id)).toBeNull();
    expect(await read({ ...stranger.viewer, tenantId: tenant.id }, id)).toBeNull();
    await sql(`UPDATE member SET roles = '{developer}' WHERE id = $1`, [member.id]);
    expect(await read(viewer, id)).toBeNull();
  });
});

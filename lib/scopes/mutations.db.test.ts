import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import type { Viewer } from '@/lib/auth/queries';
import { createKey } from '@/lib/keys/creation';
import { editKey } from '@/lib/keys/mutations';
import { getKeyPage } from '@/lib/keys/queries';
import { acceptEvents, expectIntact, refuseEvents } from '@/tests/support/audit';
import {
  createInput,
  createKeyFor,
  createMember,
  createScopes,
  createTenant,
  createViewer,
  everythingStored,
  sql,
  viewerFor,
} from '@/tests/support/world';
import * as mutations from './mutations';
import * as queries from './queries';
import { scopesPerTenantMaximum } from './schema';

const { createScope, editScope, deleteScope } = mutations;
const createAdmin = () => createViewer({ maximumKeysPerUser: 1000 }, { roles: ['admin', 'developer'] });

const lastEvent = async (tenantId: string) => {
  const { action, clientId, details } = (await expectIntact(tenantId)).at(-1) ?? {};
  return { action, clientId, details };
};
const scopesOf = async (clientId: string) => {
  const [row] = await sql<{ scopes: string[] }>('SELECT scopes FROM key WHERE client_id = $1', [clientId]);
  return row?.scopes;
};
const version = async (tenantId: string) => {
  const [row] = await sql<{ version: number }>(
    'SELECT version::int AS version FROM tenant_version WHERE tenant_id = $1',
    [tenantId],
  );
  return row?.version ?? 0;
};

/** What it says, and that nothing was written. */
async function unchanged<T>(work: () => Promise<T>): Promise<T> {
  const before = await everythingStored();
  const result = await work();
  expect(await everythingStored()).toBe(before);
  return result;
}

describe('an admin', () => {
  test('adds a scope, changes what it is said to permit, and deletes it; each is an event', async () => {
    const { viewer, tenant } = await createAdmin();
    expect(await createScope(viewer, { name: 'reports:read', description: 'Old' })).toEqual({ status: 'created' });
    expect(await lastEvent(tenant.id)).toEqual({
      action: 'scope.created',
      clientId: null,
      details: { name: 'reports:read', description: 'Old' },
    });
    expect(await editScope(viewer, { name: 'reports:read', description: 'New' })).toEqual({ status: 'done' });
    expect(await queries.listScopes(viewer)).toEqual([{ name: 'reports:read', description: 'New' }]);
    expect(await lastEvent(tenant.id)).toEqual({
      action: 'scope.updated',
      clientId: null,
      details: { name: 'reports:read', before: { description: 'Old' }, after: { description: 'New' } },
    });
    await createKeyFor(viewer, { scopes: ['reports:read'] });
    expect(await deleteScope(viewer, 'reports:read')).toEqual({ status: 'deleted', keys: 1 });
    expect(await queries.listScopes(viewer)).toEqual([]);
    expect(await lastEvent(tenant.id)).toEqual({
      action: 'scope.deleted',
      clientId: null,
      details: { name: 'reports:read', description: 'New', keys: 1 },
    });
  });

  test('who adds a name that is there is refused, and what another admin said about it stays', async () => {
    const { viewer } = await createAdmin();
    await createScope(viewer, { name: 'reports:read', description: 'Of the first' });
    expect(await unchanged(() => createScope(viewer, { name: 'reports:read', description: 'Mine' }))).toEqual({
      status: 'invalid',
      field: 'name',
      message: 'There is a scope reports:read already.',
    });
  });

  test('who saves the same description writes nothing', async () => {
    const { viewer, tenant } = await createAdmin();
    await createScopes(tenant, 'a');
    expect(await unchanged(() => editScope(viewer, { name: 'a', description: 'Allows a' }))).toEqual({
      status: 'done',
    });
  });

  test('adds scopes until the list is full', async () => {
    const { viewer, tenant } = await createAdmin();
    await createScopes(tenant, ...Array.from({ length: scopesPerTenantMaximum - 1 }, (_, index) => `s${index}`));
    expect(await createScope(viewer, { name: 'last', description: '' })).toEqual({ status: 'created' });
    expect(await unchanged(() => createScope(viewer, { name: 'more', description: '' }))).toEqual({
      status: 'refused',
      message: 'A tenant can have at most 200 scopes. Delete one to add another.',
    });
  });

  test('sees how many keys hold each scope, expired and revoked ones included', async () => {
    const { viewer, tenant } = await createAdmin();
    const other = await createAdmin();
    await createScopes(tenant, 'b', 'a', 'c');
    await createScopes(other.tenant, 'a');
    await createKeyFor(viewer, { scopes: ['a', 'b'] });
    const { clientId } = await createKeyFor(viewer, { scopes: ['a'] });
    await sql('UPDATE key SET revoked_at = clock_timestamp() WHERE client_id = $1', [clientId]);
    await createKeyFor(other.viewer, { scopes: ['a'] });
    expect(await queries.findScopeUses(viewer)).toEqual([
      { name: 'a', description: 'Allows a', keys: 2 },
      { name: 'b', description: 'Allows b', keys: 1 },
      { name: 'c', description: 'Allows c', keys: 0 },
    ]);
    expect(await queries.findKeysHolding(viewer, 'a')).toBe(2);
    expect(await queries.findKeysHolding(viewer, 'c')).toBe(0);
  });

  test('who deletes a scope takes it from every key of the tenant and from no other, and moves the tenant’s version', async () => {
    const { viewer, tenant } = await createAdmin();
    const colleague = await viewerFor(await createMember(tenant));
    const stranger = await createAdmin();
    await createScopes(tenant, 'a', 'b');
    await createScopes(stranger.tenant, 'a');
    const own = await createKeyFor(viewer, { scopes: ['a', 'b'] });
    const theirs = await createKeyFor(colleague, { scopes: ['a'] });
    const foreign = await createKeyFor(stranger.viewer, { scopes: ['a'] });
    await sql('UPDATE key SET revoked_at = clock_timestamp() WHERE client_id = $1', [theirs.clientId]);
    const before = await version(tenant.id);
    expect(await deleteScope(viewer, 'a')).toEqual({ status: 'deleted', keys: 2 });
    expect(await version(tenant.id)).toBeGreaterThan(before);
    expect(await scopesOf(own.clientId)).toEqual(['b']);
    expect(await scopesOf(theirs.clientId)).toEqual([]);
    expect(await scopesOf(foreign.clientId)).toEqual(['a']);
    expect(await queries.listScopes(stranger.viewer)).toHaveLength(1);
  });

  test.each(['missing', 'latchkey:keys'])('changes no scope that is not there: %s', async (name) => {
    const { viewer, tenant } = await createAdmin();
    const stranger = await createTenant();
    await createScopes(tenant, 'a');
    await createScopes(stranger, 'missing');
    expect(await unchanged(() => editScope(viewer, { name, description: 'x' }))).toEqual({ status: 'not_found' });
    expect(await unchanged(() => deleteScope(viewer, name))).toEqual({ status: 'not_found' });
    expect(await queries.findKeysHolding(viewer, name)).toBeNull();
  });
});

describe('a key', () => {
  test('holds the scopes that were chosen, or none', async () => {
    const { viewer, tenant } = await createViewer();
    await createScopes(tenant, 'a', 'b');
    const { clientId } = await createKeyFor(viewer, { scopes: ['a', 'b'] });
    expect(await lastEvent(tenant.id)).toMatchObject({
      action: 'key.created',
      clientId,
      details: { scopes: ['a', 'b'] },
    });
    await createKeyFor(viewer);
    const { keys, scopes } = await getKeyPage(viewer);
    expect(keys.map((key) => key.scopes)).toEqual([[], ['a', 'b']]);
    expect(scopes).toEqual([
      { name: 'a', description: 'Allows a' },
      { name: 'b', description: 'Allows b' },
    ]);
  });

  test.each(['c', 'latchkey:keys', 'foreign'])('cannot get a scope that the tenant does not have: %s', async (name) => {
    const { viewer, tenant } = await createViewer();
    await createScopes(tenant, 'a');
    await createScopes(await createTenant(), 'foreign');
    const { clientId } = await createKeyFor(viewer, { scopes: ['a'] });
    const refusal = {
      status: 'invalid',
      field: 'scopes',
      message: `Your tenant has no scope ${name}. Choose without it.`,
    };
    expect(await unchanged(() => createKey(viewer, createInput({ scopes: ['a', name] })))).toEqual(refusal);
    expect(await unchanged(() => editKey(viewer, { clientId, scopes: ['a', name] }))).toEqual(refusal);
  });

  test('gets and loses scopes by an edit, which says before and after; the same scopes again write nothing', async () => {
    const { viewer, tenant } = await createViewer();
    await createScopes(tenant, 'a', 'b', 'c');
    const { clientId } = await createKeyFor(viewer, { scopes: ['a', 'b'] });
    const before = await version(tenant.id);
    expect(await editKey(viewer, { clientId, scopes: ['b', 'c'] })).toEqual({ status: 'done' });
    expect(await version(tenant.id)).toBeGreaterThan(before);
    expect(await scopesOf(clientId)).toEqual(['b', 'c']);
    expect(await lastEvent(tenant.id)).toEqual({
      action: 'key.updated',
      clientId,
      details: { before: { scopes: ['a', 'b'] }, after: { scopes: ['b', 'c'] } },
    });
    await sql(`UPDATE key SET scopes = '{c,b}' WHERE client_id = $1`, [clientId]);
    expect(await unchanged(() => editKey(viewer, { clientId, scopes: ['b', 'c'] }))).toEqual({ status: 'done' });
    expect(await editKey(viewer, { clientId, scopes: [] })).toEqual({ status: 'done' });
    expect(await scopesOf(clientId)).toEqual([]);
  });

  test('keeps its scopes when something else is edited, also one that is not in the list', async () => {
    const { viewer, tenant } = await createViewer();
    await createScopes(tenant, 'a');
    const { clientId } = await createKeyFor(viewer);
    await sql(`UPDATE key SET scopes = '{latchkey:keys}' WHERE client_id = $1`, [clientId]);
    await editKey(viewer, { clientId, name: 'Renamed' });
    expect(await scopesOf(clientId)).toEqual(['latchkey:keys']);
    expect(await editKey(viewer, { clientId, scopes: ['a', 'latchkey:keys'] })).toEqual({ status: 'done' });
    expect(await scopesOf(clientId)).toEqual(['a', 'latchkey:keys']);
  });

  test('that is Expired keeps the scopes it had, whatever its owner asks', async () => {
    const { viewer, tenant } = await createViewer();
    await createScopes(tenant, 'a');
    const { clientId } = await createKeyFor(viewer, { scopes: ['a'] });
    await sql(`UPDATE key SET expires_at = clock_timestamp() - interval '1 ms' WHERE client_id = $1`, [clientId]);
    expect(await unchanged(() => editKey(viewer, { clientId, name: 'x', scopes: [] }))).toEqual({
      status: 'refused',
      message: 'This key is Expired now: its scopes cannot be changed.',
    });
    expect(await editKey(viewer, { clientId, name: 'x', scopes: ['a'] })).toEqual({ status: 'done' });
  });
});

describe('when the audit log takes no event', () => {
  afterEach(acceptEvents);

  test('no scope is added, changed or deleted, and no key loses one', async () => {
    const { viewer, tenant } = await createAdmin();
    await createScopes(tenant, 'a');
    await createKeyFor(viewer, { scopes: ['a'] });
    await refuseEvents();
    await unchanged(async () => {
      await expect(createScope(viewer, { name: 'b', description: '' })).rejects.toThrow();
      await expect(editScope(viewer, { name: 'a', description: '' })).rejects.toThrow();
      await expect(deleteScope(viewer, 'a')).rejects.toThrow();
    });
  });
});

type Write = (viewer: Viewer) => Promise<{ status: string }>;
const writes: Record<string, Write> = {
  createScope: (viewer) => createScope(viewer, { name: 'b', description: '' }),
  editScope: (viewer) => editScope(viewer, { name: 'a', description: 'Changed' }),
  deleteScope: (viewer) => deleteScope(viewer, 'a'),
};
const reads: Record<string, (viewer: Viewer) => Promise<unknown>> = {
  findScopeUses: queries.findScopeUses,
  findKeysHolding: (viewer) => queries.findKeysHolding(viewer, 'a'),
};

test('every function that takes a viewer is tried against those who may not', () => {
  const exported = [...Object.keys(mutations), ...Object.keys(queries)].sort();
  // The list itself is for every member of the tenant.
  expect(exported).toEqual([...Object.keys(writes), ...Object.keys(reads), 'listScopes'].sort());
});

describe.each(Object.entries(writes))('%s', (_, write) => {
  const needsAdmin = { status: 'refused', message: 'You need the role admin. Ask your administrator.' };

  test('is open to an admin of the tenant, whatever the licence and the switch', async () => {
    const { viewer, tenant } = await createViewer({ apiKeysEnabled: false }, { roles: ['admin'], licensed: false });
    await createScopes(tenant, 'a');
    expect((await write(viewer)).status).toMatch(/^(created|done|deleted)$/);
  });

  test('is refused to who is no admin, was one, or only says so', async () => {
    const { tenant, viewer: admin, member } = await createAdmin();
    await createScopes(tenant, 'a');
    const developer = await viewerFor(await createMember(tenant));
    expect(await unchanged(() => write(developer))).toEqual(needsAdmin);
    expect(await unchanged(() => write({ ...developer, roles: ['admin'] }))).toEqual(needsAdmin);
    await sql(`UPDATE member SET roles = '{developer}' WHERE id = $1`, [member.id]);
    expect(await unchanged(() => write(admin))).toEqual(needsAdmin);
  });

  test('is over for an ended session, a disabled admin, and a viewer put together from two tenants', async () => {
    const { tenant, viewer, member } = await createAdmin();
    const stranger = await createAdmin();
    await createScopes(tenant, 'a');
    for (const forged of [
      { ...stranger.viewer, tenantId: tenant.id },
      { ...stranger.viewer, tenantId: tenant.id, memberId: member.id },
      { ...viewer, tenantId: stranger.tenant.id },
      { ...viewer, sessionId: randomUUID() },
    ]) {
      expect(await unchanged(() => write(forged))).toEqual({ status: 'signed_out' });
    }
    await sql('UPDATE session SET ended_at = clock_timestamp() WHERE id = $1', [viewer.sessionId]);
    expect(await unchanged(() => write(viewer))).toEqual({ status: 'signed_out' });
    const again = await viewerFor(member);
    await sql('UPDATE member SET disabled_at = clock_timestamp() WHERE id = $1', [member.id]);
    expect(await unchanged(() => write(again))).toEqual({ status: 'signed_out' });
  });
});

describe.each(Object.entries(reads))('%s', (_, read) => {
  test('shows an admin of the tenant something, and everybody else nothing', async () => {
    const { tenant, viewer, member } = await createAdmin();
    const stranger = await createAdmin();
    await createScopes(tenant, 'a');
    const developer = await viewerFor(await createMember(tenant));
    expect(await read(viewer)).not.toBeNull();
    expect(await read(developer)).toBeNull();
    expect(await read({ ...developer, roles: ['admin'] })).toBeNull();
    expect(await read({ ...stranger.viewer, tenantId: tenant.id })).toBeNull();
    await sql(`UPDATE member SET roles = '{developer}' WHERE id = $1`, [member.id]);
    expect(await read(viewer)).toBeNull();
  });
});

import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import type { Viewer } from '@/lib/auth/queries';
import { editProviderKey } from '@/lib/provider-keys/mutations';
import { acceptEvents, expectIntact, refuseEvents } from '@/tests/support/audit';
import { insertConnection, insertProviderKey } from '@/tests/support/connections';
import {
  createMember,
  createScopes,
  createTenant,
  createViewer,
  everythingStored,
  sql,
  type TestTenant,
  viewerFor,
} from '@/tests/support/world';
import * as mutations from './mutations';
import * as queries from './queries';
import { createConnectionSchema, editConnectionSchema } from './schema';

const { createConnection, editConnection, deleteConnection } = mutations;
const { findConnection, listConnections } = queries;

const base = {
  name: 'OpenAI',
  url: 'https://api.openai.com/v1',
  method: 'POST',
  authStyle: 'bearer',
  authHeader: '',
  providerKeyId: null as string | null,
  scopes: [] as string[],
  models: [] as Array<{ name: string; ownKey: boolean; providerKeyId: string | null }>,
  timeoutInSeconds: 120,
  sizeLimitInMegabytes: 100,
};
type Changes = { [Field in keyof typeof base]?: (typeof base)[Field] };
const creation = (changes: Changes & { slug?: string; kind?: string } = {}) =>
  createConnectionSchema.parse({ slug: 'openai', kind: 'llm_provider', ...base, ...changes });

/** The edit of a connection as somebody sees it now. */
async function editOf(viewer: Viewer, slug: string, changes: Changes) {
  const seen = await findConnection(viewer, slug);
  if (!seen) throw new Error(`No connection ${slug}.`);
  const { name, url, method, authStyle, authHeader, scopes, timeoutInSeconds, sizeLimitInMegabytes } = seen;
  return editConnectionSchema.parse({
    id: seen.id,
    seenUpdatedAt: seen.updatedAt.toISOString(),
    ...{ name, url, method: method ?? 'POST', authStyle, authHeader, scopes, timeoutInSeconds, sizeLimitInMegabytes },
    providerKeyId: seen.providerKey?.id ?? null,
    models: seen.models.map((model) => ({
      name: model.name,
      ownKey: model.ownKey,
      providerKeyId: model.providerKey?.id ?? null,
    })),
    ...changes,
  });
}

const lastEvent = async (tenantId: string) => {
  const { action, details } = (await expectIntact(tenantId)).at(-1) ?? {};
  return { action, details };
};

/** What it says, and that nothing was written. */
async function unchanged<T>(work: () => Promise<T>): Promise<T> {
  const before = await everythingStored();
  const result = await work();
  expect(await everythingStored()).toBe(before);
  return result;
}

describe('a developer', () => {
  test('adds an LLM provider whose models have provider keys of their own; it is an event that names them', async () => {
    const { viewer, tenant } = await createViewer();
    await createScopes(tenant, 'llm:call', 'llm:admin');
    const [key, batch] = [
      await insertProviderKey(tenant.id, 'Production', 'sk-production-0123456789'),
      await insertProviderKey(tenant.id, 'Batch', 'sk-batch-0123456789'),
    ];
    const models = [
      { name: 'gpt-4.1', ownKey: false, providerKeyId: null },
      { name: 'gpt-4.1-mini', ownKey: true, providerKeyId: batch },
    ];
    const input = creation({ providerKeyId: key, scopes: ['llm:call', 'llm:admin'], models });
    const result = await createConnection(viewer, input);
    expect(result).toEqual({ status: 'created', id: expect.any(String) });
    const [view] = await listConnections(viewer);
    expect(view).toEqual({
      id: result.status === 'created' && result.id,
      slug: 'openai',
      kind: 'llm_provider',
      ...{ name: base.name, url: base.url, authStyle: 'bearer', authHeader: '', method: null },
      providerKey: { id: key, name: 'Production' },
      scopes: ['llm:admin', 'llm:call'],
      models: [
        { name: 'gpt-4.1', ownKey: false, providerKey: null },
        { name: 'gpt-4.1-mini', ownKey: true, providerKey: { id: batch, name: 'Batch' } },
      ],
      ...{ timeoutInSeconds: 120, sizeLimitInMegabytes: 100 },
      createdAt: expect.any(Date),
      updatedAt: view?.createdAt,
      lastFailure: null,
    });
    expect(await findConnection(viewer, 'openai')).toEqual(view);
    expect(await findConnection(viewer, 'open')).toBeNull();
    expect(await lastEvent(tenant.id)).toEqual({
      action: 'connection.created',
      details: {
        slug: 'openai',
        kind: 'llm_provider',
        ...{ name: base.name, url: base.url, httpMethod: null, sentAs: 'bearer', providerKey: 'Production' },
        scopes: ['llm:admin', 'llm:call'],
        models: ['gpt-4.1', 'gpt-4.1-mini (Batch)'],
        ...{ timeoutInSeconds: 120, sizeLimitInMegabytes: 100 },
      },
    });
  });

  test('gives a provider’s URL in whatever form: paths are appended to it without a second slash', async () => {
    const viewer = await viewerFor(await createMember(await createTenant()));
    await createConnection(viewer, creation({ url: ' HTTPS://API.openai.com:443/v1// ' }));
    expect(await findConnection(viewer, 'openai')).toMatchObject({ url: 'https://api.openai.com/v1' });
  });

  test('adds a workflow: of what it cannot have nothing is kept', async () => {
    const { viewer, tenant } = await createViewer();
    const providerKeyId = await insertProviderKey(tenant.id, 'Hook', 'a long hook secret');
    const models = [{ name: 'gpt', ownKey: true, providerKeyId }];
    // Called as it is: to some servers the slash is another address.
    const url = 'https://flows.example.com/run/';
    const workflow = { slug: 'flow', kind: 'workflow', method: 'PUT', url };
    await createConnection(viewer, creation({ ...workflow, authHeader: 'x-left-over', providerKeyId, models }));
    expect(await findConnection(viewer, 'flow')).toMatchObject({
      ...{ kind: 'workflow', method: 'PUT', url, models: [], authHeader: '', providerKey: { name: 'Hook' } },
    });
    await createConnection(viewer, creation({ slug: 'open', authStyle: 'none', providerKeyId, models }));
    expect(await findConnection(viewer, 'open')).toMatchObject({
      ...{ authStyle: 'none', method: null, providerKey: null },
      models: [{ name: 'gpt', ownKey: false, providerKey: null }],
    });
    await createConnection(viewer, creation({ slug: 'azure', authStyle: 'header', authHeader: 'API-Key' }));
    expect(await findConnection(viewer, 'azure')).toMatchObject({ authStyle: 'header', authHeader: 'api-key' });
  });

  test('changes what they will but slug and kind; the event says what it was before', async () => {
    const { viewer, tenant } = await createViewer();
    const [first, second] = [
      await insertProviderKey(tenant.id, 'First', 'sk-first-0123456789'),
      await insertProviderKey(tenant.id, 'Second', 'sk-second-0123456789'),
    ];
    const models = [
      { name: 'a', ownKey: true, providerKeyId: first },
      { name: 'b', ownKey: false, providerKeyId: null },
    ];
    await createConnection(viewer, creation({ providerKeyId: first, models }));
    const before = await findConnection(viewer, 'openai');
    const change = { name: 'Renamed', providerKeyId: second, models: [...models].reverse(), timeoutInSeconds: 30 };
    expect(await editConnection(viewer, await editOf(viewer, 'openai', change))).toEqual({ status: 'done' });
    const after = await findConnection(viewer, 'openai');
    expect(after).toMatchObject({ name: 'Renamed', providerKey: { name: 'Second' }, timeoutInSeconds: 30 });
    expect(after?.models.map(({ name }) => name)).toEqual(['b', 'a']);
    expect(after?.createdAt).toEqual(before?.createdAt);
    expect(Number(after?.updatedAt)).toBeGreaterThan(Number(before?.updatedAt));
    expect(await lastEvent(tenant.id)).toEqual({
      action: 'connection.updated',
      details: {
        ...{ slug: 'openai', name: 'Renamed' },
        before: { name: 'OpenAI', providerKey: 'First', models: ['a (First)', 'b'], timeoutInSeconds: 120 },
        after: { name: 'Renamed', providerKey: 'Second', models: ['b', 'a (First)'], timeoutInSeconds: 30 },
      },
    });
  });

  test('who saves what is there writes nothing', async () => {
    const { viewer, tenant } = await createViewer();
    await createScopes(tenant, 'a', 'b');
    const providerKeyId = await insertProviderKey(tenant.id, 'Key', 'sk-0123456789012345');
    const models = [{ name: 'm', ownKey: true, providerKeyId }];
    await createConnection(viewer, creation({ providerKeyId, models, scopes: ['b', 'a'] }));
    const edit = await editOf(viewer, 'openai', { scopes: ['b', 'a'] });
    expect(await unchanged(() => editConnection(viewer, edit))).toEqual({ status: 'done' });
  });

  test('overwrites nothing that somebody else saved since, even within the same millisecond', async () => {
    const { viewer, tenant } = await createViewer();
    const colleague = await viewerFor(await createMember(tenant));
    await createConnection(viewer, creation());
    // As if the clock stood still, or went back.
    await sql(`UPDATE connection SET updated_at = clock_timestamp() + interval '1 hour' WHERE tenant_id = $1`, [
      tenant.id,
    ]);
    const mine = await editOf(viewer, 'openai', { name: 'Mine' });
    expect(await editConnection(colleague, await editOf(colleague, 'openai', { name: 'Theirs' }))).toEqual({
      status: 'done',
    });
    expect(await unchanged(() => editConnection(viewer, mine))).toEqual({ status: 'changed' });
  });

  test('deletes a connection; its models go, and the event says what it was', async () => {
    const { viewer, tenant } = await createViewer();
    const providerKeyId = await insertProviderKey(tenant.id, 'Key', 'sk-0123456789012345');
    const models = [{ name: 'm', ownKey: true, providerKeyId }];
    await createConnection(viewer, creation({ providerKeyId, models }));
    const { id = '' } = (await findConnection(viewer, 'openai')) ?? {};
    expect(await deleteConnection(viewer, id)).toEqual({ status: 'deleted' });
    expect(await listConnections(viewer)).toEqual([]);
    expect(await sql('SELECT 1 FROM connection_model WHERE tenant_id = $1', [tenant.id])).toEqual([]);
    expect(await lastEvent(tenant.id)).toMatchObject({
      action: 'connection.deleted',
      details: { slug: 'openai', kind: 'llm_provider', name: 'OpenAI', providerKey: 'Key', models: ['m (Key)'] },
    });
    expect(await unchanged(() => deleteConnection(viewer, id))).toEqual({ status: 'not_found' });
  });

  test('is refused a slug that the tenant has, and only then', async () => {
    const { viewer } = await createViewer();
    const stranger = await createViewer();
    await createConnection(stranger.viewer, creation());
    await createConnection(viewer, creation());
    expect(await unchanged(() => createConnection(viewer, creation({ name: 'Another' })))).toEqual({
      ...{ status: 'invalid', field: 'slug' },
      message: 'Your tenant already has a connection with the slug openai. Choose another one.',
    });
    expect(await createConnection(viewer, creation({ slug: 'openai-2' }))).toMatchObject({ status: 'created' });
  });

  test.each([
    ['http://api.example.com', 'URL must begin with https://: the provider key would travel in the open.'],
    ['https://10.0.0.1/v1', 'URL cannot be a private address.'],
    ['https://[::1]', 'URL cannot be a private address.'],
    ['https://localhost:8443', 'URL cannot be a private address.'],
    ['https://169.254.169.254/latest', 'URL cannot be a private address.'],
  ])('is refused the URL %s, whether new or changed', async (url, sentence) => {
    const { viewer } = await createViewer();
    await createConnection(viewer, creation());
    const refused = { status: 'invalid', field: 'url', message: expect.stringContaining(sentence) };
    expect(await unchanged(() => createConnection(viewer, creation({ slug: 'b', url })))).toEqual(refused);
    const edit = await editOf(viewer, 'openai', { url });
    expect(await unchanged(() => editConnection(viewer, edit))).toEqual(refused);
  });

  test('is refused a provider key that the tenant does not have, for the connection and for a model', async () => {
    const { viewer } = await createViewer();
    const stranger = await createViewer();
    const foreign = await insertProviderKey(stranger.tenant.id, 'Theirs', 'sk-theirs-0123456789');
    await createConnection(viewer, creation());
    for (const providerKeyId of [foreign, randomUUID()]) {
      const cases: Array<[Changes, object]> = [
        [
          { providerKeyId },
          { field: 'providerKeyId', message: 'Your tenant has no such provider key any more. Choose another one.' },
        ],
        [
          { models: [{ name: 'm', ownKey: true, providerKeyId }] },
          { field: 'models', message: 'Choose another provider key for the model m.' },
        ],
      ];
      for (const [changes, refused] of cases) {
        const input = creation({ slug: 'b', ...changes });
        expect(await unchanged(() => createConnection(viewer, input))).toEqual({ status: 'invalid', ...refused });
        const { slug: _, kind: __, ...settings } = input;
        const edit = { ...(await editOf(viewer, 'openai', {})), ...settings };
        expect(await unchanged(() => editConnection(viewer, edit))).toEqual({ status: 'invalid', ...refused });
      }
    }
  });

  test('cannot send a provider key to another origin than the first one it was linked to, without pasting it again', async () => {
    const tenant = await createTenant();
    const viewer = await viewerFor(await createMember(tenant));
    const key = await insertProviderKey(tenant.id, 'OpenAI', 'sk-0123456789abcdef');
    expect(await createConnection(viewer, creation({ providerKeyId: key }))).toMatchObject({ status: 'created' });
    const sentence =
      '“OpenAI” is only ever sent to https://api.openai.com. Paste it as another provider key to send it to https://evil.example.';
    const evil = 'https://evil.example/v1';
    const asItsKey = { status: 'invalid', field: 'providerKeyId', message: sentence };

    const edit = await editOf(viewer, 'openai', { url: evil });
    expect(await unchanged(() => editConnection(viewer, edit))).toEqual(asItsKey);
    const other = creation({ slug: 'evil', url: evil, providerKeyId: key });
    expect(await unchanged(() => createConnection(viewer, other))).toEqual(asItsKey);
    const models = [{ name: 'gpt', ownKey: true, providerKeyId: key }];
    const ofModel = creation({ slug: 'evil', url: evil, models });
    expect(await unchanged(() => createConnection(viewer, ofModel))).toEqual({ ...asItsKey, field: 'models' });

    // Another value for the same connection is for the same origin.
    const paste = { id: key, name: 'OpenAI', value: 'sk-fedcba9876543210' };
    expect(await editProviderKey(viewer, paste)).toEqual({ status: 'done', connections: ['OpenAI'] });
    expect(await unchanged(() => editConnection(viewer, edit))).toEqual(asItsKey);
    // Taken from its connection it still is for that origin; another connection to the same one may have it.
    expect(await editConnection(viewer, await editOf(viewer, 'openai', { providerKeyId: null }))).toEqual({
      status: 'done',
    });
    expect(await unchanged(() => createConnection(viewer, other))).toEqual(asItsKey);
    expect(
      await createConnection(
        viewer,
        creation({ slug: 'second', url: 'https://api.openai.com/v2', providerKeyId: key }),
      ),
    ).toMatchObject({ status: 'created' });
    const taken = await editOf(viewer, 'second', { providerKeyId: null });
    expect(await editConnection(viewer, taken)).toEqual({ status: 'done' });

    // Whoever has the value may send it anywhere.
    expect(await editProviderKey(viewer, paste)).toEqual({ status: 'done', connections: [] });
    expect(await createConnection(viewer, other)).toMatchObject({ status: 'created' });
  });

  test('keeps a model whose own provider key was deleted, but cannot make one', async () => {
    const { viewer, tenant } = await createViewer();
    const waiting = { name: 'waits', ownKey: true, providerKeyId: null };
    await insertConnection(tenant.id, { slug: 'a', url: base.url, models: [waiting] });
    expect(await editConnection(viewer, await editOf(viewer, 'a', { name: 'B' }))).toEqual({ status: 'done' });
    expect((await findConnection(viewer, 'a'))?.models).toEqual([{ name: 'waits', ownKey: true, providerKey: null }]);
    const edit = await editOf(viewer, 'a', { models: [waiting, { ...waiting, name: 'new' }] });
    const refused = { status: 'invalid', field: 'models', message: 'Choose another provider key for the model new.' };
    expect(await unchanged(() => editConnection(viewer, edit))).toEqual(refused);
  });

  test('demands scopes of the tenant’s list; one that the list lost stays until it is taken away', async () => {
    const { viewer, tenant } = await createViewer();
    const stranger = await createViewer();
    await createScopes(tenant, 'kept', 'lost');
    await createScopes(stranger.tenant, 'theirs');
    const refusal = (name: string) => ({
      ...{ status: 'invalid', field: 'scopes', message: `Your tenant has no scope ${name}. Choose without it.` },
    });
    for (const name of ['theirs', 'latchkey:keys'])
      expect(await unchanged(() => createConnection(viewer, creation({ scopes: [name] })))).toEqual(refusal(name));
    await createConnection(viewer, creation({ scopes: ['kept', 'lost'] }));
    await sql(`DELETE FROM scope WHERE tenant_id = $1 AND name = 'lost'`, [tenant.id]);
    expect(await editConnection(viewer, await editOf(viewer, 'openai', { name: 'B' }))).toEqual({ status: 'done' });
    expect((await findConnection(viewer, 'openai'))?.scopes).toEqual(['kept', 'lost']);
    expect(await editConnection(viewer, await editOf(viewer, 'openai', { scopes: [] }))).toEqual({ status: 'done' });
    const again = await editOf(viewer, 'openai', { scopes: ['lost'] });
    expect(await unchanged(() => editConnection(viewer, again))).toEqual(refusal('lost'));
  });

  test('adds connections until there are a hundred', async () => {
    const { viewer, tenant } = await createViewer();
    await sql(
      `INSERT INTO connection (id, tenant_id, slug, name, kind, url, auth_style, timeout_in_seconds, size_limit_in_megabytes)
       SELECT gen_random_uuid(), $1, 'c-' || n, 'C', 'llm_provider', 'https://a.test', 'none', 1, 1
         FROM generate_series(1, 99) n`,
      [tenant.id],
    );
    expect(await createConnection(viewer, creation())).toMatchObject({ status: 'created' });
    expect(await unchanged(() => createConnection(viewer, creation({ slug: 'more' })))).toEqual({
      ...{ status: 'refused', message: 'A tenant can have at most 100 connections. Delete one to add another.' },
    });
  });

  test('moves what verification has in memory out of date with every change', async () => {
    const { viewer, tenant } = await createViewer();
    const version = async () =>
      Number(
        (await sql<{ v: number }>('SELECT version::int AS v FROM tenant_version WHERE tenant_id = $1', [tenant.id]))[0]
          ?.v,
      );
    let last = await version();
    const moved = async () => {
      const now = await version();
      expect(now).toBeGreaterThan(last);
      last = now;
    };
    await createConnection(viewer, creation());
    await moved();
    const models = [{ name: 'm', ownKey: false, providerKeyId: null }];
    await editConnection(viewer, await editOf(viewer, 'openai', { models }));
    await moved();
    await deleteConnection(viewer, (await findConnection(viewer, 'openai'))?.id ?? '');
    await moved();
  });
});

describe('a member', () => {
  test('sees the latest failure of the last 24 hours, of each connection its own', async () => {
    const { viewer, tenant } = await createViewer({}, { roles: [] });
    const fail = (connectionId: string, reason: string, hoursAgo: number) =>
      sql(
        `INSERT INTO connection_failure (tenant_id, connection_id, hour, reason, requests, client_id, key_name, address, last_at)
         SELECT $1, $2, date_trunc('hour', t), $3, 1, 'lk_id_x', 'K', '203.0.113.7', t
           FROM (SELECT clock_timestamp() - $4 * interval '1 hour' AS t) at`,
        [tenant.id, connectionId, reason, hoursAgo],
      );
    const ids = await Promise.all(
      ['b', 'A', 'c'].map((name) => insertConnection(tenant.id, { slug: name.toLowerCase(), name, url: base.url })),
    );
    await fail(ids[0] as string, 'upstream_timeout', 3);
    await fail(ids[0] as string, 'upstream_reset', 2.5);
    await fail(ids[1] as string, 'upstream_timeout', 24.1);
    const seen = await listConnections(viewer);
    expect(seen.map(({ name, lastFailure }) => [name, lastFailure?.reason ?? null])).toEqual([
      ['A', null],
      ['b', 'upstream_reset'],
      ['c', null],
    ]);
    expect(Math.abs(Date.now() - Number(seen[1]?.lastFailure?.at) - 2.5 * 3_600_000)).toBeLessThan(600_000);
  });

  test('sees no connection of another tenant, and no developer changes one: it looks like one that does not exist', async () => {
    const { viewer } = await createViewer();
    const stranger = await createViewer();
    await createConnection(stranger.viewer, creation());
    expect(await listConnections(viewer)).toEqual([]);
    expect(await findConnection(viewer, 'openai')).toBeNull();
    const edit = await editOf(stranger.viewer, 'openai', { name: 'Mine' });
    for (const id of [edit.id, randomUUID()]) {
      expect(await unchanged(() => editConnection(viewer, { ...edit, id }))).toEqual({ status: 'not_found' });
      expect(await unchanged(() => deleteConnection(viewer, id))).toEqual({ status: 'not_found' });
      expect(await queries.findConnectionToTest(viewer, id)).toEqual({ status: 'not_found' });
    }
  });
});

describe('when the audit log takes no event', () => {
  afterEach(acceptEvents);

  test('no connection is added, changed or deleted', async () => {
    const { viewer } = await createViewer();
    await createConnection(viewer, creation());
    const edit = await editOf(viewer, 'openai', {
      name: 'New',
      models: [{ name: 'm', ownKey: false, providerKeyId: null }],
    });
    await refuseEvents();
    await unchanged(async () => {
      await expect(createConnection(viewer, creation({ slug: 'b' }))).rejects.toThrow();
      await expect(editConnection(viewer, edit)).rejects.toThrow();
      await expect(deleteConnection(viewer, edit.id)).rejects.toThrow();
    });
  });
});

type Use = (viewer: Viewer, edit: Awaited<ReturnType<typeof editOf>>) => Promise<{ status: string }>;
const writes: Record<string, Use> = {
  createConnection: (viewer) => createConnection(viewer, creation({ slug: 'new' })),
  editConnection: (viewer, edit) => editConnection(viewer, edit),
  deleteConnection: (viewer, { id }) => deleteConnection(viewer, id),
};
const forDevelopers: Record<string, Use> = {
  ...writes,
  findConnectionToTest: (viewer, { id }) => queries.findConnectionToTest(viewer, id),
};
async function prepare(tenant: TestTenant, viewer: Viewer) {
  await insertConnection(tenant.id, { slug: 'a', url: base.url });
  return editOf(viewer, 'a', { name: 'Changed' });
}

test('every function that takes a viewer is tried against those who may not', () => {
  const exported = [...Object.keys(mutations), ...Object.keys(queries)].sort();
  // The list and what is in it are for every member of the tenant.
  expect(exported).toEqual([...Object.keys(forDevelopers), 'listConnections', 'findConnection'].sort());
});

describe.each(Object.entries(forDevelopers))('%s', (_, use) => {
  const needsDeveloper = { status: 'refused', message: 'You need the role developer. Ask your administrator.' };

  test('is open to every developer of the tenant, whatever the licence and the switch', async () => {
    const { viewer, tenant } = await createViewer({ apiKeysEnabled: false }, { licensed: false });
    const edit = await prepare(tenant, viewer);
    expect((await use(viewer, edit)).status).toMatch(/^(created|done|deleted|ready)$/);
  });

  test('is refused to who is no developer, was one, or only says so', async () => {
    const { tenant, viewer, member } = await createViewer();
    const edit = await prepare(tenant, viewer);
    const admin = await viewerFor(await createMember(tenant, { roles: ['admin'] }));
    expect(await unchanged(() => use(admin, edit))).toEqual(needsDeveloper);
    expect(await unchanged(() => use({ ...admin, roles: ['developer'] }, edit))).toEqual(needsDeveloper);
    await sql(`UPDATE member SET roles = '{}' WHERE id = $1`, [member.id]);
    expect(await unchanged(() => use(viewer, edit))).toEqual(needsDeveloper);
  });

  test('does nothing for a viewer put together from two tenants', async () => {
    const { tenant, viewer } = await createViewer();
    const stranger = await createViewer();
    const edit = await prepare(tenant, viewer);
    const forged = { ...stranger.viewer, tenantId: tenant.id };
    expect((await unchanged(() => use(forged, edit))).status).toMatch(/^(signed_out|not_found)$/);
  });
});

describe.each(Object.entries(writes))('%s', (_, write) => {
  test('is over for an ended session and a disabled member', async () => {
    const { tenant, viewer, member } = await createViewer();
    const edit = await prepare(tenant, viewer);
    await sql('UPDATE session SET ended_at = clock_timestamp() WHERE id = $1', [viewer.sessionId]);
    expect(await unchanged(() => write(viewer, edit))).toEqual({ status: 'signed_out' });
    const again = await viewerFor(member);
    await sql('UPDATE member SET disabled_at = clock_timestamp() WHERE id = $1', [member.id]);
    expect(await unchanged(() => write(again, edit))).toEqual({ status: 'signed_out' });
  });
});

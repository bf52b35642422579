import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { expectIntact } from '@/tests/support/audit';
import {
  createAgentKeyFor,
  createKeyFor,
  createScopes,
  createTenant,
  createViewer,
  everythingStored,
  rotateKeyFor,
  sql,
} from '@/tests/support/world';
import { editKey } from './mutations';
import { getKeyPage } from './queries';
import type { EditKeyInput } from './schema';

const day = 24 * 60 * 60 * 1000;
const done = { status: 'done' };

const setKey = (clientId: string, assignment: string) =>
  sql(`UPDATE key SET ${assignment} WHERE client_id = $1`, [clientId]);

async function findKey(clientId: string) {
  const [row] = await sql<{
    name: string;
    description: string;
    scopes: string[];
    biasProfileId: string | null;
    expiresAt: Date | null;
    mintedAt: Date;
    touched: boolean;
  }>(
    `SELECT name, description, scopes, bias_profile_id AS "biasProfileId", expires_at AS "expiresAt",
            s.minted_at AS "mintedAt", updated_at > created_at AS touched
       FROM key JOIN key_secret s ON s.key_id = key.id AND s.position = 'current' WHERE client_id = $1`,
    [clientId],
  );
  if (!row) throw new Error('There is no such key.');
  return row;
}

async function createProfile(tenant: { id: string }): Promise<string> {
  const id = randomUUID();
  await sql(`INSERT INTO bias_profile (id, tenant_id, name, name_key, settings) VALUES ($1, $2, $3, $3, '{}')`, [
    id,
    tenant.id,
    `profile ${id.slice(0, 8)}`,
  ]);
  return id;
}

/** What it says, and that it wrote nothing. */
async function unchanged<T>(work: () => Promise<T>): Promise<T> {
  const before = await everythingStored();
  const result = await work();
  expect(await everythingStored()).toBe(before);
  return result;
}

describe('name and description', () => {
  test('change together, one of them, or not at all', async () => {
    const { viewer } = await createViewer();
    const { clientId } = await createKeyFor(viewer, { name: 'Laptop', description: 'Mine' });
    await editKey(viewer, { clientId, name: 'Desktop' });
    expect(await findKey(clientId)).toMatchObject({ name: 'Desktop', description: 'Mine', touched: true });
    await editKey(viewer, { clientId, description: '' });
    expect(await findKey(clientId)).toMatchObject({ name: 'Desktop', description: '' });
    const before = await everythingStored();
    expect(await editKey(viewer, { clientId, name: 'Desktop', description: '' })).toEqual({ status: 'done' });
    expect(await everythingStored()).toBe(before);
  });

  test.each(['laptop', 'Ｌaptop', 'lap\u00adtop'])(
    'a rename to another key’s name, as “%s”, is refused',
    async (name) => {
      const { viewer } = await createViewer();
      await createKeyFor(viewer, { name: 'Laptop' });
      const { clientId } = await createKeyFor(viewer, { name: 'Desktop' });
      const before = await everythingStored();
      expect(await editKey(viewer, { clientId, name, description: 'x' })).toMatchObject({
        status: 'invalid',
        field: 'name',
      });
      expect(await everythingStored()).toBe(before);
    },
  );

  test('a key may change the case of its own name', async () => {
    const { viewer } = await createViewer();
    const { clientId } = await createKeyFor(viewer, { name: 'laptop' });
    expect(await editKey(viewer, { clientId, name: 'LAPTOP' })).toEqual({ status: 'done' });
    expect((await findKey(clientId)).name).toBe('LAPTOP');
  });

  test('two renames to one name at once: one wins', async () => {
    const { viewer } = await createViewer();
    const keys = [await createKeyFor(viewer), await createKeyFor(viewer)];
    const results = await Promise.all(keys.map(({ clientId }) => editKey(viewer, { clientId, name: 'Same' })));
    expect(results.map((result) => result.status).sort()).toEqual(['done', 'invalid']);
  });
});

describe('the bias profile', () => {
  test('is one of the tenant’s, or none', async () => {
    const { viewer, tenant } = await createViewer();
    const { clientId } = await createKeyFor(viewer);
    const biasProfileId = await createProfile(tenant);
    expect(await editKey(viewer, { clientId, biasProfileId })).toEqual(done);
    expect((await getKeyPage(viewer)).keys[0]?.biasProfile?.id).toBe(biasProfileId);
    expect(await unchanged(() => editKey(viewer, { clientId, biasProfileId }))).toEqual(done);
    expect(await editKey(viewer, { clientId, biasProfileId: null })).toEqual(done);
    expect((await findKey(clientId)).biasProfileId).toBeNull();
  });

  test('of another tenant looks exactly like one that does not exist', async () => {
    const { viewer } = await createViewer();
    const { clientId } = await createKeyFor(viewer);
    for (const biasProfileId of [await createProfile(await createTenant()), randomUUID()]) {
      expect(await unchanged(() => editKey(viewer, { clientId, biasProfileId, name: 'New' }))).toEqual({
        status: 'invalid',
        field: 'biasProfileId',
        message: 'Your tenant has no such bias profile any more. Choose another one.',
      });
    }
  });
});

describe('the expiry', () => {
  test('can be chosen within the policy, counted from the minting of the secret', async () => {
    const { viewer } = await createViewer({ maximumExpirationInDays: 30 });
    const { clientId } = await createKeyFor(viewer, { expiry: { kind: 'days', days: 30 } });
    await sql(`UPDATE key_secret SET minted_at = minted_at - interval '20 days' WHERE tenant_id = $1`, [
      viewer.tenantId,
    ]);
    const { mintedAt } = await findKey(clientId);
    const latest = new Date(mintedAt.getTime() + 30 * day);
    expect((await getKeyPage(viewer)).keys[0]?.latestExpiry).toBe(latest.toISOString());
    const beyond: Array<EditKeyInput['expiry']> = [
      { kind: 'at', at: new Date(latest.getTime() + 1) },
      { kind: 'days', days: 11 },
      { kind: 'never' },
    ];
    for (const expiry of beyond) {
      expect(await unchanged(() => editKey(viewer, { clientId, expiry: expiry ?? { kind: 'never' } }))).toEqual({
        status: 'invalid',
        field: 'expiry',
        message: "Expiry can be at most 30 days from the minting of the secret: your tenant's maximum.",
      });
    }
    const past = { kind: 'at', at: new Date(Date.now() - day) } as const;
    expect(await unchanged(() => editKey(viewer, { clientId, expiry: past }))).toMatchObject({
      field: 'expiry',
      message: 'Expiry must be in the future.',
    });
    expect(await editKey(viewer, { clientId, expiry: { kind: 'at', at: latest } })).toEqual(done);
    expect((await findKey(clientId)).expiresAt).toEqual(latest);
    // The next secret's life counts from its own minting.
    await rotateKeyFor(viewer, clientId);
    expect(await editKey(viewer, { clientId, expiry: { kind: 'days', days: 29 } })).toEqual(done);
  });

  test('may be none where there is no maximum, or earlier', async () => {
    const { viewer } = await createViewer();
    const { clientId } = await createKeyFor(viewer);
    await editKey(viewer, { clientId, expiry: { kind: 'never' } });
    expect((await findKey(clientId)).expiresAt).toBeNull();
    expect(await unchanged(() => editKey(viewer, { clientId, expiry: { kind: 'never' } }))).toEqual(done);
    const at = new Date(Date.now() + day);
    await editKey(viewer, { clientId, expiry: { kind: 'at', at } });
    expect((await findKey(clientId)).expiresAt).toEqual(at);
  });

  test('of an agent key is the policy’s', async () => {
    const { viewer } = await createViewer();
    const { clientId } = await createAgentKeyFor(viewer);
    expect(
      await unchanged(() => editKey(viewer, { clientId, name: 'New', expiry: { kind: 'days', days: 1 } })),
    ).toMatchObject({ status: 'invalid', field: 'expiry', message: expect.stringContaining('Rotate it') });
  });
});

describe('of an Expired key', () => {
  test('name and description can be edited, and what it may do cannot', async () => {
    const { viewer, tenant } = await createViewer({ maximumExpirationInDays: 30 });
    await createScopes(tenant, 'reports:read');
    const biasProfileId = await createProfile(tenant);
    const { clientId } = await createKeyFor(viewer, { expiry: { kind: 'days', days: 30 } });
    await setKey(clientId, 'expires_at = clock_timestamp()');
    const frozen: Array<[Partial<EditKeyInput>, string]> = [
      [{ scopes: ['reports:read'] }, 'scopes'],
      [{ biasProfileId }, 'bias profile'],
      [{ expiry: { kind: 'days', days: 1 } }, 'expiry'],
      // Not a hint that another one would do.
      [{ expiry: { kind: 'days', days: 31 } }, 'expiry'],
    ];
    for (const [change, what] of frozen) {
      expect(await unchanged(() => editKey(viewer, { clientId, name: 'New', ...change }))).toEqual({
        status: 'refused',
        message: `This key is Expired now: its ${what} cannot be changed.`,
      });
    }
    // What its form sends unchanged is no change.
    expect(
      await editKey(viewer, { clientId, name: 'New', description: 'Old', scopes: [], biasProfileId: null }),
    ).toEqual(done);
    expect(await findKey(clientId)).toMatchObject({ name: 'New', description: 'Old' });
  });
});

describe('two editors of one key', () => {
  const seen = { name: 'Laptop', description: 'Mine', scopes: ['a'], biasProfileId: null };
  async function prepare() {
    const { viewer, tenant } = await createViewer();
    await createScopes(tenant, 'a', 'b');
    const { clientId, expiresAt } = await createKeyFor(viewer, {
      name: 'Laptop',
      description: 'Mine',
      scopes: ['a'],
    });
    const biasProfileId = await createProfile(tenant);
    return { viewer, tenant, clientId, biasProfileId, seen: { ...seen, expiresAt } };
  }

  test('do not overwrite each other: the second is told what it is now, and writes nothing', async () => {
    const { viewer, clientId, biasProfileId, seen } = await prepare();
    const at = new Date(Date.now() + day);
    const first = { name: 'First', description: 'First', scopes: ['b'], biasProfileId };
    expect(await editKey(viewer, { clientId, ...first, expiry: { kind: 'at', at }, seen })).toEqual(done);
    const changes: Array<[Partial<EditKeyInput>, object]> = [
      [{ name: 'Second' }, { name: 'First' }],
      [{ description: 'Second' }, { description: 'First' }],
      [{ scopes: [] }, { scopes: ['b'] }],
      [{ biasProfileId: null }, { biasProfileId }],
      [{ expiry: { kind: 'days', days: 2 } }, { expiresAt: at }],
      [
        { name: 'Second', description: 'Second' },
        { name: 'First', description: 'First' },
      ],
    ];
    for (const [change, current] of changes) {
      expect(await unchanged(() => editKey(viewer, { clientId, ...change, seen }))).toEqual({
        status: 'changed',
        current,
      });
    }
    // Who has seen it now may; who says nothing of what was seen, too.
    expect(await editKey(viewer, { clientId, name: 'Second', seen: { name: 'First' } })).toEqual(done);
    expect(await editKey(viewer, { clientId, name: 'Third' })).toEqual(done);
  });

  test('of different fields both succeed, and so does who wants what the other has already written', async () => {
    const { viewer, clientId, seen } = await prepare();
    expect(await editKey(viewer, { clientId, name: 'Desktop', description: 'Mine', seen })).toEqual(done);
    // A form submits every field; what it did not change is as it was seen, and is not written.
    expect(await editKey(viewer, { clientId, description: 'Ours', seen })).toEqual(done);
    expect(await findKey(clientId)).toMatchObject({ name: 'Desktop', description: 'Ours', scopes: ['a'] });
    expect(await unchanged(() => editKey(viewer, { clientId, name: 'Desktop', seen }))).toEqual(done);
  });

  test('at once: one is done, the other is told', async () => {
    const { viewer, clientId, seen } = await prepare();
    const results = await Promise.all(
      ['One', 'Two', 'Three'].map((name) => editKey(viewer, { clientId, name, seen: { name: seen.name } })),
    );
    expect(results.map((result) => result.status).sort()).toEqual(['changed', 'changed', 'done']);
  });
});

test('an edit is one event that says before and after of what it changed, and of nothing else', async () => {
  const { viewer, tenant } = await createViewer();
  await createScopes(tenant, 'a');
  const { clientId, expiresAt } = await createKeyFor(viewer, { name: 'Laptop', description: 'Mine' });
  const biasProfileId = await createProfile(tenant);
  const before = (await expectIntact(tenant.id)).length;
  await editKey(viewer, {
    clientId,
    name: 'Desktop',
    description: 'Mine',
    scopes: ['a'],
    biasProfileId,
    expiry: { kind: 'never' },
  });
  expect((await expectIntact(tenant.id)).slice(before)).toMatchObject([
    {
      action: 'key.updated',
      clientId,
      keyName: 'Desktop',
      details: {
        before: { name: 'Laptop', scopes: [], biasProfileId: null, expiresAt: expiresAt?.toISOString() },
        after: { name: 'Desktop', scopes: ['a'], biasProfileId, expiresAt: null },
      },
    },
  ]);
});

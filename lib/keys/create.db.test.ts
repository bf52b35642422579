import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Viewer } from '@/lib/auth/queries';
import {
  createInput,
  createKeyFor,
  createMember,
  createTenant,
  createViewer,
  everythingStored,
  sql,
  viewerFor,
} from '@/tests/support/world';
import { env } from '../env';
import { createKey } from './creation';
import type { CreateKeyInput } from './schema';
import { clientIdOf, digestSecret, isSecret } from './secret';

const day = 24 * 60 * 60 * 1000;
const nameTaken = (name: string) => ({
  status: 'invalid',
  field: 'name',
  message: `You already have a key named “${name}”. Choose another name.`,
});

/** What `createKey` says, and that it stored nothing. */
async function refusedCreate(viewer: Viewer, input: Partial<CreateKeyInput> = {}) {
  const before = await everythingStored();
  const result = await createKey(viewer, createInput(input));
  expect(result.status).not.toBe('created');
  expect(await everythingStored()).toBe(before);
  return result;
}

describe('a created key', () => {
  test('is stored as a digest under the current pepper, and its secret nowhere', async () => {
    const { viewer, tenant } = await createViewer();
    const { clientId, secret } = await createKeyFor(viewer, { name: 'Laptop', description: 'Mine' });
    expect(isSecret(secret)).toBe(true);
    expect(clientIdOf(secret)).toBe(clientId);
    const [row] = await sql<{ digest: Uint8Array; version: number; mask: string }>(
      `SELECT s.digest, s.pepper_version AS version, s.first_four || s.last_four AS mask
         FROM key_secret s JOIN key k ON k.id = s.key_id WHERE k.client_id = $1`,
      [clientId],
    );
    const { version, key: pepper } = env().peppers.current;
    expect(Buffer.from(row?.digest ?? [])).toEqual(digestSecret(pepper, tenant.id, clientId, secret));
    expect(row?.version).toBe(version);
    expect(row?.mask).toBe(secret.slice(0, 4) + secret.slice(-4));
    const stored = await everythingStored();
    expect(stored).toContain(clientId);
    expect(stored).not.toContain(secret.slice(22, 54));
    expect(stored).not.toContain(Buffer.from(secret).toString('hex'));
  });

  test('has the times of the database, without scopes and active', async () => {
    const { viewer } = await createViewer();
    const { clientId, expiresAt } = await createKeyFor(viewer, { expiry: { kind: 'days', days: 7 } });
    const [row] = await sql<{ recent: boolean; life: number; scopes: string[]; active: boolean }>(
      `SELECT created_at BETWEEN clock_timestamp() - interval '1 minute' AND clock_timestamp() AS recent,
              (extract(epoch FROM expires_at - created_at) * 1000)::float8 AS life, scopes,
              deactivated_at IS NULL AND revoked_at IS NULL AS active
         FROM key WHERE client_id = $1`,
      [clientId],
    );
    expect(row).toEqual({ recent: true, life: 7 * day, scopes: [], active: true });
    expect(expiresAt).toBeInstanceOf(Date);
  });

  test('without an expiry never expires', async () => {
    const { viewer } = await createViewer();
    expect((await createKeyFor(viewer, { expiry: { kind: 'never' } })).expiresAt).toBeNull();
  });
});

describe('names', () => {
  test('a blank name becomes the lowest free one', async () => {
    const { viewer } = await createViewer({ maximumKeysPerUser: 10 });
    const names: string[] = [];
    for (const name of ['', 'API KEY 3', '', '', '']) names.push((await createKeyFor(viewer, { name })).name);
    expect(names).toEqual(['API key 1', 'API KEY 3', 'API key 2', 'API key 4', 'API key 5']);
    await sql(`DELETE FROM key WHERE name = 'API key 2' AND owner_id = $1`, [viewer.memberId]);
    expect((await createKeyFor(viewer)).name).toBe('API key 2');
  });

  test.each(['laptop', 'LAPTOP', 'Ｌａｐｔｏｐ', 'lap\u00adtop'])('“Laptop” again as “%s” is refused', async (name) => {
    const { viewer } = await createViewer();
    await createKeyFor(viewer, { name: 'Laptop' });
    expect(await refusedCreate(viewer, { name })).toEqual(nameTaken(name));
  });

  test('the names of expired and revoked keys are taken too', async () => {
    const { viewer } = await createViewer();
    await createKeyFor(viewer, { name: 'Laptop' });
    await sql('UPDATE key SET revoked_at = clock_timestamp() WHERE owner_id = $1', [viewer.memberId]);
    expect(await refusedCreate(viewer, { name: 'Laptop' })).toEqual(nameTaken('Laptop'));
  });

  test('another member may use the same name', async () => {
    const tenant = await createTenant();
    for (let count = 0; count < 2; count++) {
      const viewer = await viewerFor(await createMember(tenant));
      expect((await createKeyFor(viewer, { name: 'Laptop' })).name).toBe('Laptop');
    }
  });
});

describe('the maximum of keys', () => {
  test('the sentence counts, and names the maximum', async () => {
    const { viewer } = await createViewer({ maximumKeysPerUser: 2 });
    await createKeyFor(viewer);
    await createKeyFor(viewer);
    expect(await refusedCreate(viewer)).toEqual({
      status: 'refused',
      message: 'You have 2 API keys; the maximum is 2. Delete one to create another.',
    });
  });

  test.each([
    ['Inactive', 'deactivated_at = clock_timestamp()', 'refused'],
    ['Expired', `expires_at = clock_timestamp() - interval '1 second'`, 'created'],
    ['Revoked', 'revoked_at = clock_timestamp()', 'created'],
  ])('an %s key: one more is %s', async (_, assignment, status) => {
    const { viewer } = await createViewer({ maximumKeysPerUser: 1 });
    await createKeyFor(viewer);
    await sql(`UPDATE key SET ${assignment} WHERE owner_id = $1`, [viewer.memberId]);
    expect((await createKey(viewer, createInput())).status).toBe(status);
  });

  test('the keys of another member and of the tenant do not count', async () => {
    const tenant = await createTenant({ maximumKeysPerUser: 1 });
    await createKeyFor(await viewerFor(await createMember(tenant)));
    await sql(`UPDATE key SET owner_id = NULL WHERE tenant_id = $1`, [tenant.id]);
    await createKeyFor(await viewerFor(await createMember(tenant)));
    expect((await createKey(await viewerFor(await createMember(tenant)), createInput())).status).toBe('created');
  });

  test('20 creates at once under a maximum of 3 make 3 keys', async () => {
    const { viewer } = await createViewer({ maximumKeysPerUser: 3 });
    const results = await Promise.all(Array.from({ length: 20 }, () => createKey(viewer, createInput())));
    expect(results.filter((result) => result.status === 'created')).toHaveLength(3);
    const [row] = await sql<{ count: number }>('SELECT count(*)::int AS count FROM key WHERE owner_id = $1', [
      viewer.memberId,
    ]);
    expect(row?.count).toBe(3);
  });
});

describe('who may not create is told why, and nothing is stored', () => {
  test('the switch, then the licence, then the role', async () => {
    const say = async (policy: object, options: object) => {
      const { viewer } = await createViewer(policy, options);
      return refusedCreate(viewer);
    };
    const refused = (message: string) => ({ status: 'refused', message });
    expect(await say({ apiKeysEnabled: false }, { roles: [], licensed: false })).toEqual(
      refused('API keys are switched off by your administrator.'),
    );
    expect(await say({}, { roles: [], licensed: false })).toEqual(
      refused('You need a licence. Ask your administrator.'),
    );
    expect(await say({}, { roles: ['admin'] })).toEqual(
      refused('You need the role developer. Ask your administrator.'),
    );
  });

  test('what counts is the row now, not what the viewer was when the page was opened', async () => {
    const { viewer, member, tenant } = await createViewer();
    expect(viewer.roles).toEqual(['developer']);
    await sql(`UPDATE member SET roles = '{}' WHERE id = $1`, [member.id]);
    expect(await refusedCreate(viewer)).toMatchObject({
      status: 'refused',
      message: expect.stringContaining('developer'),
    });
    await sql(`UPDATE member SET roles = '{developer}', licensed = false WHERE id = $1`, [member.id]);
    expect(await refusedCreate(viewer)).toMatchObject({ message: expect.stringContaining('licence') });
    await sql(`UPDATE tenant SET api_keys_enabled = false WHERE id = $1`, [tenant.id]);
    expect(await refusedCreate(viewer)).toMatchObject({ message: expect.stringContaining('switched off') });
  });

  test.each([
    ['an ended session', 'UPDATE session SET ended_at = clock_timestamp() WHERE id = $1'],
    ['an expired session', `UPDATE session SET expires_at = clock_timestamp() - interval '1 ms' WHERE id = $1`],
    ['a deleted session', 'DELETE FROM session WHERE id = $1'],
    [
      'a disabled member',
      'UPDATE member SET disabled_at = clock_timestamp() WHERE id = (SELECT member_id FROM session WHERE id = $1)',
    ],
  ])('%s mints no key', async (_, statement) => {
    const { viewer } = await createViewer();
    await sql(statement, [viewer.sessionId]);
    expect(await refusedCreate(viewer)).toEqual({ status: 'signed_out' });
  });
});

describe('expiry', () => {
  test('beyond the maximum, or none where there is one, is refused', async () => {
    const { viewer } = await createViewer({ maximumExpirationInDays: 30 });
    const refused = {
      status: 'invalid',
      field: 'expiry',
      message: "Expiry can be at most 30 days from now: your tenant's maximum.",
    };
    expect(await refusedCreate(viewer, { expiry: { kind: 'days', days: 31 } })).toEqual(refused);
    expect(await refusedCreate(viewer, { expiry: { kind: 'never' } })).toEqual(refused);
    expect((await createKey(viewer, createInput({ expiry: { kind: 'days', days: 30 } }))).status).toBe('created');
  });

  test('in the past is refused', async () => {
    const { viewer } = await createViewer();
    const at = new Date(Date.now() - day);
    expect(await refusedCreate(viewer, { expiry: { kind: 'at', at } })).toEqual({
      status: 'invalid',
      field: 'expiry',
      message: 'Expiry must be in the future.',
    });
  });
});

describe('idempotency', () => {
  test('the same request again is already created, and brings no secret', async () => {
    const { viewer } = await createViewer();
    const input = createInput({ name: 'Laptop' });
    const { clientId } = await createKeyFor(viewer, input);
    const before = await everythingStored();
    expect(await createKey(viewer, input)).toEqual({ status: 'already_created', clientId });
    expect(await everythingStored()).toBe(before);
  });

  test('100 times at once: one key, one secret', async () => {
    const { viewer } = await createViewer({ maximumKeysPerUser: 1000 });
    const input = createInput();
    const results = await Promise.all(Array.from({ length: 100 }, () => createKey(viewer, input)));
    const created = results.filter((result) => result.status === 'created');
    expect(created).toHaveLength(1);
    expect(results.filter((result) => result.status === 'already_created')).toHaveLength(99);
    expect(new Set(results.map((result) => 'clientId' in result && result.clientId)).size).toBe(1);
    expect(JSON.stringify(results).match(/lk_sk_/g)).toHaveLength(1);
  });

  test('it stays already created when the maximum is reached, or the key is deleted', async () => {
    const { viewer } = await createViewer({ maximumKeysPerUser: 1 });
    const input = createInput();
    const { clientId } = await createKeyFor(viewer, input);
    expect(await createKey(viewer, input)).toEqual({ status: 'already_created', clientId });
    await sql('DELETE FROM key WHERE client_id = $1', [clientId]);
    expect(await createKey(viewer, input)).toEqual({ status: 'already_created', clientId });
  });

  test.each<[string, Partial<CreateKeyInput>]>([
    ['name', { name: 'Another' }],
    ['description', { description: 'Another' }],
    ['expiry', { expiry: { kind: 'days', days: 30 } }],
  ])('the same value with another %s is refused', async (_, change) => {
    const { viewer } = await createViewer();
    const input = createInput();
    await createKeyFor(viewer, input);
    expect(await refusedCreate(viewer, { ...input, ...change })).toEqual({
      status: 'invalid',
      field: 'idempotencyValue',
      message: 'This idempotency value was used for another request.',
    });
  });

  test('the value belongs to one member', async () => {
    const input = createInput();
    await createKeyFor((await createViewer()).viewer, input);
    expect((await createKey((await createViewer()).viewer, input)).status).toBe('created');
  });

  test('a refused request may be sent again with the same value', async () => {
    const { viewer, tenant } = await createViewer({ apiKeysEnabled: false });
    const input = createInput();
    await refusedCreate(viewer, input);
    await sql('UPDATE tenant SET api_keys_enabled = true WHERE id = $1', [tenant.id]);
    expect((await createKey(viewer, input)).status).toBe('created');
  });

  test('it is forgotten after 24 hours', async () => {
    const { viewer } = await createViewer();
    const input = createInput();
    await createKeyFor(viewer, input);
    await sql(`UPDATE idempotent_request SET created_at = created_at - interval '24 hours 1 second' WHERE value = $1`, [
      input.idempotencyValue,
    ]);
    expect((await createKey(viewer, input)).status).toBe('created');
  });
});

test('a key of a tenant that does not exist cannot be asked for', async () => {
  const { viewer } = await createViewer();
  expect(await refusedCreate({ ...viewer, tenantId: randomUUID() })).toEqual({ status: 'signed_out' });
});

/** "There always has to be one API key available." */
import { describe, expect, test } from 'vitest';
import type { Viewer } from '@/lib/auth/queries';
import { createKeyFor, createViewer, everythingStored, rotateInput, rotateKeyFor, sql } from '@/tests/support/world';
import { deactivateKey, deleteKey, editKey } from './mutations';
import { keepOneKeySentence } from './policy';
import { getKeyPage } from './queries';
import { retireSecret, rotateKey } from './rotation';

const day = 24 * 60 * 60 * 1000;
const done = { status: 'done' };
const refused = { status: 'refused', message: keepOneKeySentence };

async function prepare(keepOneKey = true) {
  const { viewer, tenant } = await createViewer({ keepOneKey, deactivateBeforeDelete: false, maximumKeysPerUser: 10 });
  return { viewer, tenant, ...(await createKeyFor(viewer)) };
}
const setKey = (clientId: string, assignment: string) =>
  sql(`UPDATE key SET ${assignment} WHERE client_id = $1`, [clientId]);

/** What it says, and that it wrote nothing. */
async function unchanged<T>(work: () => Promise<T>): Promise<T> {
  const before = await everythingStored();
  const result = await work();
  expect(await everythingStored()).toBe(before);
  return result;
}

/** What takes a usable key away. */
const takes: Array<[string, (viewer: Viewer, clientId: string) => Promise<{ status: string }>]> = [
  ['deactivate', (viewer, clientId) => deactivateKey(viewer, clientId)],
  ['a pause of 15 minutes', (viewer, clientId) => deactivateKey(viewer, clientId, '15m')],
  ['delete', deleteKey],
  ['an earlier expiry', (viewer, clientId) => editKey(viewer, { clientId, expiry: { kind: 'days', days: 1 } })],
  [
    'a rotation with an earlier expiry',
    async (viewer, clientId) => {
      const result = await rotateKey(viewer, rotateInput(clientId, { expiry: { kind: 'days', days: 1 } }));
      return result.status === 'rotated' ? done : result;
    },
  ],
];

describe.each(takes)('%s', (_, take) => {
  test('of the last usable key is refused with the sentence', async () => {
    const { viewer, clientId } = await prepare();
    expect((await getKeyPage(viewer)).keys[0]?.lastKeyRefusal).toBe(keepOneKeySentence);
    expect(await unchanged(() => take(viewer, clientId))).toEqual(refused);
    await setKey(clientId, 'expires_at = NULL');
    expect(await unchanged(() => take(viewer, clientId))).toEqual(refused);
  });

  test.each([
    'deactivated_at = clock_timestamp()',
    `deactivated_at = clock_timestamp(), deactivated_until = clock_timestamp() + interval '1 hour'`,
    'expires_at = clock_timestamp()',
    'revoked_at = clock_timestamp()',
  ])('another key that is not usable does not count: %s', async (assignment) => {
    const { viewer, clientId } = await prepare();
    await setKey((await createKeyFor(viewer)).clientId, assignment);
    expect((await getKeyPage(viewer)).keys[1]?.lastKeyRefusal).toBe(keepOneKeySentence);
    expect(await unchanged(() => take(viewer, clientId))).toEqual(refused);
  });

  test('is done with another Active key, one whose pause is over too, and where the tenant keeps none', async () => {
    const { viewer, clientId } = await prepare();
    const other = await createKeyFor(viewer);
    expect((await getKeyPage(viewer)).keys.map((key) => key.lastKeyRefusal)).toEqual([null, null]);
    const over = `deactivated_at = clock_timestamp() - interval '1 hour', deactivated_until = clock_timestamp()`;
    await setKey(other.clientId, over);
    expect(await take(viewer, clientId)).toEqual(done);
    const free = await prepare(false);
    expect(await take(free.viewer, free.clientId)).toEqual(done);
  });
});

test('the last usable key can be rotated, also at once, because it leaked, for a later expiry or one that the policy clips', async () => {
  const { viewer, clientId, tenant } = await prepare();
  await rotateKeyFor(viewer, clientId);
  expect(await retireSecret(viewer, clientId)).toEqual(done);
  await rotateKeyFor(viewer, clientId, { overlap: 'none', expiry: { kind: 'days', days: 100 } });
  // Nothing else may be in the way of whoever reports a leak.
  await rotateKeyFor(viewer, clientId, { leaked: true, expiry: { kind: 'days', days: 1 } });
  await setKey(clientId, 'expires_at = NULL');
  await sql('UPDATE tenant SET maximum_expiration_in_days = 7 WHERE id = $1', [tenant.id]);
  await rotateKeyFor(viewer, clientId, { overlap: 'none' });
  expect((await getKeyPage(viewer)).keys[0]?.status).toBe('Active');
});

test('the last usable key can be renamed, and given a later expiry or none', async () => {
  const { viewer, clientId, expiresAt } = await prepare();
  const later = new Date((expiresAt?.getTime() ?? 0) + day);
  expect(await editKey(viewer, { clientId, name: 'New', expiry: { kind: 'at', at: later } })).toEqual(done);
  expect(await editKey(viewer, { clientId, expiry: { kind: 'never' } })).toEqual(done);
});

test('a key that is not usable is none to keep: it can be deleted and expire earlier', async () => {
  const { viewer, clientId } = await prepare();
  await setKey(clientId, 'deactivated_at = clock_timestamp()');
  expect(await editKey(viewer, { clientId, expiry: { kind: 'days', days: 1 } })).toEqual(done);
  expect(await deleteKey(viewer, clientId)).toEqual(done);
  expect((await getKeyPage(viewer)).offersDefaultKey).toBe(true);
});

test('an eligible member without any key is offered one, and nobody else is', async () => {
  const offers = async (policy: object, options: object = {}) =>
    (await getKeyPage((await createViewer({ keepOneKey: true, ...policy }, options)).viewer)).offersDefaultKey;
  expect(await offers({})).toBe(true);
  expect(await offers({ keepOneKey: false })).toBe(false);
  expect(await offers({ apiKeysEnabled: false })).toBe(false);
  expect(await offers({}, { licensed: false })).toBe(false);
  expect(await offers({}, { roles: [] })).toBe(false);
  expect((await getKeyPage((await prepare()).viewer)).offersDefaultKey).toBe(false);
});

test('two keys stopped at once from two requests: one stays', async () => {
  const { viewer, clientId } = await prepare();
  const other = await createKeyFor(viewer);
  const results = await Promise.all([
    deactivateKey(viewer, clientId),
    deactivateKey(viewer, other.clientId, '1h'),
    deleteKey(viewer, other.clientId),
    editKey(viewer, { clientId, expiry: { kind: 'days', days: 1 } }),
  ]);
  expect(results.filter(({ status }) => status === 'done').length).toBeGreaterThanOrEqual(1);
  expect((await getKeyPage(viewer)).keys.filter((key) => key.status === 'Active')).toHaveLength(1);
});

import { describe, expect, test } from 'vitest';
import type { Viewer } from '@/lib/auth/queries';
import { expectIntact } from '@/tests/support/audit';
import { askedWith } from '@/tests/support/requests';
import {
  createAgentKeyFor,
  createInput,
  createKeyFor,
  createMember,
  createScopes,
  createViewer,
  everythingStored,
  rotateInput,
  rotateKeyFor,
  sql,
  viewerFor,
} from '@/tests/support/world';
import type { Policy } from '../tenants/schema';
import { authenticate } from '../verification/authenticate';
import { createKey } from './creation';
import { deactivateKey, editKey } from './mutations';
import { getAgentKeyPage, getKeyPage } from './queries';
import { retireSecret, rotateKey } from './rotation';
import type { CreateKeyInput, Overlap } from './schema';
import { clientIdOf } from './secret';

const hour = 60 * 60 * 1000;
const day = 24 * hour;
const nothingToRetire = { status: 'refused', message: 'The old secret of this key does not work any more.' };
const olderWorks = {
  status: 'refused',
  message: 'The secret that the last rotation replaced still works. End it with this rotation, or wait until it ends.',
};

async function prepare(policy: Partial<Policy> = {}, input: Partial<CreateKeyInput> = {}) {
  const world = await createViewer(policy);
  return { ...world, ...(await createKeyFor(world.viewer, input)) };
}
const setKey = (clientId: string, assignment: string) =>
  sql(`UPDATE key SET ${assignment} WHERE client_id = $1`, [clientId]);
const verify = async (secret: string) => {
  const verdict = await authenticate(askedWith(secret));
  return verdict.status === 'refused' ? verdict.reason : verdict.status;
};
const verifyAll = async (...secrets: string[]) => {
  const verdicts: string[] = [];
  for (const secret of secrets) verdicts.push(await verify(secret));
  return verdicts;
};
/** What it says, and that it changed nothing. */
async function unchanged<T>(work: () => Promise<T>): Promise<T> {
  const before = await everythingStored();
  const result = await work();
  expect(await everythingStored()).toBe(before);
  return result;
}
/** Milliseconds from the minting of the current secret to the key's expiry and to the end of the previous secret. */
async function lifeOf(clientId: string) {
  const [row] = await sql<{ expires: number | null; overlap: number | null }>(
    `SELECT (extract(epoch FROM k.expires_at - c.minted_at) * 1000)::float8 AS expires,
            (extract(epoch FROM p.ends_at - c.minted_at) * 1000)::float8 AS overlap
       FROM key k JOIN key_secret c ON c.key_id = k.id AND c.position = 'current'
       LEFT JOIN key_secret p ON p.key_id = k.id AND p.position = 'previous' WHERE k.client_id = $1`,
    [clientId],
  );
  return row;
}
const eventsOf = async (tenantId: string, from: number) =>
  (await expectIntact(tenantId)).slice(from).map(({ action, clientId, details }) => ({ action, clientId, details }));
const countEvents = async (tenantId: string) => (await expectIntact(tenantId)).length;
const onlyKey = async (viewer: Viewer) => (await getKeyPage(viewer)).keys[0];

describe('a rotation', () => {
  test('gives the same key a new secret; both are accepted', async () => {
    const { viewer, tenant } = await createViewer();
    await createScopes(tenant, 'reports:read');
    const own = await createKeyFor(viewer, { name: 'Laptop', description: 'Mine', scopes: ['reports:read'] });
    const { clientId, secret } = own;
    const before = await onlyKey(viewer);
    const events = await countEvents(tenant.id);
    const rotated = await rotateKeyFor(viewer, clientId);
    expect(rotated).toMatchObject({ clientId, name: 'Laptop', expiresAt: own.expiresAt });
    expect(rotated.secret).not.toBe(secret);
    expect(clientIdOf(rotated.secret)).toBe(clientId);
    expect(await verifyAll(secret, rotated.secret)).toEqual(['accepted', 'accepted']);
    expect(await onlyKey(viewer)).toEqual({
      ...before,
      mask: { firstFour: 'lk_s', lastFour: rotated.secret.slice(-4) },
      lastUsedAt: expect.any(String),
      latestExpiry: null,
      overlap: {
        since: expect.any(String),
        endsAt: rotated.previousEndsAt?.toISOString(),
        requests: 0,
        lastUsedAt: null,
      },
    });
    expect(await everythingStored()).not.toContain(rotated.secret.slice(22, 54));
    expect(await eventsOf(tenant.id, events)).toEqual([
      {
        action: 'key.rotated',
        clientId,
        details: {
          leaked: false,
          previousEndsAt: rotated.previousEndsAt?.toISOString(),
          endedOlder: false,
          expiresAt: own.expiresAt?.toISOString(),
        },
      },
    ]);
  });

  test.each<[Overlap, number]>([
    ['1h', hour],
    ['24h', day],
    ['7d', 7 * day],
  ])('lets the old secret work for %s, then no longer', async (overlap, length) => {
    const { viewer, clientId, secret } = await prepare();
    const rotated = await rotateKeyFor(viewer, clientId, { overlap });
    expect((await lifeOf(clientId))?.overlap).toBe(length);
    await sql(`UPDATE key_secret SET ends_at = clock_timestamp() + interval '1 minute' WHERE ends_at IS NOT NULL`);
    expect(await verify(secret)).toBe('accepted');
    await sql(`UPDATE key_secret SET ends_at = clock_timestamp() WHERE ends_at IS NOT NULL`);
    expect(await verifyAll(secret, rotated.secret)).toEqual(['invalid_credential', 'accepted']);
    expect((await onlyKey(viewer))?.overlap).toBeNull();
    expect(await unchanged(() => retireSecret(viewer, clientId))).toEqual(nothingToRetire);
    // What ended by itself is in nobody's way.
    expect((await rotateKey(viewer, rotateInput(clientId))).status).toBe('rotated');
  });

  test('lets it work never past the expiry, neither the new one nor the one that it had', async () => {
    const { viewer, clientId } = await prepare();
    await setKey(clientId, `expires_at = clock_timestamp() + interval '2 hours'`);
    const kept = await rotateKeyFor(viewer, clientId, { overlap: '7d' });
    expect(kept.previousEndsAt).toEqual(kept.expiresAt);
    const sooner = { overlap: '7d', endOlder: true, expiry: { kind: 'at', at: new Date(Date.now() + hour) } } as const;
    const chosen = await rotateKeyFor(viewer, clientId, sooner);
    expect(chosen).toMatchObject({ expiresAt: sooner.expiry.at, previousEndsAt: sooner.expiry.at });
    const later = { overlap: '7d', endOlder: true, expiry: { kind: 'days', days: 30 } } as const;
    expect((await rotateKeyFor(viewer, clientId, later)).previousEndsAt).toEqual(sooner.expiry.at);
    const never = await prepare({}, { expiry: { kind: 'never' } });
    await rotateKeyFor(never.viewer, never.clientId, { overlap: '7d' });
    expect(await lifeOf(never.clientId)).toEqual({ expires: null, overlap: 7 * day });
  });

  test.each([
    ['without an overlap', { overlap: 'none' }],
    ['because it leaked', { overlap: '7d', leaked: true }],
  ] as const)('%s ends the old secret at once', async (_, input) => {
    const { viewer, clientId, secret } = await prepare();
    const rotated = await rotateKeyFor(viewer, clientId, input);
    expect(rotated.previousEndsAt).toBeNull();
    expect(await verifyAll(secret, rotated.secret)).toEqual(['invalid_credential', 'accepted']);
    expect((await onlyKey(viewer))?.overlap).toBeNull();
  });

  test.each([`NULL`, `clock_timestamp() + interval '1 hour'`])(
    'of an Inactive key ends the old secret at once, and the key stays Inactive (until %s)',
    async (until) => {
      const { viewer, clientId, secret } = await prepare();
      await setKey(clientId, `deactivated_at = clock_timestamp(), deactivated_until = ${until}`);
      const rotated = await rotateKeyFor(viewer, clientId, { overlap: '7d' });
      expect(rotated.previousEndsAt).toBeNull();
      expect(await verifyAll(secret, rotated.secret)).toEqual(['invalid_credential', 'key_inactive']);
      await setKey(clientId, 'deactivated_at = NULL, deactivated_until = NULL');
      expect(await verifyAll(secret, rotated.secret)).toEqual(['invalid_credential', 'accepted']);
    },
  );

  test('because of a leak is two events: what happened, and what was done', async () => {
    const { viewer, tenant, clientId } = await prepare();
    await rotateKeyFor(viewer, clientId, { overlap: '7d' });
    const events = await countEvents(tenant.id);
    // A leak ends the older secret without being asked to.
    const { expiresAt } = await rotateKeyFor(viewer, clientId, { leaked: true });
    expect(await eventsOf(tenant.id, events)).toEqual([
      { action: 'key.leak_reported', clientId, details: {} },
      {
        action: 'key.rotated',
        clientId,
        details: { leaked: true, previousEndsAt: null, endedOlder: true, expiresAt: expiresAt?.toISOString() },
      },
    ]);
  });

  test('during an overlap is refused with the reason, unless it ends the older secret', async () => {
    const { viewer, clientId, secret } = await prepare();
    const second = await rotateKeyFor(viewer, clientId);
    expect(await unchanged(() => rotateKey(viewer, rotateInput(clientId)))).toEqual(olderWorks);
    expect(await unchanged(() => rotateKey(viewer, rotateInput(clientId, { overlap: 'none' })))).toEqual(olderWorks);
    const third = await rotateKeyFor(viewer, clientId, { endOlder: true });
    expect(await verifyAll(secret, second.secret, third.secret)).toEqual([
      'invalid_credential',
      'accepted',
      'accepted',
    ]);
  });

  test('during a pause leaves the overlap’s clock running, and both secrets stopped', async () => {
    const { viewer, clientId, secret } = await prepare();
    const rotated = await rotateKeyFor(viewer, clientId);
    await deactivateKey(viewer, clientId);
    expect(await verifyAll(secret, rotated.secret)).toEqual(['key_inactive', 'key_inactive']);
    expect((await onlyKey(viewer))?.overlap?.endsAt).toBe(rotated.previousEndsAt?.toISOString());
    expect(await retireSecret(viewer, clientId)).toEqual({ status: 'done' });
    expect(await verifyAll(secret, rotated.secret)).toEqual(['invalid_credential', 'key_inactive']);
  });
});

describe('the expiry of a new secret', () => {
  test('is the key’s, or one that was chosen, counted from now', async () => {
    const { viewer, clientId } = await prepare({ maximumExpirationInDays: 30 }, { expiry: { kind: 'days', days: 30 } });
    await sql(`UPDATE key_secret SET minted_at = minted_at - interval '20 days' WHERE tenant_id = $1`, [
      viewer.tenantId,
    ]);
    await setKey(clientId, `expires_at = expires_at - interval '20 days'`);
    const before = (await onlyKey(viewer))?.expiresAt;
    expect((await rotateKeyFor(viewer, clientId)).expiresAt?.toISOString()).toBe(before);
    await rotateKeyFor(viewer, clientId, { endOlder: true, expiry: { kind: 'days', days: 30 } });
    expect((await lifeOf(clientId))?.expires).toBe(30 * day);
    for (const expiry of [{ kind: 'days', days: 31 }, { kind: 'never' }] as const) {
      const input = rotateInput(clientId, { endOlder: true, expiry });
      expect(await unchanged(() => rotateKey(viewer, input))).toEqual({
        status: 'invalid',
        field: 'expiry',
        message: "Expiry can be at most 30 days from now: your tenant's maximum.",
      });
    }
  });

  test.each<[string, CreateKeyInput['expiry']]>([
    ['is longer', { kind: 'days', days: 90 }],
    ['is none', { kind: 'never' }],
  ])('is clipped where the policy became shorter than what is kept, which %s', async (_, expiry) => {
    const { viewer, clientId, tenant } = await prepare({}, { expiry });
    await sql('UPDATE tenant SET maximum_expiration_in_days = 7 WHERE id = $1', [tenant.id]);
    await rotateKeyFor(viewer, clientId, { overlap: '7d' });
    expect(await lifeOf(clientId)).toEqual({ expires: 7 * day, overlap: 7 * day });
  });

  test('of an agent key follows the lifetime of agent keys', async () => {
    const { viewer } = await createViewer({ agentKeyLifetimeInDays: 30, maximumExpirationInDays: 60 });
    const { clientId, expiresAt } = await createAgentKeyFor(viewer);
    expect((await rotateKeyFor(viewer, clientId)).expiresAt).toEqual(expiresAt);
    await rotateKeyFor(viewer, clientId, { endOlder: true, expiry: { kind: 'days', days: 30 } });
    expect((await lifeOf(clientId))?.expires).toBe(30 * day);
    const beyond = rotateInput(clientId, { endOlder: true, expiry: { kind: 'days', days: 31 } });
    expect(await unchanged(() => rotateKey(viewer, beyond))).toMatchObject({ status: 'invalid', field: 'expiry' });
    expect((await getAgentKeyPage(viewer)).maximumExpirationInDays).toBe(30);
  });
});

describe('a rotation that is sent again', () => {
  test('brings no second secret', async () => {
    const { viewer, clientId } = await prepare();
    const input = rotateInput(clientId, { endOlder: true });
    const rotated = await rotateKey(viewer, input);
    expect(await unchanged(() => rotateKey(viewer, input))).toEqual({ status: 'already_rotated' });
    expect(rotated.status === 'rotated' && (await verify(rotated.secret))).toBe('accepted');
  });

  test('20 times at once: one secret', async () => {
    const { viewer, tenant, clientId, secret } = await prepare();
    const input = rotateInput(clientId, { endOlder: true });
    const events = await countEvents(tenant.id);
    const results = await Promise.all(Array.from({ length: 20 }, () => rotateKey(viewer, input)));
    expect(results.filter((result) => result.status === 'already_rotated')).toHaveLength(19);
    expect(JSON.stringify(results).match(/lk_sk_/g)).toHaveLength(1);
    expect(await eventsOf(tenant.id, events)).toHaveLength(1);
    expect(await verify(secret)).toBe('accepted');
  });

  test('with other values at once: one secret, and the others are told that the older one still works', async () => {
    const { viewer, tenant } = await createViewer();
    const colleague = await viewerFor(await createMember(tenant));
    const { clientId, secret } = await createAgentKeyFor(viewer);
    const rotations = Array.from({ length: 10 }, (_, index) =>
      rotateKey(index % 2 ? viewer : colleague, rotateInput(clientId)),
    );
    const results = await Promise.all(rotations);
    const rotated = results.filter((result) => result.status === 'rotated');
    expect(rotated).toHaveLength(1);
    expect(results.filter((result) => result.status === 'refused')).toHaveLength(9);
    expect(await verifyAll(secret, rotated[0]?.secret ?? '')).toEqual(['accepted', 'accepted']);
  });

  test('with the value of something else is refused', async () => {
    const { viewer, clientId } = await prepare({ maximumKeysPerUser: 10 });
    const other = await createKeyFor(viewer);
    const input = rotateInput(clientId);
    await rotateKey(viewer, input);
    const creation = createInput();
    await createKeyFor(viewer, creation);
    const { idempotencyValue } = creation;
    for (const reused of [
      { ...input, clientId: other.clientId },
      { ...input, overlap: 'none' as const },
      rotateInput(other.clientId, { idempotencyValue }),
    ]) {
      expect(await unchanged(() => rotateKey(viewer, reused))).toMatchObject({
        status: 'invalid',
        field: 'idempotencyValue',
      });
    }
    const again = createInput({ idempotencyValue: input.idempotencyValue });
    expect(await unchanged(() => createKey(viewer, again))).toMatchObject({ field: 'idempotencyValue' });
  });
});

describe('retiring', () => {
  test('refuses the old secret from its acknowledgement on, and the new one goes on', async () => {
    const { viewer, tenant, clientId, secret } = await prepare();
    const rotated = await rotateKeyFor(viewer, clientId, { overlap: '7d' });
    expect(await verify(secret)).toBe('accepted');
    const events = await countEvents(tenant.id);
    expect(await retireSecret(viewer, clientId)).toEqual({ status: 'done' });
    expect(await verifyAll(secret, rotated.secret)).toEqual(['invalid_credential', 'accepted']);
    expect(await eventsOf(tenant.id, events)).toEqual([{ action: 'key.secret_retired', clientId, details: {} }]);
    expect((await onlyKey(viewer))?.overlap).toBeNull();
  });

  test('what does not work is refused: never rotated, rotated at once, retired already', async () => {
    const { viewer, clientId } = await prepare();
    const attempt = () => unchanged(() => retireSecret(viewer, clientId));
    expect(await attempt()).toEqual(nothingToRetire);
    await rotateKeyFor(viewer, clientId, { overlap: 'none' });
    expect(await attempt()).toEqual(nothingToRetire);
    await rotateKeyFor(viewer, clientId);
    const results = await Promise.all(Array.from({ length: 5 }, () => retireSecret(viewer, clientId)));
    expect(results.filter((result) => result.status === 'done')).toHaveLength(1);
    expect(await attempt()).toEqual(nothingToRetire);
  });

  test('and rotating leave an edit of the key alone', async () => {
    const { viewer, clientId } = await prepare();
    await Promise.all([
      rotateKeyFor(viewer, clientId),
      editKey(viewer, { clientId, name: 'Renamed' }),
      editKey(viewer, { clientId, description: 'Changed' }),
    ]);
    expect(await onlyKey(viewer)).toMatchObject({ name: 'Renamed', description: 'Changed', overlap: { requests: 0 } });
  });
});

import { describe, expect, test } from 'vitest';
import type { Viewer } from '@/lib/auth/queries';
import { insertProviderKey } from '@/tests/support/connections';
import { requestWith } from '@/tests/support/requests';
import { createKeyFor, createViewer, everythingStored, sql } from '@/tests/support/world';
import { deactivateKey, deleteKey } from '../keys/mutations';
import { mintCredential } from '../keys/secret';
import { updatePolicy } from '../tenants/mutations';
import { answerEndpoint } from './endpoints';

/** A request with this secret as Bearer, answered as the server does. */
async function call(secret: string | null, path = '/api/v1/me', query = '') {
  const reply = await answerEndpoint(requestWith(secret, path, query));
  const body = reply.body === '' ? null : JSON.parse(reply.body);
  return {
    status: reply.status,
    type: String(body?.type ?? '').replace('urn:latchkey:problem:', ''),
    body,
    headers: reply.headers,
  };
}
const outcome = async (secret: string) => {
  const { status, type } = await call(secret);
  return `${status} ${type}`.trim();
};

async function prepare(policy: Parameters<typeof createViewer>[0] = {}) {
  const world = await createViewer(policy);
  const key = await createKeyFor(world.viewer, { name: 'Laptop' });
  return { ...world, ...key };
}
const setKey = (clientId: string, assignment: string) =>
  sql(`UPDATE key SET ${assignment} WHERE client_id = $1`, [clientId]);

describe('an accepted key', () => {
  test('says who is calling', async () => {
    const { secret, clientId, tenant, member, expiresAt } = await prepare();
    const { status, body, headers } = await call(secret);
    expect(status).toBe(200);
    expect(headers['Cache-Control']).toBe('no-store');
    expect(body).toEqual({
      clientId,
      name: 'Laptop',
      kind: 'personal',
      tenant: { id: tenant.id, slug: tenant.slug },
      owner: { id: member.id, email: member.email },
      scopes: [],
      biasProfile: null,
      expiresAt: expiresAt?.toISOString(),
    });
  });

  test('of the tenant has no owner', async () => {
    const { secret, clientId } = await prepare();
    await setKey(clientId, 'owner_id = NULL');
    expect((await call(secret)).body).toMatchObject({ kind: 'agent', owner: null });
  });

  test('brings its bias profile, the settings to /me only', async () => {
    const { secret, clientId, tenant } = await prepare();
    await sql(
      `INSERT INTO bias_profile (id, tenant_id, name, name_key, settings) VALUES (gen_random_uuid(), $1, 'Größe ✓', 'x', '{"tone":"calm"}')`,
      [tenant.id],
    );
    await setKey(clientId, `bias_profile_id = (SELECT id FROM bias_profile WHERE tenant_id = key.tenant_id)`);
    expect((await call(secret)).body.biasProfile).toEqual({ name: 'Größe ✓', settings: { tone: 'calm' } });
    const { headers } = await call(secret, '/api/v1/authorize');
    expect(headers['X-Latchkey-Bias-Profile']).toBe(encodeURIComponent('Größe ✓'));
    expect(JSON.stringify(headers)).not.toContain('calm');
  });

  test('is told to a proxy in headers, with an empty body', async () => {
    const { secret, clientId, tenant, member } = await prepare();
    await setKey(clientId, `scopes = '{reports:read,reports:write}'`);
    const { status, body, headers } = await call(secret, '/api/v1/authorize', 'scope=reports:read+reports:write');
    expect({ status, body }).toEqual({ status: 200, body: null });
    expect(headers).toMatchObject({
      'X-Latchkey-Client-Id': clientId,
      'X-Latchkey-Tenant': tenant.slug,
      'X-Latchkey-Subject': member.id,
      'X-Latchkey-Scopes': 'reports:read reports:write',
      'X-Latchkey-Bias-Profile': '',
    });
    expect(await call(secret, '/api/v1/authorize', 'scope=reports:read+billing:read')).toMatchObject({
      status: 403,
      type: 'insufficient_scope',
    });
    // Envoy appends the caller's path: its query is the caller's own.
    expect((await call(secret, '/api/v1/authorize/orders', 'scope=billing:read')).status).toBe(200);
  });
});

describe('who has the correct secret is told why it is refused', () => {
  test.each([
    ['key_inactive', 'UPDATE key SET deactivated_at = clock_timestamp() WHERE client_id = $1'],
    ['key_expired', 'UPDATE key SET expires_at = clock_timestamp() WHERE client_id = $1'],
    ['key_revoked', 'UPDATE key SET revoked_at = clock_timestamp() WHERE client_id = $1'],
    [
      'api_keys_disabled',
      'UPDATE tenant SET api_keys_enabled = false WHERE id = (SELECT tenant_id FROM key WHERE client_id = $1)',
    ],
    [
      'owner_disabled',
      'UPDATE member SET disabled_at = now() WHERE id = (SELECT owner_id FROM key WHERE client_id = $1)',
    ],
  ])('%s', async (type, statement) => {
    const { secret, clientId } = await prepare();
    expect(await outcome(secret)).toBe('200');
    await sql(statement, [clientId]);
    const { status, type: said, body, headers } = await call(secret);
    expect({ status, said }).toEqual({ status: 401, said: type });
    expect(body).toMatchObject({ status: 401, title: expect.any(String), detail: expect.any(String) });
    expect(body.requestId).toBe(headers['X-Request-Id']);
    expect(headers).toMatchObject({ 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store' });
    expect(headers['WWW-Authenticate']).toMatch(/^Bearer .*, Basic /);
  });
});

describe('who has not learns nothing', () => {
  const withoutRequestId = ({ status, body, headers }: Awaited<ReturnType<typeof call>>) => {
    const { 'X-Request-Id': _, ...rest } = headers;
    return { status, body: { ...body, requestId: '' }, headers: rest };
  };

  test('unknown client ID, wrong secret and a wrong secret for a key in any state answer alike', async () => {
    const { secret, clientId } = await prepare();
    const { secret: unknown } = mintCredential();
    const expected = withoutRequestId(await call(unknown));
    expect(expected).toMatchObject({ status: 401, body: { type: 'urn:latchkey:problem:invalid_credential' } });
    // The same client ID with other random characters and a right checksum.
    const { secretFor } = await import('../keys/secret');
    const wrong = secretFor(clientId.slice(6), unknown.slice(22, 54));
    const broken = secret.slice(0, -1) + (secret.endsWith('0') ? '1' : '0');
    for (const presented of [wrong, broken]) expect(withoutRequestId(await call(presented))).toEqual(expected);
    for (const state of ['deactivated_at = now()', 'expires_at = now()', 'revoked_at = now()']) {
      await setKey(clientId, state);
      expect(withoutRequestId(await call(wrong))).toEqual(expected);
    }
  });

  test('a digest that was copied to another key or tenant opens nothing', async () => {
    const victim = await prepare();
    const attacker = await prepare();
    await sql(
      `UPDATE key_secret SET digest = (SELECT s.digest FROM key_secret s JOIN key k ON k.id = s.key_id WHERE k.client_id = $2)
        WHERE key_id = (SELECT id FROM key WHERE client_id = $1)`,
      [victim.clientId, attacker.clientId],
    );
    expect(await outcome(attacker.secret)).toBe('200');
    expect(await outcome(victim.secret)).toBe('401 invalid_credential');
  });

  test('no credential and a malformed one are told apart, without a look-up', async () => {
    expect(await call(null)).toMatchObject({ status: 401, type: 'no_credential' });
    expect(await call('nonsense')).toMatchObject({ status: 401, type: 'malformed_credential' });
    expect((await call(null)).headers['WWW-Authenticate']).not.toContain('error=');
  });
});

describe('the very next request is refused', () => {
  const off = {
    apiKeysEnabled: false,
    maximumKeysPerUser: 2,
    maximumExpirationInDays: null,
    deactivateBeforeDelete: false,
  };

  test.each<[string, string, (viewer: Viewer, clientId: string) => Promise<unknown>]>([
    ['deactivate', '401 key_inactive', deactivateKey],
    ['delete', '401 invalid_credential', deleteKey],
    ['the switch', '401 api_keys_disabled', (viewer) => updatePolicy(viewer, off)],
  ])('after %s: %s', async (_, expected, change) => {
    const { viewer } = await createViewer({ deactivateBeforeDelete: false }, { roles: ['admin', 'developer'] });
    const { secret, clientId } = await createKeyFor(viewer);
    expect(await outcome(secret)).toBe('200');
    expect(await change(viewer, clientId)).toMatchObject({ status: expect.stringMatching(/^(done|saved)$/) });
    expect(await outcome(secret)).toBe(expected);
  });

  test('after each deactivation of a key that is used all the time', async () => {
    const { secret, clientId } = await prepare();
    for (let round = 0; round < 10; round++) {
      await setKey(clientId, 'deactivated_at = NULL');
      const flying = Array.from({ length: 5 }, () => outcome(secret));
      await setKey(clientId, 'deactivated_at = clock_timestamp()');
      const after = await Promise.all(Array.from({ length: 5 }, () => outcome(secret)));
      expect(new Set(after)).toEqual(new Set(['401 key_inactive']));
      await Promise.all(flying);
    }
  });
});

describe('verifying', () => {
  test('writes nothing but the use of the key, and a request that is refused no last use', async () => {
    const { secret, clientId } = await prepare();
    await setKey(clientId, 'deactivated_at = clock_timestamp()');
    const before = await everythingStored();
    await call(mintCredential().secret);
    expect(await everythingStored()).toBe(before);
    await call(secret);
    const withoutCounts = (stored: string) => stored.replace(/key_usage_hour\n[^\n]*(\n\(.*)*/, '');
    expect(await everythingStored()).not.toBe(before);
    expect(withoutCounts(await everythingStored())).toBe(withoutCounts(before));
    await setKey(clientId, 'deactivated_at = NULL');
    const active = await everythingStored();
    await call(secret);
    const withoutUses = (stored: string) =>
      stored.replace(/(key_last_use|key_usage_hour|key_caller)\n[^\n]*(\n\(.*)*/g, '$1');
    expect(await everythingStored()).not.toBe(active);
    expect(withoutUses(await everythingStored())).toBe(withoutUses(active));
  });

  test('under a pepper that is not configured is unavailable, never refused, and readiness says so', async () => {
    const { secret, clientId } = await prepare();
    const setPepper = (version: number) =>
      sql('UPDATE key_secret SET pepper_version = $1 WHERE key_id = (SELECT id FROM key WHERE client_id = $2)', [
        version,
        clientId,
      ]);
    const ready = () => answerEndpoint(requestWith(null, '/readyz'));
    await setPepper(9);
    expect(await call(secret)).toMatchObject({ status: 503, type: 'unavailable', headers: { 'Retry-After': '1' } });
    expect(await ready()).toMatchObject({ status: 503, body: 'LATCHKEY_PEPPERS lacks version 9\n' });
    await setPepper(1);
    expect(await outcome(secret)).toBe('401 invalid_credential');
    await setPepper(2);
    expect(await outcome(secret)).toBe('200');
    expect(await ready()).toMatchObject({ status: 200, body: 'ready\n' });
  });

  test('a vault key that provider keys are under and that is not configured: readiness says so', async () => {
    const { viewer } = await prepare();
    const id = await insertProviderKey(viewer.tenantId, 'Key', 'x');
    const ready = () => answerEndpoint(requestWith(null, '/readyz'));
    expect(await ready()).toMatchObject({ status: 200, body: 'ready\n' });
    await sql('UPDATE provider_key SET vault_version = 9 WHERE id = $1', [id]);
    expect(await ready()).toMatchObject({ status: 503, body: 'LATCHKEY_VAULT_KEYS lacks version 9\n' });
    await sql('DELETE FROM provider_key WHERE id = $1', [id]);
    expect(await ready()).toMatchObject({ status: 200, body: 'ready\n' });
  });
});

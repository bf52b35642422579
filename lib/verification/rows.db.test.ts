import { describe, expect, test } from 'vitest';
import { askedWith } from '@/tests/support/requests';
import { createKeyFor, createTenant, createViewer, sql } from '@/tests/support/world';
import { mintCredential, secretFor } from '../keys/secret';
import { authenticate } from './authenticate';
import { readRows } from './rows';

const versionOf = async (tenantId: string) => {
  const [row] = await sql<{ version: number }>(
    'SELECT version::int AS version FROM tenant_version WHERE tenant_id = $1',
    [tenantId],
  );
  return row?.version ?? 0;
};

async function prepare() {
  const { viewer, tenant, member } = await createViewer();
  const key = await createKeyFor(viewer);
  const [stored] = await sql<{ id: string }>('SELECT id FROM key WHERE client_id = $1', [key.clientId]);
  return { tenant, member, ...key, keyId: stored?.id ?? '' };
}
const outcome = async (secret: string) => {
  const verdict = await authenticate(askedWith(secret));
  return verdict.status === 'refused' ? verdict.reason : verdict.status;
};

const world = await prepare();
const { tenant, member, keyId } = world;
const neighbour = await createTenant();
await sql(`INSERT INTO bias_profile (id, tenant_id, name, name_key) VALUES (gen_random_uuid(), $1, 'P', 'p')`, [
  tenant.id,
]);

describe('the version of a tenant', () => {
  test.each<[string, string, string[]]>([
    ['the tenant', 'UPDATE tenant SET api_keys_enabled = api_keys_enabled WHERE id = $1', [tenant.id]],
    ['a member', 'UPDATE member SET disabled_at = NULL WHERE id = $1', [member.id]],
    ['a key', 'UPDATE key SET name = name WHERE id = $1', [keyId]],
    ['a secret', 'UPDATE key_secret SET pepper_version = pepper_version WHERE key_id = $1', [keyId]],
    ['a bias profile', `UPDATE bias_profile SET settings = '{"a":1}' WHERE tenant_id = $1`, [tenant.id]],
    [
      'a previous secret that comes',
      `INSERT INTO key_secret (tenant_id, key_id, position, digest, pepper_version, first_four, last_four, ends_at)
       SELECT tenant_id, key_id, 'previous', digest, 1, first_four, last_four, now() FROM key_secret WHERE key_id = $1`,
      [keyId],
    ],
    ['one that goes', `DELETE FROM key_secret WHERE position = 'previous' AND key_id = $1`, [keyId]],
    [
      'a key that comes',
      `INSERT INTO key (id, tenant_id, client_id, name, name_key) VALUES (gen_random_uuid(), $1, 'lk_id_0000000000000001', 'n', 'n')`,
      [tenant.id],
    ],
    ['one that goes for good', `DELETE FROM key WHERE name_key = 'n' AND tenant_id = $1`, [tenant.id]],
  ])('moves with %s, and only that tenant’s', async (_, statement, values) => {
    const before = await versionOf(tenant.id);
    const others = await versionOf(neighbour.id);
    await sql(statement, values);
    expect(await versionOf(tenant.id)).toBeGreaterThan(before);
    expect(await versionOf(neighbour.id)).toBe(others);
  });

  test('of both moves, when a row goes from one to the other', async () => {
    const before = [await versionOf(tenant.id), await versionOf(neighbour.id)];
    await sql('UPDATE bias_profile SET tenant_id = $2 WHERE tenant_id = $1', [tenant.id, neighbour.id]);
    expect(await versionOf(tenant.id)).toBeGreaterThan(before[0] ?? 0);
    expect(await versionOf(neighbour.id)).toBeGreaterThan(before[1] ?? 0);
  });

  test('stays with what alters no verdict: last used, usage, sessions, a statement that changes nothing', async () => {
    const before = await versionOf(tenant.id);
    await outcome(world.secret);
    await sql('UPDATE session SET last_seen_at = clock_timestamp() WHERE tenant_id = $1', [tenant.id]);
    await sql('UPDATE key SET name = name WHERE id = gen_random_uuid() AND tenant_id = $1', [tenant.id]);
    expect(await versionOf(tenant.id)).toBe(before);
  });
});

describe('rows in memory', () => {
  test('are the same objects while the version stays, and are read anew when SQL run by hand changes something', async () => {
    const { clientId, keyId } = await prepare();
    const [first] = await readRows([clientId]);
    const [second] = await readRows([clientId]);
    expect(second?.row).toBe(first?.row);
    await sql(`UPDATE key SET name = 'Renamed' WHERE id = $1`, [keyId]);
    const [third] = await readRows([clientId]);
    expect(third?.row).not.toBe(first?.row);
    expect(third?.row?.name).toBe('Renamed');
  });

  test('answer for several keys of several tenants at once, known and unknown, in the order asked', async () => {
    const [left, right] = [await prepare(), await prepare()];
    const unknown = mintCredential().clientId;
    await readRows([left.clientId]);
    await sql('UPDATE key SET revoked_at = clock_timestamp() WHERE id = $1', [left.keyId]);
    const found = await readRows([right.clientId, unknown, left.clientId, right.clientId]);
    expect(found.map(({ row }) => row?.clientId ?? null)).toEqual([
      right.clientId,
      null,
      left.clientId,
      right.clientId,
    ]);
    expect(found[2]?.row?.revokedAt).toBeInstanceOf(Date);
  });

  test('forget a deleted key, and know one that comes back under its client ID', async () => {
    const { secret, clientId, keyId, tenant, member } = await prepare();
    expect(await outcome(secret)).toBe('accepted');
    const [kept] = await sql<{ digest: Uint8Array }>('SELECT digest FROM key_secret WHERE key_id = $1', [keyId]);
    await sql('DELETE FROM key WHERE id = $1', [keyId]);
    expect(await outcome(secret)).toBe('invalid_credential');
    await sql(
      `INSERT INTO key (id, tenant_id, owner_id, client_id, name, name_key) VALUES ($1, $2, $3, $4, 'Back', 'back')`,
      [keyId, tenant.id, member.id, clientId],
    );
    await sql(
      `INSERT INTO key_secret (tenant_id, key_id, position, digest, pepper_version, first_four, last_four)
       VALUES ($1, $2, 'current', $3, 2, 'lk_s', 'abcd')`,
      [tenant.id, keyId, kept?.digest ?? new Uint8Array(32)],
    );
    expect(await outcome(secret)).toBe('accepted');
  });

  test('know the secret that was accepted last from every other', async () => {
    const { secret, clientId } = await prepare();
    const other = await prepare();
    for (let round = 0; round < 2; round++) {
      expect(await outcome(secret)).toBe('accepted');
      expect(await outcome(secretFor(clientId.slice(6), 'w'.repeat(32)))).toBe('invalid_credential');
      expect(await outcome(secretFor(clientId.slice(6), other.secret.slice(22, 54)))).toBe('invalid_credential');
    }
  });

  test('do not remember a secret that is not the key’s any more', async () => {
    const { secret, keyId } = await prepare();
    expect(await outcome(secret)).toBe('accepted');
    expect(await outcome(secret)).toBe('accepted');
    await sql(`UPDATE key_secret SET digest = sha256('another') WHERE key_id = $1`, [keyId]);
    expect(await outcome(secret)).toBe('invalid_credential');
  });
});

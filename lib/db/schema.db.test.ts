import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createKeyFor, createMember, createTenant, createViewer, sql, viewerFor } from '@/tests/support/world';

const left = await createTenant();
const right = await createTenant();
const member = await createMember(left);
await createMember(right);
const viewer = await viewerFor(member);
const { clientId } = await createKeyFor(viewer);
const [key] = await sql<{ id: string }>('SELECT id FROM key WHERE client_id = $1', [clientId]);
const keyId = key?.id ?? '';
const profileId = randomUUID();
await sql(`INSERT INTO bias_profile (id, tenant_id, name, name_key) VALUES ($1, $2, 'P', 'p')`, [profileId, left.id]);

const insertKey = `INSERT INTO key (id, tenant_id, owner_id, client_id, name, name_key, bias_profile_id)
  VALUES (gen_random_uuid(), $1, $2, 'lk_id_' || substr(md5(gen_random_uuid()::text), 1, 16), $4, $4, $3)`;

describe('no row can point into another tenant', () => {
  test.each<[string, string, Array<string | null>]>([
    [
      'a session of a member',
      `INSERT INTO session (id, tenant_id, member_id, expires_at, address, user_agent)
       VALUES (gen_random_uuid(), $1, $2, now(), '', '')`,
      [right.id, member.id],
    ],
    ['a key of an owner', insertKey, [right.id, member.id, null, 'a']],
    ['a key with a bias profile', insertKey, [right.id, null, profileId, 'b']],
    [
      'a secret of a key',
      `INSERT INTO key_secret (tenant_id, key_id, position, digest, pepper_version, first_four, last_four, ends_at)
       VALUES ($1, $2, 'previous', sha256('x'), 1, 'lk_s', 'xxxx', now())`,
      [right.id, keyId],
    ],
    [
      'a last use of a key',
      'INSERT INTO key_last_use (tenant_id, key_id, last_used_at) VALUES ($1, $2, now()) ON CONFLICT DO NOTHING',
      [right.id, keyId],
    ],
    [
      'a notice about a key',
      `INSERT INTO key_notice (tenant_id, key_id, expires_at, days, member_id)
       SELECT $1::uuid, $2, now(), 7, id FROM member WHERE tenant_id = $1::uuid LIMIT 1`,
      [right.id, keyId],
    ],
    [
      'a notice to a member',
      `INSERT INTO leak_notice (tenant_id, sequence, member_id) SELECT $1, 1, $2`,
      [right.id, member.id],
    ],
    [
      'an identity of a member',
      `INSERT INTO identity (tenant_id, issuer, subject, member_id, email, name) VALUES ($1, 'i', 's', $2, 'e', 'n')`,
      [right.id, member.id],
    ],
    [
      'a one-time link of a member',
      `INSERT INTO one_time_link (tenant_id, member_id, purpose, digest, expires_at)
       VALUES ($1, $2, 'invitation', sha256('link'), now())`,
      [right.id, member.id],
    ],
    [
      'an idempotent request of a member',
      `INSERT INTO idempotent_request (tenant_id, member_id, value, body_digest, client_id)
       VALUES ($1, $2, 'v', sha256('x'), 'c')`,
      [right.id, member.id],
    ],
  ])('%s', async (_, statement, values) => {
    await expect(sql(statement, values)).rejects.toThrow(/foreign key constraint/);
    // The same row within the tenant is fine, so nothing else refused it.
    await sql(statement, [left.id, ...values.slice(1)]);
  });

  test('a key cannot be moved to another tenant or owner there', async () => {
    const stranger = await createMember(right);
    const move = (column: string, value: string) => sql(`UPDATE key SET ${column} = $1 WHERE id = $2`, [value, keyId]);
    await expect(move('tenant_id', right.id)).rejects.toThrow(/foreign key constraint/);
    await expect(move('owner_id', stranger.id)).rejects.toThrow(/foreign key constraint/);
  });
});

describe('what must not disappear cannot be deleted', () => {
  test('a member who owns keys, and a tenant with members', async () => {
    const world = await createViewer();
    await createKeyFor(world.viewer);
    await expect(sql('DELETE FROM member WHERE id = $1', [world.member.id])).rejects.toThrow(/foreign key constraint/);
    await expect(sql('DELETE FROM tenant WHERE id = $1', [world.tenant.id])).rejects.toThrow(/foreign key constraint/);
  });
});

describe('the database refuses what the code must never write', () => {
  const setKey = (assignment: string) => sql(`UPDATE key SET ${assignment} WHERE id = $1`, [keyId]);
  const setMember = (assignment: string) => {
    // The last assignment of a column is the one that is meant.
    const columns = new Map(assignment.split(', ').map((each) => [each.split(' = ')[0], each]));
    return sql(`UPDATE member SET ${[...columns.values()].join(', ')} WHERE id = $1`, [member.id]);
  };
  const removal = 'removed_at = now(), disabled_at = now(), email_key = NULL, login_email = NULL';
  const setTenant = (assignment: string) => sql(`UPDATE tenant SET ${assignment} WHERE id = $1`, [left.id]);

  test.each([
    ['a malformed client ID', () => setKey(`client_id = 'lk_id_short'`)],
    ['an empty name', () => setKey(`name = ''`)],
    ['a name of 51 characters', () => setKey(`name = repeat('x', 51)`)],
    ['a description of 101 characters', () => setKey(`description = repeat('x', 101)`)],
    ['a pause that never began', () => setKey('deactivated_at = NULL, deactivated_until = now()')],
    ['a digest of 31 bytes', () => sql(`UPDATE key_secret SET digest = substr(digest, 2) WHERE key_id = $1`, [keyId])],
    ['no key at all allowed', () => setTenant('maximum_keys_per_user = 0')],
    ['more than 1000 keys allowed', () => setTenant('maximum_keys_per_user = 1001')],
    ['a life of no days', () => setTenant('maximum_expiration_in_days = 0')],
    ['an agent key’s life of no days', () => setTenant('agent_key_lifetime_in_days = 0')],
    [
      'a notice at another time than 30, 7, 1 and 0 days',
      () =>
        sql(`INSERT INTO key_notice (tenant_id, key_id, expires_at, days, member_id) VALUES ($1, $2, now(), 8, $3)`, [
          left.id,
          keyId,
          member.id,
        ]),
    ],
    ['a slug with a capital', () => setTenant(`slug = 'Demo'`)],
    [
      'a password without a sign-in name',
      () => sql(`UPDATE member SET login_email = NULL, password_digest = 'x' WHERE id = $1`, [member.id]),
    ],
    ['a member in the list without the key of their e-mail', () => setMember('email_key = NULL')],
    ['a removed member who keeps an e-mail', () => setMember(`${removal}, email_key = 'a@b.test'`)],
    ['a removed member who keeps a sign-in name', () => setMember(`${removal}, login_email = 'a@b.test'`)],
    ['a removed member who is not disabled', () => setMember(`${removal}, disabled_at = NULL`)],
  ])('%s', async (_, statement) => {
    await expect(statement()).rejects.toThrow(/check constraint/);
  });

  test('two keys of one owner, or of no owner, with one name', async () => {
    await expect(sql(insertKey, [left.id, member.id, null, 'a'])).rejects.toThrow(/unique constraint/);
    await expect(sql(insertKey, [left.id, null, null, 'b'])).rejects.toThrow(/unique constraint/);
  });

  test('two members of one tenant with one e-mail, but not in two tenants', async () => {
    const twin = await createMember(left);
    const stranger = await createMember(right, { ssoOnly: true });
    const rename = (id: string) => sql('UPDATE member SET email_key = $1 WHERE id = $2', [member.email, id]);
    await expect(rename(twin.id)).rejects.toThrow(/unique constraint/);
    await rename(stranger.id);
  });

  test('one identity twice in a tenant, two links of one member, or one link of two', async () => {
    const identity = `INSERT INTO identity (tenant_id, issuer, subject, email, name) VALUES ($1, 'i', 'one', 'e', 'n')`;
    await sql(identity, [left.id]);
    await sql(identity, [right.id]);
    await expect(sql(identity, [left.id])).rejects.toThrow(/unique constraint/);
    const link = `INSERT INTO one_time_link (tenant_id, member_id, purpose, digest, expires_at)
      VALUES ($1, $2, 'invitation', sha256($3::text::bytea), now())`;
    const [first, second] = [await createMember(left), await createMember(left)];
    await sql(link, [left.id, first.id, 'a']);
    await expect(sql(link, [left.id, first.id, 'b'])).rejects.toThrow(/unique constraint/);
    await expect(sql(link, [left.id, second.id, 'a'])).rejects.toThrow(/unique constraint/);
  });

  test('two people with one sign-in name, even in two tenants', async () => {
    const stranger = await createMember(right);
    const statement = sql('UPDATE member SET login_email = $1 WHERE id = $2', [member.email, stranger.id]);
    await expect(statement).rejects.toThrow(/unique constraint/);
  });
});

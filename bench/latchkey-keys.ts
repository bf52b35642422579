/** Fills a migrated database with keys the way they would be there after years: by real digests, in bulk. */
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { digestSecret, maskOf, mintCredential, secretFor } from '../lib/keys/secret';

const tenants = 100;
const membersPerTenant = 10;
const batchSize = 5_000;

type NewKey = {
  tenantId: string;
  ownerId: string;
  profileId: string | null;
  clientId: string;
  secret: string;
  /** During a rotation's overlap: the secret before. */
  previous: string | null;
  name: string;
  scopes: string;
};

/**
 * @param count of keys, spread evenly over 100 tenants of 10 members each. Every tenth is in a rotation's overlap, every
 * fourth holds two scopes, every fifth has a bias profile. All were made months ago, as most keys in use were.
 * @returns each key's current secret and, during an overlap, the previous one
 */
export async function fillLatchkey(
  url: string,
  pepper: Buffer,
  count: number,
): Promise<Array<{ secret: string; previous: string | null }>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const places = await insertTenants(client);
    const keys = Array.from({ length: count }, (_, index) => newKey(index, places));
    for (let from = 0; from < count; from += batchSize) {
      await insertKeys(client, pepper, keys.slice(from, from + batchSize));
    }
    await client.query('VACUUM ANALYZE');
    return keys;
  } finally {
    await client.end();
  }
}

/**
 * A member with as many keys as a page of them is measured with, and a browser that is signed in.
 * @returns the session's id
 */
export async function insertSignedInMember(url: string, pepper: Buffer, count: number): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<Place>(
      `WITH profile AS (SELECT id, tenant_id FROM bias_profile LIMIT 1)
       INSERT INTO member (id, tenant_id, email, email_key, login_email, name, roles, licensed)
       SELECT uuidv7(), tenant_id, address, address, address, 'Dana', '{developer}', true
       FROM profile, (VALUES ('dana@example.test')) AS new (address)
       RETURNING tenant_id AS "tenantId", id AS "ownerId", (SELECT id FROM profile) AS "profileId"`,
    );
    const [place] = rows as [Place];
    await insertKeys(
      client,
      pepper,
      Array.from({ length: count }, (_, index) => newKey(index, [place])),
    );
    const sessionId = randomUUID();
    await client.query(
      `INSERT INTO session (id, tenant_id, member_id, expires_at, address, user_agent)
       VALUES ($1, $2, $3, now() + interval '1 day', '127.0.0.1', 'bench')`,
      [sessionId, place.tenantId, place.ownerId],
    );
    return sessionId;
  } finally {
    await client.end();
  }
}

type Place = { tenantId: string; ownerId: string; profileId: string };

/** Members, tenant by tenant. */
async function insertTenants(client: pg.Client): Promise<Place[]> {
  await client.query(
    `INSERT INTO tenant (id, slug, name, api_keys_enabled, maximum_keys_per_user)
     SELECT uuidv7(), 'tenant-' || n, 'Tenant ' || n, true, 1000 FROM generate_series(1, $1::int) n`,
    [tenants],
  );
  await client.query(
    `INSERT INTO bias_profile (id, tenant_id, name, name_key, settings)
     SELECT uuidv7(), id, 'Careful', 'careful', '{"temperature":0}' FROM tenant`,
  );
  await client.query(
    `INSERT INTO scope (tenant_id, name) SELECT id, unnest(ARRAY['reports:read', 'orders:write']) FROM tenant`,
  );
  await client.query(
    `INSERT INTO member (id, tenant_id, email, email_key, login_email, name, roles, licensed)
     SELECT uuidv7(), id, address, address, address, 'Member ' || n, '{developer}', true
     FROM tenant, generate_series(1, $1::int) n, LATERAL (SELECT 'member-' || n || '@' || slug || '.test' AS address) a`,
    [membersPerTenant],
  );
  const { rows } = await client.query<Place>(
    `SELECT member.tenant_id AS "tenantId", member.id AS "ownerId", bias_profile.id AS "profileId"
     FROM member JOIN bias_profile USING (tenant_id) ORDER BY member.email`,
  );
  return rows;
}

function newKey(index: number, places: Place[]): NewKey {
  const place = places[index % places.length] as Place;
  const { clientId, secret } = mintCredential();
  return {
    ...place,
    profileId: index % 5 === 0 ? place.profileId : null,
    clientId,
    secret,
    previous: index % 10 === 0 ? secretOf(clientId) : null,
    name: `API key ${index}`,
    scopes: index % 4 === 0 ? '{reports:read,orders:write}' : '{}',
  };
}

/** Another secret of the same key. */
function secretOf(clientId: string): string {
  return secretFor(clientId.slice(6), mintCredential().secret.slice(22, 54));
}

async function insertKeys(client: pg.Client, pepper: Buffer, keys: NewKey[]): Promise<void> {
  const column = <Field extends keyof NewKey>(field: Field) => keys.map((key) => key[field]);
  await client.query(
    `INSERT INTO key (id, tenant_id, owner_id, client_id, name, name_key, scopes, bias_profile_id, created_at, expires_at)
     SELECT uuidv7(), tenant, owner, client, name, lower(name), scopes::text[], profile, now() - interval '6 months', now() + interval '6 months'
     FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::uuid[])
       AS new (tenant, owner, client, name, scopes, profile)`,
    [column('tenantId'), column('ownerId'), column('clientId'), column('name'), column('scopes'), column('profileId')],
  );
  const secrets = keys.flatMap(({ tenantId, clientId, secret, previous }) => {
    const stored = (position: string, text: string) => ({
      clientId,
      position,
      digest: digestSecret(pepper, tenantId, clientId, text),
      ...maskOf(text),
    });
    return previous === null ? [stored('current', secret)] : [stored('current', secret), stored('previous', previous)];
  });
  await client.query(
    `INSERT INTO key_secret (tenant_id, key_id, position, digest, pepper_version, first_four, last_four, minted_at, ends_at)
     SELECT tenant_id, id, position, digest, 1, first, last, now() - interval '6 months',
       CASE position WHEN 'previous' THEN now() + interval '7 days' END
     FROM unnest($1::text[], $2::secret_position[], $3::bytea[], $4::text[], $5::text[])
       AS new (client_id, position, digest, first, last) JOIN key USING (client_id)`,
    [
      secrets.map((each) => each.clientId),
      secrets.map((each) => each.position),
      secrets.map((each) => each.digest),
      secrets.map((each) => each.firstFour),
      secrets.map((each) => each.lastFour),
    ],
  );
}

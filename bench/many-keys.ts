/** Fills a migrated database with a million keys of a thousand tenants, one of them a fifth of all, in SQL alone. */
import { randomUUID } from 'node:crypto';
import pg from 'pg';

export type Size = { tenants: number; keysOfBig: number; keysOfEach: number };

/** The admin of the big tenant, signed in, and what its keys can be found by. */
export type ManyKeys = { sessionId: string };

const membersOfBig = 2_000;
const membersOfEach = 10;

/**
 * Names have an order of their own, times are spread over three years and lifetimes over two; a twentieth each is
 * deactivated, revoked and never used. Only the oldest fiftieth of the big tenant's keys is called `legacy`.
 */
export async function fillManyKeys(url: string, { tenants, keysOfBig, keysOfEach }: Size): Promise<ManyKeys> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(
      `INSERT INTO tenant (id, slug, name, api_keys_enabled, maximum_keys_per_user)
       SELECT gen_random_uuid(), 'tenant-' || n, 'Tenant ' || n, true, 1000 FROM generate_series(0, $1::int - 1) n`,
      [tenants],
    );
    await client.query(
      `INSERT INTO member (id, tenant_id, email, email_key, login_email, name, roles, licensed, disabled_at)
       SELECT gen_random_uuid(), t.id, address, address, address, 'Member ' || n,
              CASE n WHEN 0 THEN '{admin,developer}' ELSE '{developer}' END::member_role[], true,
              CASE WHEN n % 50 = 7 THEN now() END
         FROM tenant t, generate_series(0, CASE t.slug WHEN 'tenant-0' THEN $1::int ELSE $2::int END - 1) n,
              LATERAL (SELECT 'member-' || n || '@' || t.slug || '.test' AS address) a`,
      [membersOfBig, membersOfEach],
    );
    // Built at the end, the indexes of the list take a fraction of the time.
    const { rows: indexes } = await client.query<{ name: string; definition: string }>(
      `SELECT indexname AS name, indexdef AS definition FROM pg_indexes
        WHERE indexname LIKE 'key\\_by\\_%' OR indexname IN ('key_search', 'key_revoked', 'key_deactivated')`,
    );
    for (const { name } of indexes) await client.query(`DROP INDEX "${name}"`);
    await insertKeys(client, keysOfBig, keysOfEach);
    for (const { definition } of indexes) await client.query(definition);
    await client.query('VACUUM ANALYZE');
    const sessionId = randomUUID();
    await client.query(
      `INSERT INTO session (id, tenant_id, member_id, expires_at, address, user_agent)
       SELECT $1, tenant_id, id, now() + interval '1 day', '127.0.0.1', 'bench' FROM member WHERE login_email = 'member-0@tenant-0.test'`,
      [sessionId],
    );
    return { sessionId };
  } finally {
    await client.end();
  }
}

async function insertKeys(client: pg.Client, keysOfBig: number, keysOfEach: number): Promise<void> {
  await client.query(
    `INSERT INTO key (id, tenant_id, owner_id, client_id, name, name_key, created_at, updated_at, expires_at, deactivated_at, revoked_at)
     SELECT gen_random_uuid(), t.id, CASE WHEN n % 20 = 3 THEN NULL ELSE m.ids[n % cardinality(m.ids) + 1] END,
            'lk_id_' || substr(md5(t.slug || '/' || n), 1, 16), words.name, lower(words.name), created, created + (now() - created) * (h % 97) / 97,
            CASE WHEN h % 5 = 0 THEN NULL ELSE created + make_interval(days => 30 + h % 1500) END,
            CASE WHEN h % 20 = 1 THEN now() - interval '1 day' END, CASE WHEN h % 20 = 2 THEN now() - interval '1 hour' END
       FROM tenant t
       JOIN (SELECT tenant_id, array_agg(id) AS ids FROM member GROUP BY tenant_id) m ON m.tenant_id = t.id
      CROSS JOIN LATERAL generate_series(1, CASE t.slug WHEN 'tenant-0' THEN $1::int ELSE $2::int END) n
      CROSS JOIN LATERAL (SELECT abs(hashtext(t.slug || '/' || n)) AS h, now() - interval '3 years' * (1 - n::float8 / $1::int) AS created) a
      CROSS JOIN LATERAL (
        SELECT (ARRAY['Billing', 'Reports', 'Export', 'Crawler', 'Nightly', 'Mobile', 'Partner', 'Search'])[h % 8 + 1] || ' '
               || (ARRAY['key', 'service', 'worker', 'job', 'bridge'])[h / 8 % 5 + 1] || ' ' || h % 1000000
               || CASE WHEN t.slug = 'tenant-0' AND n <= $1::int / 50 THEN ' legacy' ELSE '' END || ' #' || n AS name
      ) words`,
    [keysOfBig, keysOfEach],
  );
  await client.query(
    `INSERT INTO key_secret (tenant_id, key_id, position, digest, pepper_version, first_four, last_four, minted_at)
     SELECT tenant_id, id, 'current', sha256(client_id::bytea), 1, 'lk_s', 'xxxx', created_at FROM key`,
  );
  await client.query(
    `UPDATE key_last_use u SET last_used_at = k.created_at + (now() - k.created_at) * (abs(hashtext(k.client_id)) % 1000) / 1000.0
       FROM key k WHERE k.tenant_id = u.tenant_id AND k.id = u.key_id AND abs(hashtext(k.client_id)) % 20 <> 5`,
  );
}

/** Fills a database with better-auth's own tables and as many keys, each as the plugin would have stored it. */
import { createHash, randomInt } from 'node:crypto';
import { getMigrations } from 'better-auth/db/migration';
import pg from 'pg';
import { betterAuthOn } from './servers/better-auth-options.mjs';

const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
/** Few, because in its memory mode the plugin reads and writes an owner's whole list with every request. */
const keysPerOwner = 10;
const batchSize = 5_000;

/** @returns the keys */
export async function fillBetterAuth(url: string, count: number): Promise<string[]> {
  const pool = new pg.Pool({ connectionString: url });
  try {
    const { runMigrations } = await getMigrations(betterAuthOn(pool, null).options);
    await runMigrations();
    await pool.query(
      `INSERT INTO "user" (id, name, email, "emailVerified", "createdAt", "updatedAt")
       SELECT 'user-' || n, 'User ' || n, 'user-' || n || '@example.test', true, now(), now()
       FROM generate_series(0, $1::int) n`,
      [Math.floor(count / keysPerOwner)],
    );
    const keys = Array.from({ length: count }, newKey);
    for (let from = 0; from < count; from += batchSize)
      await insertKeys(pool, keys.slice(from, from + batchSize), from);
    await pool.query('VACUUM ANALYZE');
    return keys;
  } finally {
    await pool.end();
  }
}

function newKey(): string {
  return Array.from({ length: 64 }, () => letters[randomInt(letters.length)]).join('');
}

async function insertKeys(pool: pg.Pool, keys: string[], from: number): Promise<void> {
  await pool.query(
    `INSERT INTO apikey (id, "configId", name, start, "referenceId", key, enabled, "rateLimitEnabled",
       "rateLimitTimeWindow", "rateLimitMax", "requestCount", "expiresAt", "createdAt", "updatedAt")
     SELECT 'key-' || n, 'default', 'API key ' || n, start, 'user-' || n / $4::int, digest, true, false,
       86400000, 10, 0, now() + interval '1 year', now(), now()
     FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS new (start, digest, place),
       LATERAL (SELECT $3::int + place::int - 1 AS n) numbered`,
    [
      keys.map((key) => key.slice(0, 6)),
      keys.map((key) => createHash('sha256').update(key).digest('base64url')),
      from,
      keysPerOwner,
    ],
  );
}

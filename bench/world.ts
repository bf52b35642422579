/** The database that all contestants work on, and the files of keys. */
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { encode } from 'next-auth/jwt';
import { startPostgres } from '../tests/support/postgres';
import { runScript } from '../tests/support/script';
import { fillBetterAuth } from './better-auth-keys';
import type { World } from './contestants';
import { fillLatchkey, insertSignedInMember } from './latchkey-keys';

const keysInUse = 1_000;
/** Between two keys in use; prime to the patterns by which keys are made, so that those in use have their share of each. */
const stride = 97;

/**
 * Starts a PostgreSQL server, which ends with this process, and fills it.
 * @returns also every current secret
 */
export async function prepareWorld(folder: string, count: number): Promise<{ world: World; secrets: string[] }> {
  // Durable, as in production: a commit waits for the disk.
  const postgres = await startPostgres({ durable: true });
  await postgres.run('CREATE DATABASE latchkey');
  await postgres.run('CREATE DATABASE better_auth');
  const pepper = randomBytes(32);
  const latchkey = {
    DATABASE_URL: postgres.url('latchkey'),
    NEXTAUTH_SECRET: randomBytes(32).toString('base64'),
    LATCHKEY_PEPPERS: `1:${pepper.toString('base64')}`,
    LATCHKEY_AUDIT_KEY: `1:${randomBytes(32).toString('base64')}`,
    LATCHKEY_VAULT_KEYS: `1:${randomBytes(32).toString('base64')}`,
    LOG_LEVEL: 'error',
  };
  await runScript('scripts/db-migrate.ts', [], latchkey);
  const keys = await fillLatchkey(latchkey.DATABASE_URL, pepper, count);
  const sessionId = await insertSignedInMember(latchkey.DATABASE_URL, pepper, 25);
  const cookie = await encode({ token: { sessionId }, secret: latchkey.NEXTAUTH_SECRET });
  const betterAuthUrl = postgres.url('better_auth');
  const betterAuthKeys = await fillBetterAuth(betterAuthUrl, count);

  const secrets = keys.map(({ secret }) => secret);
  // Of the keys in an overlap, every second is presented by its old secret.
  const presented = inUse(keys).map(({ secret, previous }, index) => (index % 20 < 10 && previous) || secret);
  const file = (name: string, lines: string[]) => {
    const place = path.join(folder, name);
    writeFileSync(place, `${lines.join('\n')}\n`, { mode: 0o600 });
    return place;
  };
  const world = {
    latchkey,
    betterAuthUrl,
    secretsFile: file('secrets', [...secrets, ...keys.flatMap(({ previous }) => previous ?? [])]),
    cookieFile: file('cookie', [`Cookie: latchkey.session=${cookie}`]),
    latchkeyKeysFile: file('latchkey-keys', presented.map(bearer)),
    betterAuthKeysFile: file('better-auth-keys', inUse(betterAuthKeys).map(bearer)),
  };
  return { world, secrets };
}

function inUse<Key>(keys: readonly Key[]): Key[] {
  return Array.from({ length: keysInUse }, (_, index) => keys[(index * stride) % keys.length] as Key);
}

function bearer(secret: string): string {
  return `Authorization: Bearer ${secret}`;
}

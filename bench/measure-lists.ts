/** What the pages of the admin's list of keys cost a database of their size. */
import { randomBytes } from 'node:crypto';
import { startPostgres } from '../tests/support/postgres';
import { runScript } from '../tests/support/script';
import type { ListCost } from './lists';
import { fillManyKeys, type Size } from './many-keys';

export type Lists = { size: Size; costs: ListCost[] };

/** Starts a PostgreSQL server of its own, fills it, measures, and removes it. */
export async function measureLists(size: Size): Promise<Lists> {
  const postgres = await startPostgres();
  try {
    await postgres.run('CREATE DATABASE latchkey');
    const settings = {
      DATABASE_URL: postgres.url('latchkey'),
      NEXTAUTH_SECRET: randomBytes(32).toString('base64'),
      LATCHKEY_PEPPERS: `1:${randomBytes(32).toString('base64')}`,
      LATCHKEY_AUDIT_KEY: `1:${randomBytes(32).toString('base64')}`,
      LATCHKEY_VAULT_KEYS: `1:${randomBytes(32).toString('base64')}`,
      LOG_LEVEL: 'error',
    };
    await runScript('scripts/db-migrate.ts', [], settings);
    const { sessionId } = await fillManyKeys(settings.DATABASE_URL, size);
    const lines = await runScript('bench/lists.ts', [sessionId], settings);
    return { size, costs: JSON.parse(lines.at(-1) ?? '') as ListCost[] };
  } finally {
    await postgres.remove();
  }
}

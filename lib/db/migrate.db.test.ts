import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { everythingStored, sql } from '@/tests/support/world';
import { ConfigurationError } from '../env';
import { isMigrated, listMigrations, migrate } from './migrate';

const [first] = listMigrations();
if (!first) throw new Error('There are no migrations.');

const setHistory = (column: string, value: string | null) =>
  sql(`UPDATE _prisma_migrations SET ${column} = $1 WHERE migration_name = $2`, [value, first.name]);

afterEach(async () => {
  await sql(`DELETE FROM _prisma_migrations WHERE migration_name = '99999999999999_from_the_future'`);
  await setHistory('checksum', first.checksum);
  await sql('UPDATE _prisma_migrations SET finished_at = started_at');
});

test('a migrated database is known as migrated, and migrating it again changes nothing', async () => {
  expect(await isMigrated()).toBe(true);
  const before = await everythingStored();
  expect(await migrate()).toEqual([]);
  expect(await everythingStored()).toBe(before);
});

test('the history is written the way Prisma writes it', async () => {
  const rows = await sql<{ name: string; checksum: string; steps: number; finished: boolean; rolledBack: boolean }>(
    `SELECT migration_name AS name, checksum, applied_steps_count AS steps, finished_at >= started_at AS finished,
            rolled_back_at IS NOT NULL AS "rolledBack" FROM _prisma_migrations ORDER BY 1`,
  );
  expect(rows).toEqual(
    listMigrations().map(({ name, checksum }) => ({ name, checksum, steps: 1, finished: true, rolledBack: false })),
  );
});

describe('a history that differs from the folder is refused', () => {
  const refused = async (sentence: RegExp) => {
    expect(await isMigrated()).toBe(false);
    const error = await migrate().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(String(error)).toMatch(sentence);
  };

  test('changed after it was applied', async () => {
    await setHistory('checksum', '0'.repeat(64));
    await refused(new RegExp(`Migration ${first.name} was changed after it was applied`));
  });

  test('unknown to this version', async () => {
    await sql(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
       VALUES ($1, 'x', '99999999999999_from_the_future', now(), 1)`,
      [randomUUID()],
    );
    await refused(/the migration 99999999999999_from_the_future, which this version of Latchkey does not know/);
  });

  test('failed half-way', async () => {
    await sql('UPDATE _prisma_migrations SET finished_at = NULL');
    await refused(/failed half-way/);
  });
});

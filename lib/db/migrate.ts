import { createHash, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { ConfigurationError } from '../env';
import { database } from './connection';
import { queryInTime } from './sql';

/** Prisma's own advisory lock, so that `prisma migrate deploy` and a starting server exclude each other. */
const migrationLock = 72707369;

type Migration = { name: string; sql: string; checksum: string };
type Applied = { name: string; checksum: string; finished: boolean };
/** One connection that outlives a statement: multi-statement scripts, and single statements with values. */
type Session = {
  script(sql: string): Promise<unknown>;
  rows<Row extends object>(sql: string, values?: string[]): Promise<Row[]>;
};

/** The migrations on disk, oldest first, in Prisma's layout (`prisma/migrations/<name>/migration.sql`). */
export function listMigrations(directory = path.resolve('prisma/migrations')): Migration[] {
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
    .map((name) => {
      const content = readFileSync(path.join(directory, name, 'migration.sql'));
      return { name, sql: content.toString('utf8'), checksum: createHash('sha256').update(content).digest('hex') };
    });
}

/**
 * Brings the database up to the migrations on disk, under a lock, each in a transaction of its own. Writes
 * `_prisma_migrations` the way Prisma does, so that Prisma's own tools agree.
 * @returns the names it applied
 * @throws ConfigurationError when the database and the folder tell different histories
 */
export async function migrate(): Promise<string[]> {
  const open = await database();
  if (open.kind === 'embedded') {
    const { pglite } = open;
    return applyPending({
      script: (sql) => pglite.exec(sql),
      rows: async <Row extends object>(sql: string, values: string[] = []) =>
        (await pglite.query<Row>(sql, values)).rows,
    });
  }
  const client = new pg.Client({ connectionString: open.url, connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [migrationLock]);
    return await applyPending({
      script: (sql) => client.query(sql),
      rows: async <Row extends object>(sql: string, values: string[] = []) =>
        (await client.query<Row>(sql, values)).rows,
    });
  } finally {
    await client.end();
  }
}

async function applyPending(session: Session): Promise<string[]> {
  // Looked for, not created: a role that may only use the tables starts as well, while nothing is pending.
  const [history] = await session.rows<{ exists: boolean }>(findHistory);
  const applied = history?.exists ? await session.rows<Applied>(readHistory) : [];
  const migrations = listMigrations();
  checkHistory(migrations, applied);
  const pending = migrations.slice(applied.length);
  if (pending.length === 0) return [];
  await apply(session, pending).catch((error: Error & { cause?: { code?: string } }) => {
    throw error.cause?.code === '42501' ? notAllowed(pending) : error;
  });
  return pending.map((migration) => migration.name);
}

async function apply(session: Session, pending: Migration[]): Promise<void> {
  for (const migration of pending) {
    await session.script('BEGIN');
    try {
      await session.script(createHistory);
      await session.script(migration.sql);
      await session.rows(recordMigration, [randomUUID(), migration.checksum, migration.name]);
      await session.script('COMMIT');
    } catch (error) {
      await session.script('ROLLBACK');
      throw new Error(`Migration ${migration.name} failed; nothing of it was kept.`, { cause: error });
    }
  }
}

function notAllowed(pending: Migration[]) {
  const names = pending.map((migration) => migration.name).join(', ');
  return new ConfigurationError(
    `The database needs ${names}, which the role in DATABASE_URL may not apply. Run npm run db:migrate as the role that owns the tables, then start again.`,
  );
}

function checkHistory(migrations: Migration[], applied: Applied[]): void {
  applied.forEach((row, index) => {
    const onDisk = migrations[index];
    if (!row.finished) {
      throw new ConfigurationError(
        `Migration ${row.name} failed half-way. Repair the database, then use "prisma migrate resolve".`,
      );
    }
    if (onDisk?.name !== row.name) {
      throw new ConfigurationError(
        `The database has the migration ${row.name}, which this version of Latchkey does not know. Start the version that wrote it, or a newer one.`,
      );
    }
    if (onDisk.checksum !== row.checksum) {
      throw new ConfigurationError(`Migration ${row.name} was changed after it was applied. Restore the file.`);
    }
  });
}

/** True when every migration on disk is applied and no other. */
export async function isMigrated(): Promise<boolean> {
  const applied = await queryInTime<Applied>('migration-history', readHistory);
  const migrations = listMigrations();
  return (
    applied.length === migrations.length &&
    applied.every((row, index) => row.finished && row.checksum === migrations[index]?.checksum)
  );
}

const findHistory = `SELECT to_regclass('_prisma_migrations') IS NOT NULL AS exists`;

const createHistory = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id                  VARCHAR(36) PRIMARY KEY NOT NULL,
  checksum            VARCHAR(64) NOT NULL,
  finished_at         TIMESTAMPTZ,
  migration_name      VARCHAR(255) NOT NULL,
  logs                TEXT,
  rolled_back_at      TIMESTAMPTZ,
  started_at          TIMESTAMPTZ NOT NULL DEFAULT now(),
  applied_steps_count INTEGER NOT NULL DEFAULT 0
)`;

const readHistory = `SELECT migration_name AS name, checksum, finished_at IS NOT NULL AS finished
  FROM _prisma_migrations WHERE rolled_back_at IS NULL ORDER BY migration_name`;

const recordMigration = `INSERT INTO _prisma_migrations
  (id, checksum, migration_name, finished_at, applied_steps_count) VALUES ($1, $2, $3, clock_timestamp(), 1)`;

import 'server-only';
import pg from 'pg';
import { env } from '../env';
import { log } from '../log';
import { type Embedded, openEmbedded } from './embedded';

/** Milliseconds that one verification may take, over queue, connection and query. */
export const verificationDeadline = 900;

export type Database =
  | { kind: 'embedded'; pglite: Embedded['pglite']; close: () => Promise<void> }
  | { kind: 'postgres'; url: string; pool: pg.Pool; close: () => Promise<void> };

// One per process, although Next and server.ts load this module apart: two PGlite instances must never meet in a folder.
const holder = globalThis as typeof globalThis & { latchkeyDatabase?: Promise<Database> };

/** The process's database, opened at first use (`next build` imports every module and must open nothing). */
export function database(): Promise<Database> {
  if (!holder.latchkeyDatabase) {
    const opening = open();
    holder.latchkeyDatabase = opening;
    // A failed attempt is not remembered.
    opening.catch(() => {
      if (holder.latchkeyDatabase === opening) delete holder.latchkeyDatabase;
    });
  }
  return holder.latchkeyDatabase;
}

export async function closeDatabase(): Promise<void> {
  const open = holder.latchkeyDatabase;
  delete holder.latchkeyDatabase;
  await (await open)?.close();
}

async function open(): Promise<Database> {
  const { databaseUrl, dataDirectory } = env();
  if (!databaseUrl) return { kind: 'embedded', ...(await openEmbedded(dataDirectory)) };
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: 8,
    // The client's own timeouts, because a frozen server honours none of its settings.
    connectionTimeoutMillis: verificationDeadline,
    query_timeout: verificationDeadline,
    keepAlive: true,
    application_name: 'latchkey-sql',
    ...sessionOptions('5s'),
  });
  pool.on('error', (error) => log().warn({ error: error.message }, 'an idle database connection failed'));
  return { kind: 'postgres', url: databaseUrl, pool, close: () => pool.end() };
}

/** Server settings of every connection: UTC, since Prisma's adapters drop the offset of what they read. */
export function sessionOptions(statementTimeout: string) {
  return {
    options: `-c TimeZone=UTC -c statement_timeout=${statementTimeout} -c idle_in_transaction_session_timeout=30s`,
  };
}

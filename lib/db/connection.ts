import 'server-only';
import pg from 'pg';
import { env } from '../env';
import { log } from '../log';
import { type Embedded, openEmbedded } from './embedded';

/** Milliseconds that one verification may take, over queue, connection and query. */
export const verificationDeadline = 900;

export type Database =
  | { kind: 'embedded'; pglite: Embedded['pglite']; close: () => Promise<void> }
  | { kind: 'postgres'; url: string; verificationPool: pg.Pool; pagePool: pg.Pool; close: () => Promise<void> };

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
  // Apart, so that a rush on the pages cannot hold up verification.
  const verificationPool = openPool(databaseUrl, 'latchkey-verification', 8, verificationDeadline);
  const pagePool = openPool(databaseUrl, 'latchkey-pages', 4, 5_000);
  const close = async () => void (await Promise.all([verificationPool.end(), pagePool.end()]));
  return { kind: 'postgres', url: databaseUrl, verificationPool, pagePool, close };
}

function openPool(connectionString: string, name: string, max: number, timeoutMillis: number): pg.Pool {
  const pool = new pg.Pool({
    connectionString,
    max,
    // As many as looks use at a time stay open: a request after a quiet while need not wait for a connection.
    min: 2,
    // The client's own timeouts, because a frozen server honours none of its settings.
    connectionTimeoutMillis: timeoutMillis,
    query_timeout: timeoutMillis,
    keepAlive: true,
    application_name: name,
    ...sessionOptions('5s'),
  });
  pool.on('error', (error) => log().warn({ error: error.message }, 'an idle database connection failed'));
  return pool;
}

/** Server settings of every connection: UTC, since Prisma's adapters drop the offset of what they read. */
export function sessionOptions(statementTimeout: string) {
  return {
    options: `-c TimeZone=UTC -c statement_timeout=${statementTimeout} -c idle_in_transaction_session_timeout=30s`,
  };
}

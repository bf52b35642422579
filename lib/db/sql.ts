import { setTimeout } from 'node:timers/promises';
import pg from 'pg';
import { type Database, database } from './connection';

/** Milliseconds. */
const untilAskedAgain = 250;

/** Results come as these on PostgreSQL and PGlite alike; cast int8 and enum arrays in the statement. */
export type SqlValue = string | number | boolean | Date | Uint8Array | null | string[] | number[];

/**
 * Runs one statement outside any transaction.
 * @param name of the prepared statement; one name, one text. Empty: it is planned anew for the values of each call
 */
export async function query<Row extends object>(name: string, text: string, values: SqlValue[] = []): Promise<Row[]> {
  return run(await database(), (open) => open.pagePool, name, text, values);
}

/** The same for verification: on connections of its own, within its deadline. */
export async function queryInTime<Row extends object>(
  name: string,
  text: string,
  values: SqlValue[] = [],
): Promise<Row[]> {
  return run(await database(), (open) => open.verificationPool, name, text, values);
}

async function run<Row extends object>(
  open: Database,
  poolOf: (open: Extract<Database, { kind: 'postgres' }>) => pg.Pool,
  name: string,
  text: string,
  values: SqlValue[],
): Promise<Row[]> {
  if (open.kind === 'embedded') return (await open.pglite.query<Row>(text, values)).rows;
  return (await poolOf(open).query<Row>({ name, text, values })).rows;
}

export type Statement = { name: string; text: string; values: SqlValue[] };

/**
 * Runs the statements in one transaction, on a connection of the verification's. Nothing may be decided in between. It
 * rejects only when nothing was stored, so that the caller may try again: a COMMIT whose answer is lost, or late, is asked after.
 */
export async function runTogether(statements: Statement[]): Promise<void> {
  const open = await database();
  if (open.kind === 'embedded') {
    await open.pglite.transaction(async (tx) => {
      for (const { text, values } of statements) await tx.query(text, values);
    });
    return;
  }
  const pool = open.verificationPool;
  const unanswered = await tryTogether(pool, statements);
  if (unanswered && !(await wasCommitted(pool, unanswered.transaction))) throw unanswered.error;
}

/** A transaction whose COMMIT was sent, and what came instead of an answer. */
type Unanswered = { transaction: string; error: unknown };

async function tryTogether(pool: pg.Pool, statements: Statement[]): Promise<Unanswered | null> {
  const client = await pool.connect();
  // Between two statements nobody else hears of a lost connection, and the process would end of it.
  let lost: Error | undefined;
  const hear = (error: Error) => {
    lost = error;
  };
  client.on('error', hear);
  let transaction: string | undefined;
  try {
    await client.query('BEGIN');
    for (const statement of statements) await client.query(statement);
    const { rows } = await client.query<{ id: string }>('SELECT pg_current_xact_id()::text AS id');
    transaction = rows[0]?.id;
    await client.query('COMMIT');
    return null;
  } catch (error) {
    lost ??= error as Error;
    if (!transaction) throw error;
    return { transaction, error };
  } finally {
    client.off('error', hear);
    // Whatever state a failed connection is in, nobody else gets it.
    client.release(lost);
  }
}

/** Whether the transaction was committed: asks until the database knows, or the pool is closed. */
async function wasCommitted(pool: pg.Pool, transaction: string): Promise<boolean> {
  while (!pool.ending) {
    try {
      const { rows } = await pool.query<{ status: string | null }>('SELECT pg_xact_status($1::xid8) AS status', [
        transaction,
      ]);
      // Null is what the database has forgotten: hardly ever, and once too few is better than twice.
      if (rows[0]?.status !== 'in progress') return rows[0]?.status !== 'aborted';
    } catch (error) {
      // A standby that took over has not come as far as this transaction.
      if (error instanceof pg.DatabaseError && error.code === '22023') return false;
    }
    await setTimeout(untilAskedAgain, undefined, { ref: false });
  }
  return false;
}

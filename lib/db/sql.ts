import type pg from 'pg';
import { type Database, database } from './connection';

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

/** Runs the statements in one transaction, on a connection of the verification's. Nothing may be decided in between. */
export async function runTogether(statements: Statement[]): Promise<void> {
  const open = await database();
  if (open.kind === 'embedded') {
    await open.pglite.transaction(async (tx) => {
      for (const { text, values } of statements) await tx.query(text, values);
    });
    return;
  }
  const client = await open.verificationPool.connect();
  // Between two statements nobody else hears of a lost connection, and the process would end of it.
  let lost: Error | undefined;
  const hear = (error: Error) => {
    lost = error;
  };
  client.on('error', hear);
  try {
    await client.query('BEGIN');
    for (const statement of statements) await client.query(statement);
    await client.query('COMMIT');
  } catch (error) {
    lost ??= error as Error;
    throw error;
  } finally {
    client.off('error', hear);
    // Whatever state a failed connection is in, nobody else gets it.
    client.release(lost);
  }
}

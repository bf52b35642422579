import type pg from 'pg';
import { type Database, database } from './connection';

/** Results come as these on PostgreSQL and PGlite alike; cast int8 and enum arrays in the statement. */
export type SqlValue = string | number | boolean | Date | Uint8Array | null | string[] | number[];

/**
 * Runs one statement outside any transaction.
 * @param name of the prepared statement; one name, one text
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

import { database } from './connection';

/** Results come as these on PostgreSQL and PGlite alike; cast int8 and enum arrays in the statement. */
export type SqlValue = string | number | boolean | Date | Uint8Array | null | string[] | number[];

/**
 * Runs one statement outside any transaction, within the verification deadline.
 * @param name of the prepared statement; one name, one text
 */
export async function query<Row extends object>(name: string, text: string, values: SqlValue[] = []): Promise<Row[]> {
  const open = await database();
  if (open.kind === 'embedded') return (await open.pglite.query<Row>(text, values)).rows;
  return (await open.pool.query<Row>({ name, text, values })).rows;
}

/** What somebody with the database in their hands could do to an audit log, and what the server's log says of it. */
import { hashEvent } from '@/lib/audit/chain';
import { env } from '@/lib/env';
import { expectIntact, type StoredEvent } from './audit';
import { createKeyFor, createViewer, sql } from './world';

/** A tenant whose log has so many lines, with what was logged of them. */
export async function createLog(length = 8) {
  const { tenant, viewer } = await createViewer({ maximumKeysPerUser: 1000 });
  for (let line = 1; line < length; line++) await createKeyFor(viewer);
  return { tenant, viewer, witnesses: (await expectIntact(tenant.id)).map(witnessOf) };
}

/** The line that the server logs after a commit. */
export function witnessOf({ tenantId, sequence, hash, action }: StoredEvent): string {
  const audit = { tenantId, sequence, hash: Buffer.from(hash).toString('hex') };
  return JSON.stringify({ level: 30, time: 1_780_000_000_000, audit, msg: action });
}

export async function* linesOf(lines: string[]): AsyncGenerator<string> {
  yield* lines;
}

/** Changes a column of one line, to an SQL expression. */
export async function editLine(tenantId: string, sequence: number, column: string, value: string): Promise<void> {
  await sql(`UPDATE event SET ${column} = ${value} WHERE tenant_id = $1 AND sequence = $2`, [tenantId, sequence]);
}

export async function moveLine(tenantId: string, from: number, to: number): Promise<void> {
  await sql('UPDATE event SET sequence = $3 WHERE tenant_id = $1 AND sequence = $2', [tenantId, from, to]);
}

/** Removes the lines from this one on. @param withHead also sets the log's end back, so that nothing points behind it */
export async function cutTail(tenantId: string, from: number, withHead: boolean): Promise<void> {
  await sql('DELETE FROM event WHERE tenant_id = $1 AND sequence >= $2', [tenantId, from]);
  if (withHead) {
    await sql(
      `UPDATE audit_head h SET sequence = e.sequence, hash = e.hash
         FROM event e WHERE h.tenant_id = $1 AND e.tenant_id = $1 AND e.sequence = $2::int - 1`,
      [tenantId, from],
    );
  }
}

/** Hashes everything anew from this line on, as somebody with the audit key could. */
export async function rehash(tenantId: string, from: number): Promise<void> {
  type Row = Omit<StoredEvent, 'sequence'> & { sequence: number };
  const rows = await sql<Row>(
    `SELECT tenant_id AS "tenantId", sequence::int AS sequence, at, action, actor_kind::text AS "actorKind",
            actor_id AS "actorId", subject_id AS "subjectId", client_id AS "clientId", key_name AS "keyName", address,
            details, previous_hash AS "previousHash", hash
       FROM event WHERE tenant_id = $1 AND sequence >= $2 ORDER BY sequence`,
    [tenantId, from],
  );
  let previous = rows[0]?.previousHash as Uint8Array;
  for (const row of rows) {
    const hash = hashEvent(env().auditKeys.current.key, { ...row, sequence: BigInt(row.sequence) }, previous);
    const values = [tenantId, row.sequence, new Uint8Array(previous), new Uint8Array(hash)];
    await sql('UPDATE event SET previous_hash = $3, hash = $4 WHERE tenant_id = $1 AND sequence = $2', values);
    previous = hash;
  }
  await sql('UPDATE audit_head SET hash = $2 WHERE tenant_id = $1', [tenantId, new Uint8Array(previous)]);
}

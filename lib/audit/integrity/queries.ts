import { isMigrated } from '../../db/migrate';
import { query } from '../../db/sql';
import type { ChainedEvent } from '../chain';

/** A tenant's log as of one moment: what is appended later stands behind `sequence`. */
export type Chain = {
  tenantId: string;
  slug: string;
  /** What the head says; null when the tenant has none. */
  sequence: number | null;
  hash: Uint8Array | null;
  /** The lowest and the highest sequence number that a line has; null without any line. */
  first: number | null;
  last: number | null;
};

export type Line = Omit<ChainedEvent, 'sequence'> & {
  sequence: number;
  previousHash: Uint8Array;
  hash: Uint8Array;
  keyVersion: number;
};

/** A line of the log as it was written outside the database; the hash in hexadecimal. */
export type Witness = { tenantId: string; sequence: number; hash: string };

/** The logs of all tenants, or of one, by slug; heads, first and last lines of one moment. An operator's task: no viewer. */
export function listChains(slug?: string): Promise<Chain[]> {
  return query<Chain>(
    'audit-chains',
    `SELECT t.id AS "tenantId", t.slug, h.sequence::float8 AS sequence, h.hash,
            (SELECT e.sequence::float8 FROM event e WHERE e.tenant_id = t.id ORDER BY e.sequence LIMIT 1) AS first,
            (SELECT e.sequence::float8 FROM event e WHERE e.tenant_id = t.id ORDER BY e.sequence DESC LIMIT 1) AS last
       FROM tenant t LEFT JOIN audit_head h ON h.tenant_id = t.id
      WHERE t.slug = coalesce($1::text, t.slug) ORDER BY t.slug`,
    [slug ?? null],
  );
}

/** The lines behind `after`, up to `upTo`. Between numbers that are near each other: no plan can then read the rest of the log. */
export function listLines(tenantId: string, after: number, upTo: number): Promise<Line[]> {
  return query<Line>(
    'audit-lines',
    `SELECT tenant_id AS "tenantId", sequence::float8 AS sequence, at, action, actor_kind::text AS "actorKind",
            actor_id AS "actorId", subject_id AS "subjectId", client_id AS "clientId", key_name AS "keyName", address,
            details, previous_hash AS "previousHash", hash, key_version AS "keyVersion"
       FROM event WHERE tenant_id = $1 AND sequence > $2::int8 AND sequence <= $3::int8 ORDER BY sequence`,
    [tenantId, String(after), String(upTo)],
  );
}

/** Those of the witnesses whose line is missing or has another hash. */
export function listContradicted(witnesses: Witness[]): Promise<Array<Pick<Witness, 'tenantId' | 'sequence'>>> {
  return query(
    'audit-contradicted',
    `SELECT w.tenant_id AS "tenantId", w.sequence::float8 AS sequence
       FROM unnest($1::uuid[], $2::int8[], $3::text[]) AS w (tenant_id, sequence, hash)
       LEFT JOIN event e ON e.tenant_id = w.tenant_id AND e.sequence = w.sequence
      WHERE encode(e.hash, 'hex') IS DISTINCT FROM w.hash`,
    [
      witnesses.map(({ tenantId }) => tenantId),
      witnesses.map(({ sequence }) => String(sequence)),
      witnesses.map(({ hash }) => hash),
    ],
  );
}

/** Whether there is a database of this version to read. */
export function hasLog(): Promise<boolean> {
  return isMigrated().catch((error: { code?: string }) => {
    if (error.code === '42P01') return false;
    throw error;
  });
}

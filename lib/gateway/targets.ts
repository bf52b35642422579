import type { AuthStyle, ConnectionKind } from '../connections/schema';
import { queryInTime } from '../db/sql';
import type { Sealed, SealedRecord } from '../vault/seal';
import { openFlights } from '../verification/flights';
import { BehindPrimary, type KeyRow } from '../verification/rows';
import { isSlug } from './path';

/** A provider key as it is stored. What it holds is opened for each request anew, and kept nowhere. */
export type SealedKey = { record: SealedRecord; sealed: Sealed };

/** A connection as the gateway needs it, as it was under `version` of its tenant. */
export type Target = {
  version: string;
  tenantId: string;
  connectionId: string;
  slug: string;
  kind: ConnectionKind;
  origin: string;
  /** Of the URL; an LLM provider's, to which paths are appended, without a slash at its end. */
  basePath: string;
  /** Null: any. */
  method: string | null;
  authStyle: AuthStyle;
  authHeader: string;
  scopes: string[];
  timeoutInMilliseconds: number;
  sizeLimitInBytes: number;
  providerKey: SealedKey | null;
  /** Of the models that have a provider key of their own, or lost it (null). Empty: no request's model matters. */
  keysOfModels: Map<string, SealedKey | null>;
};

type Question = { tenantId: string; slug: string };

/**
 * The connection of the key's tenant with this slug, as it is now; null when there is none.
 *
 * A kept connection is what a new read would bring as long as its tenant's version is that of the key's row, which was
 * asked after the request arrived: whatever changes a connection, its models or a provider key moves the version in the
 * same transaction.
 */
export function findTarget(
  key: Pick<KeyRow, 'tenantId' | 'version'>,
  slug: string,
  milliseconds: number,
): Target | null | Promise<Target | null> {
  const kept = young.get(key.tenantId + slug) ?? old.get(key.tenantId + slug);
  if (kept?.version === key.version) return kept;
  return isSlug(slug) ? look({ tenantId: key.tenantId, slug }, milliseconds) : null;
}

const look = openFlights(readTargets);

/** Those that were called lately: two generations of at most so many. */
const generation = 1_000;
let young = new Map<string, Target>();
let old = new Map<string, Target>();

function keep(target: Target): void {
  if (young.size >= generation) {
    old = young;
    young = new Map();
  }
  young.set(target.tenantId + target.slug, target);
}

async function readTargets(questions: Question[]): Promise<Array<Target | null>> {
  const rows = await queryInTime<{ replica: boolean } & StoredRow>('targets', selectTargets, [
    questions.map(({ tenantId }) => tenantId),
    questions.map(({ slug }) => slug),
  ]);
  if (!rows[0] || rows[0].replica) throw new BehindPrimary('The database is not a writable primary.');
  const found = new Map<string, Target>();
  for (const row of rows) {
    if (row.connectionId === null) continue;
    const name = row.tenantId + row.slug;
    const target = found.get(name) ?? targetOf(row);
    found.set(name, target);
    const providerKey = sealedKeyOf(row, target.origin);
    if (row.model === null) target.providerKey = providerKey;
    else target.keysOfModels.set(row.model, providerKey);
  }
  for (const target of found.values()) keep(target);
  return questions.map(({ tenantId, slug }) => found.get(tenantId + slug) ?? null);
}

type StoredRow = Omit<Target, 'origin' | 'basePath' | 'providerKey' | 'keysOfModels'> & {
  url: string;
  timeoutInSeconds: number;
  sizeLimitInMegabytes: number;
  /** Null: the row of the connection's own provider key. */
  model: string | null;
  providerKeyId: string | null;
  revision: number;
  sealedValue: Uint8Array<ArrayBuffer>;
  wrappedDataKey: Uint8Array;
  vaultVersion: number;
  /** Null: it was linked to no connection yet. */
  keyOrigin: string | null;
};

function targetOf(row: StoredRow): Target {
  const url = new URL(row.url);
  return {
    version: row.version,
    tenantId: row.tenantId,
    connectionId: row.connectionId,
    slug: row.slug,
    kind: row.kind,
    origin: url.origin,
    basePath: row.kind === 'workflow' ? url.pathname : url.pathname.replace(/\/$/, ''),
    method: row.method,
    authStyle: row.authStyle,
    authHeader: row.authHeader,
    scopes: row.scopes,
    timeoutInMilliseconds: row.timeoutInSeconds * 1_000,
    sizeLimitInBytes: row.sizeLimitInMegabytes * 1_000_000,
    providerKey: null,
    keysOfModels: new Map(),
  };
}

/** Null also for one that is for another origin, which no edit of a connection allows: it would be sent to strangers. */
function sealedKeyOf({ tenantId, providerKeyId, revision, ...row }: StoredRow, origin: string): SealedKey | null {
  if (providerKeyId === null || (row.keyOrigin !== null && row.keyOrigin !== origin)) return null;
  const { sealedValue, wrappedDataKey, vaultVersion } = row;
  return { record: { tenantId, id: providerKeyId, revision }, sealed: { sealedValue, wrappedDataKey, vaultVersion } };
}

// One row always comes back, so that a connection that a replica does not know is not mistaken for an unknown one. Of each
// connection a row for its own provider key, and one for each model that has its own.
const selectTargets = `
  SELECT pg_is_in_recovery() AS replica, c.*, p.revision, p.origin AS "keyOrigin", p.sealed_value AS "sealedValue",
         p.wrapped_data_key AS "wrappedDataKey", p.vault_version AS "vaultVersion"
    FROM (VALUES (1)) always
    LEFT JOIN (
      SELECT v.version::text AS version, c.tenant_id AS "tenantId", c.id AS "connectionId", c.slug, c.kind::text AS kind, c.url,
             c.method, c.auth_style::text AS "authStyle", coalesce(c.auth_header, '') AS "authHeader", c.scopes,
             c.timeout_in_seconds AS "timeoutInSeconds", c.size_limit_in_megabytes AS "sizeLimitInMegabytes",
             u.model, u.provider_key_id AS "providerKeyId"
        FROM unnest($1::uuid[], $2::text[]) AS asked (tenant_id, slug)
        JOIN connection c ON c.tenant_id = asked.tenant_id AND c.slug = asked.slug
        JOIN tenant_version v ON v.tenant_id = c.tenant_id
       CROSS JOIN LATERAL (
         SELECT NULL::text AS model, c.provider_key_id
          UNION ALL
         SELECT m.name, m.provider_key_id FROM connection_model m
          WHERE m.tenant_id = c.tenant_id AND m.connection_id = c.id AND m.own_key
       ) u
    ) c ON true
    LEFT JOIN provider_key p ON p.tenant_id = c."tenantId" AND p.id = c."providerKeyId"`;

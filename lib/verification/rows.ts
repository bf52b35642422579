import { queryInTime } from '../db/sql';
import type { KeyTimes } from '../keys/status';

/** A secret that a key accepts. `proof` remembers what proved it last; see secret-proof.ts. */
export type SecretRow = {
  /** In base64: of the many rows in memory a string takes the least. */
  digest: string;
  pepperVersion: number;
  /** Set on the previous secret of a rotation: it works until then. */
  endsAt: Date | null;
  mintedAt: Date;
  proof?: string;
};

/** Everything that a verdict about a key depends on, as it was under `version` of its tenant. */
export type KeyRow = KeyTimes & {
  version: string;
  keyId: string;
  clientId: string;
  name: string;
  scopes: string[];
  keptUntil: Date | null;
  tenantId: string;
  tenantSlug: string;
  apiKeysEnabled: boolean;
  rateLimitPerMinute: number | null;
  ownerId: string | null;
  ownerEmail: string | null;
  ownerDisabledAt: Date | null;
  profileName: string | null;
  profileSettings: unknown;
  current: SecretRow;
  previous: SecretRow | null;
  /** Not under the version: at least this, since other processes write it too. */
  lastUsedAt: Date | null;
  /** The minting of the youngest secret that was accepted; likewise. */
  usedSecretMintedAt: Date | null;
};

/** What a look found: null when no key has the client ID. `now` is the database's time of the look. */
export type Found = { row: KeyRow | null; now: Date };

/** The database is a replica, which may be behind: its answer is no answer. */
export class BehindPrimary extends Error {
  override name = 'BehindPrimary';
}

/**
 * Finds the keys with these client IDs as they are now.
 *
 * Rows stay in memory, each with its tenant's version that was read in the same statement. Every change that can alter a
 * verdict moves the version in its own transaction; so a row whose tenant still has that version is what a new read would
 * bring. The version is asked anew in every call, and nothing else is believed: what arrives here was asked after the
 * requests came, on a writable primary. Of two calls at once one may keep a row of an older version over a newer one; the
 * next call then sees that its version is not the present one, and reads it again.
 */
export async function readRows(clientIds: readonly string[]): Promise<Found[]> {
  const kept = new Map<string, KeyRow>();
  const missing = new Set<string>();
  for (const clientId of clientIds) {
    const row = cache.get(clientId);
    if (row) kept.set(clientId, row);
    else missing.add(clientId);
  }
  const [versions, firstRead] = await Promise.all([
    kept.size > 0 ? readVersions(kept) : null,
    missing.size > 0 ? readKeys([...missing]) : null,
  ]);
  const changed = versions ? [...kept.values()].filter((row) => versions.of.get(row.tenantId) !== row.version) : [];
  for (const { clientId } of changed) kept.delete(clientId);
  const secondRead = changed.length > 0 ? await readKeys(changed.map(({ clientId }) => clientId)) : null;
  const now = (secondRead ?? firstRead ?? versions)?.now as Date;
  return clientIds.map((clientId) => ({
    row: kept.get(clientId) ?? firstRead?.rows.get(clientId) ?? secondRead?.rows.get(clientId) ?? null,
    now,
  }));
}

/** Opens the connections that looks use, so that the first requests need not wait for them. */
export async function warmUp(): Promise<void> {
  const nobody = 'lk_id_0';
  await Promise.all([readKeys([nobody]), readKeys([nobody])]);
}

/**
 * Rows of the keys that were presented lately: two generations of at most that many, so that no more than twice as many
 * are ever in memory, whatever is presented, and those in use stay.
 */
const generation = 5_000;
let young = new Map<string, KeyRow>();
let old = new Map<string, KeyRow>();

const cache = {
  get(clientId: string): KeyRow | undefined {
    const row = young.get(clientId);
    if (row) return row;
    const aged = old.get(clientId);
    if (aged) this.keep(aged);
    return aged;
  },
  keep(row: KeyRow): void {
    if (young.size >= generation) {
      old = young;
      young = new Map();
    }
    young.set(row.clientId, row);
  },
  drop(clientId: string): void {
    young.delete(clientId);
    old.delete(clientId);
  },
};

type Clock = { now: Date; replica: boolean };

async function readVersions(kept: ReadonlyMap<string, KeyRow>): Promise<{ now: Date; of: Map<string, string> }> {
  const tenantIds = new Set<string>();
  for (const row of kept.values()) tenantIds.add(row.tenantId);
  const [row] = await queryInTime<Clock & { versions: string | null }>('versions', selectVersions, [[...tenantIds]]);
  const of = new Map<string, string>();
  for (const entry of row?.versions?.split(',') ?? []) of.set(entry.slice(0, uuidLength), entry.slice(uuidLength));
  return { now: timeOf(row), of };
}

const uuidLength = 36;

async function readKeys(clientIds: string[]): Promise<{ now: Date; rows: Map<string, KeyRow> }> {
  const rows = await queryInTime<Clock & StoredRow>('keys', selectKeys, [clientIds]);
  const now = timeOf(rows[0]);
  const found = new Map<string, KeyRow>();
  for (const clientId of clientIds) cache.drop(clientId);
  for (const stored of rows) {
    if (stored.keyId === null) continue;
    const row = rowOf(stored);
    found.set(row.clientId, row);
    cache.keep(row);
  }
  return { now, rows: found };
}

// One row always comes back, so that an unknown key on a replica is not mistaken for a refusal.
function timeOf(row: Clock | undefined): Date {
  if (!row || row.replica) throw new BehindPrimary('The database is not a writable primary.');
  return row.now;
}

type StoredRow = Omit<KeyRow, 'current' | 'previous'> & {
  digest: string;
  pepperVersion: number;
  mintedAt: Date;
  previousDigest: string | null;
  previousPepperVersion: number;
  previousMintedAt: Date;
  previousEndsAt: Date;
};

function rowOf(stored: StoredRow): KeyRow {
  const { digest, pepperVersion, mintedAt, previousDigest } = stored;
  return {
    version: stored.version,
    keyId: stored.keyId,
    clientId: stored.clientId,
    name: stored.name,
    scopes: stored.scopes,
    expiresAt: stored.expiresAt,
    deactivatedAt: stored.deactivatedAt,
    deactivatedUntil: stored.deactivatedUntil,
    revokedAt: stored.revokedAt,
    keptUntil: stored.keptUntil,
    tenantId: stored.tenantId,
    tenantSlug: stored.tenantSlug,
    apiKeysEnabled: stored.apiKeysEnabled,
    rateLimitPerMinute: stored.rateLimitPerMinute,
    ownerId: stored.ownerId,
    ownerEmail: stored.ownerEmail,
    ownerDisabledAt: stored.ownerDisabledAt,
    profileName: stored.profileName,
    profileSettings: stored.profileSettings,
    current: { digest, pepperVersion, mintedAt, endsAt: null },
    previous:
      previousDigest === null
        ? null
        : {
            digest: previousDigest,
            pepperVersion: stored.previousPepperVersion,
            mintedAt: stored.previousMintedAt,
            endsAt: stored.previousEndsAt,
          },
    lastUsedAt: stored.lastUsedAt,
    usedSecretMintedAt: stored.usedSecretMintedAt,
  };
}

// One row, whatever the number of tenants: rows cost more here than anything that PostgreSQL does.
const selectVersions = `
  SELECT clock_timestamp() AS now, pg_is_in_recovery() AS replica,
         string_agg(tenant_id::text || version::text, ',') AS versions
    FROM tenant_version WHERE tenant_id = ANY($1::uuid[])`;

const selectKeys = `
  SELECT clock_timestamp() AS now, pg_is_in_recovery() AS replica, v.version::text AS version,
         k.id AS "keyId", k.client_id AS "clientId", k.name, k.scopes, k.expires_at AS "expiresAt",
         k.deactivated_at AS "deactivatedAt", k.deactivated_until AS "deactivatedUntil", k.revoked_at AS "revokedAt",
         k.kept_until AS "keptUntil", u.last_used_at AS "lastUsedAt",
         u.minted_at AS "usedSecretMintedAt",
         encode(s.digest, 'base64') AS digest, s.pepper_version AS "pepperVersion", s.minted_at AS "mintedAt",
         encode(p.digest, 'base64') AS "previousDigest", p.pepper_version AS "previousPepperVersion",
         p.minted_at AS "previousMintedAt", p.ends_at AS "previousEndsAt",
         t.id AS "tenantId", t.slug AS "tenantSlug", t.api_keys_enabled AS "apiKeysEnabled",
         t.rate_limit_per_minute AS "rateLimitPerMinute",
         m.id AS "ownerId", m.email AS "ownerEmail", m.disabled_at AS "ownerDisabledAt",
         b.name AS "profileName", b.settings AS "profileSettings"
    FROM (VALUES (1)) always
    LEFT JOIN (key k
           JOIN tenant t ON t.id = k.tenant_id
           JOIN tenant_version v ON v.tenant_id = k.tenant_id
           JOIN key_secret s ON s.tenant_id = k.tenant_id AND s.key_id = k.id AND s.position = 'current')
      ON k.client_id = ANY($1)
    LEFT JOIN key_secret p ON p.tenant_id = k.tenant_id AND p.key_id = k.id AND p.position = 'previous'
    LEFT JOIN member m ON m.tenant_id = k.tenant_id AND m.id = k.owner_id
    LEFT JOIN bias_profile b ON b.tenant_id = k.tenant_id AND b.id = k.bias_profile_id
    LEFT JOIN key_last_use u ON u.tenant_id = k.tenant_id AND u.key_id = k.id`;

import { verificationDeadline } from '../db/connection';
import { queryInTime } from '../db/sql';
import { env } from '../env';
import { digestSecret, digestsEqual } from '../keys/secret';
import { isKept, statusOf } from '../keys/status';
import { log } from '../log';
import { type CredentialSource, parseCredential } from './credentials';

/** Who is calling: what `/me` and `/authorize` tell the service. */
export type Caller = {
  clientId: string;
  name: string;
  kind: 'personal' | 'agent';
  tenant: { id: string; slug: string };
  owner: { id: string; email: string } | null;
  scopes: string[];
  biasProfile: { name: string; settings: unknown } | null;
  expiresAt: Date | null;
};

/** Why a caller who has the correct secret is refused. */
export type KnownRefusal = 'key_revoked' | 'key_expired' | 'key_inactive' | 'api_keys_disabled' | 'owner_disabled';

export type Verdict =
  | { status: 'accepted'; caller: Caller }
  | { status: 'refused'; reason: 'no_credential' | 'invalid_credential' | KnownRefusal }
  | { status: 'refused'; reason: 'malformed_credential'; detail: string }
  /** The database did not answer in time, or must not be believed. */
  | { status: 'unavailable' };

type Row = {
  now: Date;
  replica: boolean;
  keyId: string | null;
  digest: Uint8Array;
  pepperVersion: number;
  name: string;
  scopes: string[];
  expiresAt: Date | null;
  deactivatedAt: Date | null;
  deactivatedUntil: Date | null;
  revokedAt: Date | null;
  lastUsedAt: Date | null;
  tenantId: string;
  tenantSlug: string;
  apiKeysEnabled: boolean;
  ownerId: string | null;
  ownerEmail: string | null;
  ownerDisabledAt: Date | null;
  keptUntil: Date | null;
  profileName: string | null;
  profileSettings: unknown;
};

/**
 * Decides about one request.
 *
 * Zero staleness: the verdict rests on one SELECT that begins after the request arrived, on a writable primary; nothing is
 * cached. So a change that was acknowledged before the request started is always seen. Time is the database's.
 *
 * Everything together has one deadline of 900 ms; after it the verdict is `unavailable`, never a refusal.
 */
export async function authenticate(source: CredentialSource): Promise<Verdict> {
  const parsed = parseCredential(source);
  switch (parsed.status) {
    case 'missing':
      return { status: 'refused', reason: 'no_credential' };
    case 'malformed':
      return { status: 'refused', reason: 'malformed_credential', detail: parsed.detail };
    case 'impossible':
      return { status: 'refused', reason: 'invalid_credential' };
    case 'presented':
      return withinDeadline(decide(parsed.credential.clientId, parsed.credential.secret));
  }
}

async function decide(clientId: string, secret: string): Promise<Verdict> {
  const [row] = await queryInTime<Row>('verify', selectKey, [clientId]);
  // A replica may be behind: its answer is no answer.
  if (!row || row.replica) return { status: 'unavailable' };
  if (!secretMatches(row, clientId, secret)) return { status: 'refused', reason: 'invalid_credential' };
  const reason = refusalOf(row);
  if (reason) return { status: 'refused', reason };
  if (isDue(row)) await queryInTime('touch-key', touchKey, [row.keyId, row.now]);
  return { status: 'accepted', caller: callerOf(row, clientId) };
}

/** An unknown client ID costs the same work as a wrong secret. */
function secretMatches(row: Row, clientId: string, secret: string): boolean {
  const { byVersion, current } = env().peppers;
  const known = row.keyId !== null;
  const pepper = known ? byVersion.get(row.pepperVersion) : current.key;
  if (!pepper) throw new Error(`LATCHKEY_PEPPERS lacks version ${row.pepperVersion}, under which secrets are stored.`);
  const presented = digestSecret(pepper, known ? row.tenantId : noTenant, clientId, secret);
  return digestsEqual(presented, known ? row.digest : noDigest) && known;
}

const noTenant = '00000000-0000-0000-0000-000000000000';
const noDigest = new Uint8Array(32);

/** Only for callers who proved that they have the secret. */
function refusalOf(row: Row): KnownRefusal | null {
  switch (statusOf(row, row.now)) {
    case 'Revoked':
      return 'key_revoked';
    case 'Expired':
      return 'key_expired';
    case 'Inactive':
      return 'key_inactive';
    case 'Active':
      if (!row.apiKeysEnabled) return 'api_keys_disabled';
      return row.ownerDisabledAt && !isKept(row, row.now) ? 'owner_disabled' : null;
  }
}

/** Last used is written before the answer, at most once in this time, so it is never further behind than this. */
const lastUsedGranularity = 60_000;

function isDue(row: Row): boolean {
  return !row.lastUsedAt || row.now.getTime() - row.lastUsedAt.getTime() >= lastUsedGranularity;
}

function callerOf(row: Row, clientId: string): Caller {
  return {
    clientId,
    name: row.name,
    kind: row.ownerId ? 'personal' : 'agent',
    tenant: { id: row.tenantId, slug: row.tenantSlug },
    owner: row.ownerId ? { id: row.ownerId, email: row.ownerEmail ?? '' } : null,
    scopes: row.scopes,
    biasProfile: row.profileName === null ? null : { name: row.profileName, settings: row.profileSettings },
    expiresAt: row.expiresAt,
  };
}

async function withinDeadline(decision: Promise<Verdict>): Promise<Verdict> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<Verdict>((resolve) => {
    timer = setTimeout(() => resolve({ status: 'unavailable' }), verificationDeadline);
  });
  const outcome = decision.catch((error: unknown): Verdict => {
    log().error({ err: error }, 'a verification could not be decided');
    return { status: 'unavailable' };
  });
  try {
    return await Promise.race([outcome, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

// One row always comes back, so that an unknown key on a replica is not mistaken for a refusal.
const selectKey = `
  SELECT clock.now, clock.replica,
         k.id AS "keyId", k.name, k.scopes, k.expires_at AS "expiresAt", k.deactivated_at AS "deactivatedAt",
         k.deactivated_until AS "deactivatedUntil", k.revoked_at AS "revokedAt",
         s.digest, s.pepper_version AS "pepperVersion", u.last_used_at AS "lastUsedAt",
         t.id AS "tenantId", t.slug AS "tenantSlug", t.api_keys_enabled AS "apiKeysEnabled",
         m.id AS "ownerId", m.email AS "ownerEmail", m.disabled_at AS "ownerDisabledAt", k.kept_until AS "keptUntil",
         b.name AS "profileName", b.settings AS "profileSettings"
    FROM (SELECT clock_timestamp() AS now, pg_is_in_recovery() AS replica) clock
    LEFT JOIN (key k
           JOIN tenant t ON t.id = k.tenant_id
           JOIN key_secret s ON s.tenant_id = k.tenant_id AND s.key_id = k.id AND s.position = 'current')
      ON k.client_id = $1
    LEFT JOIN member m ON m.tenant_id = k.tenant_id AND m.id = k.owner_id
    LEFT JOIN bias_profile b ON b.tenant_id = k.tenant_id AND b.id = k.bias_profile_id
    LEFT JOIN key_last_use u ON u.tenant_id = k.tenant_id AND u.key_id = k.id`;

// Forward only, and from the key's row, so that a key deleted meanwhile is no error. The key itself is never written here.
const touchKey = `
  INSERT INTO key_last_use (tenant_id, key_id, last_used_at)
  SELECT tenant_id, id, $2 FROM key WHERE id = $1 FOR KEY SHARE
  ON CONFLICT (tenant_id, key_id) DO UPDATE SET last_used_at = excluded.last_used_at
   WHERE key_last_use.last_used_at < excluded.last_used_at`;

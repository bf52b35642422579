import type { Viewer } from '../auth/queries';
import { query } from '../db/sql';
import { clientIdOf, isSecret } from '../keys/secret';
import { type KeyTimes, statusOf } from '../keys/status';
import type { RefusalReason } from '../usage/schema';
import { listUsageAlertsOf } from '../usage-alerts/queries';
import { readRows } from '../verification/rows';
import { matchSecret } from '../verification/secret-match';
import { hintsOf } from './hints';
import { type MonthDay, monthDays, type SecretSearch, type TenantKeyDetails } from './schema';

type Row = KeyTimes & {
  clientId: string;
  name: string;
  description: string;
  owner: string | null;
  createdBy: string | null;
  scopes: string[];
  biasProfile: string | null;
  firstFour: string;
  lastFour: string;
  mintedAt: Date;
  createdAt: Date;
  updatedAt: Date;
  lastUsedAt: Date | null;
  keptUntil: Date | null;
  ownerDisabledAt: Date | null;
  apiKeysEnabled: boolean;
  today: string;
  days: Array<{ daysAgo: number; outcome: 'accepted' | RefusalReason; requests: number }>;
  now: Date;
};

/** One key of the viewer's tenant with its last 30 days, for its admins; null for everybody else and for other keys. */
export async function findTenantKey(viewer: Viewer, clientId: string): Promise<TenantKeyDetails | null> {
  const [row] = await query<Row>('tenant-key', selectKey, [viewer.tenantId, viewer.memberId, clientId]);
  if (!row) return null;
  const status = statusOf(row, row.now);
  const alerts = await listUsageAlertsOf(viewer, [clientId]);
  const days: MonthDay[] = Array.from({ length: monthDays }, () => ({ accepted: 0, refused: 0 }));
  const refusals = new Map<RefusalReason, number>();
  for (const { daysAgo, outcome, requests } of row.days) {
    const day = days[monthDays - 1 - daysAgo];
    if (!day) continue;
    if (outcome === 'accepted') day.accepted += requests;
    else {
      day.refused += requests;
      refusals.set(outcome, (refusals.get(outcome) ?? 0) + requests);
    }
  }
  return {
    clientId: row.clientId,
    name: row.name,
    description: row.description,
    owner: row.owner,
    createdBy: row.createdBy,
    scopes: row.scopes,
    biasProfile: row.biasProfile,
    mask: { firstFour: row.firstFour, lastFour: row.lastFour },
    status,
    hints: hintsOf(row, row.apiKeysEnabled, row.now),
    usageAlert: alerts.get(clientId) ?? null,
    revocable: status === 'Active' || status === 'Inactive',
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    expiresAt: row.expiresAt?.toISOString() ?? null,
    revokedAt: row.revokedAt?.toISOString() ?? null,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    month: { days, today: row.today },
    refusals: [...refusals].map(([reason, requests]) => ({ reason, requests })).sort((a, b) => b.requests - a.requests),
    now: row.now.toISOString(),
  };
}

// Hours of UTC days, summed by day and by how requests ended; both secrets of an overlap are accepted alike.
const selectKey = `
  SELECT k.client_id AS "clientId", k.name, k.description, m.email AS owner, c.email AS "createdBy", k.scopes,
         b.name AS "biasProfile", s.first_four AS "firstFour", s.last_four AS "lastFour", s.minted_at AS "mintedAt",
         k.created_at AS "createdAt", k.updated_at AS "updatedAt", k.expires_at AS "expiresAt",
         k.deactivated_at AS "deactivatedAt", k.deactivated_until AS "deactivatedUntil", k.revoked_at AS "revokedAt",
         k.kept_until AS "keptUntil", m.disabled_at AS "ownerDisabledAt", u.last_used_at AS "lastUsedAt",
         t.api_keys_enabled AS "apiKeysEnabled", clock.now, clock.today::text AS today,
         (SELECT coalesce(json_agg(d), '[]')
            FROM (SELECT clock.today - (h.hour AT TIME ZONE 'UTC')::date AS "daysAgo",
                         CASE WHEN h.outcome = 'accepted_previous' THEN 'accepted' ELSE h.outcome::text END AS outcome,
                         sum(h.requests)::float8 AS requests
                    FROM key_usage_hour h
                   WHERE h.tenant_id = k.tenant_id AND h.key_id = k.id
                     AND h.hour >= (clock.today - ${monthDays - 1})::timestamp AT TIME ZONE 'UTC'
                   GROUP BY 1, 2) d) AS days
    FROM (SELECT now, (now AT TIME ZONE 'UTC')::date AS today FROM (SELECT clock_timestamp() AS now) read) clock
    JOIN member a ON a.tenant_id = $1 AND a.id = $2 AND 'admin' = ANY (a.roles) AND a.disabled_at IS NULL
    JOIN tenant t ON t.id = a.tenant_id
    JOIN key k ON k.tenant_id = a.tenant_id AND k.client_id = $3
    JOIN key_secret s ON s.tenant_id = k.tenant_id AND s.key_id = k.id AND s.position = 'current'
    LEFT JOIN member m ON m.tenant_id = k.tenant_id AND m.id = k.owner_id
    LEFT JOIN member c ON c.tenant_id = k.tenant_id AND c.id = k.creator_id
    LEFT JOIN bias_profile b ON b.tenant_id = k.tenant_id AND b.id = k.bias_profile_id
    LEFT JOIN key_last_use u ON u.tenant_id = k.tenant_id AND u.key_id = k.id`;

/**
 * Which key of the viewer's tenant a secret belongs to, for its admins; null for everybody else. The secret is compared by
 * its digest, as verification does, and goes no further.
 * @param text whatever was pasted: the first secret in it counts
 */
export async function findKeyBySecret(viewer: Viewer, text: string): Promise<SecretSearch | null> {
  const [admin] = await query<{ id: string }>(
    'secret-search-admin',
    `SELECT id FROM member WHERE tenant_id = $1 AND id = $2 AND 'admin' = ANY (roles) AND disabled_at IS NULL`,
    [viewer.tenantId, viewer.memberId],
  );
  if (!admin) return null;
  const secret = /lk_sk_[0-9A-Za-z]+/.exec(text)?.[0] ?? '';
  if (!isSecret(secret)) return { status: 'malformed' };
  const clientId = clientIdOf(secret);
  const [found] = await readRows([clientId]);
  const row = found?.row ?? null;
  const match = matchSecret(row, clientId, secret, found?.now ?? new Date(0));
  if (!row || row.tenantId !== viewer.tenantId) return { status: 'not_found' };
  return match ? { status: 'found', clientId, secret: match } : { status: 'other_secret', clientId };
}

import type { Viewer } from '../auth/queries';
import { query } from '../db/sql';
import { collect } from '../tenant-keys/statements';
import { sumAccepted, sumRefused, week } from '../usage/queries';
import { weekDays } from '../usage/schema';
import {
  type RevocationReview,
  revocationMaximum,
  type Selection,
  shownKeys,
  type UnfinishedRevocation,
} from './schema';
import { chosenKeys, digestOfChosen } from './statements';

export type ReviewResult = { status: 'ready'; review: RevocationReview } | { status: 'too_many' };

type ReviewRow = Omit<RevocationReview, 'excluded' | 'traffic'> & {
  accepted: number;
  refused: number;
  callers: number;
};

/**
 * What a bulk revoke would stop, for admins of the tenant. It changes nothing.
 * @returns null for everybody else
 */
export async function reviewRevocation(viewer: Viewer, selection: Selection): Promise<ReviewResult | null> {
  const { text, values } = reviewStatement(viewer, selection);
  const [[row], excluded] = await Promise.all([query<ReviewRow>('', text, values), listExcluded(viewer, selection)]);
  if (!row) return null;
  if (row.count > revocationMaximum) return { status: 'too_many' };
  const { accepted, refused, callers, ...rest } = row;
  return {
    status: 'ready',
    review: { ...rest, traffic: { requests: accepted + refused, refused, callers }, excluded },
  };
}

/** A search per key of the two tables of usage: joined as a whole, those of a million keys would be read. */
function reviewStatement(viewer: Viewer, selection: Selection) {
  const { values, parameter } = collect();
  const text = `
    WITH admin AS MATERIALIZED (
      SELECT 1 FROM member WHERE tenant_id = ${parameter(viewer.tenantId)} AND id = ${parameter(viewer.memberId)}
         AND 'admin' = ANY (roles) AND disabled_at IS NULL
    ), chosen AS MATERIALIZED (
      SELECT * FROM (${chosenKeys(viewer.tenantId, selection, parameter)}) chosen WHERE EXISTS (SELECT 1 FROM admin)
    ), used AS MATERIALIZED (
      SELECT c.id, c.client_id, c.name, c.tenant_id, c.owner_id, h.accepted, h.refused
        FROM chosen c CROSS JOIN ${week}
       CROSS JOIN LATERAL (
         SELECT ${sumAccepted} AS accepted, ${sumRefused} AS refused FROM key_usage_hour h
          WHERE h.tenant_id = c.tenant_id AND h.key_id = c.id AND h.hour >= week.beginning
       ) h
    ), callers AS (
      SELECT count(DISTINCT (d.address, d.client))::int AS callers
        FROM chosen c CROSS JOIN ${week}
       CROSS JOIN LATERAL (
         SELECT d.address, d.client FROM key_caller d
          WHERE d.tenant_id = c.tenant_id AND d.key_id = c.id AND d.day > week.today - ${weekDays} OFFSET 0
       ) d
    ), owners AS (
      SELECT m.email, count(*)::int AS keys FROM chosen c JOIN member m ON m.tenant_id = c.tenant_id AND m.id = c.owner_id
       GROUP BY m.id ORDER BY keys DESC, m.email LIMIT ${shownKeys}
    ), busiest AS (
      SELECT u.client_id AS "clientId", u.name, m.email AS owner, u.accepted + u.refused AS requests
        FROM used u LEFT JOIN member m ON m.tenant_id = u.tenant_id AND m.id = u.owner_id
       ORDER BY requests DESC, u.name, u.id LIMIT ${shownKeys}
    )
    SELECT chosen.*, used.*, callers.callers,
           (SELECT coalesce(json_agg(owners), '[]') FROM owners) AS owners,
           (SELECT coalesce(json_agg(busiest), '[]') FROM busiest) AS keys
      FROM admin
     CROSS JOIN (SELECT count(*)::int AS count, ${digestOfChosen} AS digest,
                        count(DISTINCT owner_id)::int AS "ownerCount",
                        (count(*) FILTER (WHERE owner_id IS NULL))::int AS "agentKeys" FROM chosen) chosen
     CROSS JOIN (SELECT coalesce(sum(accepted), 0) AS accepted, coalesce(sum(refused), 0) AS refused FROM used) used
     CROSS JOIN callers`;
  return { text, values };
}

/** What was checked and cannot be revoked. Another tenant's key is listed like one that does not exist. */
async function listExcluded(viewer: Viewer, selection: Selection): Promise<RevocationReview['excluded']> {
  if (selection.kind === 'matching') return [];
  const { values, parameter } = collect();
  const tenant = parameter(viewer.tenantId);
  const chosen = chosenKeys(viewer.tenantId, selection, parameter);
  const asked = parameter([...new Set(selection.clientIds)].map((clientId) => clientId.replaceAll('\0', '')));
  return query<RevocationReview['excluded'][number]>(
    '',
    `SELECT asked."clientId", k.name,
            CASE WHEN k.id IS NULL THEN 'not_found' WHEN k.revoked_at IS NOT NULL THEN 'Revoked' ELSE 'Expired' END AS because
       FROM unnest(${asked}::text[]) WITH ORDINALITY AS asked ("clientId", place)
       LEFT JOIN key k ON k.tenant_id = ${tenant} AND k.client_id = asked."clientId"
      WHERE NOT EXISTS (SELECT 1 FROM (${chosen}) chosen WHERE chosen.id = k.id)
      ORDER BY place`,
    values,
  );
}

/** The bulk revokes of the tenant that are not finished, oldest first, for its admins; for everybody else none. */
export async function listUnfinishedRevocations(viewer: Viewer): Promise<UnfinishedRevocation[]> {
  const rows = await query<Omit<UnfinishedRevocation, 'startedAt'> & { startedAt: Date }>(
    'unfinished-revocations',
    `SELECT r.id, r.selected, r.started_at AS "startedAt", m.email AS "startedBy",
            (SELECT count(*)::int FROM revocation_key k
              WHERE k.tenant_id = r.tenant_id AND k.revocation_id = r.id AND k.result IS NOT NULL) AS done
       FROM member a
       JOIN revocation r ON r.tenant_id = a.tenant_id
       JOIN member m ON m.tenant_id = r.tenant_id AND m.id = r.member_id
      WHERE a.tenant_id = $1 AND a.id = $2 AND 'admin' = ANY (a.roles) AND a.disabled_at IS NULL
        AND r.finished_at IS NULL
      ORDER BY r.started_at, r.id`,
    [viewer.tenantId, viewer.memberId],
  );
  return rows.map((row) => ({ ...row, startedAt: row.startedAt.toISOString() }));
}

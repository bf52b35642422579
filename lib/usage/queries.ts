import type { Viewer } from '../auth/queries';
import { query } from '../db/sql';
import type { OverlapUse, OverlapView } from '../keys/schema';
import {
  type FirstRequest,
  type KeyTraffic,
  shownCallers,
  type TrafficSummary,
  totalOf,
  type UsageDay,
  type UsageWeek,
  weekDays,
  weekOf,
} from './schema';

// A week's first moment, by the database's clock: midnight UTC six days ago. A subquery, so that the clock is read once and
// the index is searched for what it says.
export const week = `(SELECT today, (today - ${weekDays - 1})::timestamp AT TIME ZONE 'UTC' AS beginning
                 FROM (SELECT (clock_timestamp() AT TIME ZONE 'UTC')::date AS today) clock) week`;

const isAccepted = `h.outcome IN ('accepted', 'accepted_previous')`;
// Sums of bigint are numeric, which would come as text: as float8 they are exact to 2^53.
export const sumAccepted = `coalesce(sum(h.requests) FILTER (WHERE ${isAccepted}), 0)::float8`;
export const sumRefused = `coalesce(sum(h.requests) FILTER (WHERE NOT ${isAccepted}), 0)::float8`;

// A search per day takes half the time of grouping all hours by the day that is computed for each. Hours, because a day may
// have 23 of them where the session's time zone is.
const days = `generate_series(0, ${weekDays - 1}) AS day
  CROSS JOIN LATERAL (
    SELECT ${sumAccepted} AS accepted, ${sumRefused} AS refused
      FROM key_usage_hour h
     WHERE h.tenant_id = k.tenant_id AND h.key_id = k.id
       AND h.hour >= week.beginning + day * interval '24 hours'
       AND h.hour < week.beginning + (day + 1) * interval '24 hours'
  ) used`;

/** Whose keys a list shows: the viewer's own, or the tenant's, which every member sees. */
type Kind = 'personal' | 'agent';
/** The condition on `key k`. */
// Both are searches of the index on (tenant_id, owner_id, …).
export const listed: Record<Kind, string> = {
  personal: 'k.tenant_id = $1 AND k.owner_id = $2',
  agent: 'k.tenant_id = $1 AND k.owner_id IS NULL',
};
/** The values that the condition names. */
export const owners = (viewer: Viewer, kind: Kind) =>
  kind === 'personal' ? [viewer.tenantId, viewer.memberId] : [viewer.tenantId];

/** The last 7 days of each key that had requests, by client ID. */
export async function listWeeks(viewer: Viewer, kind: Kind): Promise<Map<string, UsageWeek>> {
  const rows = await query<UsageDay & { clientId: string }>(
    `usage-weeks-${kind}`,
    `SELECT k.client_id AS "clientId", day, used.accepted, used.refused
       FROM key k CROSS JOIN ${week} CROSS JOIN ${days}
      WHERE ${listed[kind]} AND used.accepted + used.refused > 0`,
    owners(viewer, kind),
  );
  const daysOf = new Map<string, UsageDay[]>();
  for (const { clientId, ...ofDay } of rows) daysOf.set(clientId, [...(daysOf.get(clientId) ?? []), ofDay]);
  return new Map([...daysOf].map(([clientId, ofKey]) => [clientId, weekOf(ofKey)]));
}

/** How many requests each Inactive key has refused since it was deactivated, by client ID; of the last 35 days. */
export async function listPauseRefusals(viewer: Viewer, kind: Kind): Promise<Map<string, number>> {
  const rows = await query<{ clientId: string; refused: number }>(
    `pause-refusals-${kind}`,
    `SELECT k.client_id AS "clientId", (sum(h.requests) - k.refused_before)::float8 AS refused
       FROM key k
       JOIN key_usage_hour h ON h.tenant_id = k.tenant_id AND h.key_id = k.id AND h.outcome = 'key_inactive'
                            AND h.hour >= date_trunc('hour', k.deactivated_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'
      WHERE ${listed[kind]} AND k.deactivated_at IS NOT NULL
      GROUP BY k.id`,
    owners(viewer, kind),
  );
  return new Map(rows.map(({ clientId, refused }) => [clientId, Math.max(0, refused)]));
}

type OverlapCount = Pick<OverlapView, 'requests' | 'lastUsedAt'>;
type OverlapCountRow = { requests: number; lastUsedAt: Date | null };
const overlapCountOf = ({ requests, lastUsedAt }: OverlapCountRow): OverlapCount => ({
  requests,
  lastUsedAt: lastUsedAt?.toISOString() ?? null,
});

/** What still came with the secrets that rotations replaced, by client ID. */
export async function listOverlapUses(viewer: Viewer, kind: Kind): Promise<Map<string, OverlapCount>> {
  const rows = await query<OverlapCountRow & { clientId: string }>(
    `overlap-uses-${kind}`,
    `SELECT k.client_id AS "clientId", sum(u.requests)::float8 AS requests, max(u.last_used_at) AS "lastUsedAt"
       FROM key k JOIN previous_secret_use u ON u.tenant_id = k.tenant_id AND u.key_id = k.id
      WHERE ${listed[kind]} GROUP BY k.id`,
    owners(viewer, kind),
  );
  return new Map(rows.map((row) => [row.clientId, overlapCountOf(row)]));
}

/**
 * What still comes with the secret that the key's last rotation replaced; `use` is null when no overlap is going on.
 * @returns null for a key that is not there, or that the viewer's pages do not show
 */
export async function findOverlapUse(viewer: Viewer, clientId: string): Promise<{ use: OverlapUse | null } | null> {
  const [row] = await query<
    OverlapCountRow & Pick<OverlapUse, 'callers' | 'otherRequests'> & { since: Date; endsAt: Date | null; now: Date }
  >(
    'overlap-use',
    `SELECT c.minted_at AS since, p.ends_at AS "endsAt", clock_timestamp() AS now, used.*
       FROM key k
       JOIN key_secret c ON c.tenant_id = k.tenant_id AND c.key_id = k.id AND c.position = 'current'
       LEFT JOIN key_secret p ON p.tenant_id = k.tenant_id AND p.key_id = k.id AND p.position = 'previous'
                             AND p.ends_at > clock_timestamp()
       CROSS JOIN LATERAL (
         SELECT coalesce(sum(u.requests), 0)::float8 AS requests, max(u.last_used_at) AS "lastUsedAt",
                coalesce(sum(u.requests) FILTER (WHERE u.address = ''), 0)::float8 AS "otherRequests",
                coalesce(json_agg(json_build_object('address', u.address, 'client', u.client, 'requests', u.requests)
                                  ORDER BY u.requests DESC, u.address, u.client) FILTER (WHERE u.address <> ''), '[]') AS callers
           FROM previous_secret_use u WHERE u.tenant_id = k.tenant_id AND u.key_id = k.id
       ) used
      WHERE ${visibleKey}`,
    [viewer.tenantId, viewer.memberId, clientId],
  );
  if (!row) return null;
  const { since, endsAt, now, callers, otherRequests } = row;
  if (!endsAt) return { use: null };
  const times = { since: since.toISOString(), endsAt: endsAt.toISOString(), now: now.toISOString() };
  return { use: { ...overlapCountOf(row), ...times, callers, otherRequests } };
}

type TrafficRow = Pick<KeyTraffic, 'refusals' | 'callers'> & { lastUsedAt: Date | null; days: UsageDay[]; now: Date };

/**
 * What depends on a key.
 * @returns null for a key that is not there, or that the viewer's pages do not show
 */
export function findKeyTraffic(viewer: Viewer, clientId: string): Promise<KeyTraffic | null> {
  return readTraffic('key-traffic', selectTraffic(visibleKey), viewer, clientId);
}

/** The same of any key of the tenant, for its admins; to everybody else no key is there. */
export function findTenantKeyTraffic(viewer: Viewer, clientId: string): Promise<KeyTraffic | null> {
  return readTraffic('tenant-key-traffic', selectTraffic(administeredKey), viewer, clientId);
}

async function readTraffic(name: string, text: string, viewer: Viewer, clientId: string): Promise<KeyTraffic | null> {
  const [row] = await query<TrafficRow>(name, text, [viewer.tenantId, viewer.memberId, clientId]);
  if (!row) return null;
  const ofWeek = weekOf(row.days);
  const total = totalOf(ofWeek);
  const shownRequests = row.callers.reduce((sum, caller) => sum + caller.requests, 0);
  return {
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    week: ofWeek,
    refusals: row.refusals,
    callers: row.callers,
    otherRequests: Math.max(0, total.requests - total.refused - shownRequests),
    now: row.now.toISOString(),
  };
}

// An own key, or one of the tenant's, which every member sees.
const visibleKey = 'k.tenant_id = $1 AND (k.owner_id = $2 OR k.owner_id IS NULL) AND k.client_id = $3';
const administeredKey = `k.tenant_id = $1 AND k.client_id = $3 AND EXISTS (
  SELECT 1 FROM member a WHERE a.tenant_id = $1 AND a.id = $2 AND 'admin' = ANY (a.roles) AND a.disabled_at IS NULL)`;

/** The refusals among a key's hours from `beginning` on, by reason. */
const refusalsSince = (beginning: string) => `
  (SELECT coalesce(json_agg(r ORDER BY r.requests DESC, r.reason), '[]')
     FROM (SELECT h.outcome::text AS reason, sum(h.requests)::float8 AS requests
             FROM key_usage_hour h
            WHERE h.tenant_id = k.tenant_id AND h.key_id = k.id AND h.hour >= ${beginning} AND NOT ${isAccepted}
            GROUP BY h.outcome) r)`;

// One statement, so that its parts agree with each other.
const selectTraffic = (shownKey: string) => `
  SELECT u.last_used_at AS "lastUsedAt", clock_timestamp() AS now,
         (SELECT json_agg(json_build_object('day', day, 'accepted', used.accepted, 'refused', used.refused)) FROM ${days}) AS days,
         ${refusalsSince('week.beginning')} AS refusals,
         (SELECT coalesce(json_agg(shown), '[]')
            FROM (SELECT c.address, c.client, sum(c.requests)::float8 AS requests, week.today - max(c.day) AS "daysAgo"
                    FROM key_caller c
                   WHERE c.tenant_id = k.tenant_id AND c.key_id = k.id AND c.day > week.today - ${weekDays}
                   GROUP BY c.address, c.client
                   ORDER BY "daysAgo", requests DESC, c.address, c.client
                   LIMIT ${shownCallers}) shown) AS callers
    FROM key k CROSS JOIN ${week}
    LEFT JOIN key_last_use u ON u.tenant_id = k.tenant_id AND u.key_id = k.id
   WHERE ${shownKey}`;

/**
 * What came of the calls with a key since its current secret was minted. Refusals are counted by the hour: what the hour of
 * the minting brought before is among them.
 * @returns null for a key that is not there, or that the viewer's pages do not show
 */
export async function findFirstRequest(viewer: Viewer, clientId: string): Promise<FirstRequest | null> {
  const [row] = await query<FirstRequest>(
    'first-request',
    `SELECT coalesce(u.minted_at >= s.minted_at, false) AS accepted,
            (SELECT json_build_object('address', c.address, 'client', c.client)
               FROM key_caller c
              WHERE c.tenant_id = k.tenant_id AND c.key_id = k.id AND c.day >= (s.minted_at AT TIME ZONE 'UTC')::date
              ORDER BY c.day DESC, c.requests DESC, c.address, c.client LIMIT 1) AS caller,
            ${refusalsSince(mintingHour)} AS refusals
       FROM key k
       JOIN key_secret s ON s.tenant_id = k.tenant_id AND s.key_id = k.id AND s.position = 'current'
       LEFT JOIN key_last_use u ON u.tenant_id = k.tenant_id AND u.key_id = k.id
      WHERE ${visibleKey}`,
    [viewer.tenantId, viewer.memberId, clientId],
  );
  return row ?? null;
}

const mintingHour = `date_trunc('hour', s.minted_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'`;

/**
 * The last 7 days of every key of a member that had requests, by client ID. For admins of the tenant; for everybody else,
 * and for a member of another tenant, it is empty.
 */
export async function listMemberTraffic(viewer: Viewer, memberId: string): Promise<Map<string, TrafficSummary>> {
  const rows = await query<TrafficSummary & { clientId: string }>(
    'member-traffic',
    `SELECT k.client_id AS "clientId", u.accepted + u.refused AS requests, u.refused, c.callers
       FROM member a
       JOIN key k ON k.tenant_id = a.tenant_id AND k.owner_id = $3
       CROSS JOIN ${week}
       CROSS JOIN LATERAL (
         SELECT ${sumAccepted} AS accepted, ${sumRefused} AS refused
           FROM key_usage_hour h
          WHERE h.tenant_id = k.tenant_id AND h.key_id = k.id AND h.hour >= week.beginning
       ) u
       CROSS JOIN LATERAL (
         SELECT count(DISTINCT (c.address, c.client))::int AS callers
           FROM key_caller c
          WHERE c.tenant_id = k.tenant_id AND c.key_id = k.id AND c.day > week.today - ${weekDays}
       ) c
      WHERE a.tenant_id = $1 AND a.id = $2 AND 'admin' = ANY (a.roles) AND u.accepted + u.refused > 0`,
    [viewer.tenantId, viewer.memberId, memberId],
  );
  return new Map(rows.map(({ clientId, ...summary }) => [clientId, summary]));
}

import type { Viewer } from '../auth/queries';
import { query } from '../db/sql';
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
const week = `(SELECT today, (today - ${weekDays - 1})::timestamp AT TIME ZONE 'UTC' AS beginning
                 FROM (SELECT (clock_timestamp() AT TIME ZONE 'UTC')::date AS today) clock) week`;

const isAccepted = `h.outcome IN ('accepted', 'accepted_previous')`;
// Sums of bigint are numeric, which would come as text: as float8 they are exact to 2^53.
const sumAccepted = `coalesce(sum(h.requests) FILTER (WHERE ${isAccepted}), 0)::float8`;
const sumRefused = `coalesce(sum(h.requests) FILTER (WHERE NOT ${isAccepted}), 0)::float8`;

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

/** The last 7 days of each of the viewer's own keys that had requests, by client ID. */
export async function listWeeks(viewer: Viewer): Promise<Map<string, UsageWeek>> {
  const rows = await query<UsageDay & { clientId: string }>(
    'usage-weeks',
    `SELECT k.client_id AS "clientId", day, used.accepted, used.refused
       FROM key k CROSS JOIN ${week} CROSS JOIN ${days}
      WHERE k.tenant_id = $1 AND k.owner_id = $2 AND used.accepted + used.refused > 0`,
    [viewer.tenantId, viewer.memberId],
  );
  const daysOf = new Map<string, UsageDay[]>();
  for (const { clientId, ...ofDay } of rows) daysOf.set(clientId, [...(daysOf.get(clientId) ?? []), ofDay]);
  return new Map([...daysOf].map(([clientId, ofKey]) => [clientId, weekOf(ofKey)]));
}

type TrafficRow = Pick<KeyTraffic, 'refusals' | 'callers'> & { lastUsedAt: Date | null; days: UsageDay[]; now: Date };

/**
 * What depends on one of the viewer's own keys.
 * @returns null for a key that is not there or not theirs
 */
export async function findKeyTraffic(viewer: Viewer, clientId: string): Promise<KeyTraffic | null> {
  const [row] = await query<TrafficRow>('key-traffic', selectTraffic, [viewer.tenantId, viewer.memberId, clientId]);
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

const ownKey = 'k.tenant_id = $1 AND k.owner_id = $2 AND k.client_id = $3';

/** The refusals among a key's hours from `beginning` on, by reason. */
const refusalsSince = (beginning: string) => `
  (SELECT coalesce(json_agg(r ORDER BY r.requests DESC, r.reason), '[]')
     FROM (SELECT h.outcome::text AS reason, sum(h.requests)::float8 AS requests
             FROM key_usage_hour h
            WHERE h.tenant_id = k.tenant_id AND h.key_id = k.id AND h.hour >= ${beginning} AND NOT ${isAccepted}
            GROUP BY h.outcome) r)`;

// One statement, so that its parts agree with each other.
const selectTraffic = `
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
   WHERE ${ownKey}`;

/**
 * What came of the calls with one of the viewer's own keys since its current secret was minted. Counts are kept by the
 * hour, so after a rotation what the hour of the minting brought before is in it; a new key has nothing before.
 * @returns null for a key that is not there or not theirs
 */
export async function findFirstRequest(viewer: Viewer, clientId: string): Promise<FirstRequest | null> {
  const [row] = await query<FirstRequest>(
    'first-request',
    `SELECT EXISTS (SELECT FROM key_usage_hour h
                     WHERE h.tenant_id = k.tenant_id AND h.key_id = k.id AND h.hour >= ${mintingHour}
                       AND h.outcome = 'accepted') AS accepted,
            (SELECT json_build_object('address', c.address, 'client', c.client)
               FROM key_caller c
              WHERE c.tenant_id = k.tenant_id AND c.key_id = k.id AND c.day >= (s.minted_at AT TIME ZONE 'UTC')::date
              ORDER BY c.day DESC, c.requests DESC, c.address, c.client LIMIT 1) AS caller,
            ${refusalsSince(mintingHour)} AS refusals
       FROM key k
       JOIN key_secret s ON s.tenant_id = k.tenant_id AND s.key_id = k.id AND s.position = 'current'
      WHERE ${ownKey}`,
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

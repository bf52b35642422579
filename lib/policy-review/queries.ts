import type { Viewer } from '../auth/queries';
import { query } from '../db/sql';
import { findPolicy } from '../tenants/queries';
import { changedFields, type PolicyChange } from '../tenants/schema';
import { week } from '../usage/queries';
import {
  type AgentKeys,
  type BusyKeys,
  type CountedRequests,
  type MemberKeys,
  type PolicyReview,
  shownNames,
  usageMaximum,
} from './schema';

/**
 * What a change of the policy means now, for admins of the tenant; null for everybody else. It changes nothing, and what it
 * says can be over a moment later: the save asks nothing of it.
 */
export async function findPolicyReview(viewer: Viewer, change: PolicyChange): Promise<PolicyReview | null> {
  const before = await findPolicy(viewer);
  if (!before) return null;
  const after = { ...before, ...change };
  const changed = changedFields(before, after);
  // Unchanged, or no limit: there is nothing to count.
  const limitOf = (field: 'maximumExpirationInDays' | 'rateLimitPerMinute') =>
    changed.includes(field) ? after[field] : null;
  const [longest, rate] = [limitOf('maximumExpirationInDays'), limitOf('rateLimitPerMinute')];
  const [apiKeysEnabled, maximumKeysPerUser, maximumExpirationInDays, agentKeyLifetimeInDays, keepOneKey, busy] =
    await Promise.all([
      changed.includes('apiKeysEnabled') ? countWorking(viewer, after.apiKeysEnabled) : null,
      changed.includes('maximumKeysPerUser') ? countAbove(viewer, after.maximumKeysPerUser) : null,
      longest === null ? null : countLongLived(viewer, longest),
      changed.includes('agentKeyLifetimeInDays') ? countLongLivedAgents(viewer, after.agentKeyLifetimeInDays) : null,
      changed.includes('keepOneKey') ? countLastKeys(viewer) : null,
      rate === null ? null : countBusy(viewer, rate),
    ]);
  const ofKeys = { maximumKeysPerUser, maximumExpirationInDays, agentKeyLifetimeInDays, keepOneKey };
  return { before, after, changed, effects: { apiKeysEnabled, ...ofKeys, rateLimitPerMinute: busy } };
}

// The keys of the tenant, for its admins; for everybody else there are none. m: the owner, none for an agent key. The
// clock's subquery is read once.
const keys = `key k
  JOIN member a ON a.tenant_id = k.tenant_id AND a.id = $2 AND 'admin' = ANY (a.roles)
  LEFT JOIN member m ON m.tenant_id = k.tenant_id AND m.id = k.owner_id
  CROSS JOIN (SELECT clock_timestamp() AS now) clock`;
const withSecret = `${keys}
  JOIN key_secret s ON s.tenant_id = k.tenant_id AND s.key_id = k.id AND s.position = 'current'`;

// lib/keys/status.ts in SQL.
const isActiveOrInactive = 'k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > clock.now)';
const isActive = `${isActiveOrInactive} AND (k.deactivated_at IS NULL OR k.deactivated_until <= clock.now)`;
const works = `${isActive} AND (m.disabled_at IS NULL OR k.kept_until > clock.now)`;
// By the seconds between two instants: adding so many days to one can leave what a timestamp holds.
const livesLonger = `${isActiveOrInactive}
  AND (k.expires_at IS NULL OR extract(epoch FROM k.expires_at - s.minted_at) > $3::int8 * 86400)`;

const selectMembers = (from: string, condition: string, having = '') => `
  WITH affected AS MATERIALIZED (
    SELECT k.owner_id AS id, count(*)::int AS keys, min(k.name) AS key
      FROM ${from}
     WHERE k.tenant_id = $1 AND k.owner_id IS NOT NULL AND ${condition}
     GROUP BY k.owner_id ${having}
  )
  SELECT coalesce(sum(keys), 0)::int AS keys, count(*)::int AS members,
         (SELECT coalesce(json_agg(shown), '[]')
            FROM (SELECT m.name, m.email, f.keys, f.key
                    FROM affected f JOIN member m ON m.tenant_id = $1 AND m.id = f.id
                   ORDER BY f.keys DESC, m.email LIMIT ${shownNames}) shown) AS shown
    FROM affected`;

const selectAgents = (from: string, condition: string) => `
  WITH affected AS MATERIALIZED (
    SELECT k.name, k.name_key FROM ${from} WHERE k.tenant_id = $1 AND k.owner_id IS NULL AND ${condition}
  )
  SELECT count(*)::int AS keys,
         (SELECT coalesce(json_agg(shown.name), '[]')
            FROM (SELECT name FROM affected ORDER BY name_key COLLATE "C" LIMIT ${shownNames}) shown) AS shown
    FROM affected`;

/** A statement that always brings one row. */
async function only<Row extends object>(
  { tenantId, memberId }: Viewer,
  name: string,
  text: string,
  ...values: Array<number | string[]>
): Promise<Row> {
  const [row] = await query<Row>(`policy-review-${name}`, text, [tenantId, memberId, ...values]);
  return row as Row;
}

async function countWorking(viewer: Viewer, turnedOn: boolean) {
  const outcomes = turnedOn ? ['api_keys_disabled'] : ['accepted', 'accepted_previous'];
  const [personal, agent, requests] = await Promise.all([
    only<MemberKeys>(viewer, 'working', selectMembers(keys, works)),
    only<AgentKeys>(viewer, 'working-agents', selectAgents(keys, works)),
    only<CountedRequests>(viewer, 'requests', selectRequests, outcomes),
  ]);
  return { personal, agent, ...requests };
}

// From the usage to the keys: most keys have none. A sum of bigint is numeric, which would come as text.
const selectRequests = `
  WITH looked AS MATERIALIZED (
    SELECT h.key_id, h.requests
      FROM ${week} JOIN key_usage_hour h ON h.hour >= week.beginning
     WHERE h.tenant_id = $1 AND h.outcome = ANY ($3::text[]::usage_outcome[])
     LIMIT ${usageMaximum} + 1
  )
  SELECT coalesce(sum(used.requests), 0)::float8 AS requests, (SELECT count(*) > ${usageMaximum} FROM looked) AS "isMore"
    FROM (SELECT key_id, sum(requests) AS requests FROM looked GROUP BY key_id) used
    JOIN (${keys}) ON k.id = used.key_id
   WHERE k.tenant_id = $1 AND ${works}`;

function countAbove(viewer: Viewer, maximum: number) {
  const text = selectMembers(keys, isActiveOrInactive, 'HAVING count(*) > $3');
  return only<MemberKeys>(viewer, 'above', text, maximum);
}

async function countLongLived(viewer: Viewer, days: number) {
  const [personal, agent] = await Promise.all([
    only<MemberKeys>(viewer, 'long-lived', selectMembers(withSecret, livesLonger), days),
    countLongLivedAgents(viewer, days),
  ]);
  return { personal, agent };
}

function countLongLivedAgents(viewer: Viewer, days: number) {
  return only<AgentKeys>(viewer, 'long-lived-agents', selectAgents(withSecret, livesLonger), days);
}

// Who is disabled stops and deletes nothing.
function countLastKeys(viewer: Viewer) {
  const text = selectMembers(keys, `m.disabled_at IS NULL AND ${isActive}`, 'HAVING count(*) = 1');
  return only<MemberKeys>(viewer, 'last-keys', text);
}

function countBusy(viewer: Viewer, limit: number) {
  return only<BusyKeys>(viewer, 'busy', selectBusy, 60 * limit);
}

// What counts against the limit comes with the right secret and a key that works, and has one of four outcomes.
const selectBusy = `
  WITH looked AS MATERIALIZED (
    SELECT h.key_id, h.hour, h.requests
      FROM ${week} JOIN key_usage_hour h ON h.hour >= week.beginning
     WHERE h.tenant_id = $1 AND h.outcome IN ('accepted', 'accepted_previous', 'insufficient_scope', 'rate_limited')
     LIMIT ${usageMaximum} + 1
  ), hours AS (
    SELECT key_id, sum(requests) AS requests FROM looked GROUP BY key_id, hour HAVING sum(requests) > $3::int8
  ), affected AS MATERIALIZED (
    SELECT k.name, m.email AS owner, busiest.requests::float8 AS requests
      FROM (SELECT key_id, max(requests) AS requests FROM hours GROUP BY key_id) busiest
      JOIN (${keys}) ON k.id = busiest.key_id
     WHERE k.tenant_id = $1 AND ${isActiveOrInactive}
  )
  SELECT count(*)::int AS keys, (SELECT count(*) > ${usageMaximum} FROM looked) AS "isMore",
         (SELECT coalesce(json_agg(shown), '[]')
            FROM (SELECT * FROM affected ORDER BY requests DESC, name COLLATE "C", owner LIMIT ${shownNames}) shown) AS shown
    FROM affected`;

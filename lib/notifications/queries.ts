import type { Viewer } from '../auth/queries';
import { query } from '../db/sql';
import { expiresSoon, type KeyTimes } from '../keys/status';

/** Keys that expire soon: how many, and the one that does first. */
export type ExpiringKeys = { count: number; name: string; expiresAt: string };

export type ExpiringView = { personal: ExpiringKeys | null; agent: ExpiringKeys | null; now: string };

type KeyRow = KeyTimes & { name: string; expiresAt: Date; mintedAt: Date; agent: boolean; now: Date };

/** The viewer's keys that expire soon, and for developers the tenant's; null when there are none. */
export async function findExpiringKeys(viewer: Viewer): Promise<ExpiringView | null> {
  const rows = await query<KeyRow>('expiring-keys', expiringKeys, [
    viewer.tenantId,
    viewer.memberId,
    viewer.roles.includes('developer'),
  ]);
  const soon = rows.filter((row) => expiresSoon(row, row.now));
  const [first] = soon;
  if (!first) return null;
  return {
    personal: summaryOf(soon.filter(({ agent }) => !agent)),
    agent: summaryOf(soon.filter(({ agent }) => agent)),
    now: first.now.toISOString(),
  };
}

// No key expires soon earlier than 7 days before: those the index finds, however many keys there are.
const endingOf = (owner: string) => `
  SELECT k.name, k.expires_at, k.deactivated_at, k.deactivated_until, k.revoked_at, s.minted_at, k.owner_id IS NULL AS agent
    FROM key k JOIN key_secret s ON s.tenant_id = k.tenant_id AND s.key_id = k.id AND s.position = 'current'
   WHERE k.tenant_id = $1 AND ${owner} AND k.revoked_at IS NULL
     AND k.expires_at > statement_timestamp() AND k.expires_at <= statement_timestamp() + interval '7 days'`;

const expiringKeys = `
  SELECT name, expires_at AS "expiresAt", deactivated_at AS "deactivatedAt", deactivated_until AS "deactivatedUntil",
         revoked_at AS "revokedAt", minted_at AS "mintedAt", agent, statement_timestamp() AS now
    FROM (${endingOf('k.owner_id = $2')} UNION ALL ${endingOf('k.owner_id IS NULL AND $3::boolean')}) ending
   ORDER BY expires_at, name`;

function summaryOf(rows: KeyRow[]): ExpiringKeys | null {
  const [first] = rows;
  return first ? { count: rows.length, name: first.name, expiresAt: first.expiresAt.toISOString() } : null;
}

export type LeakReport = { clientId: string; keyName: string; reportedBy: string | null; reportedAt: string };

/** At most so many reports are shown; the newest. */
const shownReports = 5;

/** The leaks that were reported in the tenant in the last 7 days, newest first, for its admins; null when there are none. */
export async function findLeakReports(
  viewer: Viewer,
): Promise<{ reports: LeakReport[]; more: number; now: string } | null> {
  type Row = Omit<LeakReport, 'reportedAt'> & { reportedAt: Date; count: number; now: Date };
  const rows = await query<Row>(
    'leak-reports',
    `SELECT e.client_id AS "clientId", e.key_name AS "keyName", e.actor_email AS "reportedBy", e.at AS "reportedAt",
            count(*) OVER ()::int AS count, statement_timestamp() AS now
       FROM event e
      WHERE e.tenant_id = $1 AND e.action = 'key.leak_reported' AND e.at > statement_timestamp() - interval '7 days'
        AND EXISTS (SELECT FROM member m WHERE m.tenant_id = $1 AND m.id = $2 AND 'admin' = ANY (m.roles))
      ORDER BY e.at DESC, e.sequence DESC LIMIT ${shownReports}`,
    [viewer.tenantId, viewer.memberId],
  );
  const [first] = rows;
  if (!first) return null;
  const reports = rows.map(({ clientId, keyName, reportedBy, reportedAt }) => {
    return { clientId, keyName, reportedBy, reportedAt: reportedAt.toISOString() };
  });
  return { reports, more: first.count - rows.length, now: first.now.toISOString() };
}

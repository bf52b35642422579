import { query, type SqlValue } from '../db/sql';

/**
 * Who sends which notice. A mail is claimed by a row that is committed before it is sent, so that of several processes one
 * sends it. What a process that died had claimed is free again after 10 minutes.
 *
 * A mail can arrive twice when the process or the database dies between the mail server's yes and the row that says so, or
 * when the connection breaks before that yes arrives. Never sending it would be worse.
 */
export type Recipient = { email: string; memberName: string; tenantName: string };

export type ExpiryNotice = Recipient & {
  table: 'key_notice';
  id: string;
  clientId: string;
  keyName: string;
  kind: 'personal' | 'agent';
  expiresAt: Date;
  expired: boolean;
};

export type LeakNotice = Recipient & {
  table: 'leak_notice';
  id: string;
  clientId: string;
  keyName: string;
  /** Null when the person was erased. */
  reportedBy: string | null;
  reportedAt: Date;
};

type Claim = { table: 'key_notice' | 'leak_notice'; id: string };

/** Notices claimed at a time: few enough to be sent before their claims run out. */
const claimedAtOnce = 20;

/** Whether a notice `n` may be taken: $1 is now. */
const free = `n.sent_at IS NULL AND (n.claimed_at IS NULL
   OR n.claimed_at <= $1::timestamptz - interval '10 minutes' * power(2, greatest(least(n.attempts, 5), 1) - 1))`;

const take = `DO UPDATE SET claimed_at = excluded.claimed_at, attempts = n.attempts + 1 WHERE ${free}`;

/** A place in the order of expiries: a key, or the beginning. */
export type ExpiryPlace = { expiresAt: Date; id: string };

/** Where the walk over the expiries begins: expired keys are told of for a week. */
export function firstExpiry(now: Date): ExpiryPlace {
  return { expiresAt: new Date(now.getTime() - 7 * 86_400_000), id: '00000000-0000-0000-0000-000000000000' };
}

/** The next 500 keys behind a place that expire within 30 days and are not revoked, by the index on their expiry. */
export function listEndingKeys(now: Date, after: ExpiryPlace): Promise<ExpiryPlace[]> {
  return query<ExpiryPlace>(
    'ending-keys',
    `SELECT id, expires_at AS "expiresAt" FROM key
      WHERE (expires_at, id) > ($2::timestamptz, $3::uuid) AND expires_at <= $1::timestamptz + interval '30 days'
        AND revoked_at IS NULL
      ORDER BY expires_at, id LIMIT 500`,
    [now.toISOString(), after.expiresAt.toISOString(), after.id],
  );
}

/**
 * Claims notices about these keys, none where there is none left. Of the thresholds that have passed, only the last one is
 * told of, and only if the secret lived longer than that. A personal key's owner is told; of an agent key its creator and
 * the admins.
 */
export async function claimExpiryNotices(keyIds: string[], now: Date): Promise<ExpiryNotice[]> {
  const rows = await query<Omit<ExpiryNotice, 'table'>>('claim-expiry-notices', claimExpiry, [
    now.toISOString(),
    keyIds,
  ]);
  return rows.map((row) => ({ ...row, table: 'key_notice' }));
}

// Keys that somebody is deleting are skipped, not waited for: a wait out of order could be a deadlock.
const claimExpiry = `
  WITH ending AS MATERIALIZED (
    SELECT k.tenant_id, k.id, k.owner_id, k.creator_id, k.expires_at, passed.days
      FROM key k
      JOIN key_secret s ON s.tenant_id = k.tenant_id AND s.key_id = k.id AND s.position = 'current'
     CROSS JOIN LATERAL (
       SELECT min(d)::smallint AS days FROM unnest(ARRAY[30, 7, 1, 0]) d
        WHERE k.expires_at - d * interval '24 hours' <= $1::timestamptz
          AND k.expires_at - s.minted_at > d * interval '24 hours') passed
     WHERE k.id = ANY ($2::uuid[]) AND k.revoked_at IS NULL AND passed.days IS NOT NULL
  ), admin AS MATERIALIZED (
    SELECT tenant_id, id FROM member
     WHERE tenant_id IN (SELECT tenant_id FROM ending WHERE owner_id IS NULL)
       AND 'admin' = ANY (roles) AND disabled_at IS NULL
  ), addressed AS (
    SELECT e.tenant_id, e.id, e.expires_at, e.days, coalesce(e.owner_id, e.creator_id) AS member_id FROM ending e
    UNION
    SELECT e.tenant_id, e.id, e.expires_at, e.days, a.id FROM ending e JOIN admin a ON a.tenant_id = e.tenant_id
     WHERE e.owner_id IS NULL
  ), due AS (
    SELECT a.*, k.client_id, k.name AS key_name, k.owner_id, m.email, m.name AS member_name, t.name AS tenant_name
      FROM addressed a
      JOIN key k ON k.tenant_id = a.tenant_id AND k.id = a.id
      JOIN member m ON m.tenant_id = a.tenant_id AND m.id = a.member_id AND m.disabled_at IS NULL
      JOIN tenant t ON t.id = a.tenant_id
      LEFT JOIN key_notice n ON n.tenant_id = a.tenant_id AND n.key_id = a.id AND n.expires_at = a.expires_at
                            AND n.days = a.days AND n.member_id = a.member_id
     WHERE n.id IS NULL OR ${free}
     ORDER BY coalesce(n.attempts, 0), a.expires_at, a.id, a.member_id LIMIT ${claimedAtOnce}
       FOR KEY SHARE OF k SKIP LOCKED
  ), claimed AS (
    INSERT INTO key_notice AS n (tenant_id, key_id, expires_at, days, member_id, claimed_at)
    SELECT tenant_id, id, expires_at, days, member_id, $1::timestamptz FROM due ORDER BY tenant_id, id, days, member_id
    ON CONFLICT (tenant_id, key_id, expires_at, days, member_id) ${take}
    RETURNING n.id, n.tenant_id, n.key_id, n.member_id
  )
  SELECT c.id, d.client_id AS "clientId", d.key_name AS "keyName", d.expires_at AS "expiresAt", d.days = 0 AS expired,
         CASE WHEN d.owner_id IS NULL THEN 'agent' ELSE 'personal' END AS kind,
         d.email, d.member_name AS "memberName", d.tenant_name AS "tenantName"
    FROM claimed c JOIN due d ON d.tenant_id = c.tenant_id AND d.id = c.key_id AND d.member_id = c.member_id
   ORDER BY d.expires_at, d.id, d.email`;

/**
 * Claims notices about leaks that were reported in the last 7 days, to the admins; none where there is none left. They
 * follow from the event itself, which is committed with the rotation: no process can lose one.
 */
export async function claimLeakNotices(now: Date): Promise<LeakNotice[]> {
  const rows = await query<Omit<LeakNotice, 'table'>>('claim-leak-notices', claimLeaks, [now.toISOString()]);
  return rows.map((row) => ({ ...row, table: 'leak_notice' }));
}

const claimLeaks = `
  WITH due AS (
    SELECT e.tenant_id, e.sequence, e.at, e.client_id, e.key_name, e.actor_email, t.name AS tenant_name,
           m.id AS member_id, m.email, m.name AS member_name
      FROM event e
      JOIN tenant t ON t.id = e.tenant_id
      JOIN member m ON m.tenant_id = e.tenant_id AND 'admin' = ANY (m.roles) AND m.disabled_at IS NULL
      LEFT JOIN leak_notice n ON n.tenant_id = e.tenant_id AND n.sequence = e.sequence AND n.member_id = m.id
     WHERE e.action = 'key.leak_reported' AND e.at > $1::timestamptz - interval '7 days'
       AND (n.id IS NULL OR ${free})
     ORDER BY coalesce(n.attempts, 0), e.at, e.tenant_id, e.sequence, m.id LIMIT ${claimedAtOnce}
  ), claimed AS (
    INSERT INTO leak_notice AS n (tenant_id, sequence, member_id, claimed_at)
    SELECT tenant_id, sequence, member_id, $1::timestamptz FROM due ORDER BY tenant_id, sequence, member_id
    ON CONFLICT (tenant_id, sequence, member_id) ${take}
    RETURNING n.id, n.tenant_id, n.sequence, n.member_id
  )
  SELECT c.id, d.client_id AS "clientId", d.key_name AS "keyName", d.actor_email AS "reportedBy", d.at AS "reportedAt",
         d.email, d.member_name AS "memberName", d.tenant_name AS "tenantName"
    FROM claimed c JOIN due d USING (tenant_id, sequence, member_id)
   ORDER BY d.at, d.tenant_id, d.sequence, d.email`;

/** The mail server took it: nobody sends it again. */
export function markSent({ table, id }: Claim): Promise<unknown[]> {
  const set = `UPDATE ${table} SET sent_at = clock_timestamp() WHERE id = $1::uuid`;
  return query(`sent-${table}`, set, [id]);
}

/** Gives claimed notices back at once, for the next run. @param tried whether sending them was attempted */
export async function release(claims: Claim[], tried: boolean): Promise<void> {
  for (const table of ['key_notice', 'leak_notice'] as const) {
    const ids = claims.filter((claim) => claim.table === table).map(({ id }) => id);
    if (ids.length === 0) continue;
    const values: SqlValue[] = [ids, tried ? 0 : 1];
    const set = `UPDATE ${table} SET claimed_at = NULL, attempts = attempts - $2::smallint
                  WHERE id = ANY ($1::uuid[]) AND sent_at IS NULL`;
    await query(`release-${table}`, set, values);
  }
}

/** The database's time. */
export async function readClock(): Promise<Date> {
  const [row] = await query<{ now: Date }>('notices-clock', 'SELECT clock_timestamp() AS now');
  if (!row) throw new Error('The database has no time.');
  return row.now;
}

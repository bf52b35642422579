import { prisma } from '../db/prisma';
import { query } from '../db/sql';
import { env } from '../env';
import type { Role } from './permissions';
import type { SessionView } from './schema';

declare const made: unique symbol;

/**
 * The signed-in member behind one request, read from the database for it. Only `findViewer` makes one, so a function that
 * takes a Viewer cannot be called for somebody who is not signed in.
 */
export type Viewer = {
  readonly [made]: true;
  readonly sessionId: string;
  readonly memberId: string;
  readonly tenantId: string;
  readonly tenantName: string;
  readonly email: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly licensed: boolean;
  readonly hasPassword: boolean;
  /** The address the request came from. */
  readonly address: string;
};

/** A session ends after so many days, and after so many hours without a request. */
export const sessionDays = 7;
const idleHours = 24;

// A condition of every query that trusts a session: s is the session, m its member.
const sessionHolds = `s.ended_at IS NULL AND s.expires_at > clock_timestamp()
  AND s.last_seen_at > clock_timestamp() - interval '${idleHours} hours' AND m.disabled_at IS NULL`;

/** The member whose living session this is, or null. Moves the session's last-seen time, at most once a minute. */
export async function findViewer(sessionId: string, address: string): Promise<Viewer | null> {
  type Row = Omit<Viewer, typeof made | 'address'> & { stale: boolean };
  const [row] = await query<Row>(
    'find-viewer',
    `SELECT s.id AS "sessionId", m.id AS "memberId", m.tenant_id AS "tenantId", t.name AS "tenantName", m.email, m.name,
            m.roles::text[] AS roles, m.licensed, m.password_digest IS NOT NULL AS "hasPassword",
            s.last_seen_at < clock_timestamp() - interval '1 minute' AS stale
       FROM session s
       JOIN member m ON m.tenant_id = s.tenant_id AND m.id = s.member_id
       JOIN tenant t ON t.id = m.tenant_id
      WHERE s.id = $1 AND ${sessionHolds}`,
    [sessionId],
  );
  if (!row) return null;
  const { stale, ...viewer } = row;
  if (stale) {
    await query(
      'touch-session',
      `UPDATE session SET last_seen_at = clock_timestamp()
        WHERE id = $1 AND last_seen_at < clock_timestamp() - interval '1 minute'`,
      [sessionId],
    );
  }
  return { ...viewer, address } as Viewer;
}

const sessionSelect = { id: true, address: true, userAgent: true, createdAt: true, lastSeenAt: true } as const;

/** The viewer's living sessions, the current one first. */
export async function listSessions(viewer: Viewer): Promise<SessionView[]> {
  const [clock] = await query<{ now: Date }>('now', 'SELECT clock_timestamp() AS now');
  const now = clock?.now ?? new Date(0);
  const rows = await (await prisma()).session.findMany({
    where: {
      tenantId: viewer.tenantId,
      memberId: viewer.memberId,
      endedAt: null,
      expiresAt: { gt: now },
      lastSeenAt: { gt: new Date(now.getTime() - idleHours * 3_600_000) },
    },
    orderBy: { lastSeenAt: 'desc' },
    select: sessionSelect,
  });
  return rows
    .map((row) => ({
      ...row,
      current: row.id === viewer.sessionId,
      createdAt: row.createdAt.toISOString(),
      lastSeenAt: row.lastSeenAt.toISOString(),
    }))
    .sort((left, right) => Number(right.current) - Number(left.current));
}

/** The issuers that vouch for the viewer: how they sign in, beside a password. */
export async function listIssuers(viewer: Viewer): Promise<string[]> {
  const rows = await (await prisma()).identity.findMany({
    where: { tenantId: viewer.tenantId, memberId: viewer.memberId },
    orderBy: { createdAt: 'asc' },
    select: { issuer: true },
  });
  return rows.map(({ issuer }) => issuer);
}

export type DemoAccount = { email: string; name: string; hasPassword: boolean };

/**
 * The demo tenant's accounts, whose password is public, and those that sign in through the demo's identity provider;
 * empty where there is no demo.
 */
export function listDemoAccounts(): Promise<DemoAccount[]> {
  return query<DemoAccount>(
    'demo-accounts',
    `SELECT m.email, m.name, m.password_digest IS NOT NULL AS "hasPassword"
       FROM member m JOIN tenant t ON t.id = m.tenant_id
      WHERE t.demo AND m.disabled_at IS NULL
        AND (m.password_digest IS NOT NULL
             OR EXISTS (SELECT FROM identity i WHERE i.tenant_id = m.tenant_id AND i.member_id = m.id AND i.issuer = $1))
      ORDER BY m.created_at, m.email`,
    [env().demoIssuer],
  );
}

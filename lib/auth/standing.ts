import { Prisma } from '@/generated/prisma/client';
import type { Tx } from '../db/prisma';
import type { Role, Standing } from './permissions';
import type { Viewer } from './queries';

/** What a write decides by: read under the locks that keep it true until the commit. */
export type LockedStanding = Standing & {
  tenant: {
    maximumKeysPerUser: number;
    maximumExpirationInDays: number | null;
    agentKeyLifetimeInDays: number;
    keepOneKey: boolean;
    deactivateBeforeDelete: boolean;
    joinRoles: Role[];
    joinLicensed: boolean;
    rateLimitPerMinute: number | null;
  };
  /** The database's clock after the locks were granted. */
  now: Date;
};

type Row = Standing & LockedStanding['tenant'] & { now: Date };

/** Whose row the write is going to change: it gets the exclusive lock, the other one a shared lock. */
type Writes = 'member' | 'tenant';

/**
 * Row locks alone are not fair: with a share lock on the tenant always held by some create, an admin's save would wait for
 * ever. Waiters of this lock queue, so whoever comes after a waiting save waits behind it.
 */
const gate: Record<Writes, Prisma.Sql> = {
  member: Prisma.sql`pg_advisory_xact_lock_shared`,
  tenant: Prisma.sql`pg_advisory_xact_lock`,
};

const lockClause: Record<Writes, Prisma.Sql> = {
  member: Prisma.sql`FOR SHARE OF t FOR NO KEY UPDATE OF m FOR SHARE OF s`,
  tenant: Prisma.sql`FOR NO KEY UPDATE OF t FOR SHARE OF m FOR SHARE OF s`,
};

/**
 * Reads and locks, in one statement, all that a member's write depends on: the tenant's policy, the member's roles and
 * licence, the session. Whoever changes one of them waits for this transaction, or this one waits and sees the change.
 * Lock order everywhere: gate, tenant, member, session, keys, head of the audit log.
 * @param writes `member` for the viewer and what they own (one write at a time per member), `tenant` for the policy
 * @returns null when the session has ended or the member is disabled
 */
export async function lockStanding(tx: Tx, viewer: Viewer, writes: Writes): Promise<LockedStanding | null> {
  // The clock is read outside the CTE: inside, it would be read before the wait for the locks.
  const [row] = await tx.$queryRaw<Row[]>`
    WITH gate AS MATERIALIZED (
      SELECT ${gate[writes]}(hashtextextended(${viewer.tenantId}, 0))
    ),
    locked AS MATERIALIZED (
      SELECT t.api_keys_enabled AS "apiKeysEnabled", t.maximum_keys_per_user AS "maximumKeysPerUser",
             t.maximum_expiration_in_days AS "maximumExpirationInDays",
             t.agent_key_lifetime_in_days AS "agentKeyLifetimeInDays", t.keep_one_key AS "keepOneKey",
             t.deactivate_before_delete AS "deactivateBeforeDelete",
             t.join_roles::text[] AS "joinRoles", t.join_licensed AS "joinLicensed",
             t.rate_limit_per_minute AS "rateLimitPerMinute",
             m.roles::text[] AS roles, m.licensed, s.expires_at
        FROM gate
       CROSS JOIN session s
        JOIN member m ON m.tenant_id = s.tenant_id AND m.id = s.member_id
        JOIN tenant t ON t.id = m.tenant_id
       WHERE s.id = ${viewer.sessionId}::uuid AND m.id = ${viewer.memberId}::uuid
         AND t.id = ${viewer.tenantId}::uuid AND s.ended_at IS NULL AND m.disabled_at IS NULL
      ${lockClause[writes]}
    )
    SELECT roles, licensed, "apiKeysEnabled", "maximumKeysPerUser", "maximumExpirationInDays", "deactivateBeforeDelete",
           "agentKeyLifetimeInDays", "keepOneKey", "joinRoles", "joinLicensed", "rateLimitPerMinute", clock_timestamp() AS now
      FROM locked WHERE expires_at > clock_timestamp()`;
  if (!row) return null;
  const { now, roles, licensed, apiKeysEnabled, ...tenant } = row;
  return { roles, licensed, apiKeysEnabled, now, tenant };
}

import type { Viewer } from '../auth/queries';
import { prisma } from '../db/prisma';
import { query } from '../db/sql';
import { agentLifetimeInDays, endOfLife } from '../keys/policy';
import { statusOf } from '../keys/status';
import { lastAdminRefusal, otherActingAdmins } from '../members/standing';
import { listMemberTraffic } from '../usage/queries';
import { type OffboardingReview, type ReviewedKey, receiversMaximum } from './schema';

type MemberRow = OffboardingReview['member'] & {
  maximumKeysPerUser: number;
  agentKeyLifetimeInDays: number;
  maximumExpirationInDays: number | null;
  now: Date;
};

/**
 * What would become of a member's keys if they left. For admins of the tenant.
 * @returns null for everybody else, and for a member that is not there
 */
export async function findOffboardingReview(viewer: Viewer, memberId: string): Promise<OffboardingReview | null> {
  const { tenantId } = viewer;
  const [row] = await query<MemberRow>(
    'offboarding-member',
    `SELECT m.id, m.email, m.name, m.disabled_at IS NOT NULL AS disabled, m.id = $2 AS self,
            t.maximum_keys_per_user AS "maximumKeysPerUser",
            t.agent_key_lifetime_in_days AS "agentKeyLifetimeInDays",
            t.maximum_expiration_in_days AS "maximumExpirationInDays", clock_timestamp() AS now
       FROM tenant t
       JOIN member a ON a.tenant_id = t.id AND a.id = $2 AND 'admin' = ANY (a.roles)
       JOIN member m ON m.tenant_id = t.id AND m.id = $3 AND m.removed_at IS NULL
      WHERE t.id = $1`,
    [tenantId, viewer.memberId, memberId],
  );
  if (!row) return null;
  const { maximumKeysPerUser, agentKeyLifetimeInDays, maximumExpirationInDays, now, ...member } = row;
  const agentLifetime = agentLifetimeInDays({ agentKeyLifetimeInDays, maximumExpirationInDays });
  const [keys, traffic, receivers, otherAdmin] = await Promise.all([
    readKeys(tenantId, memberId),
    listMemberTraffic(viewer, memberId),
    listReceivers(tenantId, memberId, maximumKeysPerUser),
    (await prisma()).member.findFirst({ where: otherActingAdmins(viewer), select: { id: true } }),
  ]);
  const reviewed = keys.flatMap((key): ReviewedKey[] => {
    const status = statusOf(key, now);
    if (status !== 'Active' && status !== 'Inactive') return [];
    return [
      {
        clientId: key.clientId,
        name: key.name,
        description: key.description,
        status,
        createdAt: key.createdAt.toISOString(),
        lastUsedAt: key.lastUse?.lastUsedAt?.toISOString() ?? null,
        traffic: traffic.get(key.clientId) ?? { requests: 0, refused: 0, callers: 0 },
        expiresAt: key.expiresAt?.toISOString() ?? null,
        keptUntil: key.keptUntil?.toISOString() ?? null,
      },
    ];
  });
  return {
    member,
    keys: reviewed,
    otherKeys: keys.length - reviewed.length,
    receivers,
    latestAgentExpiry: endOfLife(now, agentLifetime)?.toISOString() ?? null,
    lastAdminRefusal: member.self && !otherAdmin ? lastAdminRefusal : null,
    now: now.toISOString(),
  };
}

async function readKeys(tenantId: string, ownerId: string) {
  return (await prisma()).key.findMany({
    where: { tenantId, ownerId },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    select: {
      clientId: true,
      name: true,
      description: true,
      createdAt: true,
      expiresAt: true,
      deactivatedAt: true,
      deactivatedUntil: true,
      revokedAt: true,
      keptUntil: true,
      lastUse: { select: { lastUsedAt: true } },
    },
  });
}

/** Whom a key could be handed to, and how many each has room for. Suggestions: the write decides. */
function listReceivers(tenantId: string, leaving: string, maximumKeysPerUser: number) {
  return query<OffboardingReview['receivers'][number]>(
    'offboarding-receivers',
    `SELECT * FROM (
       SELECT m.email, m.name, ($3 - (SELECT count(*) FROM key k
                WHERE k.tenant_id = m.tenant_id AND k.owner_id = m.id AND k.revoked_at IS NULL
                  AND (k.expires_at IS NULL OR k.expires_at > clock_timestamp())))::int AS room, m.email_key
         FROM member m
        WHERE m.tenant_id = $1 AND m.id <> $2 AND m.disabled_at IS NULL AND m.licensed
          AND 'developer' = ANY (m.roles)
     ) receiver WHERE room > 0 ORDER BY email_key LIMIT ${receiversMaximum}`,
    [tenantId, leaving, maximumKeysPerUser],
  );
}

import type { Viewer } from '../auth/queries';
import { prisma } from '../db/prisma';
import type { Policy } from './schema';

export const policySelect = {
  apiKeysEnabled: true,
  maximumKeysPerUser: true,
  maximumExpirationInDays: true,
  agentKeyLifetimeInDays: true,
  deactivateBeforeDelete: true,
  keepOneKey: true,
  rateLimitPerMinute: true,
  joinRoles: true,
  joinLicensed: true,
} as const;

/** The policy of the viewer's tenant, for its admins; null for everybody else. */
export async function findPolicy(viewer: Viewer): Promise<Policy | null> {
  return (await prisma()).tenant.findFirst({
    where: { id: viewer.tenantId, members: { some: { id: viewer.memberId, roles: { has: 'admin' } } } },
    select: policySelect,
  });
}

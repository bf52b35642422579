import { type Action, refusalOf } from '../auth/permissions';
import type { Viewer } from '../auth/queries';
import { type LockedStanding, lockStanding } from '../auth/standing';
import { inTransaction, type Tx } from '../db/prisma';

export type DeveloperRefusal = { status: 'signed_out' } | { status: 'refused'; message: string };

/**
 * The frame of every change to a tenant's provider keys and connections. They belong to the tenant, so the members' own
 * rows, which their writes lock, say nothing of them: of each tenant one such change runs at a time. So a name is free until
 * the commit, and no connection gets a provider key that is being deleted.
 */
export function asDeveloper<T>(
  viewer: Viewer,
  action: Extract<Action, 'provider_keys.manage' | 'connections.manage'>,
  change: (tx: Tx, standing: LockedStanding) => Promise<T>,
): Promise<T | DeveloperRefusal> {
  return inTransaction(async (tx): Promise<T | DeveloperRefusal> => {
    const standing = await lockStanding(tx, viewer, 'member');
    if (!standing) return { status: 'signed_out' };
    const refusal = refusalOf(action, standing);
    if (refusal) return { status: 'refused', message: refusal };
    const [clock] = await tx.$queryRaw<[{ now: Date }]>`
      WITH gate AS MATERIALIZED (
        SELECT pg_advisory_xact_lock(hashtextextended(${`connections:${viewer.tenantId}`}, 0))
      )
      SELECT clock_timestamp() AS now FROM gate`;
    return change(tx, { ...standing, now: clock.now });
  });
}

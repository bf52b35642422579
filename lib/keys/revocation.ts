import { appendEvents, type NewEvent } from '../audit/mutations';
import { actedBy } from '../auth/mutations';
import type { Viewer } from '../auth/queries';
import type { Tx } from '../db/prisma';
import { type AdminRefusal, asAdmin } from '../members/standing';
import { isClientId } from './secret';
import { type KeyTimes, statusOf } from './status';

/** What became of a key that is there. */
type Outcome = 'revoked' | 'already_revoked' | 'expired';

export type RevokeKeyResult =
  | { status: 'done' }
  | { status: 'not_found' }
  /** It was Revoked or had Expired before. */
  | { status: 'refused'; message: string }
  | AdminRefusal;

/** Revokes one key for good. From the answer on no process accepts it. */
export function revokeKey(viewer: Viewer, clientId: string): Promise<RevokeKeyResult> {
  if (!isClientId(clientId)) return Promise.resolve({ status: 'not_found' });
  return asAdmin(viewer, async (tx): Promise<RevokeKeyResult> => {
    const { tenantId } = viewer;
    const key = await tx.key.findFirst({ where: { tenantId, clientId }, select: { id: true } });
    const { results, events } = await revokeEach(tx, viewer, key ? [key.id] : []);
    switch (key && results.get(key.id)) {
      case 'already_revoked':
        return { status: 'refused', message: 'This key is Revoked already.' };
      case 'expired':
        return { status: 'refused', message: 'This key is Expired now: it works no more, and cannot be revoked.' };
      case 'revoked':
        await appendEvents(tx, tenantId, events);
        return { status: 'done' };
      default:
        return { status: 'not_found' };
    }
  });
}

type LockedKey = KeyTimes & {
  id: string;
  clientId: string;
  name: string;
  ownerId: string | null;
  email: string | null;
};

/**
 * Revokes those of these keys that could still work.
 * @returns what became of each that is there, and the events, to be appended when nothing else is left to lock
 */
export async function revokeEach(tx: Tx, viewer: Viewer, ids: string[]) {
  // The clock is read outside the CTE, row by row: each time is behind the lock of its key.
  const keys = await tx.$queryRaw<Array<LockedKey & { now: Date }>>`
    WITH locked AS MATERIALIZED (
      SELECT id, tenant_id, client_id AS "clientId", name, owner_id AS "ownerId", expires_at AS "expiresAt",
             deactivated_at AS "deactivatedAt", deactivated_until AS "deactivatedUntil", revoked_at AS "revokedAt"
        FROM key WHERE tenant_id = ${viewer.tenantId}::uuid AND id = ANY (${ids}::uuid[])
       ORDER BY id FOR NO KEY UPDATE
    )
    SELECT *, clock_timestamp() AS now,
           (SELECT email FROM member m WHERE m.tenant_id = locked.tenant_id AND m.id = "ownerId") AS email
      FROM locked`;
  const results = new Map<string, Outcome>();
  const events: NewEvent[] = [];
  for (const { now, ...key } of keys) {
    const status = statusOf(key, now);
    results.set(key.id, status === 'Revoked' ? 'already_revoked' : status === 'Expired' ? 'expired' : 'revoked');
    if (results.get(key.id) !== 'revoked') continue;
    const { ownerId, email, clientId, name } = key;
    const subject = ownerId !== null && email !== null ? { subject: { memberId: ownerId, email } } : {};
    events.push({ ...actedBy(viewer), action: 'key.revoked', ...subject, key: { clientId, name } });
  }
  const now = keys.at(-1)?.now;
  const revoked = ids.filter((id) => results.get(id) === 'revoked');
  if (now && revoked.length > 0) await markRevoked(tx, viewer.tenantId, revoked, now);
  return { results, events };
}

/** The change itself, in one statement; the keys are locked, and could work until now. */
export function markRevoked(tx: Tx, tenantId: string, ids: string[], now: Date) {
  return tx.key.updateMany({
    where: { tenantId, id: { in: ids } },
    data: { revokedAt: now, keptUntil: null, updatedAt: now },
  });
}

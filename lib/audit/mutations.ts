import { afterCommit, type Tx } from '../db/prisma';
import { env } from '../env';
import { log } from '../log';
import { hashEvent, type JsonValue } from './chain';

export type EventAction =
  | 'tenant.created'
  | 'policy.updated'
  | 'session.started'
  | 'session.ended'
  | 'member.password_changed'
  | 'key.created'
  | 'key.updated'
  | 'key.deactivated'
  | 'key.activated'
  | 'key.deleted';

export type NewEvent = {
  tenantId: string;
  action: EventAction;
  actor: { memberId: string; email: string } | 'system';
  /** Where the request came from; null when it came from no network. */
  address: string | null;
  key?: { clientId: string; name: string };
  subject?: { memberId: string; email: string };
  details?: { [key: string]: JsonValue };
};

type Head = { sequence: bigint; hash: Uint8Array; at: Date };

/**
 * Appends one line to the tenant's audit log, in the transaction of the change that it records. Call it last: it locks
 * the head of the chain, and everybody else's changes in the tenant wait until the commit. If it throws, so does the
 * change. After the commit, sequence and hash are logged as an outside witness.
 */
export async function appendEvent(tx: Tx, event: NewEvent): Promise<void> {
  const [head] = await tx.$queryRaw<Head[]>`
    WITH head AS MATERIALIZED (
      SELECT sequence, hash FROM audit_head WHERE tenant_id = ${event.tenantId}::uuid FOR UPDATE
    )
    SELECT sequence + 1 AS sequence, hash, date_trunc('milliseconds', clock_timestamp()) AS at FROM head`;
  if (!head) throw new Error(`Tenant ${event.tenantId} has no audit log.`);
  const { version, key } = env().auditKeys.current;
  const line = {
    tenantId: event.tenantId,
    sequence: head.sequence,
    at: head.at,
    action: event.action,
    actorKind: event.actor === 'system' ? ('system' as const) : ('member' as const),
    actorId: event.actor === 'system' ? null : event.actor.memberId,
    subjectId: event.subject?.memberId ?? null,
    clientId: event.key?.clientId ?? null,
    keyName: event.key?.name ?? null,
    address: event.address,
    details: event.details ?? {},
  };
  const hash = new Uint8Array(hashEvent(key, line, head.hash));
  await tx.event.create({
    data: {
      ...line,
      actorEmail: event.actor === 'system' ? null : event.actor.email,
      subjectEmail: event.subject?.email ?? null,
      previousHash: new Uint8Array(head.hash),
      hash,
      keyVersion: version,
    },
    select: { sequence: true },
  });
  await tx.auditHead.update({
    where: { tenantId: event.tenantId },
    data: { sequence: head.sequence, hash },
    select: { sequence: true },
  });
  afterCommit(tx, () => {
    const witness = {
      tenantId: line.tenantId,
      sequence: Number(line.sequence),
      hash: Buffer.from(hash).toString('hex'),
    };
    log().info({ audit: witness }, event.action);
  });
}

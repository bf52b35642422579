import { afterCommit, type Tx } from '../db/prisma';
import { env } from '../env';
import { log } from '../log';
import type { EventAction } from './actions';
import { hashEvent, type JsonValue } from './chain';

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
export function appendEvent(tx: Tx, event: NewEvent): Promise<void> {
  return appendEvents(tx, event.tenantId, [event]);
}

/** The same for a change that needs several lines, of one tenant, in this order. Once per transaction, and last. */
export async function appendEvents(tx: Tx, tenantId: string, events: NewEvent[]): Promise<void> {
  const [head] = await tx.$queryRaw<Head[]>`
    WITH head AS MATERIALIZED (
      SELECT sequence, hash FROM audit_head WHERE tenant_id = ${tenantId}::uuid FOR UPDATE
    )
    SELECT sequence, hash, date_trunc('milliseconds', clock_timestamp()) AS at FROM head`;
  if (!head) throw new Error(`Tenant ${tenantId} has no audit log.`);
  const { version, key } = env().auditKeys.current;
  let { sequence } = head;
  let previousHash = new Uint8Array(head.hash);
  const rows = events.map((event) => {
    if (event.tenantId !== tenantId) throw new Error('An event belongs into the log of its own tenant.');
    sequence += 1n;
    const line = lineOf(event, sequence, head.at);
    const hash = new Uint8Array(hashEvent(key, line, previousHash));
    const row = {
      ...line,
      actorEmail: event.actor === 'system' ? null : event.actor.email,
      subjectEmail: event.subject?.email ?? null,
      previousHash,
      hash,
      keyVersion: version,
    };
    previousHash = hash;
    return row;
  });
  await tx.event.createMany({ data: rows });
  await tx.auditHead.update({
    where: { tenantId },
    data: { sequence, hash: previousHash },
    select: { sequence: true },
  });
  afterCommit(tx, () => {
    for (const { action, sequence, hash } of rows) {
      const witness = { tenantId, sequence: Number(sequence), hash: Buffer.from(hash).toString('hex') };
      log().info({ audit: witness }, action);
    }
  });
}

/** What the hash covers. */
function lineOf(event: NewEvent, sequence: bigint, at: Date) {
  return {
    tenantId: event.tenantId,
    sequence,
    at,
    action: event.action,
    actorKind: event.actor === 'system' ? ('system' as const) : ('member' as const),
    actorId: event.actor === 'system' ? null : event.actor.memberId,
    subjectId: event.subject?.memberId ?? null,
    clientId: event.key?.clientId ?? null,
    keyName: event.key?.name ?? null,
    address: event.address,
    details: event.details ?? {},
  };
}

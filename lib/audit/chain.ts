import { createHmac } from 'node:crypto';

export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

/** What the hash of an event covers. E-mail addresses are left out, so that a person can be erased. */
export type ChainedEvent = {
  tenantId: string;
  sequence: bigint;
  at: Date;
  action: string;
  actorKind: 'member' | 'system';
  actorId: string | null;
  subjectId: string | null;
  clientId: string | null;
  keyName: string | null;
  address: string | null;
  details: { [key: string]: JsonValue };
};

/** The hash before a tenant's first event. */
export const genesisHash: Uint8Array<ArrayBuffer> = new Uint8Array(32);

/** HMAC-SHA-256 over the event and its predecessor's hash: nobody without the key can forge a link. 32 bytes. */
export function hashEvent(key: Buffer, event: ChainedEvent, previousHash: Uint8Array): Buffer {
  const line = [
    'latchkey-event-1',
    event.tenantId,
    event.sequence.toString(),
    event.at.toISOString(),
    event.action,
    event.actorKind,
    event.actorId,
    event.subjectId,
    event.clientId,
    event.keyName,
    event.address,
    canonical(event.details),
    Buffer.from(previousHash).toString('hex'),
  ];
  return createHmac('sha256', key).update(JSON.stringify(line)).digest();
}

/** Keys sorted, because jsonb keeps no order. */
function canonical(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(canonical);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([key, inner]) => [key, canonical(inner)]),
  );
}

/** The audit log in tests: read, checked link by link, or broken on purpose. */
import { expect } from 'vitest';
import { type ChainedEvent, genesisHash, hashEvent } from '@/lib/audit/chain';
import { env } from '@/lib/env';
import { sql } from './world';

export type StoredEvent = Omit<ChainedEvent, 'sequence'> & {
  sequence: number;
  previousHash: Uint8Array;
  hash: Uint8Array;
  keyVersion: number;
  actorEmail: string | null;
  subjectEmail: string | null;
};

const eventsOf = (tenantId: string) =>
  sql<StoredEvent>(
    `SELECT tenant_id AS "tenantId", sequence::int AS sequence, at, action, actor_kind::text AS "actorKind",
            actor_id AS "actorId", actor_email AS "actorEmail", subject_id AS "subjectId",
            subject_email AS "subjectEmail", client_id AS "clientId", key_name AS "keyName", address, details,
            previous_hash AS "previousHash", hash, key_version AS "keyVersion"
       FROM event WHERE tenant_id = $1 ORDER BY sequence`,
    [tenantId],
  );

/** Recomputes the chain from genesis and compares its end with the head. @returns the tenant's events, oldest first */
export async function expectIntact(tenantId: string): Promise<StoredEvent[]> {
  const events = await eventsOf(tenantId);
  let previous: Uint8Array = genesisHash;
  for (const [index, event] of events.entries()) {
    expect(event.sequence).toBe(index + 1);
    expect(Buffer.from(event.previousHash)).toEqual(Buffer.from(previous));
    const key = env().auditKeys.byVersion.get(event.keyVersion);
    if (!key) throw new Error(`No audit key ${event.keyVersion}.`);
    const expected = hashEvent(key, { ...event, sequence: BigInt(event.sequence) }, previous);
    expect(Buffer.from(event.hash)).toEqual(expected);
    previous = event.hash;
  }
  const [head] = await sql<{ sequence: number; hash: Uint8Array }>(
    'SELECT sequence::int AS sequence, hash FROM audit_head WHERE tenant_id = $1',
    [tenantId],
  );
  expect(head?.sequence).toBe(events.length);
  expect(Buffer.from(head?.hash ?? [])).toEqual(Buffer.from(previous));
  return events;
}

/** From now on no event can be written; put `acceptEvents` into `afterEach`. */
export async function refuseEvents(): Promise<void> {
  await sql(`CREATE FUNCTION refuse_events() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the audit log is full'; END $$`);
  await sql('CREATE TRIGGER refuse_events BEFORE INSERT ON event FOR EACH ROW EXECUTE FUNCTION refuse_events()');
}

export async function acceptEvents(): Promise<void> {
  await sql('DROP TRIGGER IF EXISTS refuse_events ON event');
  await sql('DROP FUNCTION IF EXISTS refuse_events()');
}

import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { askedWith } from '@/tests/support/requests';
import { createKeyFor, createViewer, sql } from '@/tests/support/world';
import { closeDatabase, database } from '../db/connection';
import { disconnectPrisma } from '../db/prisma';
import { authenticate } from './authenticate';

// The database's own clock is replaced by one that the tests set, so that boundaries can be met to the millisecond.
const start = new Date();
const at = (milliseconds: number) => new Date(start.getTime() + milliseconds);
const day = 24 * 60 * 60 * 1000;
const setClock = (time: Date) => sql('UPDATE test_clock SET now = $1', [time]);
const setReplica = (replica: boolean) => sql('UPDATE test_clock SET replica = $1', [replica]);

beforeAll(async () => {
  await sql('CREATE TABLE test_clock AS SELECT $1::timestamptz AS now, false AS replica', [start]);
  await sql(`CREATE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE AS
    'SELECT now FROM public.test_clock'`);
  await sql(`CREATE FUNCTION public.pg_is_in_recovery() RETURNS boolean LANGUAGE sql VOLATILE AS
    'SELECT replica FROM public.test_clock'`);
  const { kind } = await database();
  if (kind === 'embedded') {
    await sql('SET search_path = public, pg_catalog');
  } else {
    await sql(`DO $$ BEGIN
      EXECUTE format('ALTER DATABASE %I SET search_path = public, pg_catalog', current_database());
    END $$`);
    // It holds for connections from now on.
    await disconnectPrisma();
    await closeDatabase();
  }
});
afterEach(async () => {
  await setReplica(false);
  await setClock(start);
});

const verify = async (secret: string) => {
  const verdict = await authenticate(askedWith(secret));
  return verdict.status === 'refused' ? verdict.reason : verdict.status;
};
async function prepare(times: { expiresAt?: Date; deactivatedAt?: Date; deactivatedUntil?: Date } = {}) {
  const { viewer } = await createViewer();
  const { secret, clientId } = await createKeyFor(viewer, { expiry: { kind: 'never' } });
  await sql('UPDATE key SET expires_at = $2, deactivated_at = $3, deactivated_until = $4 WHERE client_id = $1', [
    clientId,
    times.expiresAt ?? null,
    times.deactivatedAt ?? null,
    times.deactivatedUntil ?? null,
  ]);
  const lastUsed = async () =>
    (
      await sql<{ at: Date }>(
        'SELECT last_used_at AS at FROM key_last_use u JOIN key k ON k.id = u.key_id WHERE k.client_id = $1',
        [clientId],
      )
    )[0]?.at;
  return { secret, clientId, lastUsed };
}
async function verifyAt(secret: string, ...offsets: number[]) {
  const verdicts: string[] = [];
  for (const offset of offsets) {
    await setClock(at(offset));
    verdicts.push(await verify(secret));
  }
  return verdicts;
}

describe('by the database’s clock', () => {
  test('a key is accepted until the millisecond before its expiry', async () => {
    const { secret } = await prepare({ expiresAt: at(day) });
    expect(await verifyAt(secret, day - 1, day, day + 1)).toEqual(['accepted', 'key_expired', 'key_expired']);
  });

  test('a timed pause ends at its instant', async () => {
    const { secret } = await prepare({ deactivatedAt: start, deactivatedUntil: at(day) });
    expect(await verifyAt(secret, day - 1, day, day + 1)).toEqual(['key_inactive', 'accepted', 'accepted']);
  });
});

describe('last used', () => {
  test('is written before the answer', async () => {
    const { secret, lastUsed } = await prepare();
    expect(await lastUsed()).toBeNull();
    expect(await verify(secret)).toBe('accepted');
    expect(await lastUsed()).toEqual(start);
  });

  test('is written at most once in 45 s, and before the answer when it would be 60 s behind', async () => {
    const { secret, lastUsed } = await prepare();
    await verifyAt(secret, 0, 1, 44_999);
    expect(await lastUsed()).toEqual(start);
    await verifyAt(secret, 60_000);
    expect(await lastUsed()).toEqual(at(60_000));
  });

  test('of a key in steady use is written soon enough that nobody has to wait for it', async () => {
    const { secret, lastUsed } = await prepare();
    await verifyAt(secret, 0, 45_000);
    await vi.waitFor(async () => expect(await lastUsed()).toEqual(at(45_000)));
    await verifyAt(secret, 60_000, 89_999);
    expect(await lastUsed()).toEqual(at(45_000));
  });

  test('never goes back, even if the clock does', async () => {
    const { secret, lastUsed } = await prepare();
    await verifyAt(secret, 600_000, 0, 120_000);
    expect(await lastUsed()).toEqual(at(600_000));
  });

  test('is written once by requests at the same time', async () => {
    const { secret, lastUsed } = await prepare();
    const verdicts = await Promise.all(Array.from({ length: 20 }, () => verify(secret)));
    expect(new Set(verdicts)).toEqual(new Set(['accepted']));
    expect(await lastUsed()).toEqual(start);
  });
});

test('a replica is not believed, neither for a known key nor for an unknown one', async () => {
  const { secret } = await prepare();
  await setReplica(true);
  expect(await verify(secret)).toBe('unavailable');
  const unknown = 'lk_sk_Latchkey01234567TestVectorNeverUseThisAsASecret01jntG9';
  expect(await verify(unknown)).toBe('unavailable');
  await setReplica(false);
  expect([await verify(secret), await verify(unknown)]).toEqual(['accepted', 'invalid_credential']);
});

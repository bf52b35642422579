/** What another process does between two statements of a look is never missed. Held apart by locks, not by luck. */
import { expect, test } from 'vitest';
import { openBarrier } from '@/tests/support/locks';
import { askedWith } from '@/tests/support/requests';
import { createKeyFor, createViewer, sql } from '@/tests/support/world';
import { authenticate } from './authenticate';
import { readRows } from './rows';

async function prepare() {
  const { viewer, tenant } = await createViewer();
  const key = await createKeyFor(viewer);
  await authenticate(askedWith(key.secret));
  return { tenant, ...key };
}
const outcome = async (secret: string) => {
  const verdict = await authenticate(askedWith(secret));
  return verdict.status === 'refused' ? verdict.reason : verdict.status;
};
const revoke = (clientId: string) =>
  sql('UPDATE key SET revoked_at = clock_timestamp() WHERE client_id = $1', [clientId]);

test('a change that is not committed alters no verdict; from its commit on every request sees it', async () => {
  const { secret, clientId } = await prepare();
  const barrier = await openBarrier();
  await barrier.run('UPDATE key SET revoked_at = clock_timestamp() WHERE client_id = $1', [clientId]);
  expect(await outcome(secret)).toBe('accepted');
  await barrier.release();
  expect(await outcome(secret)).toBe('key_revoked');
});

test('a change that was rolled back leaves the version as it was, and the next one moves it all the same', async () => {
  const { secret, clientId } = await prepare();
  await sql(`DO $$ BEGIN
    UPDATE key SET revoked_at = clock_timestamp() WHERE client_id = '${clientId}';
    RAISE EXCEPTION 'rolled back';
  EXCEPTION WHEN OTHERS THEN NULL;
  END $$`);
  expect(await outcome(secret)).toBe('accepted');
  await revoke(clientId);
  expect(await outcome(secret)).toBe('key_revoked');
});

test('a row that was read under an older version and kept over a newer one is not believed', async () => {
  const { clientId, secret } = await prepare();
  // Two looks at once: the first reads the row, and keeps it only after the second has kept a newer one.
  const [older] = await readRows([clientId]);
  await revoke(clientId);
  const [newer] = await readRows([clientId]);
  expect(newer?.row?.revokedAt).toBeInstanceOf(Date);
  if (!older?.row || !newer?.row) throw new Error('The key is gone.');
  const stale = { ...older.row };
  // What the slower look would leave in memory: the older row, with the version it was read under.
  for (const field of Object.keys(newer.row) as Array<keyof typeof stale>)
    Object.assign(newer.row, { [field]: stale[field] });
  expect(newer.row.revokedAt).toBeNull();
  expect(await outcome(secret)).toBe('key_revoked');
});

import { describe, expect, test, vi } from 'vitest';
import { askedWith } from '@/tests/support/requests';
import { createKeyFor, createViewer, sql } from '@/tests/support/world';
import { env } from '../env';
import { deleteKey } from '../keys/mutations';
import { digestSecret, mintCredential, secretFor } from '../keys/secret';
import { retireUsage } from '../usage/mutations';
import { authenticate } from './authenticate';
import { readRows } from './rows';
import { countRequest, flushUsage } from './usage';

async function prepare(policy: Parameters<typeof createViewer>[0] = {}) {
  const { viewer, tenant } = await createViewer({ maximumKeysPerUser: 100, deactivateBeforeDelete: false, ...policy });
  const key = await createKeyFor(viewer);
  const [stored] = await sql<{ id: string }>('SELECT id FROM key WHERE client_id = $1', [key.clientId]);
  return { viewer, tenant, ...key, keyId: stored?.id ?? '' };
}
type Outcomes = { [outcome: string]: number };

/** What is stored of a key's requests, by outcome, over all hours. */
async function counts(keyId: string): Promise<Outcomes> {
  const rows = await sql<{ outcome: string; requests: number }>(
    'SELECT outcome::text AS outcome, sum(requests)::int AS requests FROM key_usage_hour WHERE key_id = $1 GROUP BY outcome',
    [keyId],
  );
  return Object.fromEntries(rows.map(({ outcome, requests }) => [outcome, requests]));
}
const callers = (keyId: string) =>
  sql<{ address: string; client: string; requests: number }>(
    'SELECT address, client, requests::int AS requests FROM key_caller WHERE key_id = $1 ORDER BY requests DESC, address, client',
    [keyId],
  );
const setKey = (keyId: string, assignment: string) => sql(`UPDATE key SET ${assignment} WHERE id = $1`, [keyId]);
const verify = (secret: string, scopes: string[] = []) => authenticate(askedWith(secret, scopes));

/** The key's row as verification sees it. */
async function rowOf(clientId: string) {
  const [found] = await readRows([clientId]);
  if (!found?.row) throw new Error('There is no such key.');
  return { row: found.row, now: found.now };
}

describe('every answered request is counted by how it ended', () => {
  test('accepted, refused by reason, and nothing for what nobody can tell whose it is', async () => {
    const { secret, clientId, keyId, tenant } = await prepare();
    await Promise.all([verify(secret), verify(secret), verify(secret)]);
    await verify(secret, ['reports:read']);
    await verify(secretFor(clientId.slice(6), 'x'.repeat(32)));
    // Mistyped: its checksum is wrong.
    await verify(secret.slice(0, -1) + (secret.endsWith('0') ? '1' : '0'));
    await verify(mintCredential().secret);
    await authenticate(askedWith(null));
    await setKey(keyId, 'deactivated_at = clock_timestamp()');
    await verify(secret);
    await setKey(keyId, 'deactivated_at = NULL, expires_at = clock_timestamp()');
    await verify(secret);
    await setKey(keyId, 'revoked_at = clock_timestamp()');
    await verify(secret);
    await setKey(keyId, 'revoked_at = NULL, expires_at = NULL');
    await sql('UPDATE tenant SET api_keys_enabled = false WHERE id = $1', [tenant.id]);
    await verify(secret);
    await sql('UPDATE tenant SET api_keys_enabled = true WHERE id = $1', [tenant.id]);
    await sql('UPDATE member SET disabled_at = clock_timestamp() WHERE tenant_id = $1', [tenant.id]);
    await verify(secret);
    await flushUsage();
    expect(await counts(keyId)).toEqual({
      accepted: 3,
      insufficient_scope: 1,
      invalid_credential: 2,
      key_inactive: 1,
      key_expired: 1,
      key_revoked: 1,
      api_keys_disabled: 1,
      owner_disabled: 1,
    });
    expect(await callers(keyId)).toEqual([{ address: '203.0.113.7', client: 'curl', requests: 3 }]);
  });

  test('apart for the previous secret, during a rotation’s overlap and no longer', async () => {
    const { secret, clientId, keyId, tenant } = await prepare();
    const previous = secretFor(clientId.slice(6), 'p'.repeat(32));
    const { version, key: pepper } = env().peppers.current;
    await sql(
      `INSERT INTO key_secret (tenant_id, key_id, position, digest, pepper_version, first_four, last_four, ends_at)
       VALUES ($1, $2, 'previous', $3, $4, 'lk_s', 'pppp', clock_timestamp() + interval '1 hour')`,
      [tenant.id, keyId, new Uint8Array(digestSecret(pepper, tenant.id, clientId, previous)), version],
    );
    expect(await verify(previous)).toMatchObject({ status: 'accepted' });
    expect(await verify(previous)).toMatchObject({ status: 'accepted' });
    expect(await verify(secret)).toMatchObject({ status: 'accepted' });
    await sql(`UPDATE key_secret SET ends_at = clock_timestamp() WHERE key_id = $1 AND position = 'previous'`, [keyId]);
    expect(await verify(previous)).toEqual({ status: 'refused', reason: 'invalid_credential' });
    expect(await verify(secret)).toMatchObject({ status: 'accepted' });
    await flushUsage();
    expect(await counts(keyId)).toEqual({ accepted: 2, accepted_previous: 2, invalid_credential: 1 });
  });

  test('in the hour and on the day of the database’s clock', async () => {
    const { clientId, keyId } = await prepare();
    const { row } = await rowOf(clientId);
    const origin = { address: '198.51.100.1', userAgent: 'curl/8' };
    countRequest(row, 'accepted', origin, new Date('2026-03-01T23:59:59.999Z'));
    countRequest(row, 'accepted', origin, new Date('2026-03-02T00:00:00.000Z'));
    countRequest(row, 'accepted', origin, new Date('2026-03-02T00:59:59.999Z'));
    await flushUsage();
    expect(
      await sql('SELECT hour, requests::int AS requests FROM key_usage_hour WHERE key_id = $1 ORDER BY hour', [keyId]),
    ).toEqual([
      { hour: new Date('2026-03-01T23:00:00Z'), requests: 1 },
      { hour: new Date('2026-03-02T00:00:00Z'), requests: 2 },
    ]);
    expect(
      await sql('SELECT day::text AS day, requests::int AS requests FROM key_caller WHERE key_id = $1 ORDER BY day', [
        keyId,
      ]),
    ).toEqual([
      { day: '2026-03-01', requests: 1 },
      { day: '2026-03-02', requests: 2 },
    ]);
  });
});

describe('writing', () => {
  test('adds to what other processes and earlier flushes have written', async () => {
    const { secret, keyId } = await prepare();
    await verify(secret);
    await flushUsage();
    await sql('UPDATE key_usage_hour SET requests = requests + 10000000000 WHERE key_id = $1', [keyId]);
    await sql('UPDATE key_caller SET requests = requests + 5 WHERE key_id = $1', [keyId]);
    await verify(secret);
    await flushUsage();
    const [row] = await sql<{ requests: string }>(
      'SELECT requests::text AS requests FROM key_usage_hour WHERE key_id = $1',
      [keyId],
    );
    expect(row?.requests).toBe('10000000002');
    expect(await callers(keyId)).toEqual([{ address: '203.0.113.7', client: 'curl', requests: 7 }]);
  });

  test('loses nothing of the others when a key was deleted meanwhile', async () => {
    const gone = await prepare();
    const stays = await prepare();
    await verify(gone.secret);
    await verify(stays.secret);
    expect(await deleteKey(gone.viewer, gone.clientId)).toEqual({ status: 'done' });
    await flushUsage();
    expect(await counts(gone.keyId)).toEqual({});
    expect(await counts(stays.keyId)).toEqual({ accepted: 1 });
  });

  test('tries again what could not be written', async () => {
    const { secret, keyId } = await prepare();
    await verify(secret);
    await sql('ALTER TABLE key_usage_hour RENAME TO elsewhere');
    await flushUsage();
    await verify(secret);
    await sql('ALTER TABLE elsewhere RENAME TO key_usage_hour');
    await flushUsage();
    expect(await counts(keyId)).toEqual({ accepted: 2 });
    expect(await callers(keyId)).toEqual([{ address: '203.0.113.7', client: 'curl', requests: 2 }]);
  });

  test('happens by itself', async () => {
    const { secret, keyId } = await prepare();
    await verify(secret);
    await vi.waitFor(async () => expect(await counts(keyId)).toEqual({ accepted: 1 }), { timeout: 10_000 });
  });

  test('at once for a young secret, without writing all the others’ counts so often', async () => {
    const fresh = await prepare();
    const settled = await prepare();
    await sql(`UPDATE key_secret SET minted_at = minted_at - interval '1 hour' WHERE key_id = $1`, [settled.keyId]);
    await verify(settled.secret);
    await verify(fresh.secret);
    await vi.waitFor(async () => expect(await counts(fresh.keyId)).toEqual({ accepted: 1 }), { timeout: 4_000 });
    expect(await counts(settled.keyId)).toEqual({});
    await vi.waitFor(async () => expect(await counts(settled.keyId)).toEqual({ accepted: 1 }), { timeout: 10_000 });
  });
});

describe('callers', () => {
  test('are kept up to 20 a key and day, those first seen; the others’ requests are counted all the same', async () => {
    const { clientId, keyId } = await prepare();
    const { row, now } = await rowOf(clientId);
    const call = (number: number) =>
      countRequest(row, 'accepted', { address: `198.51.100.${number}`, userAgent: `program-${number % 3}/1` }, now);
    for (let number = 1; number <= 12; number++) call(number);
    await flushUsage();
    for (let number = 1; number <= 40; number++) call(number);
    call(40);
    await flushUsage();
    const kept = await callers(keyId);
    expect(kept).toHaveLength(20);
    // The twelve of the first flush stay, and go on being counted.
    expect(kept.filter(({ requests }) => requests === 2)).toHaveLength(12);
    expect(await counts(keyId)).toEqual({ accepted: 53 });
  });

  test('take no memory beyond that, however many there are', async () => {
    const { clientId, keyId } = await prepare();
    const { row, now } = await rowOf(clientId);
    for (let number = 0; number < 100_000; number++)
      countRequest(row, 'accepted', { address: `2001:db8::${number.toString(16)}`, userAgent: 'curl/8' }, now);
    await flushUsage();
    expect(await callers(keyId)).toHaveLength(20);
    expect(await counts(keyId)).toEqual({ accepted: 100_000 });
  });
});

describe('after 35 days', () => {
  const insertHours = `INSERT INTO key_usage_hour (tenant_id, key_id, hour, outcome, requests)
    SELECT tenant_id, id, hour, 'accepted', 10 FROM key, generate_series($2::timestamptz, $3::timestamptz, interval '1 hour') AS hour
     WHERE id = $1`;

  test('hours are summed up by day, whole days only, once, and callers are forgotten', async () => {
    const { keyId } = await prepare();
    await sql(insertHours, [keyId, '2026-01-01T22:00:00Z', '2026-01-03T01:00:00Z']);
    await sql(
      `INSERT INTO key_caller (tenant_id, key_id, day, address, client, requests)
       SELECT tenant_id, id, day::date, '198.51.100.1', 'curl', 3 FROM key, unnest(ARRAY['2026-01-02', '2026-01-03']) AS day WHERE id = $1`,
      [keyId],
    );
    const now = new Date('2026-02-07T00:30:00Z');
    await retireUsage(now);
    await retireUsage(now);
    const days = await sql(
      'SELECT day::text AS day, requests::int AS requests FROM key_usage_day WHERE key_id = $1 ORDER BY day',
      [keyId],
    );
    expect(days).toEqual([
      { day: '2026-01-01', requests: 20 },
      { day: '2026-01-02', requests: 240 },
    ]);
    expect(await counts(keyId)).toEqual({ accepted: 20 });
    expect(await sql('SELECT day::text AS day FROM key_caller WHERE key_id = $1', [keyId])).toEqual([
      { day: '2026-01-03' },
    ]);
  });

  test('an hour that comes late is added to its day', async () => {
    const { keyId } = await prepare();
    const now = new Date('2026-03-07T00:30:00Z');
    for (let round = 0; round < 2; round++) {
      await sql(insertHours, [keyId, '2026-01-02T03:00:00Z', '2026-01-02T03:00:00Z']);
      await retireUsage(now);
    }
    expect(await sql('SELECT requests::int AS requests FROM key_usage_day WHERE key_id = $1', [keyId])).toEqual([
      { requests: 20 },
    ]);
  });
});

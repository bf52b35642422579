import type pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { openBarrier } from '@/tests/support/locks';
import { type PostgresServer, startPostgres } from '@/tests/support/postgres';
import { startProxy } from '@/tests/support/proxy';
import { askedWith, requestWith } from '@/tests/support/requests';
import { createKeyFor, createViewer, sql } from '@/tests/support/world';
import { closeDatabase, database } from '../db/connection';
import { migrate } from '../db/migrate';
import { disconnectPrisma } from '../db/prisma';
import { authenticate } from './authenticate';
import { answerEndpoint } from './endpoints';
import { flushUsage } from './usage';

// A server of this file's own, since it is going to be frozen and killed.
const server: PostgresServer = await startPostgres({ durable: true });
await server.run('CREATE DATABASE faults');
const throughProxy = new URL(server.url('faults'));
const proxy = await startProxy({ host: throughProxy.hostname, port: Number(throughProxy.port) });
throughProxy.port = String(proxy.port);
process.env.DATABASE_URL = throughProxy.href;
await migrate();
const { viewer } = await createViewer({ maximumKeysPerUser: 100 });
const { secret, clientId } = await createKeyFor(viewer);

async function verify() {
  const begun = performance.now();
  const { status } = await authenticate(askedWith(secret));
  return { status, milliseconds: performance.now() - begun };
}
/** The contract's second, and what a busy machine adds before a timer fires. */
const second = 1_000 + 250;

async function expectUnavailable(requests: number) {
  const outcomes = await Promise.all(Array.from({ length: requests }, verify));
  expect(new Set(outcomes.map((outcome) => outcome.status))).toEqual(new Set(['unavailable']));
  expect(Math.max(...outcomes.map((outcome) => outcome.milliseconds))).toBeLessThan(second);
}
/** It heals by itself, within two seconds (and what a busy machine adds) of the database's return. */
async function expectHealed() {
  const begun = performance.now();
  await vi.waitFor(async () => expect((await verify()).status).toBe('accepted'), { timeout: 20_000, interval: 20 });
  expect(performance.now() - begun).toBeLessThan(2_000 + 1_000);
}

afterEach(() => {
  server.thaw();
  proxy.delay(0);
});
afterAll(async () => {
  await disconnectPrisma().catch(() => {});
  await closeDatabase().catch(() => {});
  await proxy.close();
  await server.remove();
});

describe('503 within a second, never 200 or 401, and it heals by itself', () => {
  test('while the server is frozen', async () => {
    await expectHealed();
    await server.freeze();
    await expectUnavailable(1);
    // More than there are connections.
    await expectUnavailable(40);
    const reply = await answerEndpoint(requestWith(secret));
    expect(reply).toMatchObject({ status: 503, headers: { 'Retry-After': '1', 'Cache-Control': 'no-store' } });
    expect(await answerEndpoint(requestWith(null, '/readyz'))).toMatchObject({ status: 503 });
    expect(await answerEndpoint(requestWith(null, '/healthz'))).toMatchObject({ status: 200 });
    server.thaw();
    await expectHealed();
  });

  test('when the server crashes, and while it is down', async () => {
    await expectHealed();
    const flying = Array.from({ length: 20 }, verify);
    await server.stop('immediate');
    for (const outcome of await Promise.all(flying)) expect(['accepted', 'unavailable']).toContain(outcome.status);
    await expectUnavailable(10);
    await server.start();
    await expectHealed();
  });

  test('when all connections hang and never answer again', async () => {
    await expectHealed();
    await Promise.all(Array.from({ length: 20 }, verify));
    proxy.silence();
    await expectUnavailable(8);
    await expectHealed();
  });

  test('when the connections are reset', async () => {
    await expectHealed();
    const flying = Array.from({ length: 20 }, verify);
    proxy.reset();
    for (const outcome of await Promise.all(flying)) expect(['accepted', 'unavailable']).toContain(outcome.status);
    await expectHealed();
  });

  test('when every answer comes too late', async () => {
    await expectHealed();
    proxy.delay(2_000);
    await expectUnavailable(10);
    proxy.delay(0);
    await expectHealed();
  });

  test('when every connection is taken', async () => {
    const open = await database();
    if (open.kind !== 'postgres') throw new Error('This test needs PostgreSQL.');
    const taken: pg.PoolClient[] = [];
    for (let count = 0; count < (open.verificationPool.options.max ?? 0); count++)
      taken.push(await open.verificationPool.connect());
    await expectUnavailable(10);
    for (const client of taken) client.release();
    await expectHealed();
  });

  test('when the table that every verdict rests on is locked', async () => {
    const barrier = await openBarrier();
    await barrier.run('LOCK TABLE tenant_version');
    await expectUnavailable(10);
    await barrier.release();
    await expectHealed();
  });
});

describe('a request is counted once', () => {
  /** Counts a request while the commit of its count waits for a lock, in a trigger that is deferred until then. */
  async function countUntilCommit() {
    await flushUsage();
    const [before] = await stored();
    expect((await verify()).status).toBe('accepted');
    const barrier = await openBarrier(server.url('faults'));
    await barrier.run('SELECT 1 FROM commit_gate FOR UPDATE');
    const written = flushUsage();
    await barrier.waited();
    return { barrier, written, before: before?.requests ?? 0 };
  }
  const stored = () =>
    sql<{ requests: number }>(`SELECT sum(requests)::int AS requests FROM key_usage_hour WHERE outcome = 'accepted'`);

  beforeAll(async () => {
    await expectHealed();
    await server.run(
      `CREATE TABLE commit_gate AS SELECT 1;
       CREATE FUNCTION wait_at_commit() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN PERFORM 1 FROM commit_gate FOR UPDATE; RETURN NULL; END $$;
       CREATE CONSTRAINT TRIGGER wait_at_commit AFTER INSERT OR UPDATE ON key_usage_hour
         DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait_at_commit()`,
      'faults',
    );
  });
  afterAll(() => server.run('DROP TRIGGER wait_at_commit ON key_usage_hour', 'faults'));

  test('although the connection breaks before the commit is answered', async () => {
    const { barrier, written, before } = await countUntilCommit();
    proxy.reset();
    await barrier.release();
    await written;
    await flushUsage();
    expect(await stored()).toEqual([{ requests: before + 1 }]);
  });

  test('although the commit is answered too late', async () => {
    const { barrier, written, before } = await countUntilCommit();
    // The client gives up on its connection and asks what became of the transaction, which goes on.
    await vi.waitFor(async () => expect(await asked('pg_xact_status')).toBe(true), { timeout: 20_000, interval: 20 });
    await barrier.release();
    await written;
    await flushUsage();
    expect(await stored()).toEqual([{ requests: before + 1 }]);
  });

  test('although the database ends the transaction in the middle of the commit', async () => {
    const { barrier, written, before } = await countUntilCommit();
    await sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'`);
    await barrier.release();
    await written;
    await flushUsage();
    expect(await stored()).toEqual([{ requests: before + 1 }]);
  });

  /** Whether a connection's latest statement has these words. */
  async function asked(words: string): Promise<boolean> {
    const [found] = await sql<{ asked: boolean }>(
      'SELECT count(*) > 0 AS asked FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND position($1 IN query) > 0',
      [words],
    );
    return found?.asked ?? false;
  }
});

test('last use that cannot be written keeps nobody waiting but whose use would be a minute behind', async () => {
  const usedAgo = async (seconds: number) => {
    await sql(`UPDATE key_last_use SET last_used_at = clock_timestamp() - $1 * interval '1 second'`, [seconds]);
    // The row is read anew, or the process would still know the later time.
    await sql('UPDATE tenant SET name = name WHERE id = $1', [viewer.tenantId]);
  };
  const behind = async () => {
    const [row] = await sql<{ seconds: number }>(
      'SELECT extract(epoch FROM clock_timestamp() - max(last_used_at))::float8 AS seconds FROM key_last_use',
    );
    return row?.seconds;
  };
  await expectHealed();
  await usedAgo(50);
  const barrier = await openBarrier();
  await barrier.run('SELECT 1 FROM key_last_use FOR UPDATE');
  expect((await verify()).status).toBe('accepted');
  await barrier.waited();
  expect((await verify()).status).toBe('accepted');
  await barrier.release();
  await vi.waitFor(async () => expect(await behind()).toBeLessThan(45));

  await usedAgo(60);
  const another = await openBarrier();
  await another.run('SELECT 1 FROM key_last_use FOR UPDATE');
  await expectUnavailable(1);
  await another.release();
  await expectHealed();
  expect(await behind()).toBeLessThan(45);
});

test('a revoke between the look-up and the last-used write stays a revoke', async () => {
  await expectHealed();
  await sql(`UPDATE key_last_use SET last_used_at = last_used_at - interval '1 hour'`);
  // The row is read anew, or the process would still know the later time.
  await sql('UPDATE tenant SET name = name WHERE id = $1', [viewer.tenantId]);
  const barrier = await openBarrier();
  await barrier.run('SELECT 1 FROM key_last_use FOR UPDATE');
  const verifying = verify();
  await barrier.waited();
  await sql('UPDATE key SET revoked_at = clock_timestamp() WHERE client_id = $1', [clientId]);
  await barrier.release();
  // It began before the revoke was acknowledged; a slow machine may have passed its deadline.
  expect((await verifying).status).not.toBe('refused');
  const [row] = await sql<{ revoked: boolean }>(
    'SELECT revoked_at IS NOT NULL AS revoked FROM key WHERE client_id = $1',
    [clientId],
  );
  expect(row).toEqual({ revoked: true });
  expect((await verify()).status).toBe('refused');
});

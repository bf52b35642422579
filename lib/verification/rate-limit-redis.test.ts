/** Limits that several processes count together, in a real Redis. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';

const missing = spawnSync('redis-server', ['--version']).error !== undefined;
const vary = vi.hoisted(() => ({ redisUrl: '' }));
vi.mock('../env', () => ({ env: () => ({ redisUrl: vary.redisUrl, logLevel: 'silent' }) }));

let redis: ChildProcess;
let port = 0;

async function startRedis(): Promise<void> {
  redis = spawn('redis-server', ['--port', String(port), '--save', '', '--appendonly', 'no', '--bind', '127.0.0.1']);
  let said = '';
  for await (const chunk of redis.stdout ?? []) {
    said += String(chunk);
    if (said.includes('Ready to accept connections')) return;
  }
  throw new Error(`redis-server did not start: ${said}`);
}
async function stopRedis(): Promise<void> {
  if (redis.exitCode !== null || redis.signalCode !== null) return;
  const ended = once(redis, 'exit');
  redis.kill('SIGKILL');
  await ended;
}

/** A process's own counter: the module is loaded anew. */
async function anotherProcess() {
  vi.resetModules();
  const { takeFromRateLimit, closeRateLimits } = await import('./rate-limit');
  closers.push(closeRateLimits);
  return takeFromRateLimit;
}
const closers: Array<() => void> = [];

beforeAll(async () => {
  if (missing) return;
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  port = (probe.address() as { port: number }).port;
  await new Promise((resolve) => probe.close(resolve));
  vary.redisUrl = `redis://127.0.0.1:${port}`;
  await startRedis();
});
afterAll(async () => {
  for (const close of closers) close();
  if (!missing) await stopRedis();
});

test.skipIf(missing)('two processes count a key’s requests together (needs redis-server)', async () => {
  const [left, right] = [await anotherProcess(), await anotherProcess()];
  const taken = await Promise.all([1, 2, 3, 4, 5, 6].map((number) => (number % 2 ? left : right)('shared', 4)));
  expect(taken.filter(({ exceeded }) => exceeded)).toHaveLength(2);
});

test.skipIf(missing)(
  'without Redis each goes on counting alone, at once, and together again when it is back (needs redis-server)',
  async () => {
    const [take, other] = [await anotherProcess(), await anotherProcess()];
    await other('before', 2);
    expect(await take('before', 2)).toMatchObject({ exceeded: false, remaining: 0 });
    await stopRedis();
    const begun = performance.now();
    const first = await take('outage', 2);
    await take('outage', 2);
    expect(first.exceeded).toBe(false);
    expect(await take('outage', 2)).toMatchObject({ exceeded: true, remaining: 0 });
    expect(performance.now() - begun).toBeLessThan(700);
    await startRedis();
    await vi.waitFor(
      async () => {
        const { remaining } = await take('back', 1_000);
        expect((await other('back', 1_000)).remaining).toBe(remaining - 1);
      },
      { timeout: 15_000 },
    );
  },
);

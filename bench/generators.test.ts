/** The bench's own processes, as far as they run without the peers: what is not 200 must never count as speed. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mintCredential } from '../lib/keys/secret';
import { closedLoop, generator, type Load, openLoop, type Target } from './load';
import { type Running, startServer } from './servers';

const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-bench-'));
const file = (name: string, lines: string[]) => {
  const place = path.join(folder, name);
  writeFileSync(place, `${lines.join('\n')}\n`);
  return place;
};
const secrets = Array.from({ length: 10 }, () => mintCredential().secret);
const authorizations = secrets.map((secret) => `Authorization: Bearer ${secret}`);
const good = file('good', authorizations);
const oneBad = file('one-bad', [...authorizations, 'Authorization: Bearer nobody']);
let map: Running;

beforeAll(async () => {
  const settings = { BENCH_SECRETS: file('secrets', secrets) };
  map = await startServer({ args: [path.join(import.meta.dirname, 'servers/map.mjs')], settings });
});

afterAll(async () => {
  await map.stop();
  rmSync(folder, { recursive: true });
});

const generators: Array<[string, (target: Target) => Promise<Load>]> = [
  ['the open loop', (target) => openLoop(target, 200, 0.5)],
  ...(generator.startsWith('wrk')
    ? ([['wrk', (target: Target) => closedLoop(target, 2, 1)]] as Array<[string, (target: Target) => Promise<Load>]>)
    : []),
];

test.each(generators)('%s presents the keys of the file and measures', async (_, load) => {
  const measured = await load({ url: map.origin, headersFile: good });
  expect(measured.errors).toBe(0);
  expect(measured.requestsPerSecond).toBeGreaterThan(0);
  expect(measured.p99).toBeGreaterThanOrEqual(measured.p50);
});

test.each(generators)('%s counts every refused request as an error', async (_, load) => {
  expect((await load({ url: map.origin, headersFile: oneBad })).errors).toBeGreaterThan(0);
});

test('requests that were due while the server stood still count as late, not only the one that it stood still for', async () => {
  // It stands still for 300 ms, in which 60 requests are due: more than the slowest hundredth.
  const stalling = `let requests = 0;
    require('node:http').createServer((_, response) => {
      if (++requests === 80) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
      response.end();
    }).listen(process.env.PORT, '127.0.0.1');`;
  const server = await startServer({ args: ['-e', stalling] });
  const { p99, errors } = await openLoop({ url: server.origin, headersFile: good }, 200, 1);
  await server.stop();
  expect(errors).toBe(0);
  expect(p99).toBeGreaterThan(200);
});

test('each key is presented once before the open loop measures, as by services that have been calling for a while', async () => {
  // Once for the connections, once before measuring.
  const slowTwice = `const times = {};
    require('node:http').createServer(({ headers: { authorization } }, response) => {
      times[authorization] = (times[authorization] ?? 0) + 1;
      setTimeout(() => response.end(), times[authorization] <= 2 ? 300 : 0);
    }).listen(process.env.PORT, '127.0.0.1');`;
  const server = await startServer({ args: ['-e', slowTwice] });
  const { p99 } = await openLoop({ url: server.origin, headersFile: good }, 200, 1);
  await server.stop();
  expect(p99).toBeLessThan(200);
});

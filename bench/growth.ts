/**
 * npm run bench -- --growth: whether verification gets slower when the database grows from 10,000 to 1,000,000 keys. Two
 * databases in one server, a verifier on each, asked in turn; five minutes. Its sentence is kept in docs/performance.md.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startPostgres } from '../tests/support/postgres';
import { runScript } from '../tests/support/script';
import { authorizePath } from './contestants';
import { fillLatchkey } from './latchkey-keys';
import { closedLoop } from './load';
import { present } from './present';
import { withResults } from './report';
import { startServer, verifierArguments } from './servers';
import { figureOf } from './statistics';

const sizes = [10_000, 1_000_000] as const;
/** Steps that visit every key of a size once, and spread those in use alike over its tenants, scopes and pages of the disk. */
const steps = { 10000: 6_173, 1000000: 617_293 } as const;
const inUse = 1_000;
const rounds = 8;
const seconds = 4;
/** Presented for the first time: each has to be found in the database. */
const coldKeys = 1_000;
const coldParts = 6;
const document = 'docs/performance.md';

for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => process.exit(1));
const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-growth-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

const postgres = await startPostgres({ durable: true });
const worlds = [];
for (const size of sizes) worlds.push(await prepare(size));

const ratios: number[] = [];
for (let round = 0; round < rounds; round++) {
  const speeds: number[] = [];
  for (const world of inTurn(round)) {
    const { url, headersFile } = worlds[world] as (typeof worlds)[number];
    const load = await closedLoop({ url, headersFile }, 32, seconds);
    if (load.errors > 0) throw new Error(`${load.errors} requests were not answered with 200.`);
    speeds[world] = load.requestsPerSecond;
  }
  const [small = 0, large = 0] = speeds;
  console.error(`  ${small.toFixed(0)}/s with ${sizes[0]} keys, ${large.toFixed(0)}/s with ${sizes[1]}`);
  ratios.push(large / small);
}
// In parts, the first of which warms the program up that presents them.
const cold = [0, 0];
for (let part = 0; part <= coldParts; part++) {
  for (const world of inTurn(part)) {
    const { url, secrets } = worlds[world] as (typeof worlds)[number];
    const took = await presentOnce(url, secrets.slice(part * coldKeys, (part + 1) * coldKeys));
    if (part > 0) cold[world] = (cold[world] ?? 0) + took;
  }
}
const [coldSmall = 0, coldLarge = 0] = cold;
const percent = (ratio: number) => `${(ratio * 100).toFixed(0)} %`;
const { median, low, high } = figureOf(ratios) ?? { median: 0, low: 0, high: 0 };
const text = `With 1,000,000 keys instead of 10,000 a verifier answers ${percent(median)} (${percent(low)}–${percent(high)}) of the requests per second when 1,000 keys are used in turn; ${(coldParts * coldKeys).toLocaleString('en')} keys that it has not seen before take ${percent(coldLarge / coldSmall)} of the time.`;
console.log(text);
writeFileSync(document, withResults(readFileSync(document, 'utf8'), text, 'growth'));
process.exit(0);

async function prepare(size: (typeof sizes)[number]) {
  console.error(`Filling a database with ${size} keys`);
  const database = `latchkey_${size}`;
  await postgres.run(`CREATE DATABASE ${database}`);
  const pepper = randomBytes(32);
  const settings = {
    DATABASE_URL: postgres.url(database),
    NEXTAUTH_SECRET: randomBytes(32).toString('base64'),
    LATCHKEY_PEPPERS: `1:${pepper.toString('base64')}`,
    LATCHKEY_AUDIT_KEY: `1:${randomBytes(32).toString('base64')}`,
    LATCHKEY_VAULT_KEYS: `1:${randomBytes(32).toString('base64')}`,
    LOG_LEVEL: 'error',
  };
  await runScript('scripts/db-migrate.ts', [], settings);
  const keys = await fillLatchkey(settings.DATABASE_URL, pepper, size);
  const spread = (from: number, count: number) =>
    Array.from({ length: count }, (_, index) => {
      const key = keys[((from + index) * steps[size]) % size];
      return `Authorization: Bearer ${key?.secret}`;
    });
  const headersFile = path.join(folder, database);
  writeFileSync(headersFile, `${spread(0, inUse).join('\n')}\n`, { mode: 0o600 });
  const server = await startServer({ args: verifierArguments, settings });
  const url = server.origin + authorizePath;
  await closedLoop({ url, headersFile }, 32, seconds);
  return { url, headersFile, secrets: spread(inUse, (coldParts + 1) * coldKeys) };
}

/** Who is asked first changes each time: the machine may be faster later. */
function inTurn(round: number): readonly number[] {
  return round % 2 === 0 ? [0, 1] : [1, 0];
}

/** @returns milliseconds */
async function presentOnce(url: string, secrets: string[]): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: 32 });
  let next = 0;
  const begin = performance.now();
  const presentSome = async () => {
    for (let secret = secrets[next++]; secret !== undefined; secret = secrets[next++]) {
      const status = await present(agent, url, secret);
      if (status !== 200) throw new Error(`A good key was answered with ${status}.`);
    }
  };
  await Promise.all(Array.from({ length: 32 }, presentSome));
  const took = performance.now() - begin;
  agent.destroy();
  return took;
}

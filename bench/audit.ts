/**
 * npm run bench -- --audit: what it costs that every change appends to its tenant's audit log. The same program creates keys
 * with the log and without, in turn, for one tenant and for fifty; two minutes. Its sentences are kept in
 * docs/performance.md; --quick, a few seconds and nothing to quote.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { bundleOptions } from '../scripts/bundle.mjs';
import { startPostgres } from '../tests/support/postgres';
import { runScript } from '../tests/support/script';
import type { CreationResult, CreationTask } from './creator';
import type { Load } from './load';
import { withResults } from './report';
import { measureRounds } from './rounds';
import { type Figure, figureOf } from './statistics';

const concurrency = 16;
const quick = process.argv.includes('--quick');
const seconds = quick ? 1 : 3;
const rounds = quick ? 1 : 8;
const document = 'docs/performance.md';
type Contestant = 'with events' | 'without';

for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => process.exit(1));
const postgres = await startPostgres({ durable: true });
await postgres.run('CREATE DATABASE latchkey');
const settings = {
  DATABASE_URL: postgres.url('latchkey'),
  NEXTAUTH_SECRET: randomBytes(32).toString('base64'),
  LATCHKEY_PEPPERS: `1:${randomBytes(32).toString('base64')}`,
  LATCHKEY_AUDIT_KEY: `1:${randomBytes(32).toString('base64')}`,
  LATCHKEY_VAULT_KEYS: `1:${randomBytes(32).toString('base64')}`,
  NODE_ENV: 'production' as const,
};
await runScript('scripts/db-migrate.ts', [], settings);
const creators = { 'with events': await startCreator('with events'), without: await startCreator('without') };

const sentences: string[] = [];
for (const tenants of [1, 50]) {
  // Caches, plans and the pages of the disk first.
  for (const name of ['without', 'with events'] as const) await create(name, tenants);
  const { baseline, contestants } = await measureRounds<Contestant>({
    contestants: ['with events'],
    baseline: 'without',
    rounds,
    tries: 3,
    run: (name) => create(name, tenants),
    figure: (load) => load.requestsPerSecond,
    steadiness: (load) => load.requestsPerSecond,
  });
  const series = contestants.get('with events');
  const ratios = (series?.ratios ?? []).filter((ratio) => ratio !== null);
  sentences.push(sentenceOf(tenants, series?.loads ?? [], baseline, figureOf(ratios)));
}
const text = sentences.join('\n');
console.log(text);
if (!quick) writeFileSync(document, withResults(readFileSync(document, 'utf8'), text, 'audit'));
process.exit(0);

/** The product's own code, bundled as the server is; only what appends is exchanged where there are to be no events. */
async function startCreator(name: Contestant): Promise<ChildProcess> {
  const outfile = `dist/bench-creator-${name === 'without' ? 'without' : 'with'}.mjs`;
  const silence = {
    name: 'no-events',
    setup({ onResolve }: import('esbuild').PluginBuild) {
      onResolve({ filter: /\/audit\/mutations$/ }, () => ({ path: path.resolve('bench/no-events.ts') }));
    },
  };
  await build({
    ...bundleOptions,
    entryPoints: ['bench/creator.ts'],
    outfile,
    plugins: name === 'without' ? [silence] : [],
  });
  // Its log goes the way of a server's: it is written, too.
  const child = fork(outfile, {
    env: { PATH: process.env.PATH, ...settings },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  child.once('exit', () => process.exit(1));
  process.once('exit', () => child.kill('SIGKILL'));
  return child;
}

async function create(name: Contestant, tenants: number): Promise<Load> {
  const result = await new Promise<CreationResult>((resolve) => {
    creators[name].once('message', (message) => resolve(message as CreationResult));
    creators[name].send({ tenants, concurrency, seconds } satisfies CreationTask);
  });
  const { created, events, p50, p99 } = result;
  if (events !== (name === 'without' ? 0 : created)) throw new Error(`${created} keys made ${events} events.`);
  const requestsPerSecond = created / result.seconds;
  console.error(`  ${tenants} tenants, ${name}: ${requestsPerSecond.toFixed(0)} creates/s, p99 ${p99.toFixed(0)} ms`);
  return { requestsPerSecond, p50, p99, errors: 0 };
}

function sentenceOf(tenants: number, withEvents: Load[], without: Load[], ratio: Figure | null): string {
  const spread = (figure: Figure | null, text: (value: number) => string) =>
    figure ? `${text(figure.median)} (${text(figure.low)}–${text(figure.high)})` : 'nothing that held';
  const speed = (loads: Load[]) =>
    spread(figureOf(loads.map((load) => load.requestsPerSecond)), (value) => value.toFixed(0));
  const percent = spread(ratio, (value) => `${(value * 100).toFixed(0)} %`);
  const where = tenants === 1 ? 'one tenant' : `${tenants} tenants`;
  return `- In ${where}: ${speed(withEvents)} creates/s with events, ${speed(without)} without; ${percent}.`;
}

/**
 * Part of npm run test:soak: 100,000 keys are presented to one verifier without pause, for 30 minutes or as many as are
 * given, and its resident memory is printed each minute. Fails when it keeps growing, or when a request is not answered
 * with 200.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startPostgres } from '../tests/support/postgres';
import { runScript } from '../tests/support/script';
import { fillLatchkey } from './latchkey-keys';
import { closedLoop } from './load';
import { residentMiB, startServer, verifierArguments } from './servers';

const minutes = Number(process.argv[2] ?? 30);
/** Until then caches and the collector's generations find their sizes. */
const warmUp = Math.max(1, Math.round(minutes / 6));

for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => process.exit(1));
const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-soak-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

const postgres = await startPostgres({ durable: true });
await postgres.run('CREATE DATABASE latchkey');
const pepper = randomBytes(32);
const settings = {
  DATABASE_URL: postgres.url('latchkey'),
  NEXTAUTH_SECRET: randomBytes(32).toString('base64'),
  LATCHKEY_PEPPERS: `1:${pepper.toString('base64')}`,
  LATCHKEY_AUDIT_KEY: `1:${randomBytes(32).toString('base64')}`,
  LATCHKEY_VAULT_KEYS: `1:${randomBytes(32).toString('base64')}`,
  LOG_LEVEL: 'error',
};
await runScript('scripts/db-migrate.ts', [], settings);
const keys = await fillLatchkey(settings.DATABASE_URL, pepper, 100_000);
const headersFile = path.join(folder, 'keys');
writeFileSync(headersFile, `${keys.map(({ secret }) => `Authorization: Bearer ${secret}`).join('\n')}\n`, {
  mode: 0o600,
});

const server = await startServer({ args: verifierArguments, settings });
const resident: number[] = [];
let errors = 0;
for (let minute = 1; minute <= minutes; minute++) {
  const load = await closedLoop({ url: `${server.origin}/api/v1/authorize`, headersFile }, 32, 60);
  errors += load.errors;
  resident.push(residentMiB(server.pid) ?? 0);
  console.log(
    `${minute} min: ${load.requestsPerSecond.toFixed(0)} requests/s, p99 ${load.p99.toFixed(1)} ms, ${resident.at(-1)?.toFixed(0)} MiB`,
  );
}
await server.stop();
const early = Math.max(...resident.slice(0, warmUp));
const late = Math.min(...resident.slice(-warmUp));
console.log(
  `${errors} errors; resident memory at most ${early.toFixed(0)} MiB at first, at least ${late.toFixed(0)} MiB at last.`,
);
process.exit(errors === 0 && late <= early * 1.1 ? 0 : 1);

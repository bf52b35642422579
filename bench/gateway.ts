/**
 * npm run bench -- --gateway: what a call through the gateway costs over a direct one, how many a verifier brings against nginx
 * that asks the same verifier about each request, and what a large answer takes of memory. Two minutes; its sentences are kept
 * in docs/performance.md; --quick, a few seconds and nothing to quote.
 */
import { spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { keyringProvider } from '../lib/vault/key-provider';
import { seal } from '../lib/vault/seal';
import { startPostgres } from '../tests/support/postgres';
import { runScript } from '../tests/support/script';
import { fillLatchkey } from './latchkey-keys';
import { closedLoop, type Load } from './load';
import { withResults } from './report';
import { residentMiB, startServer, verifierArguments } from './servers';
import { type Figure, figureOf } from './statistics';

const quick = process.argv.includes('--quick');
const seconds = quick ? 1 : 3;
const rounds = quick ? 1 : 5;
const streamed = quick ? 100_000_000 : 1_000_000_000;
const many = 32;
const document = 'docs/performance.md';
const port = 8_123;
type Name = 'direct' | 'gateway' | 'nginx';
const names = ['direct', 'gateway', 'nginx'] as const;

for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => process.exit(1));
const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-gateway-'));
const upstream = await startServer({ args: [path.join(import.meta.dirname, 'servers/upstream.mjs')] });
const postgres = await startPostgres();
await postgres.run('CREATE DATABASE latchkey');
const [pepper, vaultKey] = [randomBytes(32), randomBytes(32)];
const settings = {
  DATABASE_URL: postgres.url('latchkey'),
  NEXTAUTH_SECRET: randomBytes(32).toString('base64'),
  LATCHKEY_PEPPERS: `1:${pepper.toString('base64')}`,
  LATCHKEY_AUDIT_KEY: `1:${randomBytes(32).toString('base64')}`,
  LATCHKEY_VAULT_KEYS: `1:${vaultKey.toString('base64')}`,
  LATCHKEY_GATEWAY_ALLOW: new URL(upstream.origin).host,
  LOG_LEVEL: 'error',
};
await runScript('scripts/db-migrate.ts', [], settings);
const [key] = await fillLatchkey(settings.DATABASE_URL, pepper, 1_000);
const secret = key?.secret ?? '';
await insertConnection();
const verifier = await startServer({ args: verifierArguments, settings: { ...settings, VERIFIER_PROCESSES: '1' } });
await startNginx();
const headersFile = path.join(folder, 'key');
writeFileSync(headersFile, `Authorization: Bearer ${secret}\n`, { mode: 0o600 });
const urls: Record<Name, string> = {
  direct: `${upstream.origin}/v1/chat`,
  gateway: `${verifier.origin}/api/v1/connect/bench/chat`,
  nginx: `http://127.0.0.1:${port}/v1/chat`,
};

const alone = await measure(1);
const together = await measure(many);
const over = (name: Name) => figureOf(alone[name].map((load, round) => load.p50 - (alone.direct[round] as Load).p50));
const share = figureOf(
  together.gateway.map((load, round) => load.requestsPerSecond / (together.nginx[round] as Load).requestsPerSecond),
);
const text = [
  `- One call after the other: ${spread(over('gateway'), milliseconds)} over a direct call (p50); nginx with \`auth_request\` to the same verifier ${spread(over('nginx'), milliseconds)}.`,
  `- ${many} calls at once: ${rates('gateway')} requests/s through one verifier, ${rates('nginx')} through nginx and that verifier, ${rates('direct')} directly; ${spread(share, (value) => value.toFixed(2))} of nginx.`,
  `- ${await memorySentence()}`,
].join('\n');
console.log(text);
if (!quick) writeFileSync(document, withResults(readFileSync(document, 'utf8'), text, 'gateway'));
process.exit(0);

/** All of them in turn, round by round; the first round is for caches and compilers. */
async function measure(connections: number): Promise<Record<Name, Load[]>> {
  const loads: Record<Name, Load[]> = { direct: [], gateway: [], nginx: [] };
  for (let round = 0; round <= rounds; round++) {
    for (const name of names) {
      const load = await closedLoop({ url: urls[name], headersFile }, connections, round === 0 ? 2 * seconds : seconds);
      if (load.errors > 0) throw new Error(`${name}: ${load.errors} errors.`);
      console.error(
        `  ${connections} at once, ${name}: ${load.requestsPerSecond.toFixed(0)}/s, p50 ${load.p50.toFixed(2)} ms`,
      );
      if (round > 0) loads[name].push(load);
    }
  }
  return loads;
}

async function memorySentence(): Promise<string> {
  const resident = () => Math.round(residentMiB(verifier.pid) ?? 0);
  const before = resident();
  let most = before;
  const watch = setInterval(() => {
    most = Math.max(most, resident());
  }, 20);
  const begun = performance.now();
  const bytes = await download(`${verifier.origin}/api/v1/connect/bench/stream/${streamed}`);
  const took = (performance.now() - begun) / 1_000;
  clearInterval(watch);
  if (bytes !== streamed) throw new Error(`${bytes} bytes came.`);
  return `An answer of ${(bytes / 1e9).toFixed(1)} GB in ${took.toFixed(1)} s: the verifier's resident memory was ${before} MiB before, ${most} MiB at most, ${resident()} MiB after.`;
}

function download(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    get(url, { headers: { authorization: `Bearer ${secret}` } }, (response) => {
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
      });
      response.on('end', () => resolve(bytes)).on('error', reject);
    }).on('error', reject);
  });
}

async function insertConnection(): Promise<void> {
  const client = new pg.Client({ connectionString: settings.DATABASE_URL });
  await client.connect();
  const { rows } = await client.query<{ tenantId: string }>(
    'SELECT tenant_id AS "tenantId" FROM key WHERE client_id = $1',
    [`lk_id_${secret.slice(6, 22)}`],
  );
  const [tenantId, id] = [rows[0]?.tenantId ?? '', randomUUID()];
  const current = { version: 1, key: vaultKey };
  const vault = keyringProvider({ current, byVersion: new Map([[1, vaultKey]]) });
  const sealed = await seal(vault, { tenantId, id, revision: 1 }, `sk-${randomBytes(32).toString('hex')}`);
  await client.query(
    `INSERT INTO provider_key (id, tenant_id, name, name_key, sealed_value, wrapped_data_key, vault_version, first_three, last_three)
     VALUES ($1, $2, 'Bench', 'bench', $3, $4, 1, '', '')`,
    [id, tenantId, sealed.sealedValue, sealed.wrappedDataKey],
  );
  await client.query(
    `INSERT INTO connection (id, tenant_id, slug, name, kind, url, auth_style, provider_key_id, timeout_in_seconds, size_limit_in_megabytes)
     VALUES ($1, $2, 'bench', 'Bench', 'llm_provider', $3, 'bearer', $4, 120, 10000)`,
    [randomUUID(), tenantId, `${upstream.origin}/v1`, id],
  );
  await client.end();
}

/** The example's auth_request, in front of the same upstream, with connections kept open on both sides. */
async function startNginx(): Promise<void> {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  const config = `
daemon off; pid ${folder}/pid; error_log stderr; worker_processes 1; events {}
http {
  access_log off; ${temporary.join(' ')}
  upstream latchkey { server ${new URL(verifier.origin).host}; keepalive 64; keepalive_requests 1000000; }
  upstream provider { server ${new URL(upstream.origin).host}; keepalive 64; keepalive_requests 1000000; }
  server {
    listen 127.0.0.1:${port}; keepalive_requests 1000000;
    proxy_http_version 1.1;
    location / { auth_request /latchkey; proxy_pass http://provider; proxy_set_header Connection ""; proxy_set_header Authorization "Bearer sk"; }
    location = /latchkey { internal; proxy_pass http://latchkey/api/v1/authorize; proxy_set_header Connection ""; proxy_pass_request_body off; proxy_set_header Content-Length ""; }
  }
}`;
  writeFileSync(path.join(folder, 'nginx.conf'), config);
  const nginx = spawn('nginx', ['-p', folder, '-c', path.join(folder, 'nginx.conf')], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  process.once('exit', () => nginx.kill());
  for (;;) {
    if (await fetch(`http://127.0.0.1:${port}/`).catch(() => null)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function rates(name: Name): string {
  return spread(figureOf(together[name].map((load) => load.requestsPerSecond)), (value) => value.toFixed(0));
}

function milliseconds(value: number): string {
  return `${value.toFixed(2)} ms`;
}

function spread(figure: Figure | null, text: (value: number) => string): string {
  return figure ? `${text(figure.median)} (${text(figure.low)}–${text(figure.high)})` : 'nothing';
}

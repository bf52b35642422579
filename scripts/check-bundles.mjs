/**
 * npm run check:bundles (after a build): what a browser downloads for /account/api-keys, as JavaScript over an empty Next
 * page that is built in the same run; and that no client file holds a word that belongs on the server.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

const floor = 60_000;
const aim = 35_000;
const serverWords =
  /pglite|argon2|LATCHKEY_PEPPERS|LATCHKEY_AUDIT_KEY|LATCHKEY_VAULT_KEYS|latchkey-vault|NEXTAUTH_SECRET|audit_head|FOR NO KEY UPDATE|timingSafeEqual|@prisma|passwordDigest|pepperVersion|latchkey-event-1/;

const clientFiles = readdirSync('.next/static', { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.js'),
);
if (clientFiles.length < 5) throw new Error('There is no build to look at. Run npm run build first.');
const leaks = clientFiles.filter((name) => serverWords.test(readFileSync(path.join('.next/static', name), 'utf8')));
if (leaks.length > 0) throw new Error(`Server-only words in client files: ${leaks.join(', ')}`);

const empty = await measureEmptyPage();
const { script, html } = await measureKeysPage();
const over = script - empty;
console.log(
  `Empty Next page: ${kB(empty)} of JavaScript. /account/api-keys: ${kB(script)}, ${kB(over)} over it (aim ${kB(aim)}, limit ${kB(floor)}); HTML ${kB(html)}. All gzipped.`,
);
if (over > floor) throw new Error(`/account/api-keys loads ${kB(over)} over an empty page; the limit is ${kB(floor)}.`);

/** @param {number} bytes */
function kB(bytes) {
  return `${(bytes / 1000).toFixed(1)} kB`;
}

async function measureEmptyPage() {
  // Below the project, so that Next finds the same packages.
  const directory = path.resolve('.next/empty-page');
  mkdirSync(path.join(directory, 'app'), { recursive: true });
  writeFileSync(path.join(directory, 'package.json'), '{"type":"module"}');
  writeFileSync(
    path.join(directory, 'next.config.mjs'),
    `export default { turbopack: { root: ${JSON.stringify(process.cwd())} } };`,
  );
  writeFileSync(
    path.join(directory, 'app/layout.js'),
    'export default ({ children }) => <html lang="en"><body>{children}</body></html>;',
  );
  writeFileSync(path.join(directory, 'app/page.js'), 'export default () => <p>Empty</p>;');
  const next = path.resolve('node_modules/next/dist/bin/next');
  await run(process.execPath, [next, 'build'], directory);
  const port = await freePort();
  const server = spawn(process.execPath, [next, 'start', '-p', String(port)], { cwd: directory, stdio: 'ignore' });
  try {
    return (await measure(`http://localhost:${port}/`, {})).script;
  } finally {
    server.kill();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function measureKeysPage() {
  const data = mkdtempSync(path.join(tmpdir(), 'latchkey-bundles-'));
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  /** @type {NodeJS.ProcessEnv} */
  const env = {
    ...process.env,
    NODE_ENV: 'production',
    DATABASE_URL: '',
    LATCHKEY_DATA_DIR: data,
    PORT: String(port),
    HOST: '127.0.0.1',
    LATCHKEY_URL: origin,
    LOG_LEVEL: 'silent',
  };
  await run('npm', ['run', '--silent', 'db:seed'], process.cwd(), env);
  const server = spawn(process.execPath, ['dist/server.mjs'], { env, stdio: 'ignore' });
  try {
    const cookie = await signIn(origin);
    return await measure(`${origin}/account/api-keys`, { cookie });
  } finally {
    server.kill();
    rmSync(data, { recursive: true, force: true });
  }
}

/** The session cookie of a demo account. @param {string} origin */
async function signIn(origin) {
  const csrf = await answered(`${origin}/api/auth/csrf`, {});
  const { csrfToken } = await csrf.json();
  const body = new URLSearchParams({ csrfToken, email: 'admin@demo.test', password: 'latchkey-demo', json: 'true' });
  const response = await fetch(`${origin}/api/auth/callback/credentials`, {
    method: 'POST',
    body,
    headers: { origin, cookie: cookies(csrf) },
    redirect: 'manual',
  });
  return cookies(response);
}

/** @param {Response} response */
function cookies(response) {
  return response.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
}

/** Bytes of every script that the page's HTML loads, and of the HTML, gzipped. @param {string} url @param {Record<string, string>} headers */
async function measure(url, headers) {
  const response = await answered(url, headers);
  const html = await response.text();
  if (response.url !== url) throw new Error(`${url} led to ${response.url}`);
  const sources = new Set(
    [...html.matchAll(/<(?:script[^>]+src|link[^>]+as="script"[^>]+href)="([^"]+\.js[^"]*)"/g)].map(
      (match) => match[1] ?? '',
    ),
  );
  let script = 0;
  for (const source of sources) {
    const file = await fetch(new URL(source, url));
    if (!file.ok) throw new Error(`${source}: ${file.status}`);
    script += gzipSync(Buffer.from(await file.arrayBuffer())).length;
  }
  if (script === 0) throw new Error(`${url} loads no script: the measurement is broken.`);
  return { script, html: gzipSync(html).length };
}

/** Asks until somebody listens, for a minute. @param {string} url @param {Record<string, string>} headers @returns {Promise<Response>} */
async function answered(url, headers) {
  for (const deadline = Date.now() + 60_000; ; ) {
    try {
      return await fetch(url, { headers });
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(address && typeof address === 'object' ? address.port : 0));
    });
  });
}

/** @param {string} command @param {string[]} args @param {string} cwd @param {NodeJS.ProcessEnv} [env] @returns {Promise<void>} */
function run(command, args, cwd, env = process.env) {
  return new Promise((resolve, reject) => {
    let output = '';
    const child = spawn(command, args, {
      cwd,
      env: { ...env, NODE_ENV: 'production' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr.on('data', (chunk) => {
      output += chunk;
    });
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`${command} ${args.join(' ')} failed:\n${output}`)),
    );
  });
}

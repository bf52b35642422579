/** npm run quickstart: from a fresh clone to a running Latchkey with the demo tenant; run again, it just starts. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { chooseUpstreamPorts, startCompanion } from './companions.mjs';
import { build, checkPlace, fail, install, required } from './steps.mjs';

checkPlace();
if (existsSync('.env')) process.loadEnvFile('.env');
const port = Number(process.env.PORT || 3000);
const clientSecret = randomBytes(32).toString('base64url');
const origin = process.env.LATCHKEY_URL || `http://localhost:${port}`;
const host = process.env.HOST || '127.0.0.1';
const idpPort = Number(process.env.LATCHKEY_IDP_PORT || port + 1);
await checkPort();
checkIdpPort();
const upstreamPorts = await chooseUpstreamPorts(Math.max(port, idpPort) + 1);
await install();
await build();
const prepared = await required(
  'The demo could not be prepared; the reason is above.',
  'Preparing the database',
  'npm',
  ['run', '--silent', 'db:seed', '--', '--only-if-empty'],
  { env: demoSettings() },
);
const demo = prepared.includes('The demo tenant is');
start(demo, demo ? await startCompanions() : []);

/** Said before minutes of installing, not after. */
async function checkPort() {
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    fail(`PORT=${process.env.PORT} is no port. Use a number from 1 to 65535.`);
  const probe = createServer();
  await new Promise((resolve) => {
    probe.once('error', (/** @type {NodeJS.ErrnoException} */ error) => {
      if (error.code !== 'EADDRINUSE')
        fail(`Latchkey cannot listen on ${host}, port ${port} (${error.code}). Choose another HOST or PORT.`);
      fail(`Port ${port} is taken by another program. Stop it, or choose another: PORT=3001 npm run quickstart`);
    });
    probe.listen(port, host, () => probe.close(resolve));
  });
}

function checkIdpPort() {
  if (!Number.isInteger(idpPort) || idpPort < 1 || idpPort > 65_535 || idpPort === port)
    fail(
      `The demo identity provider cannot use port ${process.env.LATCHKEY_IDP_PORT || idpPort}. Set LATCHKEY_IDP_PORT to another number from 1 to 65535.`,
    );
}

/** What makes the demo identity provider Latchkey's. @returns {Record<string, string>} */
function demoProvider() {
  return {
    LATCHKEY_IDP_PORT: String(idpPort),
    AUTH_OIDC_DEMO_ISSUER: `http://127.0.0.1:${idpPort}`,
    AUTH_OIDC_DEMO_CLIENT_ID: 'latchkey-demo',
    // Known to the two processes of this run and to nobody else.
    AUTH_OIDC_DEMO_CLIENT_SECRET: clientSecret,
    AUTH_OIDC_DEMO_TENANT: 'demo',
    AUTH_OIDC_DEMO_NAME: 'the demo identity provider',
  };
}

/** What makes the demo's processes know of each other. @returns {Record<string, string>} */
function demoSettings() {
  const { llm, workflow } = upstreamPorts;
  const allowed = [process.env.LATCHKEY_GATEWAY_ALLOW, `127.0.0.1:${llm}`, `127.0.0.1:${workflow}`];
  return {
    ...demoProvider(),
    LATCHKEY_DEMO_LLM_PORT: String(llm),
    LATCHKEY_DEMO_WORKFLOW_PORT: String(workflow),
    // Only these of this machine's own ports, beside what was allowed anyway.
    LATCHKEY_GATEWAY_ALLOW: allowed.filter(Boolean).join(','),
  };
}

/** @returns {Promise<import('./companions.mjs').Companion[]>} */
function startCompanions() {
  const settings = { ...demoSettings(), LATCHKEY_URL: origin };
  return Promise.all([
    startCompanion(
      'identity-provider',
      settings,
      'The demo identity provider has ended: sam cannot sign in until the next start.',
    ),
    startCompanion(
      'upstream',
      settings,
      'The demo upstreams have ended: the demo connections answer 502 until the next start.',
    ),
  ]);
}

/**
 * @param {boolean} demo whether the database holds the demo
 * @param {import('./companions.mjs').Companion[]} companions the demo's other processes
 */
function start(demo, companions) {
  const server = spawn(process.execPath, ['dist/server.mjs'], {
    env: { ...process.env, ...(demo ? demoSettings() : {}), NODE_ENV: 'production' },
    stdio: ['inherit', 'pipe', 'inherit'],
  });
  server.stdout.on('data', (chunk) => {
    process.stdout.write(chunk);
    if (String(chunk).includes('Latchkey is ready at'))
      process.stdout.write(`${demo ? accounts : ''}\n  Stop with Ctrl+C. Your data stays.\n\n`);
  });
  let stopping = false;
  for (const { child, without } of companions)
    child.on('exit', () => {
      if (!stopping) process.stderr.write(`${without}\n`);
    });
  // Ctrl+C reaches the server by itself, with everything else in the terminal's foreground.
  process.on('SIGINT', () => {
    stopping = true;
  });
  process.on('SIGTERM', () => server.kill('SIGTERM'));
  server.on('exit', (code) => {
    stopping = true;
    for (const { child } of companions) child.kill('SIGTERM');
    process.exit(code ?? 1);
  });
}

const accounts = `
  Demo accounts, password latchkey-demo:
    admin@demo.test   admin and developer, with sample keys
    dana@demo.test    developer
    mia@demo.test     neither
  Without a password:
    sam@demo.test     developer; signs in with the demo identity provider

  See an answer stream through Latchkey, with a provider’s key that nobody sees:
    1. Sign in as dana@demo.test and create a key.
    2. Copy the command of ${origin}/account/connect?connection=demo-llm
`;

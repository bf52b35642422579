/** npm run quickstart: from a fresh clone to a running Latchkey with the demo tenant; run again, it just starts. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { build, checkPlace, fail, install, required } from './steps.mjs';

checkPlace();
if (existsSync('.env')) process.loadEnvFile('.env');
const port = Number(process.env.PORT || 3000);
const clientSecret = randomBytes(32).toString('base64url');
const host = process.env.HOST || '127.0.0.1';
const idpPort = Number(process.env.LATCHKEY_IDP_PORT || port + 1);
await checkPort();
checkIdpPort();
await install();
await build();
const prepared = await required(
  'The demo could not be prepared; the reason is above.',
  'Preparing the database',
  'npm',
  ['run', '--silent', 'db:seed', '--', '--only-if-empty'],
  { env: demoProvider() },
);
const demo = prepared.includes('The demo tenant is');
start(demo, demo ? await startIdentityProvider() : null);

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

/** @returns {Promise<import('node:child_process').ChildProcess>} */
function startIdentityProvider() {
  const provider = spawn(process.execPath, ['--import', 'tsx', 'demo/identity-provider.ts'], {
    env: {
      ...process.env,
      ...demoProvider(),
      LATCHKEY_URL: process.env.LATCHKEY_URL || `http://localhost:${port}`,
      NODE_ENV: 'development',
    },
    // The channel ends with this process, even when that is killed, and the provider with the channel.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let said = '';
  provider.stderr?.on('data', (chunk) => {
    said += chunk;
  });
  // The channel alone should keep nobody alive.
  provider.channel?.unref();
  return new Promise((resolve) => {
    provider.on('exit', () => {
      const reason = said.split('\n').filter((line) => line && !line.startsWith('oidc-provider WARNING'));
      fail(reason.join('\n') || 'The demo identity provider ended before it was ready.');
    });
    provider.stdout?.on('data', (chunk) => {
      if (!String(chunk).includes('is ready at')) return;
      provider.removeAllListeners('exit');
      resolve(provider);
    });
  });
}

/**
 * @param {boolean} demo whether the database holds the demo
 * @param {import('node:child_process').ChildProcess | null} provider the demo identity provider
 */
function start(demo, provider) {
  const server = spawn(process.execPath, ['dist/server.mjs'], {
    env: { ...process.env, ...(demo ? demoProvider() : {}), NODE_ENV: 'production' },
    stdio: ['inherit', 'pipe', 'inherit'],
  });
  server.stdout.on('data', (chunk) => {
    process.stdout.write(chunk);
    if (String(chunk).includes('Latchkey is ready at'))
      process.stdout.write(`${demo ? accounts : ''}\n  Stop with Ctrl+C. Your data stays.\n\n`);
  });
  let stopping = false;
  provider?.on('exit', () => {
    if (!stopping)
      process.stderr.write('The demo identity provider has ended: sam cannot sign in until the next start.\n');
  });
  // Ctrl+C reaches the server by itself, with everything else in the terminal's foreground.
  process.on('SIGINT', () => {
    stopping = true;
  });
  process.on('SIGTERM', () => server.kill('SIGTERM'));
  server.on('exit', (code) => {
    stopping = true;
    provider?.kill('SIGTERM');
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
`;

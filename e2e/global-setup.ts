import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../tests/support/free-port';
import { startPostgres } from '../tests/support/postgres';
import { runScript } from '../tests/support/script';
import { testSettings } from '../tests/support/settings';
import { startDemoProvider } from './demo-provider';
import { startDemoUpstreams } from './demo-upstreams';
import { directory, hostileClient, startHostileProvider } from './hostile-provider';
import { startServer } from './server';

/** The tenant behind the hostile provider. */
const ssoTenant = 'sso';

/** One PostgreSQL, one built server and one verifier for the whole run; each test makes a tenant of its own in it. */
export default async function setup() {
  const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-e2e-'));
  const postgres = await startPostgres();
  const hostile = await startHostileProvider();
  const [port, verifierPort] = [await freePort(), await freePort()];
  const [demoPort, closedPort] = [await freePort(), await freePort()];
  const upstreams = await startDemoUpstreams();
  const settings = {
    ...testSettings,
    NODE_ENV: 'production',
    DATABASE_URL: postgres.url('latchkey'),
    PORT: String(port),
    LATCHKEY_URL: `http://localhost:${port}`,
    LOG_LEVEL: 'info',
    ...upstreams.settings,
    LATCHKEY_GATEWAY_ALLOW: upstreams.hosts.join(),
    ...identityProviders(hostile.origin, demoPort, closedPort),
  };
  await postgres.run('CREATE DATABASE latchkey');
  // The demo first: it refuses a database with other tenants.
  await runScript('prisma/seed.ts', [], settings);
  await runScript('tests/scripts/create-tenants.ts', [ssoTenant], settings);
  const logFile = path.join(folder, 'server.log');
  const [server, demoProvider] = await Promise.all([startServer(settings, logFile), startDemoProvider(settings)]);
  const ofVerifier = { ...settings, PORT: String(verifierPort), VERIFIER_PROCESSES: '2' };
  const verifier = await startServer(ofVerifier, path.join(folder, 'verifier.log'), 'verifier');
  // Workers inherit these: the library in them works on the server's own database.
  Object.assign(process.env, settings, {
    LATCHKEY_VERIFIER_URL: `http://127.0.0.1:${verifierPort}`,
    LATCHKEY_E2E_LOG: logFile,
    LOG_LEVEL: 'silent',
  });
  return async () => {
    await Promise.all([server.stop(), verifier.stop()]);
    demoProvider.kill();
    upstreams.stop();
    hostile.stop();
    await postgres.remove();
    rmSync(folder, { recursive: true, force: true });
  };
}

/** One that is good when it is asked to be, and others that are bad before anybody comes to them. */
function identityProviders(hostile: string, demoPort: number, closedPort: number): Record<string, string> {
  const set = (name: string, fields: Record<string, string>) => {
    const all = { CLIENT_ID: hostileClient.id, CLIENT_SECRET: hostileClient.secret, TENANT: ssoTenant, ...fields };
    return Object.fromEntries(Object.entries(all).map(([field, value]) => [`AUTH_${name}_${field}`, value]));
  };
  const bad = ['impostor', 'garbage', 'html', 'error', 'empty', 'slow', 'drip', 'script'];
  return {
    LATCHKEY_IDP_PORT: String(demoPort),
    ...set('OIDC_DEMO', { ISSUER: `http://127.0.0.1:${demoPort}`, TENANT: 'demo', NAME: 'the demo identity provider' }),
    ...set('OIDC', { ISSUER: `${hostile}/good`, NAME: 'Test' }),
    ...set('OIDC_NOWHERE', { ISSUER: `${hostile}/good`, TENANT: 'nowhere', NAME: 'Nowhere' }),
    ...set('OIDC_DOWN', { ISSUER: `http://127.0.0.1:${closedPort}`, NAME: 'Down' }),
    ...set('AZURE_AD', { TENANT_ID: directory, AUTHORITY: `${hostile}/entra` }),
    ...Object.assign(
      {},
      ...bad.map((name) => set(`OIDC_${name.toUpperCase()}`, { ISSUER: `${hostile}/${name}`, NAME: name })),
    ),
  };
}

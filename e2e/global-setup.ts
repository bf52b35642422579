import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startPostgres } from '../tests/support/postgres';
import { runScript } from '../tests/support/script';
import { testSettings } from '../tests/support/settings';
import { freePort, startServer } from './server';

/** One PostgreSQL and one built server for the whole run; each test makes a tenant of its own in it. */
export default async function setup() {
  const directory = mkdtempSync(path.join(tmpdir(), 'latchkey-e2e-'));
  const postgres = await startPostgres();
  const port = await freePort();
  const settings = {
    ...testSettings,
    NODE_ENV: 'production',
    DATABASE_URL: postgres.url('latchkey'),
    PORT: String(port),
    LATCHKEY_URL: `http://localhost:${port}`,
    LOG_LEVEL: 'info',
  };
  await postgres.run('CREATE DATABASE latchkey');
  await runScript('tests/scripts/migrate.ts', [], settings);
  const logFile = path.join(directory, 'server.log');
  const server = await startServer(settings, logFile);
  // Workers inherit these: the library in them works on the server's own database.
  Object.assign(process.env, settings, { LATCHKEY_E2E_LOG: logFile, LOG_LEVEL: 'silent' });
  return async () => {
    await server.stop();
    await postgres.remove();
    rmSync(directory, { recursive: true, force: true });
  };
}

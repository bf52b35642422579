import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, writeFileSync } from 'node:fs';
import { freePort } from '../tests/support/free-port';

export type RunningServer = { process: ChildProcess; stop(signal?: NodeJS.Signals): Promise<number | null> };

/**
 * Starts the built server with these settings alone, and waits until it is ready.
 * @param logFile where everything it says is kept
 * @param program with its pages, or the verifier
 * @throws with what it said, when it ends instead
 */
export async function startServer(
  settings: Record<string, string>,
  logFile: string,
  program: 'server' | 'verifier' = 'server',
): Promise<RunningServer> {
  writeFileSync(logFile, '');
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [`dist/${program}.mjs`], {
    env: { PATH, HOME, NODE_ENV: 'production', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  ended.then(() => process.off('exit', kill));
  await new Promise<void>((resolve, reject) => {
    let said = '';
    const hear = (chunk: Buffer) => {
      appendFileSync(logFile, chunk);
      said += chunk.toString();
      if (said.includes('is ready at')) resolve();
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('exit', (code) => reject(new Error(`The server ended with ${code}: ${said}`)));
  });
  return {
    process: child,
    stop(signal = 'SIGTERM') {
      child.kill(signal);
      return ended;
    },
  };
}

/** Another web process on the run's own database, with further settings. */
export async function startSecondServer(
  further: Record<string, string>,
  logFile: string,
): Promise<RunningServer & { origin: string }> {
  const port = String(await freePort());
  const shared = [
    'DATABASE_URL',
    'NEXTAUTH_SECRET',
    'LATCHKEY_PEPPERS',
    'LATCHKEY_AUDIT_KEY',
    'LATCHKEY_VAULT_KEYS',
  ].map((name) => [name, process.env[name] ?? '']);
  const origin = `http://localhost:${port}`;
  const settings = { ...Object.fromEntries(shared), PORT: port, LATCHKEY_URL: origin, LOG_LEVEL: 'silent', ...further };
  return { ...(await startServer(settings, logFile)), origin };
}

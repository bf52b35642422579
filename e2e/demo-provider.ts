import { type ChildProcess, spawn } from 'node:child_process';

/**
 * Starts the demo identity provider, and waits until it is ready.
 * @throws with what it said, when it ends instead
 */
export function startDemoProvider(settings: Record<string, string>): Promise<ChildProcess> {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, ['--import', 'tsx', 'demo/identity-provider.ts'], {
    env: { PATH, HOME, ...settings, NODE_ENV: 'development' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  return new Promise((resolve, reject) => {
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk;
    });
    child.stdout.on('data', (chunk: Buffer) => {
      if (String(chunk).includes('is ready at')) resolve(child);
    });
    child.once('exit', (code) => reject(new Error(`The demo identity provider ended with ${code}: ${said}`)));
  });
}

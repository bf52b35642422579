/** Starts the contestants' processes and ends them with this one, however it ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { freePort } from '../tests/support/free-port';

export type Running = { pid: number; origin: string; stop(): Promise<void> };

export type ServerCommand = { args: string[]; settings?: Record<string, string>; directory?: string };

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: { verifier: string } };

/** What Node is given by `npm run verifier`. */
export const verifierArguments = scripts.verifier.split(' ').slice(2);

const children = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

/** Starts a Node program that listens on PORT, and waits for its first answer, whatever it is. */
export async function startServer({ args, settings = {}, directory }: ServerCommand): Promise<Running> {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, args, {
    ...(directory ? { cwd: directory } : {}),
    env: { PATH, HOME, NODE_ENV: 'production', PORT: String(port), LATCHKEY_URL: origin, ...settings },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  children.add(child);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  ended.then(() => children.delete(child));
  await Promise.race([answered(child, origin), refused(child, args)]);
  const stop = () => {
    child.kill('SIGKILL');
    return ended;
  };
  return { pid: child.pid as number, origin, stop };
}

/** Rejects with what the program said when it ends before it answers. */
function refused(child: ChildProcess, args: string[]): Promise<never> {
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    if (said.length < 10_000) said += chunk;
  });
  return new Promise((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${args.join(' ')} ended with ${code}: ${said}`)));
  });
}

async function answered(child: ChildProcess, origin: string): Promise<void> {
  while (child.exitCode === null) {
    try {
      return void (await fetch(`${origin}/healthz`));
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** Resident memory of a process in MiB; null where the system has no /proc. */
export function residentMiB(pid: number): number | null {
  const file = `/proc/${pid}/status`;
  const kiB = existsSync(file) && /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(file, 'utf8'))?.[1];
  return kiB ? Number(kiB) / 1024 : null;
}

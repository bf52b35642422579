import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, renameSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { buildSync } from 'esbuild';
import { bundleOptions } from '@/scripts/bundle.mjs';

export type Script = {
  process: ChildProcess;
  /** Lines of standard output, as they come. */
  lines: AsyncIterableIterator<string>;
  /** Resolves when it has ended; rejects when it failed, with what it said on standard error. */
  ended: Promise<void>;
};

/** The script bundled, as the server is: loaded a module at a time it would take three times as long to start. */
function bundled(file: string): string {
  const program = path.resolve('dist', file.replace(/\.ts$/, '.mjs'));
  const draft = `${program}.${process.pid}`;
  mkdirSync(path.dirname(program), { recursive: true });
  buildSync({ ...bundleOptions, entryPoints: [file], outfile: draft });
  // Another process may be starting the same script: it finds the old file or the new one, never half of it.
  renameSync(draft, program);
  return program;
}

/** Runs a TypeScript file of the repository in a process of its own. */
export function startScript(file: string, args: string[] = [], variables: Record<string, string> = {}): Script {
  const child = spawn(process.execPath, ['--conditions=react-server', bundled(file), ...args], {
    env: { ...process.env, ...variables },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, name) => {
      if (code === 0) resolve();
      else reject(new Error(`${file} ended with ${code ?? name}: ${errors}`));
    });
  });
  // Whoever kills a script on purpose does not wait for it.
  ended.catch(() => {});
  return { process: child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator](), ended };
}

/** Runs it to its end. @returns the lines it printed */
export async function runScript(file: string, args: string[] = [], variables: Record<string, string> = {}) {
  const script = startScript(file, args, variables);
  const lines: string[] = [];
  for await (const line of script.lines) lines.push(line);
  await script.ended;
  return lines;
}

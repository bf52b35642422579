/** The load generators, each in a process of its own. */
import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

/** Latencies in milliseconds. */
export type Load = { requestsPerSecond: number; p50: number; p99: number; errors: number };

/** Where to ask, and a file of headers to send in turn, `Name: value`, one with each request. */
export type Target = { url: string; headersFile: string };

// wrk leaves more of the machine to the server than a generator in Node can. It answers `-v` with 1.
const wrkSays = spawnSync('wrk', ['-v'], { encoding: 'utf8' }).stdout;
const wrkVersion = /^wrk (?:debian\/)?(\S+)/.exec(wrkSays ?? '')?.[1];

export const generator = wrkVersion ? `wrk ${wrkVersion}` : `autocannon ${versionOfAutocannon()}`;

/** Each connection sends its next request when the last one is answered. */
export function closedLoop({ url, headersFile }: Target, connections: number, seconds: number): Promise<Load> {
  const wrk = ['-t1', `-c${connections}`, `-d${seconds}s`, '-s', place('wrk.lua'), url, '--', headersFile];
  return wrkVersion
    ? measure('wrk', wrk)
    : measure(process.execPath, inNode('autocannon.ts', url, headersFile, connections, seconds));
}

/** Requests are sent at a fixed rate, whatever becomes of them. */
export function openLoop({ url, headersFile }: Target, perSecond: number, seconds: number): Promise<Load> {
  return measure(process.execPath, inNode('open-loop.ts', url, headersFile, perSecond, seconds));
}

async function measure(program: string, args: string[]): Promise<Load> {
  const { stdout, stderr } = await promisify(execFile)(program, args);
  process.stderr.write(stderr);
  const line = stdout.trimEnd().split('\n').at(-1) ?? '';
  const load = JSON.parse(line) as Load;
  // Who answered nothing at all made no error that a generator would count.
  return load.requestsPerSecond === 0 ? { ...load, errors: load.errors + 1 } : load;
}

function inNode(script: string, ...args: Array<string | number>): string[] {
  return ['--import', 'tsx', place(script), ...args.map(String)];
}

function place(name: string): string {
  return path.join(import.meta.dirname, name);
}

function versionOfAutocannon(): string {
  const { dependencies } = JSON.parse(readFileSync(place('package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  return dependencies.autocannon ?? '';
}

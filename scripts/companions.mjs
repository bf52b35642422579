/** The demo's other processes, which the quickstart starts beside the server. Plain Node without packages. */
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { fail } from './steps.mjs';

/**
 * Where the demo's connections lead to: the ports that are set, or the next ones that nobody listens on.
 * @param {number} next the first that may be chosen
 */
export async function chooseUpstreamPorts(next) {
  const set = [process.env.LATCHKEY_DEMO_LLM_PORT, process.env.LATCHKEY_DEMO_WORKFLOW_PORT];
  /** @type {number[]} */
  const ports = [];
  for (const value of set) {
    while (!value && (ports.includes(next) || !(await isFree(next)))) next++;
    ports.push(Number(value || next));
  }
  return { llm: ports[0] ?? 0, workflow: ports[1] ?? 0 };
}

/** @param {number} candidate @returns {Promise<boolean>} */
function isFree(candidate) {
  if (candidate > 65_535) fail('There are no free ports for the demo upstreams. Choose a smaller PORT.');
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(candidate, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

/** @typedef {{child: import('node:child_process').ChildProcess, without: string}} Companion */

/**
 * Starts one of the demo's programs, and waits until it is ready.
 * @param {string} name @param {Record<string, string>} settings
 * @param {string} without what is to be said when it ends before its time
 * @returns {Promise<Companion>}
 */
export function startCompanion(name, settings, without) {
  const child = spawn(process.execPath, ['--import', 'tsx', `demo/${name}.ts`], {
    env: { ...process.env, ...settings, NODE_ENV: 'development' },
    // The channel ends with this process, even when that is killed, and the program with the channel.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let said = '';
  child.stderr?.on('data', (chunk) => {
    said += chunk;
  });
  // The channel alone should keep nobody alive.
  child.channel?.unref();
  return new Promise((resolve) => {
    child.on('exit', () => {
      const reason = said.split('\n').filter((line) => line && !line.startsWith('oidc-provider WARNING'));
      fail(reason.join('\n') || `The demo’s ${name} ended before it was ready.`);
    });
    child.stdout?.on('data', (chunk) => {
      if (!String(chunk).includes('ready at')) return;
      child.removeAllListeners('exit');
      resolve({ child, without });
    });
  });
}

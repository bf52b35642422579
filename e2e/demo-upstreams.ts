import { spawn } from 'node:child_process';
import { freePort } from '../tests/support/free-port';

/**
 * Starts what the demo's connections lead to, and waits until it is ready.
 * @throws with what it said, when it ends instead
 */
export async function startDemoUpstreams() {
  const [llm, workflow] = [await freePort(), await freePort()];
  const settings = { LATCHKEY_DEMO_LLM_PORT: String(llm), LATCHKEY_DEMO_WORKFLOW_PORT: String(workflow) };
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, ['--import', 'tsx', 'demo/upstream.ts'], {
    env: { PATH, HOME, NODE_ENV: 'development', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  await new Promise<void>((resolve, reject) => {
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk;
    });
    child.stdout.on('data', (chunk: Buffer) => {
      if (String(chunk).includes('are ready at')) resolve();
    });
    child.once('exit', (code) => reject(new Error(`The demo upstreams ended with ${code}: ${said}`)));
  });
  const hosts = [`127.0.0.1:${llm}`, `127.0.0.1:${workflow}`];
  return { settings, hosts, ...demoUrls(settings), stop: () => child.kill() };
}

/** Where they are, by their settings; in a worker by those of the run. */
export function demoUrls(settings: Record<string, string | undefined> = process.env) {
  return {
    llmUrl: `http://127.0.0.1:${settings.LATCHKEY_DEMO_LLM_PORT}/v1`,
    workflowUrl: `http://127.0.0.1:${settings.LATCHKEY_DEMO_WORKFLOW_PORT}/run`,
  };
}

/** What specs do with the page Use your API keys, by its labels. */
import { spawn } from 'node:child_process';
import type { Page } from '@playwright/test';
import type { Viewer } from '@/lib/auth/queries';
import { insertConnection, insertProviderKey } from '../tests/support/connections';
import { demoUrls } from './demo-upstreams';

export const connectPath = '/account/connect';
export const providerSecret = 'demo-provider-key';

/** Connections of the viewer's tenant to the demo's upstreams. */
export async function connectDemoUpstreams(
  viewer: Viewer,
  scopes: string[] = [],
  slugs = { llm: 'chat', workflow: 'flow' },
): Promise<void> {
  const { llmUrl, workflowUrl } = demoUrls();
  const { tenantId } = viewer;
  const [llm, workflow] = [
    await insertProviderKey(tenantId, 'Provider', providerSecret),
    await insertProviderKey(tenantId, 'Workflow', 'demo-workflow-key'),
  ];
  const models = [{ name: 'demo' }, { name: `it's "another"` }];
  await insertConnection(tenantId, { slug: slugs.llm, name: 'Chat', url: llmUrl, providerKeyId: llm, models, scopes });
  await insertConnection(tenantId, {
    slug: slugs.workflow,
    name: 'Flow',
    kind: 'workflow',
    url: workflowUrl,
    providerKeyId: workflow,
    scopes,
  });
}

/** The commands in the page, in their order. */
export async function commandsIn(page: Page): Promise<string[]> {
  await page.getByRole('button', { name: 'Copy the call' }).waitFor();
  return page.locator('main pre').allTextContents();
}

/** Runs commands in one bash, as a reader would who types the secret when asked. */
export function runInBash(commands: string[], secret: string, folder: string) {
  const { PATH = '', HOME = '', NODE_ENV } = process.env;
  const child = spawn('bash', ['-ec', commands.join('\n')], { cwd: folder, env: { PATH, HOME, NODE_ENV } });
  child.stdin.end(`${secret}\n`);
  const chunks: Array<{ at: number; text: string }> = [];
  let stderr = '';
  child.stdout.on('data', (chunk) => chunks.push({ at: performance.now(), text: String(chunk) }));
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  type Result = { code: number | null; stdout: string; stderr: string; chunks: typeof chunks };
  return new Promise<Result>((resolve) => {
    child.once('close', (code) => resolve({ code, stdout: chunks.map(({ text }) => text).join(''), stderr, chunks }));
  });
}

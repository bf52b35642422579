/** What the page about using keys says is done here, with its own words. */
import { execFile, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Page } from '@playwright/test';
import { languages, serviceAddress, waysToPresent } from '@/app/docs/use-api-keys/commands';
import { refusals } from '@/app/docs/use-api-keys/refusals';
import { deactivateKey } from '@/lib/keys/mutations';
import { freePort } from '../tests/support/free-port';
import { createKeyFor, sql } from '../tests/support/world';
import { connectDemoUpstreams } from './connect-page';
import { expect, test } from './fixtures';
import { bearer, callMe, createThroughDialog, fetchDecided, keysPath, open } from './key-page';

const docsPath = '/docs/use-api-keys';
const run = promisify(execFile);

/** The commands in the page, by the names of their copy buttons; in each language. */
async function readCommands(page: Page): Promise<Map<string, string>> {
  const commands = new Map<string, string>();
  const blocks = page.locator('main div').filter({ has: page.locator('> pre, > [role=tabpanel] > pre') });
  for (const language of languages) {
    await page.getByRole('tab', { name: language }).first().click();
    await expect(page.getByRole('tab', { name: language, selected: true })).toHaveCount(3);
    const frames = blocks.filter({ has: page.getByRole('button', { name: /^Copy / }) });
    for (const frame of await frames.all()) {
      const label = await frame.getByRole('button', { name: /^Copy / }).getAttribute('aria-label');
      commands.set((label ?? '').replace('Copy ', ''), (await frame.locator('pre').textContent()) ?? '');
    }
  }
  return commands;
}

test('the key page leads here, and here back to it', async ({ page }) => {
  await open(page, keysPath);
  await page.getByRole('link', { name: 'How to use API keys' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'How to use API keys' })).toBeVisible();
  await expect(page).toHaveTitle('How to use API keys · Latchkey');
  await page.getByRole('link', { name: 'Your keys' }).click();
  await expect(page).toHaveURL(keysPath);
});

test('the table of contents names every chapter and leads to it', async ({ page }) => {
  await open(page, docsPath);
  const links = page.getByRole('navigation', { name: 'On this page' }).getByRole('link');
  const titles = await page.getByRole('heading', { level: 2 }).allTextContents();
  expect(titles.length).toBeGreaterThan(5);
  await expect(links).toHaveText(titles);
  for (const title of titles) {
    await links.filter({ hasText: title }).click();
    await expect(page.getByRole('heading', { level: 2, name: title })).toBeInViewport();
  }
});

test.describe('without an account', () => {
  test.use({ signedIn: false });

  test('the page is there for everybody, and leads to the sign-in', async ({ page, tenant }) => {
    const response = await page.goto(docsPath);
    expect(response?.status()).toBe(200);
    expect(await response?.text()).not.toContain(tenant.slug);
    await expect(page.getByRole('heading', { level: 1, name: 'How to use API keys' })).toBeVisible();
    await page.getByRole('link', { name: 'Sign in' }).click();
    await expect(page.getByRole('heading', { name: 'Sign in to Latchkey' })).toBeVisible();
  });
});

test('every command is copied as it is shown', async ({ page, context, origin }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin });
  await open(page, docsPath);
  for (const label of ['the commands that load the key', 'curl, Basic', 'the nginx lines']) {
    const button = page.getByRole('button', { name: `Copy ${label}` });
    const shown = (await readCommands(page)).get(label);
    await page.getByRole('tab', { name: 'curl' }).first().click();
    await button.click();
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(shown);
  }
});

test('the page shows each way to present a key in each language, the loading of a key, and nginx, and nothing else', async ({
  page,
  origin,
}) => {
  await open(page, docsPath);
  const commands = await readCommands(page);
  const ways = waysToPresent(origin).flatMap(({ name }) => languages.map((language) => `${language}, ${name}`));
  const others = ['the commands that load the key', 'the nginx lines', 'the OpenAI client', 'the command line'];
  expect([...commands.keys()].sort()).toEqual([...ways, ...others].sort());
  await expect(page.locator('pre')).toHaveCount(7);
  for (const [label, text] of commands) {
    if (label === 'the command line') expect(text).toContain(`${origin}/latchkey.mjs`);
    else if (label !== 'the commands that load the key') expect(text).toContain(`${origin}/api/v1/`);
  }
});

test('the downloaded file is loaded by the first command, and every other command then asks who is calling', async ({
  page,
}) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-docs-'));
  try {
    await open(page, keysPath);
    const dialog = await createThroughDialog(page, 'From the page');
    const clientId = await dialog.getByLabel('Client ID', { exact: true }).inputValue();
    const download = page.waitForEvent('download');
    await dialog.getByRole('button', { name: 'Download .env' }).click();
    await (await download).saveAs(path.join(folder, 'latchkey.env'));
    await open(page, docsPath);
    const commands = await readCommands(page);
    const load = commands.get('the commands that load the key') ?? '';
    const python = spawnSync('python3', ['--version']).status === 0;
    if (!python) console.warn('python3 is not installed here: its commands were not run.');
    // As a reader would: a shell that loads the key, and what starts in it.
    const programs = new Map([
      ['curl', 'bash command.sh'],
      ['Node', 'node command.mjs'],
      ['Python', 'python3 command.py'],
    ]);
    let ran = 0;
    for (const [label, text] of commands) {
      const program = programs.get(label.split(', ')[0] ?? '');
      if (!program || (program.startsWith('python3') && !python)) continue;
      writeFileSync(path.join(folder, program.split(' ')[1] ?? ''), text);
      const { PATH = '', HOME = '', NODE_ENV } = process.env;
      const { stdout } = await run('bash', ['-ec', `${load}\n${program}`], {
        cwd: folder,
        env: { PATH, HOME, NODE_ENV },
      });
      expect(stdout, label).toContain(clientId);
      expect(stdout, label).toContain('From the page');
      ran++;
    }
    expect(ran).toBe(python ? 9 : 6);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('the OpenAI client and the command line call the demo’s connections, with the page’s own words', async ({
  page,
  viewer,
}) => {
  await connectDemoUpstreams(viewer, [], { llm: 'demo-llm', workflow: 'demo-workflow' });
  const { clientId, secret } = await createKeyFor(viewer);
  const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-docs-'));
  try {
    await open(page, docsPath);
    const commands = await readCommands(page);
    const { PATH = '', HOME = '', NODE_ENV } = process.env;
    const env = { PATH, HOME, NODE_ENV, LATCHKEY_CLIENT_ID: clientId, LATCHKEY_CLIENT_SECRET: secret };
    symlinkSync(path.resolve('node_modules'), path.join(folder, 'node_modules'));
    writeFileSync(path.join(folder, 'client.mjs'), commands.get('the OpenAI client') ?? '');
    const client = await run('node', ['client.mjs'], { cwd: folder, env });
    expect(client.stdout).toContain('You said: “Hello”.');
    const line = await run('bash', ['-ec', commands.get('the command line') ?? ''], { cwd: folder, env });
    expect(line.stdout).toContain(`"clientId":"${clientId}"`);
    expect(line.stdout).toContain('You said: “Hello”.');
    expect(line.stdout).toContain('"received":{"input":"Hello"}');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('the nginx lines let in who has a key, tell the service which, and nobody while Latchkey cannot be asked', async ({
  page,
  viewer,
}) => {
  test.skip(spawnSync('nginx', ['-v']).status !== 0, 'nginx is not installed here');
  const { clientId, secret } = await createKeyFor(viewer);
  await open(page, docsPath);
  const lines = (await readCommands(page)).get('the nginx lines') ?? '';
  expect(lines.split('\n')).toHaveLength(6);
  const seen: unknown[] = [];
  const service = await listening(
    createServer((request, response) => {
      seen.push(request.headers['x-latchkey-client-id']);
      response.end('from the service');
    }),
  );
  const asked = lines.replace(serviceAddress, `http://127.0.0.1:${service.port}`);
  const nobody = asked.replace(/http:\/\/localhost:\d+/, `http://127.0.0.1:${await freePort()}`);
  const [through, around] = [await startNginx(asked), await startNginx(nobody)];
  try {
    expect((await through.fetch({})).status).toBe(401);
    const accepted = await through.fetch({ ...bearer(secret), 'x-latchkey-client-id': 'forged' });
    expect([accepted.status, await accepted.text(), seen]).toEqual([200, 'from the service', [clientId]]);
    expect((await through.fetch({ 'x-client-id': clientId, 'x-client-secret': secret })).status).toBe(200);
    expect((await around.fetch(bearer(secret))).status).toBe(500);
    await deactivateKey(viewer, clientId);
    expect((await through.fetch(bearer(secret))).status).toBe(401);
    expect(seen).toHaveLength(2);
  } finally {
    through.stop();
    around.stop();
    service.close();
  }
});

test('every refusal of a key is in the table, under the word that the answer carries', async ({
  page,
  viewer,
  origin,
}) => {
  const { clientId, secret } = await createKeyFor(viewer);
  const seen = new Map<string, number>();
  const note = ({ type = '', status }: { type?: string | undefined; status: number }) => seen.set(type, status);
  const ask = async (headers: Record<string, string>) => note(await callMe(origin, headers));
  await ask({});
  await ask({ authorization: 'Bearer nonsense' });
  await ask(bearer(secret.replace(/.{10}$/, '0'.repeat(10))));
  await ask({ 'x-client-id': clientId, 'x-client-secret': secret, authorization: `Bearer ${secret}` });
  const response = await fetchDecided(`${origin}/api/v1/authorize?scope=a`, { headers: bearer(secret) });
  note({ status: response.status, type: (await response.json()).type.replace('urn:latchkey:problem:', '') });
  for (const [spoil, restore] of [
    ['UPDATE key SET deactivated_at = now() WHERE tenant_id = $1', 'UPDATE key SET deactivated_at = NULL'],
    ['UPDATE key SET expires_at = created_at WHERE tenant_id = $1', 'UPDATE key SET expires_at = NULL'],
    ['UPDATE key SET revoked_at = now() WHERE tenant_id = $1', 'UPDATE key SET revoked_at = NULL'],
    ['UPDATE member SET disabled_at = now() WHERE tenant_id = $1', 'UPDATE member SET disabled_at = NULL'],
    ['UPDATE tenant SET api_keys_enabled = false WHERE id = $1', 'UPDATE tenant SET api_keys_enabled = true'],
  ] as const) {
    await sql(spoil, [viewer.tenantId]);
    await ask(bearer(secret));
    await sql(`${restore} ${/ WHERE .*/.exec(spoil)?.[0]}`, [viewer.tenantId]);
  }
  expect((await callMe(origin, bearer(secret))).status).toBe(200);
  // Those that take a limit that is exceeded, or a database that is gone, are proved elsewhere.
  const listed = refusals.filter(({ status }) => status < 429).map(({ type, status }) => [type, status]);
  expect([...seen].sort()).toEqual(listed.sort());
  await open(page, docsPath);
  for (const { type, status, remedy } of refusals) {
    const row = page.getByRole('row').filter({ has: page.getByText(type, { exact: true }) });
    await expect(row).toContainText(`${status}`);
    await expect(row).toContainText(remedy);
  }
});

function listening(server: Server): Promise<Server & { port: number }> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(Object.assign(server, { port: typeof address === 'object' && address ? address.port : 0 }));
    });
  });
}

/** nginx with these lines in its only server; answers when this resolves. */
async function startNginx(lines: string) {
  const [port, folder] = [await freePort(), mkdtempSync(path.join(tmpdir(), 'latchkey-nginx-'))];
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  const file = path.join(folder, 'nginx.conf');
  const log = path.join(folder, 'error.log');
  writeFileSync(
    file,
    `daemon off; pid ${folder}/pid; error_log ${log}; events {}
     http { access_log off; ${paths.join(' ')} server { listen 127.0.0.1:${port}; ${lines} } }`,
  );
  const nginx = spawn('nginx', ['-p', folder, '-c', file, '-e', log], { stdio: 'ignore' });
  const ask = (headers: Record<string, string>) => fetch(`http://127.0.0.1:${port}/orders`, { headers });
  const answers = () =>
    ask({}).then(
      () => true,
      () => false,
    );
  await expect.poll(answers, { message: 'nginx answers' }).toBe(true);
  return {
    fetch: ask,
    stop() {
      nginx.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

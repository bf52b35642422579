/** What the page Use your API keys shows is run here, with its own words. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { deactivateKey } from '@/lib/keys/mutations';
import { insertConnection } from '../tests/support/connections';
import {
  createAgentKeyFor,
  createKeyFor,
  createMember,
  createScopes,
  createTenant,
  sql,
  viewerFor,
} from '../tests/support/world';
import { commandsIn, connectDemoUpstreams, connectPath, providerSecret, runInBash } from './connect-page';
import { expect, test } from './fixtures';
import { isReady, keysPath, open } from './key-page';

let folder: string;
test.beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'latchkey-connect-'));
});
test.afterEach(() => rmSync(folder, { recursive: true, force: true }));

const field = {
  connection: 'Connection',
  key: 'Key',
  model: 'Model',
} as const;

for (const [surface, label] of [
  ['rest', 'REST API'],
  ['cli', 'CLI'],
] as const) {
  test(`the commands of the page for ${label} stream an answer, run a workflow and ask whose key it is`, async ({
    page,
    viewer,
  }) => {
    await connectDemoUpstreams(viewer);
    const { clientId, secret } = await createKeyFor(viewer);
    await open(page, connectPath);
    await page.getByRole('radio', { name: label }).click();
    const run = async () => runInBash(await commandsIn(page), secret, folder);

    expect(await run()).toMatchObject({ code: 0, stdout: expect.stringContaining(`"clientId":"${clientId}"`) });

    await page.getByLabel(field.connection, { exact: true }).selectOption('Chat (chat)');
    const chat = await run();
    expect(chat.code, chat.stderr).toBe(0);
    if (surface === 'rest') expect(chat.stdout).toContain('data: [DONE]');
    else expect(chat.stdout).toContain('You said: “Hello”.');
    // Some thirty words, 30 ms apart: in one piece it would be one chunk, all at once.
    expect(chat.chunks.length).toBeGreaterThan(1);
    expect((chat.chunks.at(-1)?.at ?? 0) - (chat.chunks[0]?.at ?? 0)).toBeGreaterThan(200);

    await page.getByLabel(field.connection, { exact: true }).selectOption('Flow (flow)');
    const flow = await run();
    expect(flow.code, flow.stderr).toBe(0);
    expect(JSON.parse(flow.stdout)).toMatchObject({
      method: 'POST',
      received: { input: 'Hello' },
      caller: { 'client-id': clientId },
    });

    await deactivateKey(viewer, clientId);
    const refused = await runInBash(await commandsIn(page), secret, folder);
    expect(refused.code).toBe(surface === 'rest' ? 22 : 3);
    expect(refused.stdout + refused.stderr).toContain('key_inactive');
  });
}

test('a refusal by the upstream is told from one by Latchkey', async ({ page, viewer }) => {
  await connectDemoUpstreams(viewer);
  const { secret } = await createKeyFor(viewer);
  await open(page, `${connectPath}?connection=chat&as=cli&model=${encodeURIComponent(`it's "another"`)}`);
  const { code, stdout, stderr } = await runInBash(await commandsIn(page), secret, folder);
  expect(code).toBe(1);
  expect(stdout).toContain('model_not_found');
  expect(stderr).toContain('chat answered 404');
});

test('the choices are in the address, the focus stays on what was chosen, and each command is copied as shown', async ({
  page,
  viewer,
  context,
  origin,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin });
  await connectDemoUpstreams(viewer);
  const first = await createKeyFor(viewer, { name: 'First' });
  await createKeyFor(viewer, { name: 'Second' });
  await open(page, connectPath);
  await expect(page.getByRole('heading', { level: 1, name: 'Use your API keys' })).toBeVisible();
  const connection = page.getByLabel(field.connection, { exact: true });
  await connection.focus();
  // Past the plain API, with the keyboard alone.
  await page.keyboard.press('ArrowDown');
  await expect(page).toHaveURL(/\?connection=chat$/);
  await expect(connection).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(page.getByLabel(field.model, { exact: true })).toBeFocused();
  await page.keyboard.press('Tab');
  await page.keyboard.type('First');
  for (const name of ['CLI', 'PowerShell']) {
    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowDown');
    await expect(page.getByRole('radio', { name })).toBeFocused();
    // Chosen by the arrow, too, while that is held down as long as people do.
    await page.keyboard.press('Space');
    await expect(page.getByRole('radio', { name })).toBeChecked();
  }
  const wanted = { connection: 'chat', key: first.clientId, as: 'cli', shell: 'powershell' };
  expect(Object.fromEntries(new URL(page.url()).searchParams)).toEqual(wanted);
  const shown = await commandsIn(page);
  expect(shown).toHaveLength(3);
  expect(shown[2]).toContain(`$env:LATCHKEY_CLIENT_ID = '${first.clientId}'`);
  await page.reload();
  await isReady(page);
  await expect(page.getByRole('radio', { name: 'PowerShell' })).toBeChecked();
  expect(await commandsIn(page)).toEqual(shown);
  await page.getByRole('button', { name: 'Copy the call' }).click();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(shown[2]);
});

test('what is chosen is on the page before the next key is heard, however long the router takes', async ({
  page,
  viewer,
}) => {
  await connectDemoUpstreams(viewer);
  await createKeyFor(viewer);
  await open(page, connectPath);
  const shown = await page.getByLabel(field.connection, { exact: true }).evaluate(async (connection) => {
    const choose = async (slug: string) => {
      (connection as HTMLSelectElement).value = slug;
      connection.dispatchEvent(new Event('change', { bubbles: true }));
      // The end of this event, before any other.
      await Promise.resolve();
      const labels = [...document.querySelectorAll('main label')].map(({ textContent }) => textContent);
      return { slug: (connection as HTMLSelectElement).value, model: labels.includes('Model') };
    };
    return [await choose('chat'), await choose('flow'), await choose('chat')];
  });
  expect(shown).toEqual([
    { slug: 'chat', model: true },
    { slug: 'flow', model: false },
    { slug: 'chat', model: true },
  ]);
  await expect(page).toHaveURL(/\?connection=chat$/);
  await expect(page.getByLabel(field.model, { exact: true })).toBeVisible();
});

test('keys that do not work are not offered; the tenant’s are, to developers', async ({ page, viewer, tenant }) => {
  const own = await createKeyFor(viewer, { name: 'Own' });
  const inactive = await createKeyFor(viewer, { name: 'Inactive' });
  await deactivateKey(viewer, inactive.clientId);
  await createAgentKeyFor(viewer, { name: 'Agent' });
  const other = await viewerFor(await createMember(tenant));
  await createKeyFor(other, { name: 'Other' });
  await open(page, connectPath);
  const options = page.getByLabel(field.key, { exact: true }).getByRole('option');
  await expect(options).toHaveText(['Own', 'Agent']);
  await open(page, `${connectPath}?key=${inactive.clientId}`);
  expect((await commandsIn(page)).join()).toContain(own.clientId);
  await sql(`UPDATE member SET roles = '{}' WHERE id = $1`, [viewer.memberId]);
  await open(page, connectPath);
  await expect(options).toHaveText(['Own']);
  await sql('UPDATE tenant SET api_keys_enabled = false WHERE id = $1', [tenant.id]);
  await open(page, connectPath);
  await expect(page.getByText('You have no key that works at present.')).toBeVisible();
  await expect(page.locator('main pre')).toHaveCount(0);
  await page.getByRole('link', { name: 'Go to your API keys' }).click();
  await expect(page).toHaveURL(keysPath);
});

test('what would be refused is said before: scopes that the key lacks, a connection without its provider key', async ({
  page,
  viewer,
  tenant,
}) => {
  await createScopes(tenant, 'chat:use', 'chat:more');
  await connectDemoUpstreams(viewer, ['chat:more', 'chat:use']);
  await insertConnection(tenant.id, { slug: 'bare', url: 'https://api.example.com/v1' });
  await createKeyFor(viewer, { name: 'With', scopes: ['chat:use', 'chat:more'] });
  await createKeyFor(viewer, { name: 'Without', scopes: ['chat:use'] });
  await open(page, `${connectPath}?connection=chat`);
  const remark = page.getByText('Without lacks the scope chat:more, which Chat demands.');
  await expect(remark).toBeVisible();
  await expect(page.getByRole('link', { name: 'Edit the key' })).toHaveAttribute('href', keysPath);
  await page.getByLabel(field.key, { exact: true }).selectOption('With');
  await expect(remark).toHaveCount(0);
  await page.getByLabel(field.connection, { exact: true }).selectOption('bare');
  await expect(page.getByText('bare has no provider key, so nothing can be called through it yet.')).toBeVisible();
});

test('a connection’s own page shows what it is and how to call it, to every member, and no value of a provider key', async ({
  page,
  viewer,
}) => {
  await connectDemoUpstreams(viewer, ['chat:use']);
  const { clientId, secret } = await createKeyFor(viewer);
  await sql(`UPDATE member SET roles = '{}' WHERE id = $1`, [viewer.memberId]);
  const response = await page.goto('/account/connections/chat');
  const html = (await response?.text()) ?? '';
  expect(html).not.toContain(providerSecret);
  expect(html).not.toContain(secret.slice(22));
  await expect(page.getByRole('heading', { level: 1, name: 'Chat' })).toBeVisible();
  for (const fact of [
    'LLM provider',
    'Provider',
    'sent as Authorization: Bearer',
    'chat:use',
    '120 s of silence, 100 MB',
    'None in 24 hours',
  ]) {
    await expect(page.locator('dd').getByText(fact, { exact: true }).first(), fact).toBeVisible();
  }
  await expect(page.getByLabel(field.connection, { exact: true })).toHaveCount(0);
  expect((await commandsIn(page)).at(-1)).toContain(`/api/v1/connect/chat/chat/completions`);
  await isReady(page);
  await page.getByRole('radio', { name: 'CLI' }).click();
  expect((await commandsIn(page)).at(-1)).toContain(clientId);
  await expect(page).toHaveURL(/\/account\/connections\/chat\?as=cli$/);
});

test.describe('a connection that is not the tenant’s', () => {
  test.use({ expectedConsole: [/status of 404/] });

  test('does not exist', async ({ page, origin }) => {
    const stranger = await viewerFor(await createMember(await createTenant()));
    await connectDemoUpstreams(stranger);
    for (const slug of ['chat', 'nowhere', '%00', 'x'.repeat(300)]) {
      const response = await page.goto(`${origin}/account/connections/${slug}`);
      expect(response?.status(), slug).toBe(404);
      await expect(page.getByRole('heading', { name: 'This page does not exist' })).toBeVisible();
    }
    await open(page, connectPath);
    await expect(page.getByText('Chat (chat)')).toHaveCount(0);
  });
});

test('the command line is there for everybody, as it is in the repository', async ({ origin }) => {
  const response = await fetch(`${origin}/latchkey.mjs`, { redirect: 'manual' });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toMatch(/javascript/);
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  expect(await response.text()).toBe(readFileSync('public/latchkey.mjs', 'utf8'));
});

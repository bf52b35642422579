import { readFileSync } from 'node:fs';
import { everythingStored } from '../tests/support/world';
import { expect, test } from './fixtures';
import {
  bearer,
  callMe,
  closeUnsaved,
  createThroughDialog,
  isReady,
  keysPath,
  open,
  revealSecret,
  rowOf,
  secretDialog,
} from './key-page';
import { record } from './record';

test('a secret is in one answer and nowhere else: no request, document, storage, console, log or table', async ({
  page,
  context,
  origin,
}) => {
  const said: string[] = [];
  page.on('console', (message) => said.push(message.text()));
  const all = await record(page);

  await open(page, keysPath);
  const dialog = await createThroughDialog(page, 'Canary');
  const clientId = await dialog.getByLabel('Client ID', { exact: true }).inputValue();
  const secret = await revealSecret(dialog);
  const canary = secret.slice(22, 54);
  await closeUnsaved(page);
  await page.getByRole('link', { name: 'Security' }).click();
  await expect(page.getByRole('heading', { name: 'Security' })).toBeVisible();
  await page.getByRole('link', { name: 'API keys', exact: true }).click();
  await rowOf(page, 'Canary').getByRole('button', { name: 'Deactivate Canary' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Deactivate' }).click();
  await expect(rowOf(page, 'Canary')).toContainText('Inactive');
  await page.reload();
  await isReady(page);
  // What a client sends is not repeated either, also where it must not be sent.
  expect(await callMe(origin, bearer(secret))).toMatchObject({ status: 401, type: 'key_inactive' });
  await fetch(`${origin}/api/v1/me?client_secret=${secret}`);
  await fetch(`${origin}/api/v1/authorize?token=${secret}`, { headers: { 'x-client-secret': secret } });
  await fetch(`${origin}/api/v1/unknown/${secret}`);

  // What is still under way would outlive the page, and fail the next test.
  await page.unrouteAll({ behavior: 'wait' });
  expect(all.some((exchange) => exchange.flight && exchange.method === 'GET')).toBe(true);
  expect(all.filter((exchange) => exchange.request.includes(canary))).toEqual([]);
  const carriers = all.filter((exchange) => exchange.response.includes(canary));
  expect(carriers.map(({ method, action }) => ({ method, action }))).toEqual([{ method: 'POST', action: true }]);

  expect(said.join('\n')).not.toContain(canary);
  const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]));
  expect(kept + JSON.stringify(await context.cookies())).not.toContain(canary);
  expect(await page.content()).not.toContain(canary);

  const log = readFileSync(String(process.env.LATCHKEY_E2E_LOG), 'utf8');
  expect(log).toContain('key.created');
  expect(log).not.toContain(canary);
  const stored = await everythingStored();
  expect(stored).toContain(clientId);
  expect(stored).not.toContain(canary);
  // How a column of bytes would show it.
  expect(stored).not.toContain(Buffer.from(canary).toString('hex'));
});

test('no page, no flight payload and no answer of an action may be kept by a cache', async ({ page }) => {
  const caching: { what: string; header: string }[] = [];
  page.on('response', async (response) => {
    const type = response.headers()['content-type'] ?? '';
    if (!/html|x-component/.test(type)) return;
    caching.push({ what: `${response.request().method()} ${type}`, header: response.headers()['cache-control'] ?? '' });
  });
  await open(page, keysPath);
  await createThroughDialog(page);
  await closeUnsaved(page);
  await page.getByRole('link', { name: 'Security' }).click();
  await expect(page.getByRole('heading', { name: 'Security' })).toBeVisible();
  expect(caching.some(({ what }) => what.startsWith('GET text/html'))).toBe(true);
  expect(caching.some(({ what }) => what.startsWith('POST text/x-component'))).toBe(true);
  expect(caching.some(({ what }) => what.startsWith('GET text/x-component'))).toBe(true);
  expect(caching.filter(({ header }) => !header.includes('no-store'))).toEqual([]);
});

test('a page that is about to be frozen forgets the secret before', async ({ page }) => {
  await open(page, keysPath);
  const dialog = await createThroughDialog(page);
  const secret = await revealSecret(dialog);
  // What a browser does that keeps pages in spite of `no-store`.
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true })));
  await expect(secretDialog(page)).toHaveCount(0);
  expect(await page.content()).not.toContain(secret.slice(22, 54));
});

/** What the browser's Back brings: pages as they were left, which only a whole Chromium keeps. */
import { createServer } from 'node:http';
import type { Page } from '@playwright/test';
import { wholeChromium } from './chromium';
import { expect, test } from './fixtures';
import {
  createThroughDialog,
  isReady,
  keysPath,
  open,
  openCreateDialog,
  revealSecret,
  rowOf,
  secretDialog,
} from './key-page';
import { demoButton, enterAs } from './sso-page';

test.use({ launchOptions: await wholeChromium() });

/** Leaves the page for another document, and comes back with the browser's Back. @returns whether it was kept as it was left */
async function leaveAndComeBack(page: Page, elsewhere: string): Promise<boolean> {
  await page.evaluate(() => {
    addEventListener('pageshow', (event) => Object.assign(window, { restored: event.persisted }));
  });
  await page.goto(elsewhere);
  await page.goBack({ waitUntil: 'commit' });
  await page.waitForFunction(() => document.readyState === 'complete');
  return page.evaluate(() => (window as { restored?: boolean }).restored === true);
}

/** Two pages of another site, without a word against keeping them. */
async function openSite(): Promise<{ url: string; close: () => void }> {
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(`<!doctype html><title>${request.url}</title><input aria-label="Field">`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${port}`, close };
}

test('this browser restores pages as they were left, so that the next guarantee is not an empty one', async ({
  page,
}) => {
  const site = await openSite();
  await page.goto(`${site.url}/a`);
  await page.getByLabel('Field').fill('as it was left');
  const restored = await leaveAndComeBack(page, `${site.url}/b`);
  test.skip(!restored, 'this browser, a headless shell, keeps no page: what follows stands on headers and events');
  await expect(page.getByLabel('Field')).toHaveValue('as it was left');
  site.close();
});

test('Back does not bring the secret back', async ({ page }) => {
  const site = await openSite();
  await open(page, keysPath);
  const dialog = await createThroughDialog(page, 'Left open');
  const secret = await revealSecret(dialog);
  const warning = page.waitForEvent('dialog').then((asked) => asked.accept());
  await leaveAndComeBack(page, site.url);
  await warning;
  await expect(rowOf(page, 'Left open')).toBeVisible();
  await expect(secretDialog(page)).toHaveCount(0);
  const values = await page.evaluate(() => [...document.querySelectorAll('input')].map((input) => input.value));
  expect((await page.content()) + values.join('\n')).not.toContain(secret.slice(22, 54));
  await isReady(page);
  await openCreateDialog(page);
  await expect(page.getByText(secret)).toHaveCount(0);
  site.close();
});

test.describe('on the way to an identity provider', () => {
  test.use({ signedIn: false });

  test('who goes back from the provider’s page can choose again', async ({ page }) => {
    await open(page, '/sign-in');
    await demoButton(page).click();
    await expect(page.getByRole('heading', { name: 'Who are you today?' })).toBeVisible();
    await page.goBack();
    await isReady(page);
    await expect(demoButton(page)).not.toHaveAttribute('aria-disabled', 'true');
    await enterAs(page, /sam@demo.test/);
    await expect(page).toHaveURL(keysPath);
  });
});

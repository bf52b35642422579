import { readFileSync } from 'node:fs';
import type { Locator, Page } from '@playwright/test';
import Papa from 'papaparse';
import { deactivateKey, deleteKey, editKey } from '@/lib/keys/mutations';
import { growLog } from '../tests/support/events';
import { createKeyFor, createMember, sql, viewerFor } from '../tests/support/world';
import { expect, signIn, test } from './fixtures';
import { isReady, open, tabTo, tooltip } from './key-page';
import { exchange } from './raw-http';

const eventsPath = '/tenant/events';

test.use({ roles: ['developer', 'admin'], policy: { maximumKeysPerUser: 1000, deactivateBeforeDelete: false } });

/** The rows of events, without the titles; those that are open have a second row. */
const eventRows = (page: Page) =>
  page
    .getByRole('table', { name: 'Events' })
    .getByRole('row')
    .filter({ has: arrows(page) });
const arrows = (page: Page) => page.getByRole('button', { name: /^Details of event \d+$/ });

/** Opens the details of the newest event that says this. */
async function openDetails(page: Page, words: string): Promise<Locator> {
  const row = eventRows(page).filter({ hasText: words }).first();
  const arrow = row.getByRole('button', { name: /^Details of event/ });
  await arrow.click();
  await expect(arrow).toHaveAttribute('aria-expanded', 'true');
  return page.locator(`[id="${await arrow.getAttribute('aria-controls')}"]`);
}

test('the newest event comes first and says who did what to which key, from where', async ({
  page,
  viewer,
  member,
}) => {
  await createKeyFor(viewer, { name: 'Laptop' });
  await open(page, eventsPath);
  await expect(eventRows(page)).toHaveCount(2);
  await expect(eventRows(page).nth(0)).toContainText('Key created');
  for (const text of [member.email, 'Laptop', viewer.address]) await expect(eventRows(page).nth(0)).toContainText(text);
  await expect(eventRows(page).nth(1)).toContainText('Tenant created');
  await expect(eventRows(page).nth(1)).toContainText('Latchkey');
});

test('leads from an event to the client ID of its key, its other events and its place among the keys', async ({
  page,
  context,
  viewer,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const laptop = await createKeyFor(viewer, { name: 'Laptop' });
  await editKey(viewer, { clientId: laptop.clientId, name: 'Desktop', description: 'At home' });
  const gone = await createKeyFor(viewer, { name: 'Gone' });
  await deleteKey(viewer, gone.clientId);
  await open(page, eventsPath);

  const details = await openDetails(page, 'Key edited');
  await expect(details).toContainText(/20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/);
  await expect(details.getByText('Name', { exact: true })).toBeVisible();
  await expect(details).toContainText(/Laptop.*Desktop/);
  await expect(details).toContainText(/Blank.*At home/);
  await details.getByRole('button', { name: /^Copy client ID of event/ }).click();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(laptop.clientId);
  await expect(details.getByRole('link', { name: 'Open in API keys' })).toHaveAttribute(
    'href',
    `/tenant/api-keys?search=${laptop.clientId}`,
  );

  const deleted = await openDetails(page, 'Key deleted');
  await expect(deleted.getByRole('link', { name: 'Open in API keys' })).toHaveCount(0);
  const refused = deleted.getByRole('button', { name: 'Deleted' });
  await expect(refused).toHaveAttribute('aria-disabled', 'true');
  await refused.hover();
  await expect(tooltip(page, 'This key was deleted.')).toBeVisible();

  await details.getByRole('link', { name: 'Events of this key' }).click();
  await expect(page.getByLabel('Key', { exact: true })).toHaveValue(laptop.clientId);
  await expect(eventRows(page)).toHaveCount(2);
});

test('details open and close by keyboard, and keep the focus', async ({ page, viewer }) => {
  await createKeyFor(viewer, { name: 'Laptop' });
  await open(page, eventsPath);
  const arrow = arrows(page).first();
  await expect(arrow).toHaveAttribute('aria-expanded', 'false');
  await tabTo(page, arrow);
  await page.keyboard.press('Enter');
  await expect(arrow).toHaveAttribute('aria-expanded', 'true');
  await expect(page.getByRole('button', { name: 'Copy client ID of event 2' })).toBeVisible();
  await expect(arrow).toBeFocused();
  await page.keyboard.press('Space');
  await expect(arrow).toHaveAttribute('aria-expanded', 'false');
  await expect(page.getByRole('button', { name: 'Copy client ID of event 2' })).toHaveCount(0);
  await expect(arrow).toBeFocused();
});

test.describe('filters', () => {
  test('by event, actor, key and day, in the address, until they are cleared', async ({
    page,
    tenant,
    viewer,
    member,
  }) => {
    const dana = await viewerFor(await createMember(tenant));
    const laptop = await createKeyFor(dana, { name: 'Laptop' });
    await createKeyFor(viewer, { name: 'Server' });
    await deactivateKey(dana, laptop.clientId);
    await sql(`UPDATE event SET at = '2026-01-05T23:59:59.999Z' WHERE tenant_id = $1 AND sequence <= 2`, [tenant.id]);
    await open(page, eventsPath);
    await expect(eventRows(page)).toHaveCount(4);

    await page.getByLabel('Event', { exact: true }).selectOption('Key created');
    await expect(eventRows(page)).toHaveCount(2);
    await expect(page).toHaveURL(/\?action=key\.created$/);
    await page.getByLabel('Actor', { exact: true }).fill(dana.email.toUpperCase());
    await page.keyboard.press('Enter');
    await expect(eventRows(page)).toHaveCount(1);
    await expect(page.getByLabel('Actor', { exact: true })).toHaveValue(dana.email);
    await page.reload();
    await isReady(page);
    await expect(eventRows(page)).toHaveCount(1);
    await page.goBack();
    await expect(eventRows(page)).toHaveCount(2);
    await expect(page.getByLabel('Actor', { exact: true })).toHaveValue('');

    await page.getByRole('link', { name: 'Clear filters' }).click();
    await expect(page).toHaveURL(eventsPath);
    await expect(page.getByLabel('Event', { exact: true })).toHaveValue('');
    await page.getByLabel('Key', { exact: true }).fill('lapTOP');
    await page.getByLabel('Key', { exact: true }).blur();
    await expect(eventRows(page)).toHaveCount(2);
    await page.getByLabel('From', { exact: true }).fill('2026-01-06');
    await expect(eventRows(page)).toHaveCount(1);
    await expect(eventRows(page)).toContainText('Key deactivated');
    await page.getByLabel('From', { exact: true }).fill('');
    await page.getByLabel('To', { exact: true }).fill('2026-01-05');
    await expect(eventRows(page).first()).toContainText('Key created');
    await expect(eventRows(page)).toHaveCount(1);
    await page.getByLabel('Key', { exact: true }).fill('Server');
    await page.getByLabel('Key', { exact: true }).blur();
    await expect(page.getByText('No events match', { exact: true }).first()).toBeVisible();
    await page.getByRole('link', { name: 'Clear filters' }).last().click();
    await expect(eventRows(page)).toHaveCount(4);

    await page.getByLabel('Actor', { exact: true }).fill('latchkey');
    await page.keyboard.press('Enter');
    await expect(eventRows(page)).toHaveCount(1);
    await page.goto(`${eventsPath}?actor=${member.email}`);
    await expect(eventRows(page)).toHaveCount(1);
    await page.getByRole('link', { name: 'Last 7 days' }).click();
    await expect(page).toHaveURL(/from=20\d\d-\d\d-\d\d/);
    await expect(page.getByRole('link', { name: 'Last 7 days' })).toHaveAttribute('aria-current', 'true');
  });

  test('work as a form where scripts do not run', async ({ browser, viewer, origin }) => {
    await createKeyFor(viewer);
    const plain = await browser.newContext({ baseURL: origin, javaScriptEnabled: false });
    await signIn(plain, viewer, origin);
    const page = await plain.newPage();
    await page.goto(eventsPath);
    await page.getByLabel('Actor', { exact: true }).fill(viewer.email);
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(/actor=/);
    await expect(eventRows(page)).toHaveCount(1);
    await plain.close();
  });

  test('a pasted secret finds its key and does not stay in the address', async ({ page, viewer }) => {
    const { clientId, secret } = await createKeyFor(viewer, { name: 'Laptop' });
    const requested: string[] = [];
    page.on('request', (request) => requested.push(request.url()));
    await open(page, eventsPath);
    await page.getByLabel('Key', { exact: true }).fill(secret);
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(`${eventsPath}?key=${clientId}`);
    await expect(eventRows(page)).toHaveCount(1);
    await expect(page.getByLabel('Key', { exact: true })).toHaveValue(clientId);
    expect(requested.join()).not.toContain('lk_sk_');
    await page.goto(`${eventsPath}?key=${secret}&from=2020-01-01`);
    await expect(page).toHaveURL(`${eventsPath}?key=${clientId}&from=2020-01-01`);
  });

  test('nonsense in the address is said and ignored, or the first page; never an error', async ({
    page,
    viewer,
    origin,
  }) => {
    await createKeyFor(viewer, { name: '100%_"quoted"' });
    await page.goto(`${eventsPath}?action=key.made_up&from=2026-02-30&key=${'x'.repeat(2_000)}`);
    for (const problem of [
      'There is no such event as the filter asks for. It was ignored.',
      'The filter “From” is no date such as 2026-01-31. It was ignored.',
      'The filter for a key is neither a name nor a client ID. It was ignored.',
    ])
      await expect(page.getByText(problem, { exact: true })).toBeVisible();
    await expect(eventRows(page)).toHaveCount(2);
    await page.goto(`${eventsPath}?from=2026-02-02&to=2026-02-01`);
    await expect(page.getByText('“From” is after “To”, so no event can match.')).toBeVisible();
    await page.goto(`${eventsPath}?key=${encodeURIComponent('100%_"QUOTED"')}`);
    await expect(eventRows(page)).toHaveCount(1);
    const [cookie] = await page.context().cookies();
    const visit = async (target: string) => {
      const lines = [
        `GET ${target} HTTP/1.1`,
        `Host: ${new URL(origin).host}`,
        `Cookie: ${cookie?.name}=${cookie?.value}`,
      ];
      const { status } = await exchange(origin, lines);
      expect(status, target.slice(0, 60)).toBeGreaterThan(0);
      expect(status, target.slice(0, 60)).toBeLessThan(500);
    };
    const parameters = ['action', 'actor', 'key', 'from', 'to', 'after', 'before'];
    for (const value of ['%00', '%', '_', "'", '%22', '%ff', '%0d%0a', 'x'.repeat(10_000), '-1', '9'.repeat(400)]) {
      const each = [...parameters.map((name) => `${name}=${value}`), `key=${value}&key=${value}`];
      for (const path of [eventsPath, `${eventsPath}/export`]) {
        await Promise.all(each.map((parameter) => visit(`${path}?${parameter}`)));
      }
    }
  });
});

test('pages lead from the newest event to the oldest and back, within a filter', async ({ page, tenant }) => {
  await growLog(tenant, 70, { action: `CASE WHEN n > 60 THEN 'key.deleted' ELSE 'key.created' END` });
  await open(page, `${eventsPath}?action=key.created`);
  const previous = page.getByRole('link', { name: 'Previous' });
  const next = page.getByRole('link', { name: 'Next' });
  const first = arrows(page).first();
  await expect(first).toHaveAccessibleName('Details of event 60');
  await expect(eventRows(page)).toHaveCount(25);
  await expect(previous).toHaveCount(0);
  await next.click();
  await expect(first).toHaveAccessibleName('Details of event 35');
  await expect(page).toHaveURL(/action=key\.created&after=36$/);
  await tabTo(page, next);
  await page.keyboard.press('Enter');
  await expect(first).toHaveAccessibleName('Details of event 10');
  await expect(next).toHaveCount(0);
  await expect(page.getByRole('navigation', { name: 'Pages of events' })).toBeFocused();
  await previous.click();
  await expect(first).toHaveAccessibleName('Details of event 35');
  await previous.click();
  await expect(first).toHaveAccessibleName('Details of event 60');
  await page.goto(`${eventsPath}?after=0`);
  await expect(first).toHaveAccessibleName('Details of event 70');
});

test.describe('Export CSV', () => {
  // As created, and as exported.
  const names = [
    ['=1+1', "'=1+1"],
    ['＝cmd|x', "'＝cmd|x"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['-2+3', "'-2+3"],
    ['says "hi", twice', 'says "hi", twice'],
    ['Zoë 🦊', 'Zoë 🦊'],
  ] as const;

  test('downloads what the filter matches, newest first, with names that no spreadsheet runs', async ({
    page,
    tenant,
    viewer,
  }) => {
    for (const [name] of names) await createKeyFor(viewer, { name });
    await open(page, `${eventsPath}?action=key.created`);
    const waiting = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Export CSV' }).click();
    const download = await waiting;
    expect(download.suggestedFilename()).toMatch(new RegExp(`^events-${tenant.slug}-\\d{4}-\\d\\d-\\d\\d\\.csv$`));
    const { data } = Papa.parse<Record<string, string>>(readFileSync(await download.path(), 'utf8').trimEnd(), {
      header: true,
    });
    expect(data.map((line) => line.Key)).toEqual(names.map(([, exported]) => exported).reverse());
    expect(data[0]).toMatchObject({ Number: '7', Event: 'Key created', Action: 'key.created', Actor: viewer.email });
  });

  test('is not kept by anybody, and refuses a filter that it would have to ignore', async ({ page, viewer }) => {
    await createKeyFor(viewer);
    const answer = await page.request.get(`${eventsPath}/export`);
    expect(answer.headers()).toMatchObject({
      'content-type': 'text/csv; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    const refused = await page.request.get(`${eventsPath}/export?from=soon`);
    expect(refused.status()).toBe(400);
    expect(await refused.json()).toMatchObject({
      type: 'urn:latchkey:problem:invalid_filter',
      detail: 'The filter “From” is no date such as 2026-01-31.',
    });
  });

  test('holds every event of a long log once', async ({ page, tenant }) => {
    await growLog(tenant, 2_500);
    const text = await (await page.request.get(`${eventsPath}/export`)).text();
    const { data } = Papa.parse<Record<string, string>>(text.trimEnd(), { header: true });
    expect(data.map((line) => Number(line.Number))).toEqual(Array.from({ length: 2_500 }, (_, index) => 2_500 - index));
  });
});

test.describe('at 390 px', () => {
  test.use({ viewport: { width: 390, height: 844 } });

  test('filters, rows and details fit', async ({ page, viewer }) => {
    await createKeyFor(viewer, { name: 'W'.repeat(50), description: 'd'.repeat(100) });
    await open(page, eventsPath);
    await page.getByLabel('Event', { exact: true }).selectOption('Key created');
    await expect(eventRows(page)).toHaveCount(1);
    const details = await openDetails(page, 'Key created');
    await expect(details.getByRole('link', { name: 'Open in API keys' })).toBeVisible();
    expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(
      0,
    );
  });
});

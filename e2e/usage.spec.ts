/** What the page makes of the usage: sparkline, dialogs that stop a key, the first request with a new secret. */
import type { Locator, Page } from '@playwright/test';
import { acceptSecret, countCaller, countRequests } from '../tests/support/usage';
import { createKeyFor, createMember, sql, viewerFor } from '../tests/support/world';
import { expect, test } from './fixtures';
import {
  atRest,
  bearer,
  callMe,
  closeUnsaved,
  createThroughDialog,
  keysPath,
  open,
  revealSecret,
  rowOf,
  secretDialog,
  tooltip,
} from './key-page';
import { membersPath, openReview } from './members-page';

test.use({ policy: { maximumKeysPerUser: 100 } });

const sparkline = (page: Page, name: string) => rowOf(page, name).getByRole('img', { name: /in 7 days/ });
const firstRequest = (page: Page) => secretDialog(page).getByRole('status');

async function clientIdOf(dialog: Locator): Promise<string> {
  return dialog.getByLabel('Client ID', { exact: true }).inputValue();
}

test('a row says how often its key was used in 7 days, and how often refused, to pointer and screen reader', async ({
  page,
  viewer,
}) => {
  const { clientId } = await createKeyFor(viewer, { name: 'Busy' });
  await createKeyFor(viewer, { name: 'Quiet' });
  await countRequests(clientId, { requests: 1201, hoursAgo: 30 });
  await countRequests(clientId, { requests: 3, outcome: 'key_inactive' });
  await open(page, keysPath);
  await expect(page.getByRole('columnheader', { name: 'Last 7 days' })).toBeVisible();
  await expect(sparkline(page, 'Quiet')).toHaveAccessibleName('No requests in 7 days');
  await expect(sparkline(page, 'Busy')).toHaveAccessibleName('1,204 requests in 7 days, 3 refused');
  await sparkline(page, 'Busy').hover();
  await expect(tooltip(page, '1,204 requests in 7 days, 3 refused')).toBeVisible();
});

test('a phone shows the same in words', async ({ page, viewer }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  const { clientId } = await createKeyFor(viewer, { name: 'Busy' });
  await countRequests(clientId, { requests: 5 });
  await countRequests(clientId, { requests: 1, outcome: 'rate_limited' });
  await open(page, keysPath);
  await expect(rowOf(page, 'Busy').getByText('6 requests, 1 refused')).toBeVisible();
});

test('a key that left its habit says so, when and how much, to pointer, keyboard and phone', async ({
  page,
  viewer,
}) => {
  const { clientId } = await createKeyFor(viewer, { name: 'Crawler' });
  await createKeyFor(viewer, { name: 'Quiet' });
  await countRequests(clientId, { requests: 12_345 });
  await sql(
    `INSERT INTO usage_alert (tenant_id, key_id, hour, requests, mean_per_hour, raised_at)
     SELECT tenant_id, key_id, hour, 1001, 51.5, clock_timestamp() FROM key_usage_hour
      WHERE key_id = (SELECT id FROM key WHERE client_id = $1)`,
    [clientId],
  );
  const said = /^12,345 requests on .+ between \d\d:00 and \d\d:00 UTC; its mean was 51\.5 an hour\.$/;
  const badge = rowOf(page, 'Crawler').getByRole('button', { name: 'Unusual usage' });
  await open(page, keysPath);
  await expect(rowOf(page, 'Quiet')).not.toContainText('Unusual usage');
  await badge.hover();
  await expect(tooltip(page, said)).toBeVisible();
  // In steps: a tooltip waits for the pointer to be seen on its way elsewhere.
  await page.mouse.move(0, 0, { steps: 5 });
  await expect(tooltip(page, said)).toBeHidden();
  await badge.focus();
  await page.keyboard.press('Enter');
  await expect(tooltip(page, said)).toBeVisible();
  await page.keyboard.press('Escape');
  await page.setViewportSize({ width: 390, height: 844 });
  // A tooltip closes when the page is scrolled below it, as a click out of sight would.
  await badge.scrollIntoViewIfNeeded();
  await expect(badge).toBeInViewport();
  await badge.click();
  await expect(tooltip(page, said)).toBeVisible();
});

for (const action of ['Deactivate', 'Delete'] as const) {
  test.describe(() => {
    test.use({ policy: { deactivateBeforeDelete: false } });
    test(`${action} shows who uses the key now, not when the page was loaded`, async ({ page, viewer }) => {
      const { clientId } = await createKeyFor(viewer, { name: 'Export' });
      await open(page, keysPath);
      await expect(rowOf(page, 'Export')).toContainText('Never used');
      await countRequests(clientId, { requests: 12 });
      await countRequests(clientId, { requests: 2, outcome: 'invalid_credential' });
      await countCaller(clientId, { address: '198.51.100.4', client: 'node', requests: 9, daysAgo: 2 });
      await countCaller(clientId, { address: '2001:db8::17', client: 'curl', requests: 1 });
      await sql(
        `UPDATE key_last_use SET last_used_at = clock_timestamp() - interval '3 minutes'
          WHERE key_id = (SELECT id FROM key WHERE client_id = $1)`,
        [clientId],
      );
      await page.getByRole('button', { name: `${action} Export` }).click();
      const dialog = page.getByRole('alertdialog');
      await expect(dialog).toContainText(/Last used\s*3 minutes ago/);
      await expect(dialog).toContainText(/Last 7 days\s*14 requests, 2 refused/);
      await expect(dialog.getByRole('status')).toHaveText('14 requests in 7 days, 2 refused from 2 callers.');
      const lines = dialog.getByRole('region', { name: 'Callers' }).getByRole('listitem');
      await expect(lines).toHaveText([
        /^curl 2001:db8::17 1$/,
        /^node 198\.51\.100\.4 2 days ago 9$/,
        /^Other callers 2$/,
        'Refused: 2 wrong secret',
      ]);
      await dialog.getByRole('button', { name: action, exact: true }).click();
      await expect(dialog).toHaveCount(0);
    });
  });
}

test('a key that nobody used says so, and the answer moves nothing', async ({ page, viewer }) => {
  await createKeyFor(viewer, { name: 'Quiet' });
  await open(page, keysPath);
  let answer = () => {};
  const asked = new Promise<void>((resolve) => {
    answer = resolve;
  });
  await page.route('**/traffic?*', async (route) => {
    await asked;
    await route.continue();
  });
  await page.getByRole('button', { name: 'Deactivate Quiet' }).click();
  const dialog = page.getByRole('alertdialog');
  await expect(dialog.getByRole('status')).toHaveText('Looking at who uses this key…');
  await atRest(page);
  const before = await dialog.boundingBox();
  answer();
  await expect(dialog.getByText('Nobody called with this key in the last 7 days.')).toBeVisible();
  await expect(dialog).toContainText(/Last used\s*Never used/);
  expect(await dialog.boundingBox()).toEqual(before);
});

test.describe('with a connection that comes and goes', () => {
  test.use({ expectedConsole: [/ERR_FAILED|status of 500/] });

  test('what is not known keeps nobody from deactivating', async ({ page, viewer, origin }) => {
    const { secret } = await createKeyFor(viewer, { name: 'Leaked' });
    await open(page, keysPath);
    await page.route('**/traffic?*', (route) => route.abort());
    await page.getByRole('button', { name: 'Deactivate Leaked' }).click();
    const dialog = page.getByRole('alertdialog');
    await expect(
      dialog
        .getByText('Latchkey did not answer, so nobody can say who uses this key. You can go on all the same.')
        .last(),
    ).toBeVisible();
    await expect(dialog).toContainText(/Last used\s*Not known/);
    await dialog.getByRole('button', { name: 'Deactivate', exact: true }).click();
    await expect(rowOf(page, 'Leaked')).toContainText('Inactive');
    expect(await callMe(origin, bearer(secret))).toMatchObject({ type: 'key_inactive' });
  });

  test('nobody has to wait for the answer: the button works at once', async ({ page, viewer }) => {
    await createKeyFor(viewer, { name: 'Leaked' });
    await open(page, keysPath);
    // Never answered.
    await page.route('**/traffic?*', () => {});
    await page.getByRole('button', { name: 'Deactivate Leaked' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Deactivate', exact: true }).click();
    await expect(rowOf(page, 'Leaked')).toContainText('Inactive');
  });

  test('the secret dialog goes on asking after failures, ever less often', async ({ page }) => {
    await open(page, keysPath);
    let failures = 0;
    await page.route('**/first-request?*', (route) => {
      failures++;
      return failures <= 2 ? route.abort() : route.continue();
    });
    const dialog = await createThroughDialog(page);
    await acceptSecret(await clientIdOf(dialog));
    await countCaller(await clientIdOf(dialog));
    await expect(firstRequest(page)).toContainText('First request received', { timeout: 20_000 });
    expect(failures).toBeGreaterThan(2);
  });
});

test('the secret dialog waits for the first request, and says who made it', async ({ page }) => {
  await open(page, keysPath);
  const dialog = await createThroughDialog(page);
  await expect(firstRequest(page)).toContainText('Waiting for the first request…');
  const clientId = await clientIdOf(dialog);
  await countCaller(clientId, { address: '198.51.100.4', client: 'node' });
  await acceptSecret(clientId);
  await expect(firstRequest(page)).toHaveText(/^First request received\s*From 198\.51\.100\.4 with node$/);
  // It is said once, and nobody asks any more.
  let asked = 0;
  page.on('request', (request) => {
    if (request.url().includes('first-request')) asked++;
  });
  await revealSecret(dialog);
  await dialog.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Cancel' }).click();
  await expect(firstRequest(page)).toContainText('First request received');
  await closeUnsaved(page);
  expect(asked).toBe(0);
});

test('an accepted call whose caller is late is said without, and with them when they are known', async ({ page }) => {
  await open(page, keysPath);
  const clientId = await clientIdOf(await createThroughDialog(page));
  await acceptSecret(clientId);
  await expect(firstRequest(page)).toHaveText('First request received');
  await countCaller(clientId, { address: '198.51.100.4', client: 'node' });
  await expect(firstRequest(page)).toHaveText(/^First request received\s*From 198\.51\.100\.4 with node$/);
});

test('a refused call is explained, the latest one counts, and the dialog goes on waiting for an accepted one', async ({
  page,
}) => {
  await open(page, keysPath);
  const clientId = await clientIdOf(await createThroughDialog(page));
  await countRequests(clientId, { outcome: 'invalid_credential', requests: 5 });
  await expect(firstRequest(page)).toHaveText(
    /^A call was refused: the client secret was wrong\.\s*Copy it again, from the first character to the last\. Still waiting…$/,
  );
  await countRequests(clientId, { outcome: 'api_keys_disabled' });
  await expect(firstRequest(page)).toContainText(
    /A call was refused: API keys are switched off\.\s*Ask your administrator\./,
  );
  await countCaller(clientId);
  await acceptSecret(clientId);
  await expect(firstRequest(page)).toContainText('First request received');
});

test('closing the dialog ends the questions, and no question holds a secret', async ({ page }) => {
  const asked: string[] = [];
  page.on('request', (request) => {
    if (request.url().includes('first-request')) asked.push(request.url());
  });
  await open(page, keysPath);
  const dialog = await createThroughDialog(page);
  const secret = await revealSecret(dialog);
  const clientId = await clientIdOf(dialog);
  await expect.poll(() => asked.length).toBeGreaterThan(1);
  await closeUnsaved(page);
  const count = asked.length;
  // The next dialog asks about its own key only.
  const other = await clientIdOf(await createThroughDialog(page));
  await expect.poll(() => asked.filter((url) => url.includes(other)).length).toBeGreaterThan(1);
  expect(asked.slice(count).filter((url) => url.includes(clientId))).toEqual([]);
  expect(asked.filter((url) => url.includes('lk_sk_') || url.includes(secret.slice(22)))).toEqual([]);
});

test('a real call turns the waiting into its caller, a refused one before into its reason, without a reload', async ({
  page,
  origin,
}) => {
  await open(page, keysPath);
  const dialog = await createThroughDialog(page);
  const secret = await revealSecret(dialog);
  const clientId = await clientIdOf(dialog);
  await expect(firstRequest(page)).toContainText('Waiting for the first request…');
  await sql('UPDATE key SET deactivated_at = clock_timestamp() WHERE client_id = $1', [clientId]);
  expect(await callMe(origin, { ...bearer(secret), 'user-agent': 'exporter/2.1' })).toMatchObject({ status: 401 });
  await expect(firstRequest(page)).toContainText('A call was refused: the key is inactive.');
  await sql('UPDATE key SET deactivated_at = NULL WHERE client_id = $1', [clientId]);
  expect(await callMe(origin, { ...bearer(secret), 'user-agent': 'exporter/2.1' })).toMatchObject({ status: 200 });
  // A count that could not be written at once is tried again after five seconds.
  await expect(firstRequest(page)).toHaveText(/First request received\s*From \S+ with exporter$/, { timeout: 20_000 });
});

test.describe('an admin', () => {
  test.use({ roles: ['admin'] });

  test('sees in the review which of a leaver’s keys are in use', async ({ page, tenant }) => {
    const leaver = await createMember(tenant);
    const leaving = await viewerFor(leaver);
    const { clientId } = await createKeyFor(leaving, { name: 'Export' });
    await createKeyFor(leaving, { name: 'Quiet' });
    await countRequests(clientId, { requests: 1201 });
    await countRequests(clientId, { requests: 3, outcome: 'insufficient_scope' });
    await countCaller(clientId, { client: 'node' });
    await countCaller(clientId, { client: 'curl', daysAgo: 2 });
    await open(page, membersPath);
    const review = await openReview(page, leaver);
    const keys = review.getByRole('list', { name: 'Keys' }).getByRole('listitem');
    await expect(keys.filter({ hasText: 'Export' })).toContainText(
      '1,204 requests in 7 days, 3 refused, from 2 callers',
    );
    await expect(keys.filter({ hasText: 'Quiet' })).toContainText('No requests in 7 days');
  });
});

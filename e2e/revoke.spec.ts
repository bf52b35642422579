/** Revoking from `/tenant/api-keys`: one key, some of them, all that match. */
import type { Locator, Page } from '@playwright/test';
import { createManyKeys } from '../tests/support/many-keys';
import { countCaller, countRequests } from '../tests/support/usage';
import { createAgentKeyFor, createKeyFor, createMember, sql, type TestTenant, viewerFor } from '../tests/support/world';
import { expect, test } from './fixtures';
import { bearer, callMe, open, rowOf, tabTo } from './key-page';

const path = '/tenant/api-keys';
const question = (page: Page) => page.getByRole('alertdialog');
const revokeMany = (page: Page) => page.getByRole('button', { name: 'Revoke', exact: true });
const confirm = (dialog: Locator) => dialog.getByRole('button', { name: 'Revoke', exact: true });
const progress = (page: Page) => page.getByRole('progressbar', { name: 'Keys done' });
const select = (page: Page, name: string) => page.getByRole('checkbox', { name: `Select ${name}`, exact: true });

test.use({ roles: ['admin'], policy: { maximumKeysPerUser: 1000 } });

/** Somebody else's keys. */
async function createOwner(tenant: TestTenant) {
  const owner = await createMember(tenant, { email: `dana@${tenant.slug}.test` });
  return { owner, owning: await viewerFor(owner) };
}
const countRevoked = async (tenant: TestTenant) =>
  (await sql('SELECT id FROM key WHERE tenant_id = $1 AND revoked_at IS NOT NULL', [tenant.id])).length;
const eventsOf = (tenant: TestTenant, action: string) =>
  sql('SELECT 1 FROM event WHERE tenant_id = $1 AND action = $2', [tenant.id, action]);

test('an admin revokes a key, having seen who uses it, without a mouse; it is refused at once', async ({
  page,
  tenant,
  origin,
}) => {
  const { owning } = await createOwner(tenant);
  const { clientId, secret } = await createKeyFor(owning, { name: 'Service' });
  await createKeyFor(owning, { name: 'Other' });
  await countRequests(clientId, { requests: 1_204 });
  await countCaller(clientId, { address: '198.51.100.7', client: 'python-requests', requests: 1_204 });
  await open(page, path);
  const button = page.getByRole('button', { name: 'Revoke Service' });
  await tabTo(page, button);
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('alertdialog', { name: 'Revoke Service?' });
  await expect(dialog).toContainText('Revoking is permanent and cannot be undone.');
  await expect(dialog).toContainText('1,204 requests');
  await expect(dialog.getByRole('region', { name: 'Callers' })).toContainText('python-requests');
  await page.keyboard.press('Escape');
  await expect(button).toBeFocused();
  expect(await callMe(origin, bearer(secret))).toMatchObject({ status: 200 });
  await page.keyboard.press('Enter');
  await tabTo(page, confirm(question(page)));
  await page.keyboard.press('Enter');
  await expect(page.getByText('Key revoked', { exact: true })).toBeVisible();
  expect(await callMe(origin, bearer(secret))).toMatchObject({ status: 401, type: 'key_revoked' });
  await expect(rowOf(page, 'Service')).toContainText('Revoked');
  await expect(page.getByRole('button', { name: 'Revoke Service' })).toHaveCount(0);
  // The button went with what it did.
  await expect(page.getByRole('heading', { name: 'All API keys' })).toBeFocused();
});

test('who comes too late is told so, and nothing happens', async ({ page, tenant }) => {
  const { owning } = await createOwner(tenant);
  const { clientId } = await createKeyFor(owning, { name: 'Gone' });
  await open(page, path);
  await page.getByRole('button', { name: 'Revoke Gone' }).click();
  // What the dialog asks when it opens is answered before the key changes.
  await expect(question(page).getByText('Nobody called with this key in the last 7 days.').last()).toBeVisible();
  await sql('UPDATE key SET revoked_at = now() WHERE client_id = $1', [clientId]);
  await confirm(question(page)).click();
  await expect(question(page).getByRole('alert')).toHaveText('This key is Revoked already.');
  await sql('DELETE FROM key WHERE client_id = $1', [clientId]);
  await confirm(question(page)).click();
  await expect(question(page).getByRole('alert')).toHaveText('This key does not exist any more. Reload the page.');
  expect(await eventsOf(tenant, 'key.revoked')).toHaveLength(0);
});

test('keys that were checked are revoked together, with a preview before and a result for each', async ({
  page,
  tenant,
  origin,
}) => {
  const { owner, owning } = await createOwner(tenant);
  const busy = await createKeyFor(owning, { name: 'Busy' });
  const late = await createKeyFor(owning, { name: 'Late' });
  const agent = await createAgentKeyFor(owning, { name: 'Nightly' });
  const spared = await createKeyFor(owning, { name: 'Spared' });
  await countRequests(busy.clientId, { requests: 4_321 });
  await countCaller(busy.clientId);
  await open(page, path);
  for (const name of ['Busy', 'Late', 'Nightly']) await select(page, name).click();
  await revokeMany(page).click();
  const dialog = page.getByRole('alertdialog', { name: 'Revoke 3 keys?' });
  await expect(dialog).toContainText('Revoking is permanent and cannot be undone.');
  await expect(dialog).toContainText(/3 keys, 1 agent key.*4,321 requests/s);
  await expect(dialog).toContainText(`${owner.email} (2)`);
  await expect(dialog.getByRole('listitem').first()).toContainText(/Busy.*4,321/s);
  // So few need no typing.
  await expect(dialog.getByRole('textbox')).toHaveCount(0);

  await sql('UPDATE key SET revoked_at = now() WHERE client_id = $1', [late.clientId]);
  await confirm(dialog).click();
  await expect(dialog.getByRole('alert')).toHaveText('These keys changed since you looked. Look again, then confirm.');
  expect(await countRevoked(tenant)).toBe(1);
  await dialog.getByRole('button', { name: 'Look again' }).click();
  await expect(page.getByRole('alertdialog', { name: 'Revoke 2 keys?' })).toBeVisible();
  await expect(question(page).getByRole('region', { name: '1 key is left out' })).toContainText(
    /Late.*Revoked already/s,
  );
  await confirm(question(page)).click();
  const results = question(page).getByRole('region', { name: 'Results' });
  await expect(results.getByRole('listitem')).toHaveText([/Busy.*Revoked/, /Nightly.*Revoked/]);
  await expect(question(page).getByRole('status')).toHaveText('2 keys are revoked.');
  await question(page).getByRole('button', { name: 'Done' }).click();
  for (const { secret } of [busy, agent]) {
    expect(await callMe(origin, bearer(secret))).toMatchObject({ status: 401, type: 'key_revoked' });
  }
  expect(await callMe(origin, bearer(spared.secret))).toMatchObject({ status: 200 });
  // Nothing is selected any more.
  await expect(revokeMany(page)).toHaveAttribute('aria-disabled', 'true');
  await expect(page.getByRole('checkbox', { name: 'Select Busy' })).toHaveCount(0);
});

test('all that match are revoked after their number was typed, with progress, 1,000 events and one summary', async ({
  page,
  tenant,
  origin,
}) => {
  test.slow();
  const { owner, owning } = await createOwner(tenant);
  const spared = await createKeyFor(owning, { name: 'Spared' });
  const credentials = await createManyKeys(owner, 1_000, 'Legacy');
  await open(page, `${path}?search=legacy`);
  await page.getByRole('checkbox', { name: 'Select all keys on this page' }).click();
  await page.getByRole('button', { name: 'Select all that match' }).click();
  await revokeMany(page).click();
  const dialog = question(page);
  await expect(page.getByRole('alertdialog', { name: 'Revoke 1,000 keys?' })).toBeVisible();
  const field = dialog.getByLabel('Type 1,000 to confirm');
  await field.fill('100');
  await field.press('Enter');
  await expect(field).toHaveAccessibleDescription('Type 1,000 to confirm.');
  await expect(field).toBeFocused();
  await field.fill('1000');
  // After the confirmation and the first batch the next one waits until its progress was seen.
  let goOn = () => {};
  const looked = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  let sent = 0;
  await page.route(
    ({ pathname }) => pathname === path,
    async (route) => {
      if (route.request().method() === 'POST' && ++sent > 2) await looked;
      await route.continue();
    },
  );
  await confirm(dialog).click();
  await expect(page.getByRole('alertdialog', { name: 'Revoking 1,000 keys' })).toBeVisible();
  await expect(progress(page)).toHaveAttribute('aria-valuetext', '100 of 1,000');
  goOn();
  await page.unrouteAll({ behavior: 'wait' });
  await expect(page.getByRole('alertdialog', { name: 'Bulk revoke finished' })).toBeVisible({ timeout: 60_000 });
  await expect(dialog.getByRole('status')).toHaveText('1,000 keys are revoked.');
  await expect(dialog.getByRole('region', { name: 'Results' })).toContainText('and 800 more');
  for (const { secret } of [credentials[0], credentials[999]] as Array<{ secret: string }>) {
    expect(await callMe(origin, bearer(secret))).toMatchObject({ status: 401, type: 'key_revoked' });
  }
  expect(await callMe(origin, bearer(spared.secret))).toMatchObject({ status: 200 });
  expect(await eventsOf(tenant, 'key.revoked')).toHaveLength(1_000);
  expect(await eventsOf(tenant, 'keys.revoked')).toHaveLength(1);
  await dialog.getByRole('button', { name: 'Done' }).click();
  await expect(rowOf(page, 'Legacy 1000')).toContainText('Revoked');
});

test('a selection that cannot be revoked says why, and offers nothing', async ({ page, tenant }) => {
  const { owning } = await createOwner(tenant);
  await createKeyFor(owning, { name: 'Only' });
  await open(page, path);
  await select(page, 'Only').click();
  await sql('UPDATE key SET expires_at = clock_timestamp() WHERE tenant_id = $1', [tenant.id]);
  await revokeMany(page).click();
  await expect(question(page)).toContainText('None of these keys can be revoked.');
  await expect(question(page).getByRole('region', { name: '1 key is left out' })).toContainText(/Only.*Expired/s);
  await expect(confirm(question(page))).toHaveCount(0);
});

test.describe('when the server does not answer', () => {
  test.use({ expectedConsole: [/net::ERR_FAILED|Failed to fetch/] });

  test('the dialog says so, goes on where it stopped, and what was left is resumed from the page', async ({
    page,
    tenant,
    member,
  }) => {
    const { owner } = await createOwner(tenant);
    await createManyKeys(owner, 250);
    await open(page, path);
    await page.getByRole('checkbox', { name: 'Select all keys on this page' }).click();
    await page.getByRole('button', { name: 'Select all that match' }).click();
    await page.route(`**${path}`, (route) => route.abort('failed'));
    await revokeMany(page).click();
    const dialog = question(page);
    await expect(dialog.getByRole('alert')).toHaveText('Latchkey did not answer. Nothing was changed.');
    await page.unroute(`**${path}`);
    await dialog.getByRole('button', { name: 'Try again' }).click();
    await dialog.getByLabel('Type 250 to confirm').fill('250');

    // The confirmation gets through, and its answer is lost; the second time so is what follows upon the first batch.
    let asked = 0;
    await page.route(`**${path}`, async (route) => {
      asked++;
      if (asked === 1) await route.fetch();
      if (asked === 1 || asked >= 4) await route.abort('failed');
      else await route.continue();
    });
    await confirm(dialog).click();
    await expect(dialog.getByRole('alert')).toContainText('what has begun is not begun twice');
    await confirm(dialog).click();
    await expect(dialog.getByRole('alert')).toContainText('Keys that were revoked stay revoked');
    await expect(progress(page)).toHaveAttribute('aria-valuetext', '100 of 250');
    expect(await countRevoked(tenant)).toBe(100);
    expect(await sql('SELECT id FROM revocation WHERE tenant_id = $1', [tenant.id])).toHaveLength(1);
    await page.unroute(`**${path}`);

    // Left in the middle.
    await dialog.getByRole('button', { name: 'Close', exact: true }).last().click();
    await expect(page.getByText('Stopped after 100 of 250 keys')).toBeVisible();
    const banner = page.getByRole('region', { name: 'Unfinished bulk revoke' });
    await expect(banner).toContainText('A bulk revoke of 250 keys stopped after 100');
    await expect(banner).toContainText(member.email);
    await banner.getByRole('button', { name: 'Resume' }).click();
    await page
      .getByRole('alertdialog', { name: 'Revoke the other 150 keys?' })
      .getByRole('button', { name: 'Cancel' })
      .click();
    await expect(banner.getByRole('button', { name: 'Resume' })).toBeFocused();
    await page.keyboard.press('Enter');
    await question(page).getByRole('button', { name: 'Resume' }).click();
    await expect(question(page).getByRole('status')).toHaveText('250 keys are revoked.');
    await question(page).getByRole('button', { name: 'Done' }).click();
    await expect(banner).toHaveCount(0);
    expect(await eventsOf(tenant, 'key.revoked')).toHaveLength(250);
    expect(await eventsOf(tenant, 'keys.revoked')).toHaveLength(1);
  });
});

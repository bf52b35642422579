import type { Locator } from '@playwright/test';
import { deactivateKey } from '@/lib/keys/mutations';
import { createKeyFor, createMember, sql, viewerFor } from '../tests/support/world';
import { expect, signIn, test } from './fixtures';
import { bearer, callMe, createButton, keysPath, open, openCreateDialog, rowOf, tabTo, tooltip } from './key-page';
import { fields, settingsPath as path, policyOf, reviewDialog, save, saveButton } from './settings-page';

test.use({ roles: ['developer', 'admin'] });

test('every field shows the policy, and what is saved is there after a reload', async ({ page, tenant }) => {
  await open(page, path);
  const { enabled, maximum, expiration, deactivate } = fields(page);
  await expect(enabled).toBeChecked();
  await expect(maximum).toHaveValue('2');
  await expect(expiration).toHaveValue('');
  await expect(deactivate).toBeChecked();
  await enabled.click();
  await maximum.fill('1000');
  await expiration.fill('36500');
  await deactivate.click();
  await save(page);
  expect(await policyOf(tenant.id)).toEqual({
    api_keys_enabled: false,
    maximum_keys_per_user: 1000,
    maximum_expiration_in_days: 36_500,
    deactivate_before_delete: false,
  });
  await open(page, path);
  await expect(enabled).not.toBeChecked();
  await expect(maximum).toHaveValue('1000');
  await expect(expiration).toHaveValue('36500');
  await expect(deactivate).not.toBeChecked();
  await expiration.fill('');
  await save(page);
  expect(await policyOf(tenant.id)).toMatchObject({ maximum_expiration_in_days: null });
});

test('what is out of bounds is said at its field; the input is kept, and nothing is saved', async ({
  page,
  tenant,
}) => {
  const before = await policyOf(tenant.id);
  await open(page, path);
  const { enabled, maximum, expiration } = fields(page);
  await enabled.click();
  for (const [value, sentence] of [
    ['0', 'Maximum API keys per user must be between 1 and 1000.'],
    ['1001', 'Maximum API keys per user must be between 1 and 1000.'],
    ['', 'Maximum API keys per user must be a whole number.'],
    ['2.5', 'Maximum API keys per user must be a whole number.'],
    ['-1', 'Maximum API keys per user must be a whole number.'],
  ] as const) {
    await maximum.fill(value);
    await saveButton(page).click();
    await expect(maximum).toHaveAccessibleDescription(new RegExp(sentence));
    await expect(maximum).toHaveValue(value);
    await expect(reviewDialog(page)).toHaveCount(0);
  }
  await maximum.fill('3');
  for (const value of ['0', 'soon', '1e3']) {
    await expiration.fill(value);
    await saveButton(page).click();
    await expect(expiration).toHaveAccessibleDescription(/at least 1, or empty for no maximum\./);
    await expect(expiration).toHaveValue(value);
    await expect(maximum).toHaveValue('3');
    await expect(enabled).not.toBeChecked();
  }
  expect(await policyOf(tenant.id)).toEqual(before);
});

test('the rate limit is a number of requests or nothing; what is out of bounds is said at its field', async ({
  page,
  tenant,
}) => {
  const stored = async () => {
    const [row] = await sql<{ limit: number | null }>(
      'SELECT rate_limit_per_minute AS limit FROM tenant WHERE id = $1',
      [tenant.id],
    );
    return row?.limit;
  };
  await open(page, path);
  const { rate } = fields(page);
  await expect(rate).toHaveValue('');
  for (const value of ['0', '1000001', '-1', '1.5', 'many']) {
    await rate.fill(value);
    await saveButton(page).click();
    await expect(rate).toHaveAccessibleDescription(
      /Rate limit \(requests per minute\) must be .*between 1 and 1,000,000, or empty for no limit\./,
    );
    await expect(rate).toHaveValue(value);
  }
  expect(await stored()).toBeNull();
  await rate.fill('1000000');
  await save(page);
  expect(await stored()).toBe(1_000_000);
  await open(page, path);
  await expect(rate).toHaveValue('1000000');
  await rate.fill('');
  await save(page);
  expect(await stored()).toBeNull();
});

test('the lifetime of agent keys and Keep one key are saved, hold at once, and say what is out of bounds', async ({
  page,
  tenant,
  viewer,
}) => {
  const stored = async () => {
    const [row] = await sql<{ days: number; keep: boolean }>(
      'SELECT agent_key_lifetime_in_days AS days, keep_one_key AS keep FROM tenant WHERE id = $1',
      [tenant.id],
    );
    return row;
  };
  const { clientId } = await createKeyFor(viewer);
  await open(page, path);
  const lifetime = page.getByLabel('Agent key lifetime (days)');
  const keep = page.getByRole('switch', { name: 'Keep one key' });
  await expect(lifetime).toHaveValue('90');
  await expect(lifetime).toHaveAccessibleDescription(/^At least 1\. A new agent key expires so many days after/);
  await expect(keep).not.toBeChecked();
  await expect(keep).toHaveAccessibleDescription(/last usable key/);
  await keep.click();
  for (const [value, sentence] of [
    ['0', 'Agent key lifetime (days) must be at least 1.'],
    ['', 'Agent key lifetime (days) must be a whole number.'],
  ] as const) {
    await lifetime.fill(value);
    await saveButton(page).click();
    await expect(page.getByText(sentence)).toBeVisible();
    await expect(lifetime).toHaveValue(value);
    await expect(keep).toBeChecked();
  }
  expect(await stored()).toEqual({ days: 90, keep: false });
  await lifetime.fill('7');
  await save(page);
  expect(await stored()).toEqual({ days: 7, keep: true });
  expect(await deactivateKey(viewer, clientId)).toEqual({
    status: 'refused',
    message: 'Your tenant keeps one usable key. Rotate this one or create another first.',
  });
  await open(page, path);
  await expect(lifetime).toHaveValue('7');
  await expect(keep).toBeChecked();
  // Each is sent alone, so that the other stays as somebody else set it meanwhile.
  await sql('UPDATE tenant SET agent_key_lifetime_in_days = 30 WHERE id = $1', [tenant.id]);
  await keep.click();
  await save(page);
  expect(await stored()).toEqual({ days: 30, keep: false });
});

test('a lower maximum takes no key away, and refuses the next one at once, also on a page that is open', async ({
  page,
  context,
  viewer,
}) => {
  await createKeyFor(viewer, { name: 'First' });
  const keys = await context.newPage();
  await open(keys, keysPath);
  const dialog = await openCreateDialog(keys);
  await open(page, path);
  await fields(page).maximum.fill('1');
  await save(page);
  await dialog.getByRole('button', { name: 'Create key' }).click();
  await expect(dialog.getByText('You have 1 API key; the maximum is 1. Delete one to create another.')).toBeVisible();
  await open(keys, keysPath);
  await tabTo(keys, createButton(keys));
  await expect(tooltip(keys, 'You have 1 API key; the maximum is 1. Delete one to create another.')).toBeVisible();
  await expect(rowOf(keys, 'First').getByText('Active', { exact: true })).toBeVisible();
});

test('a shorter maximum expiration holds for the next key and for none that exists', async ({
  page,
  viewer,
  origin,
}) => {
  const { secret } = await createKeyFor(viewer, { expiry: { kind: 'never' } });
  await open(page, path);
  await fields(page).expiration.fill('1');
  await save(page);
  expect(await callMe(origin, bearer(secret))).toMatchObject({ status: 200 });
  await open(page, keysPath);
  await expect(rowOf(page, 'API key 1').getByText('Never', { exact: true })).toBeVisible();
  const dialog = await openCreateDialog(page);
  await expect(dialog.getByLabel('Expiry', { exact: true }).getByRole('option')).toHaveText([
    '1 day (maximum)',
    'On a date',
  ]);
});

test('the switch refuses every key from the moment it is saved, and gives them back', async ({
  page,
  context,
  tenant,
  origin,
}) => {
  const colleague = await viewerFor(await createMember(tenant));
  const { secret } = await createKeyFor(colleague, { name: 'Of a colleague' });
  expect(await callMe(origin, bearer(secret))).toMatchObject({ status: 200 });
  await open(page, path);
  await fields(page).enabled.click();
  await save(page);
  expect(await callMe(origin, bearer(secret))).toMatchObject({ status: 401, type: 'api_keys_disabled' });
  await fields(page).enabled.click();
  await save(page);
  expect(await callMe(origin, bearer(secret))).toMatchObject({ status: 200 });

  await sql('UPDATE tenant SET api_keys_enabled = false WHERE id = $1', [tenant.id]);
  await signIn(context, colleague, origin);
  await open(page, keysPath);
  await expect(rowOf(page, 'Of a colleague')).toContainText('Disabled by your administrator');
});

test('without Deactivate before delete, an Active key can be deleted at once', async ({ page, viewer }) => {
  await createKeyFor(viewer, { name: 'Straight' });
  await open(page, keysPath);
  const remove = page.getByRole('button', { name: 'Delete Straight' });
  await expect(remove).toHaveAttribute('aria-disabled', 'true');
  await open(page, path);
  await fields(page).deactivate.click();
  await save(page);
  await page.getByRole('button', { name: 'Account menu' }).click();
  await page.getByRole('menuitem', { name: 'Account settings' }).click();
  await remove.click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByRole('heading', { name: 'You have no API keys yet' })).toBeVisible();
});

test('what a first SSO sign-in gets is chosen here, and only what was changed is sent', async ({ page, tenant }) => {
  const stored = async () => {
    const [row] = await sql<{ roles: string[]; licensed: boolean }>(
      'SELECT join_roles::text[] AS roles, join_licensed AS licensed FROM tenant WHERE id = $1',
      [tenant.id],
    );
    return row;
  };
  const group = page.getByRole('group', { name: 'New SSO members' });
  const boxes = ['developer', 'admin', 'Licence'].map((name) => group.getByRole('checkbox', { name }));
  const [developer, , licence] = boxes as [Locator, Locator, Locator];
  await open(page, path);
  for (const box of boxes) await expect(box).not.toBeChecked();
  await developer.click();
  await licence.click();
  await save(page);
  expect(await stored()).toEqual({ roles: ['developer'], licensed: true });
  await open(page, path);
  await expect(developer).toBeChecked();
  await expect(licence).toBeChecked();
  await sql(`UPDATE tenant SET join_roles = '{admin}' WHERE id = $1`, [tenant.id]);
  await licence.click();
  await save(page);
  expect(await stored()).toEqual({ roles: ['admin'], licensed: false });
});

test('a page that was open for long does not undo what another admin changed', async ({ page, tenant }) => {
  await open(page, path);
  await sql('UPDATE tenant SET api_keys_enabled = false WHERE id = $1', [tenant.id]);
  await fields(page).maximum.fill('3');
  await save(page);
  expect(await policyOf(tenant.id)).toMatchObject({ api_keys_enabled: false, maximum_keys_per_user: 3 });
});

test('who loses the role while the page is open is refused, and nothing is saved', async ({ page, tenant, member }) => {
  const before = await policyOf(tenant.id);
  await open(page, path);
  await sql(`UPDATE member SET roles = '{developer}' WHERE id = $1`, [member.id]);
  await fields(page).maximum.fill('500');
  await saveButton(page).click();
  await expect(page.getByText('You need the role admin. Ask your administrator.')).toBeVisible();
  expect(await policyOf(tenant.id)).toEqual(before);
});

test.describe('who is no admin', () => {
  test.use({ roles: ['developer'], expectedConsole: [/status of 404/] });

  test('finds no page of the tenant', async ({ page }) => {
    for (const address of ['/tenant', path]) {
      const response = await page.goto(address);
      expect(response?.status()).toBe(404);
      await expect(page.getByRole('heading', { name: 'This page does not exist' })).toBeVisible();
    }
  });
});

import type { Page } from '@playwright/test';
import { createKeyFor, sql } from '../tests/support/world';
import { expect, test } from './fixtures';
import { bearer, callMe, keysPath, open, rowOf, storedNames, tabTo, tooltip } from './key-page';

const mustDeactivate = 'You must deactivate the API Key before you can delete it.';
const gone = 'This key does not exist any more. Reload the page.';

/** The names of the buttons that a row offers, without the one to copy. */
async function offered(page: Page, name: string): Promise<string[]> {
  const labels = await rowOf(page, name)
    .getByRole('button', { name: /^(Edit|Deactivate|Activate|Rotate|Delete) / })
    .evaluateAll((buttons) => buttons.map((button) => button.getAttribute('aria-label') ?? ''));
  return labels.map((label) => label.replace(` ${name}`, ''));
}

async function press(page: Page, action: 'Deactivate' | 'Activate' | 'Delete', name: string) {
  await rowOf(page, name)
    .getByRole('button', { name: `${action} ${name}`, exact: true })
    .click();
  const dialog = page.getByRole(action === 'Activate' ? 'dialog' : 'alertdialog');
  await expect(dialog).toContainText(name);
  return { dialog, confirm: () => dialog.getByRole('button', { name: action, exact: true }).click() };
}

test('the first call after Deactivate is refused, and the first after Activate is accepted', async ({
  page,
  viewer,
  origin,
}) => {
  const { secret } = await createKeyFor(viewer, { name: 'Nightly export' });
  expect(await callMe(origin, bearer(secret))).toMatchObject({ status: 200 });
  await open(page, keysPath);
  const deactivate = await press(page, 'Deactivate', 'Nightly export');
  await expect(deactivate.dialog).toContainText(/Last used\s*just now/);
  expect(await callMe(origin, bearer(secret))).toMatchObject({ status: 200 });
  await deactivate.confirm();
  await expect(rowOf(page, 'Nightly export')).toContainText('Inactive');
  expect(await callMe(origin, bearer(secret))).toMatchObject({ status: 401, type: 'key_inactive' });

  const activate = await press(page, 'Activate', 'Nightly export');
  expect(await callMe(origin, bearer(secret))).toMatchObject({ status: 401, type: 'key_inactive' });
  await activate.confirm();
  await expect(rowOf(page, 'Nightly export').getByText('Active', { exact: true })).toBeVisible();
  expect(await callMe(origin, bearer(secret))).toMatchObject({ status: 200 });
});

test('each confirmation can be cancelled, and then nothing has happened', async ({ page, viewer, origin }) => {
  const { secret } = await createKeyFor(viewer, { name: 'Kept' });
  await open(page, keysPath);
  const { dialog } = await press(page, 'Deactivate', 'Kept');
  await expect(dialog).toContainText('Never used');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(dialog).toHaveCount(0);
  await expect(rowOf(page, 'Kept').getByRole('button', { name: 'Deactivate Kept' })).toBeFocused();
  expect(await callMe(origin, bearer(secret))).toMatchObject({ status: 200 });
});

test('an Active key cannot be deleted, and Delete says why to the pointer and to the keyboard', async ({
  page,
  viewer,
  member,
}) => {
  await createKeyFor(viewer, { name: 'In use' });
  await open(page, keysPath);
  const remove = rowOf(page, 'In use').getByRole('button', { name: 'Delete In use' });
  await expect(remove).toHaveAttribute('aria-disabled', 'true');
  await remove.hover();
  await expect(tooltip(page, mustDeactivate)).toBeVisible();
  await page.mouse.move(0, 0, { steps: 5 });
  await expect(tooltip(page, mustDeactivate)).toHaveCount(0);
  await tabTo(page, remove);
  await expect(tooltip(page, mustDeactivate)).toBeVisible();
  await expect(remove).toHaveAccessibleDescription(mustDeactivate);
  await page.keyboard.press('Enter');
  // Forced, because Playwright waits for a button that is enabled.
  await remove.click({ force: true });
  await expect(page.getByRole('alertdialog')).toHaveCount(0);
  expect(await storedNames(member.id)).toEqual(['In use']);
});

test('Delete warns in three sentences, and the first call afterwards is refused', async ({
  page,
  viewer,
  member,
  origin,
}) => {
  const { secret } = await createKeyFor(viewer, { name: 'Old' });
  await createKeyFor(viewer, { name: 'New' });
  await open(page, keysPath);
  await (await press(page, 'Deactivate', 'Old')).confirm();
  await expect(rowOf(page, 'Old')).toContainText('Inactive');
  const { dialog, confirm } = await press(page, 'Delete', 'Old');
  for (const sentence of [
    'Deletion is permanent and cannot be undone.',
    'All services using this key will stop working immediately.',
    'Make sure to update any applications using the deleted key.',
  ]) {
    await expect(dialog.getByText(sentence)).toBeVisible();
  }
  await confirm();
  // While the dialog is open no row can be found at all.
  await expect(dialog).toHaveCount(0);
  await expect(rowOf(page, 'Old')).toHaveCount(0);
  expect(await callMe(origin, bearer(secret))).toMatchObject({ status: 401, type: 'invalid_credential' });
  expect(await storedNames(member.id)).toEqual(['New']);
});

test.describe('where the tenant does not ask for it', () => {
  test.use({ policy: { deactivateBeforeDelete: false } });

  test('an Active key is deleted directly', async ({ page, viewer, member, origin }) => {
    const { secret } = await createKeyFor(viewer, { name: 'Straight' });
    await open(page, keysPath);
    expect(await offered(page, 'Straight')).toEqual(['Edit', 'Deactivate', 'Rotate', 'Delete']);
    await (await press(page, 'Delete', 'Straight')).confirm();
    await expect(page.getByRole('heading', { name: 'You have no API keys yet' })).toBeVisible();
    expect(await callMe(origin, bearer(secret))).toMatchObject({ status: 401, type: 'invalid_credential' });
    expect(await storedNames(member.id)).toEqual([]);
  });
});

test('a key that was deleted elsewhere is refused with a sentence, whatever is tried', async ({ page, viewer }) => {
  await createKeyFor(viewer, { name: 'Ghost' });
  await open(page, keysPath);
  const { dialog, confirm } = await press(page, 'Deactivate', 'Ghost');
  // What the dialog asks when it opens is answered while the key is there.
  await expect(dialog.getByText('Nobody called with this key in the last 7 days.').last()).toBeVisible();
  await sql('DELETE FROM key WHERE tenant_id = $1', [viewer.tenantId]);
  await confirm();
  await expect(dialog.getByText(gone)).toBeVisible();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await rowOf(page, 'Ghost').getByRole('button', { name: 'Edit Ghost' }).click();
  const edit = page.getByRole('dialog', { name: 'Edit API key' });
  await edit.getByLabel('Name', { exact: true }).fill('Poltergeist');
  await edit.getByRole('button', { name: 'Save' }).click();
  await expect(edit.getByText(gone)).toBeVisible();
  await expect(edit.getByLabel('Name', { exact: true })).toHaveValue('Poltergeist');
});

test('a status that changed elsewhere is refused with a sentence', async ({ page, viewer, origin }) => {
  const { secret } = await createKeyFor(viewer, { name: 'Stale' });
  await open(page, keysPath);
  const { dialog, confirm } = await press(page, 'Deactivate', 'Stale');
  await sql('UPDATE key SET revoked_at = clock_timestamp() WHERE tenant_id = $1', [viewer.tenantId]);
  await confirm();
  await expect(dialog.getByText('This key is Revoked now: it cannot be deactivated.')).toBeVisible();
  expect(await callMe(origin, bearer(secret))).toMatchObject({ status: 401, type: 'key_revoked' });
});

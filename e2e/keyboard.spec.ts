import type { Locator, Page } from '@playwright/test';
import { expect, signIn, test } from './fixtures';
import { callMe, createButton, escapeFrom, isReady, keysPath, rowOf, secretDialog, tabTo } from './key-page';

const password = 'correct horse battery staple';

test.use({ signedIn: false, password });

/** Goes to an element by Tab and asserts that a reader sees where they are. */
async function reach(page: Page, target: Locator): Promise<void> {
  await tabTo(page, target);
  await expectVisibleFocus(page);
}

async function expectVisibleFocus(page: Page): Promise<void> {
  const outline = await page.evaluate(() => {
    const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(document.activeElement as Element);
    return { outlineStyle, width: Number.parseFloat(outlineWidth), outlineColor };
  });
  expect(outline.outlineStyle).not.toBe('none');
  expect(outline.width).toBeGreaterThanOrEqual(2);
  expect(outline.outlineColor).not.toMatch(/transparent|, 0\)/);
}

test('the whole life of a key, from signing in to signing out, without a pointer', async ({ page, member, origin }) => {
  const { keyboard } = page;
  await page.goto(keysPath);
  await isReady(page);
  await reach(page, page.getByLabel('Email'));
  await keyboard.type(member.email);
  await reach(page, page.getByLabel('Password'));
  await keyboard.type(password);
  await keyboard.press('Enter');
  await page.waitForURL(`**${keysPath}`);
  await isReady(page);

  await test.step('create, and save the secret', async () => {
    await reach(page, createButton(page));
    await keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Create API key' });
    const name = dialog.getByLabel('Name', { exact: true });
    await expect(name).toBeFocused();
    await keyboard.type('By hand');
    await reach(page, dialog.getByLabel('Expiry', { exact: true }));
    await keyboard.press('ArrowUp');
    await reach(page, dialog.getByRole('button', { name: 'Create key' }));
    await keyboard.press('Space');

    await expect(secretDialog(page)).toBeVisible();
    await reach(page, secretDialog(page).getByRole('button', { name: 'Show client secret' }));
    await keyboard.press('Enter');
    const field = secretDialog(page).getByLabel('Client secret', { exact: true });
    await expect(field).toHaveValue(/^lk_sk_/);
    await expect(secretDialog(page).getByRole('button', { name: 'Hide client secret' })).toBeFocused();
    const secret = await field.inputValue();
    expect(await callMe(origin, { authorization: `Bearer ${secret}` })).toMatchObject({ status: 200 });
    await reach(page, secretDialog(page).getByRole('tab', { name: 'curl' }));
    await keyboard.press('ArrowRight');
    await expect(secretDialog(page).getByRole('tab', { name: 'Node' })).toBeFocused();

    await keyboard.press('Escape');
    const question = page.getByRole('alertdialog');
    await expect(question).toHaveAccessibleName('Close without saving the secret?');
    await keyboard.press('Escape');
    await expect(secretDialog(page)).toBeVisible();
    await reach(page, secretDialog(page).getByRole('button', { name: 'Copy client secret' }));
    await keyboard.press('Enter');
    await expect(page.getByText('Client secret copied')).toBeAttached();
    await reach(page, secretDialog(page).getByRole('button', { name: 'Done' }));
    await keyboard.press('Enter');
    await expect(secretDialog(page)).toHaveCount(0);
    await expect(createButton(page)).toBeFocused();
    await expectVisibleFocus(page);
  });

  await test.step('edit in place', async () => {
    await reach(page, page.getByRole('button', { name: 'By hand', exact: true }));
    await keyboard.press('Enter');
    await expect(page.getByRole('textbox', { name: 'Name of By hand' })).toBeFocused();
    await keyboard.type('Renamed');
    await keyboard.press('Enter');
    await expect(page.getByRole('button', { name: 'Renamed', exact: true })).toBeFocused();
  });

  const row = rowOf(page, 'Renamed');
  await test.step('deactivate', async () => {
    await reach(page, row.getByRole('button', { name: 'Deactivate Renamed' }));
    await keyboard.press('Enter');
    const dialog = page.getByRole('alertdialog');
    await reach(page, dialog.getByRole('button', { name: 'Cancel' }));
    await reach(page, dialog.getByRole('button', { name: 'Deactivate' }));
    await keyboard.press('Enter');
    await expect(row).toContainText('Inactive');
    await expect(row.getByRole('button', { name: 'Activate Renamed' })).toBeFocused();
  });

  await test.step('delete', async () => {
    await reach(page, row.getByRole('button', { name: 'Delete Renamed' }));
    await keyboard.press('Enter');
    await reach(page, page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }));
    await keyboard.press('Enter');
    await expect(row).toHaveCount(0);
    await expect(page.getByRole('heading', { name: 'Manage API Keys' })).toBeFocused();
  });

  await test.step('sign out', async () => {
    await reach(page, page.getByRole('button', { name: 'Account menu' }));
    await keyboard.press('Enter');
    await expect(page.getByRole('menuitem', { name: 'Account settings' })).toBeFocused();
    await escapeFrom(page, page.getByRole('menu'));
    await expect(page.getByRole('button', { name: 'Account menu' })).toBeFocused();
    await keyboard.press('ArrowDown');
    await expect(page.getByRole('menuitem', { name: 'Account settings' })).toBeFocused();
    await keyboard.press('End');
    await expect(page.getByRole('menuitem', { name: 'Sign out' })).toBeFocused();
    await keyboard.press('Enter');
    await page.waitForURL('**/sign-in');
  });
});

test('the first Tab offers to skip to the content', async ({ page, context, viewer, origin }) => {
  await signIn(context, viewer, origin);
  await page.goto(keysPath);
  await isReady(page);
  await page.keyboard.press('Tab');
  const skip = page.getByRole('link', { name: 'Skip to content' });
  await expect(skip).toBeFocused();
  await expectVisibleFocus(page);
  await page.keyboard.press('Enter');
  await expect(page.locator('#content')).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'How to use API keys' })).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(createButton(page)).toBeFocused();
});

test('Tab never leaves an open dialog', async ({ page, context, viewer, origin }) => {
  await signIn(context, viewer, origin);
  await page.goto(keysPath);
  await isReady(page);
  await createButton(page).click();
  const dialog = page.getByRole('dialog', { name: 'Create API key' });
  await expect(dialog).toBeVisible();
  for (const key of [...Array(12).fill('Tab'), ...Array(12).fill('Shift+Tab')]) {
    await page.keyboard.press(key);
    expect(await dialog.evaluate((element) => element.contains(document.activeElement))).toBe(true);
  }
});

import { createKeyFor } from '../tests/support/world';
import { expect, test } from './fixtures';
import { keysPath, open, rowOf, storedNames, tabTo } from './key-page';

test.beforeEach(async ({ page, viewer }) => {
  await createKeyFor(viewer, { name: 'Taken' });
  await createKeyFor(viewer, { name: 'Export', description: 'Every night' });
  await open(page, keysPath);
});

test('the dialog changes name and description, and gives the focus back', async ({ page, member }) => {
  await rowOf(page, 'Export').getByRole('button', { name: 'Edit Export' }).click();
  const dialog = page.getByRole('dialog', { name: 'Edit API key' });
  await expect(dialog.getByLabel('Name', { exact: true })).toHaveValue('Export');
  await expect(dialog.getByLabel('Description', { exact: true })).toHaveValue('Every night');
  await dialog.getByLabel('Name', { exact: true }).fill('Import');
  await dialog.getByLabel('Description', { exact: true }).fill('');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog).toHaveCount(0);
  await expect(rowOf(page, 'Import')).not.toContainText('Every night');
  await expect(rowOf(page, 'Import').getByRole('button', { name: 'Edit Import' })).toBeFocused();
  expect(await storedNames(member.id)).toEqual(['Taken', 'Import']);
});

test('the dialog keeps what was entered when it is refused', async ({ page, member }) => {
  await rowOf(page, 'Export').getByRole('button', { name: 'Edit Export' }).click();
  const dialog = page.getByRole('dialog', { name: 'Edit API key' });
  const name = dialog.getByLabel('Name', { exact: true });
  for (const [value, sentence] of [
    ['TAKEN', 'You already have a key named “TAKEN”. Choose another name.'],
    ['', 'Name cannot be blank.'],
    ['\u202egnp.exe', 'Name cannot contain characters that change the reading direction.'],
  ] as const) {
    await name.fill(value);
    await dialog.getByRole('button', { name: 'Save' }).click();
    await expect(name).toHaveAccessibleDescription(sentence);
    await expect(name).toHaveValue(value);
  }
  expect(await storedNames(member.id)).toEqual(['Taken', 'Export']);
});

test('a double click on a name edits it in place, and leaving the field saves it', async ({ page, member }) => {
  await page.getByText('Export', { exact: true }).dblclick();
  const field = page.getByRole('textbox', { name: 'Name of Export' });
  await expect(field).toBeFocused();
  await field.fill('Exports');
  await page.getByRole('heading', { name: 'Manage API Keys' }).click();
  await expect(rowOf(page, 'Exports')).toBeVisible();
  await expect(page.getByRole('textbox')).toHaveCount(0);
  expect(await storedNames(member.id)).toEqual(['Taken', 'Exports']);
});

test('a double click on a description edits it in place, up to 100 characters', async ({ page }) => {
  await page.getByText('Every night', { exact: true }).dblclick();
  const field = page.getByRole('textbox', { name: 'Description of Export' });
  await field.fill('d'.repeat(101));
  await field.press('Enter');
  await expect(field).toHaveAccessibleDescription('Description can have at most 100 characters; this has 101.');
  await expect(field).toHaveValue('d'.repeat(101));
  await field.fill('Every hour');
  await field.press('Enter');
  await expect(rowOf(page, 'Export')).toContainText('Every hour');
});

test('Enter and F2 on a cell edit it, Enter saves, Escape restores, and the focus stays', async ({ page, member }) => {
  const cell = (name: string) => page.getByRole('button', { name, exact: true });
  await tabTo(page, cell('Export'));
  for (const key of ['Enter', 'F2']) {
    await page.keyboard.press(key);
    const field = page.getByRole('textbox', { name: 'Name of Export' });
    await expect(field).toBeFocused();
    await page.keyboard.type('Discarded');
    await page.keyboard.press('Escape');
    await expect(field).toHaveCount(0);
    await expect(cell('Export')).toBeFocused();
  }
  await page.keyboard.press('Enter');
  await page.keyboard.type('Kept');
  await page.keyboard.press('Enter');
  await expect(cell('Kept')).toBeFocused();
  expect(await storedNames(member.id)).toEqual(['Taken', 'Kept']);
});

test('a name that is refused in place keeps the field, the input and the reason', async ({ page, member }) => {
  await page.getByText('Export', { exact: true }).dblclick();
  const field = page.getByRole('textbox', { name: 'Name of Export' });
  await field.fill('taken');
  await field.press('Enter');
  await expect(field).toHaveAccessibleDescription('You already have a key named “taken”. Choose another name.');
  await expect(field).toHaveValue('taken');
  await expect(field).toHaveAttribute('aria-invalid', 'true');
  await field.press('Escape');
  await expect(rowOf(page, 'Export')).toBeVisible();
  expect(await storedNames(member.id)).toEqual(['Taken', 'Export']);
});

import type { Locator, Page } from '@playwright/test';
import { insertConnection, insertProviderKey } from '../tests/support/connections';
import { sql } from '../tests/support/world';
import { expect, test } from './fixtures';
import { open, rowOf, tabTo, tooltip } from './key-page';

const path = '/account/provider-keys';
const url = 'https://api.example.com/v1';
const newButton = (page: Page) => page.getByRole('button', { name: 'New provider key' });

/** What a field is: hidden or readable, and what browsers and password managers are told of it. */
async function lookOf(field: Locator) {
  return field.evaluate((input: HTMLInputElement) => ({
    hidden: getComputedStyle(input).getPropertyValue('-webkit-text-security') !== 'none',
    type: input.type,
    autocomplete: input.autocomplete,
    ignored: input.matches('[data-1p-ignore][data-lpignore=true][data-bwignore]'),
  }));
}

test('a developer saves a provider key, sees no more than its mask again, renames it, replaces it and deletes it', async ({
  page,
  tenant,
}) => {
  const first = 'sk-first-0123456789';
  await open(page, path);
  await expect(page.getByRole('heading', { name: 'No provider keys yet' })).toBeVisible();
  await newButton(page).click();
  const create = page.getByRole('dialog', { name: 'New provider key' });
  const value = create.getByLabel('API key value', { exact: true });
  expect(await lookOf(value)).toEqual({ hidden: true, type: 'text', autocomplete: 'off', ignored: true });
  await create.getByRole('button', { name: 'Save' }).click();
  await expect(create.getByLabel('API key name')).toHaveAccessibleDescription('API key name cannot be blank.');
  await expect(value).toHaveAccessibleDescription(/^API key value cannot be blank\./);
  await create.getByLabel('API key name').fill('OpenAI');
  await value.fill(`${first} and more`);
  await create.getByRole('button', { name: 'Save' }).click();
  await expect(value).toHaveAccessibleDescription(/without spaces or line breaks/);
  await value.fill(first);
  await create.getByRole('button', { name: 'Show API key value' }).click();
  expect(await lookOf(value)).toMatchObject({ hidden: false });
  await create.getByRole('button', { name: 'Hide API key value' }).click();
  expect(await lookOf(value)).toMatchObject({ hidden: true });
  await value.press('Enter');
  await expect(page.getByText('Provider key saved')).toBeVisible();
  await expect(create).toHaveCount(0);
  await expect(newButton(page)).toBeFocused();
  const row = rowOf(page, 'OpenAI');
  for (const text of ['sk-…789', 'No connection', 'Never used', 'Never expires']) {
    await expect(row.getByText(text, { exact: true })).toBeVisible();
  }

  await page.getByRole('button', { name: 'Edit OpenAI' }).click();
  const edit = page.getByRole('dialog', { name: 'Edit provider key' });
  await expect(edit.getByLabel('API key value', { exact: true })).toHaveValue('');
  await expect(edit.getByText('now sk-…789')).toBeVisible();
  await edit.getByLabel('API key name').fill('Open AI');
  await edit.getByRole('button', { name: 'Save' }).click();
  await expect(rowOf(page, 'Open AI').getByText('sk-…789')).toBeVisible();
  await page.getByRole('button', { name: 'Edit Open AI' }).click();
  await edit.getByLabel('API key value', { exact: true }).fill('short');
  await edit.getByRole('button', { name: 'Save' }).click();
  await expect(rowOf(page, 'Open AI').getByText('••••••••')).toBeVisible();
  expect(await sql('SELECT revision FROM provider_key WHERE tenant_id = $1', [tenant.id])).toEqual([{ revision: 2 }]);

  await page.getByRole('button', { name: 'Delete Open AI' }).click();
  const question = page.getByRole('alertdialog', { name: 'Delete Open AI?' });
  await expect(question).toContainText('Deleted API keys cannot be recovered and will no longer be usable.');
  await expect(question.getByText('No connection uses it.')).toBeVisible();
  await question.getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByText('Provider key deleted', { exact: true })).toBeVisible();
  await expect(page.getByText('No provider keys yet')).toBeVisible();
  await expect(newButton(page)).toBeFocused();
  const actions = await sql('SELECT action FROM event WHERE tenant_id = $1 AND action LIKE $2 ORDER BY sequence', [
    tenant.id,
    'provider_key.%',
  ]);
  expect(actions).toEqual(
    ['created', 'updated', 'updated', 'deleted'].map((verb) => ({ action: `provider_key.${verb}` })),
  );
});

test('who replaces a value is told what the connections that use it say; who deletes the key, which they are at that moment', async ({
  page,
  tenant,
}) => {
  const providerKeyId = await insertProviderKey(tenant.id, 'Shared', 'sk-shared-0123456789');
  const connection = { url: 'https://127.0.0.1:1/v1', providerKeyId };
  await insertConnection(tenant.id, { slug: 'chat', name: 'Chat <b>', ...connection });
  await insertConnection(tenant.id, {
    slug: 'by-model',
    name: 'By model',
    url,
    models: [{ name: 'large', ownKey: true, providerKeyId }],
  });
  await open(page, path);
  const links = rowOf(page, 'Shared').getByRole('link');
  await expect(links).toHaveText(['By model', 'Chat <b>']);
  await expect(links.last()).toHaveAttribute('href', '/account/connections/chat');

  await page.getByRole('button', { name: 'Edit Shared' }).click();
  await page.getByLabel('API key value', { exact: true }).fill('sk-another-9876543210');
  await page.getByRole('button', { name: 'Save' }).click();
  const said = page.getByRole('dialog', { name: 'The new value is saved' });
  await expect(said.getByRole('listitem')).toHaveText([
    'By model was not asked',
    /^Chat <b>: The upstream(’s address may not be called| could not be reached)$/,
  ]);
  await said.getByRole('button', { name: 'Test again' }).click();
  await expect(said.getByRole('listitem')).toHaveCount(2);
  await said.getByRole('button', { name: 'Done' }).click();
  await expect(page.getByRole('button', { name: 'Edit Shared' })).toBeFocused();
  await expect(rowOf(page, 'Shared').getByText('sk-…210')).toBeVisible();

  // The page behind the question knows nothing of this one.
  await insertConnection(tenant.id, { slug: 'late', name: 'Come meanwhile', ...connection });
  await page.getByRole('button', { name: 'Delete Shared' }).click();
  const question = page.getByRole('alertdialog', { name: 'Delete Shared?' });
  await expect(question.getByText('3 connections use it.')).toBeVisible();
  await expect(question.getByRole('listitem')).toHaveText(['By model', 'Chat <b>', 'Come meanwhile']);
  await question.getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByText('Provider key deleted; 3 connections need another one')).toBeVisible();
  expect(await sql('SELECT DISTINCT provider_key_id AS key FROM connection WHERE tenant_id = $1', [tenant.id])).toEqual(
    [{ key: null }],
  );
});

test('a search finds provider keys by name', async ({ page, tenant }) => {
  await insertProviderKey(tenant.id, 'OpenAI production', 'x');
  await insertProviderKey(tenant.id, 'Mistral', 'x');
  await open(page, path);
  await page.getByLabel('Search provider keys').fill('OPENai');
  await expect(page.getByRole('row')).toHaveCount(2);
  await expect(rowOf(page, 'OpenAI production')).toBeVisible();
  await expect(page.getByText('1 provider key found')).toBeAttached();
  await page.getByLabel('Search provider keys').fill('nobody');
  await expect(page.getByText('No provider key has a name with “nobody”.')).toBeVisible();
});

test('it needs no mouse, a value that was typed is gone with its dialog, and who comes too late is told so', async ({
  page,
  tenant,
}) => {
  await open(page, path);
  await tabTo(page, newButton(page));
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByLabel('API key name')).toBeFocused();
  await page.keyboard.type('Typed');
  await page.keyboard.press('Tab');
  await page.keyboard.type('sk-typed-and-forgotten');
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await expect(newButton(page)).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(dialog.getByLabel('API key name')).toBeFocused();
  await expect(dialog.getByLabel('API key value', { exact: true })).toHaveValue('');
  await page.keyboard.type('Typed');
  await page.keyboard.press('Tab');
  await page.keyboard.type('sk-typed-0123456789');
  await tabTo(page, dialog.getByRole('button', { name: 'Save' }));
  await page.keyboard.press('Enter');
  await expect(rowOf(page, 'Typed')).toBeVisible();
  await tabTo(page, page.getByRole('button', { name: 'Edit Typed' }));
  await page.keyboard.press('Enter');
  await tabTo(page, dialog.getByLabel('API key value', { exact: true }));
  await page.keyboard.type('sk-frozen-0123456789');
  // What a browser does that keeps pages in spite of `no-store`.
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true })));
  await expect(dialog).toHaveCount(0);
  expect(
    await page.evaluate(() => [...document.querySelectorAll('input')].map((input) => input.value).join()),
  ).not.toContain('frozen');

  await sql('DELETE FROM provider_key WHERE tenant_id = $1', [tenant.id]);
  await tabTo(page, page.getByRole('button', { name: 'Delete Typed' }));
  await page.keyboard.press('Enter');
  const question = page.getByRole('alertdialog');
  await expect(question.getByText('This provider key does not exist any more. Reload the page.')).toBeVisible();
  await expect(question.getByRole('button', { name: 'Delete' })).toHaveCount(0);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: 'Delete Typed' })).toBeFocused();
});

test.describe('a member who is no developer', () => {
  test.use({ roles: ['admin'] });

  test('sees names and masks, and why there is nothing to change', async ({ page, tenant }) => {
    const refusal = 'You need the role developer. Ask your administrator.';
    await open(page, path);
    await expect(page.getByText(refusal)).toBeVisible();
    await expect(page.getByRole('button', { name: 'Save your first provider key' })).toHaveCount(0);
    await insertProviderKey(tenant.id, 'Seen', 'sk-seen-0123456789');
    await open(page, path);
    await expect(rowOf(page, 'Seen').getByText('sk-…789')).toBeVisible();
    for (const name of ['New provider key', 'Edit Seen', 'Delete Seen']) {
      const button = page.getByRole('button', { name });
      await expect(button).toHaveAttribute('aria-disabled', 'true');
      await tabTo(page, button);
      await expect(tooltip(page, refusal)).toBeVisible();
      await page.keyboard.press('Enter');
      await expect(page.getByRole('dialog')).toHaveCount(0);
    }
  });
});

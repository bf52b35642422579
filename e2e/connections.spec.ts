import type { Page } from '@playwright/test';
import { insertConnection, insertProviderKey } from '../tests/support/connections';
import { createScopes, sql } from '../tests/support/world';
import { expect, test } from './fixtures';
import { escapeFrom, open, rowOf, tabTo, tooltip } from './key-page';

const path = '/account/connections';
/** Its name is looked up nowhere (RFC 2606), so that a test of it ends in the same way everywhere. */
const nowhere = 'https://nowhere.invalid/v1';
/** How it ends; a resolver that asks around first takes its time. */
const unanswered = /The upstream (could not be reached|did not answer in time)/;
const patience = { timeout: 20_000 };

async function openNew(page: Page, preset: string) {
  await page.getByRole('button', { name: '+ New connection' }).click();
  const dialog = page.getByRole('dialog', { name: 'New connection' });
  await dialog.getByRole('button', { name: preset, exact: true }).click();
  return dialog;
}

/** What is stored of the tenant's connections that somebody chose, oldest first. */
function stored(tenant: { id: string }) {
  return sql(
    `SELECT c.slug, c.name, c.kind::text AS kind, c.url, c.method, c.auth_style::text AS style, c.auth_header AS header,
            p.name AS key, c.scopes, c.timeout_in_seconds AS timeout, c.size_limit_in_megabytes AS size,
            (SELECT array_agg(m.name || CASE WHEN m.own_key THEN ' ' || k.name ELSE '' END ORDER BY m.position)
               FROM connection_model m LEFT JOIN provider_key k ON k.id = m.provider_key_id
              WHERE m.connection_id = c.id) AS models
       FROM connection c LEFT JOIN provider_key p ON p.id = c.provider_key_id
      WHERE c.tenant_id = $1 ORDER BY c.created_at`,
    [tenant.id],
  );
}

test('a preset fills in the form; the new connection is tested at once, and stands in the list', async ({
  page,
  tenant,
}) => {
  await createScopes(tenant, 'llm:call', 'reports:read');
  await insertProviderKey(tenant.id, 'Production', 'sk-production-0123456789');
  await insertProviderKey(tenant.id, 'Batch', 'sk-batch-0123456789');
  await open(page, path);
  await expect(page.getByText('No connections yet')).toBeVisible();
  const dialog = await openNew(page, 'Anthropic');
  await expect(dialog.getByLabel('Name')).toHaveValue('Anthropic');
  await expect(dialog.getByLabel('Slug')).toHaveValue('anthropic');
  await expect(dialog.getByLabel('Base URL')).toHaveValue('https://api.anthropic.com/v1');
  await expect(dialog.getByLabel('Sent as')).toHaveValue('x_api_key');
  await expect(dialog.getByLabel('Method')).toHaveCount(0);

  await dialog.getByLabel('Name').fill('Große Modelle 4.1');
  await expect(dialog.getByLabel('Slug')).toHaveValue('grosse-modelle-4-1');
  await dialog.getByLabel('Slug').fill('chat');
  await dialog.getByLabel('Name').fill('Chat');
  await expect(dialog.getByLabel('Slug')).toHaveValue('chat');
  await dialog.getByLabel('Base URL').fill(`${nowhere}/`);
  await dialog.getByLabel('Provider key', { exact: true }).selectOption({ label: 'Production (sk-…789)' });
  await dialog.getByLabel('Sent as').selectOption('Another header');
  await dialog.getByLabel('Header').fill('X-Their-Key');
  await dialog.getByRole('button', { name: 'Add a model' }).click();
  await page.keyboard.type('large');
  await page.keyboard.press('Enter');
  await page.keyboard.type('small');
  await dialog.getByLabel('Provider key of small').selectOption({ label: 'Batch (sk-…789)' });
  await dialog.getByRole('button', { name: 'Add a model' }).click();
  await dialog.getByRole('checkbox', { name: 'llm:call' }).click();
  await dialog.getByText('Limits').click();
  await dialog.getByLabel('Timeout (seconds)').fill('30');
  await dialog.getByRole('button', { name: 'Create connection' }).click();

  const result = page.getByRole('dialog', { name: 'Connection created' });
  await expect(result.getByRole('status')).toContainText(unanswered, patience);
  await result.getByRole('button', { name: 'Test again' }).click();
  await expect(result.getByRole('status')).toContainText(unanswered, patience);
  await result.getByRole('button', { name: 'Done' }).click();
  await expect(page.getByRole('button', { name: '+ New connection' })).toBeFocused();

  const row = rowOf(page, 'Chat');
  await expect(row).toContainText('/api/v1/connect/chat');
  await expect(row).toContainText('LLM provider');
  await expect(row).toContainText('nowhere.invalid');
  await expect(row).toContainText('large, small');
  await expect(row.getByRole('cell', { name: 'Production' })).toBeVisible();
  await expect(row.getByRole('list', { name: 'Scopes of Chat' })).toHaveText('llm:call');
  await expect(row.getByRole('link', { name: 'Chat', exact: true })).toHaveAttribute('href', `${path}/chat`);
  await expect(row.getByRole('link', { name: 'Use Chat' })).toHaveAttribute('href', '/account/connect?connection=chat');
  expect(await stored(tenant)).toEqual([
    {
      ...{ slug: 'chat', name: 'Chat', kind: 'llm_provider', url: nowhere, method: null, style: 'header' },
      ...{ header: 'x-their-key', key: 'Production', scopes: ['llm:call'], timeout: 30, size: 100 },
      models: ['large', 'small Batch'],
    },
  ]);
});

test('a workflow has a method and no models, and needs no credential', async ({ page, tenant }) => {
  await insertConnection(tenant.id, { slug: 'invoices', url: nowhere });
  await open(page, path);
  const dialog = await openNew(page, 'Workflow');
  await expect(dialog.getByRole('group', { name: /^Models/ })).toHaveCount(0);
  await dialog.getByLabel('Name').fill('Invoices');
  // The first one is taken.
  await expect(dialog.getByLabel('Slug')).toHaveValue('invoices-2');
  await dialog.getByLabel('URL', { exact: true }).fill('https://flows.invalid/run/42');
  await dialog.getByLabel('Method').selectOption('PUT');
  await dialog.getByLabel('Sent as').selectOption('No credential');
  await expect(dialog.getByLabel('Provider key', { exact: true })).toBeDisabled();
  await dialog.getByRole('button', { name: 'Create connection' }).click();
  await page.getByRole('button', { name: 'Done' }).click();
  await expect(rowOf(page, 'Invoices')).toContainText('PUTflows.invalid');
  expect((await stored(tenant))[1]).toMatchObject({
    ...{ slug: 'invoices-2', kind: 'workflow', url: 'https://flows.invalid/run/42', method: 'PUT', style: 'none' },
    ...{ key: null, models: null },
  });
});

test('what the gateway would not call is refused at the field, and nothing is stored', async ({ page, tenant }) => {
  await open(page, path);
  const dialog = await openNew(page, 'Any OpenAI-compatible provider');
  await dialog.getByLabel('Name').fill('Mine');
  const url = dialog.getByLabel('Base URL');
  for (const [text, sentence] of [
    ['', 'URL cannot be blank.'],
    ['api.example.com', 'URL must be a whole URL'],
    ['https://user:secret@api.example.com/v1', 'URL cannot hold credentials: choose a provider key instead.'],
    ['https://api.example.com/v1?key=1', 'URL cannot have a query or a fragment'],
    ['https://{resource}.openai.azure.com/openai/v1', 'Replace the part in braces by your own.'],
    ['http://api.example.com/v1', 'URL must begin with https://: the provider key would travel in the open.'],
    ['https://192.168.1.7/v1', 'URL cannot be a private address.'],
    ['https://[::ffff:127.0.0.1]/v1', 'URL cannot be a private address.'],
  ] as const) {
    await url.fill(text);
    await dialog.getByRole('button', { name: 'Create connection' }).click();
    await expect(url).toHaveAccessibleDescription(new RegExp(sentence.replace(/[.?{}]/g, '\\$&')));
    await expect(url).toBeFocused();
  }
  await dialog.getByText('Limits').click();
  await dialog.getByLabel('Size limit (MB)').fill('1.5');
  await dialog.getByText('Limits').click();
  await url.fill(nowhere);
  await dialog.getByLabel('Slug').fill('Not A Slug');
  await dialog.getByRole('button', { name: 'Create connection' }).click();
  await expect(dialog.getByLabel('Slug')).toHaveAccessibleDescription(/Slug can have 1 to 50 lower-case letters/);
  // The disclosure opens for what is wrong in it.
  await expect(dialog.getByText('Size limit must be a whole number from 1 to 10,000.')).toBeVisible();
  expect(await stored(tenant)).toEqual([]);
});

test('an edit keeps slug and kind, overwrites nothing that somebody else saved, and is tested', async ({
  page,
  tenant,
}) => {
  const batch = await insertProviderKey(tenant.id, 'Batch', 'sk-batch-0123456789');
  const models = [{ name: 'large' }, { name: 'small', ownKey: true, providerKeyId: batch }];
  await insertConnection(tenant.id, { slug: 'mine', name: 'Mine', url: nowhere, models });
  await sql(`UPDATE connection_model SET provider_key_id = NULL WHERE tenant_id = $1`, [tenant.id]);
  await open(page, path);
  await expect(rowOf(page, 'Mine')).toContainText('1 without key');
  await expect(rowOf(page, 'Mine')).toContainText('No provider key');
  await page.getByRole('button', { name: 'Edit Mine' }).click();
  const dialog = page.getByRole('dialog', { name: 'Edit connection' });
  await expect(dialog.getByLabel('Slug')).toHaveAttribute('readonly');
  await expect(dialog.getByLabel('Slug')).toHaveAccessibleDescription('It stays: clients call it by this address.');
  await expect(dialog.getByLabel('Provider key of small')).toHaveValue('own');
  await sql(`UPDATE connection SET name = 'Theirs', updated_at = clock_timestamp() WHERE tenant_id = $1`, [tenant.id]);
  await dialog.getByLabel('Name').fill('Ours');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog.getByRole('alert')).toContainText('Somebody else changed this connection meanwhile');
  await dialog.getByRole('button', { name: 'Cancel' }).click();

  await page.getByRole('button', { name: 'Edit Theirs' }).click();
  await expect(dialog.getByLabel('Name')).toHaveValue('Theirs');
  await dialog.getByLabel('Name').fill('Ours');
  await dialog.getByLabel('Provider key of small').selectOption('The connection’s key');
  await dialog.getByRole('button', { name: 'Remove large' }).click();
  await dialog.getByRole('button', { name: 'Save' }).click();
  const result = page.getByRole('dialog', { name: 'Connection saved' });
  await expect(result.getByRole('status')).toContainText(/could not be reached|has no provider key/);
  await result.getByRole('button', { name: 'Done' }).click();
  await expect(page.getByRole('button', { name: 'Edit Ours' })).toBeFocused();
  expect(await stored(tenant)).toMatchObject([{ slug: 'mine', name: 'Ours', models: ['small'] }]);
});

test('the list is searched by all that it says, tells the last failure, and a deletion says what stops', async ({
  page,
  tenant,
}) => {
  const key = await insertProviderKey(tenant.id, 'Production', 'sk-production-0123456789');
  const id = await insertConnection(tenant.id, { slug: 'a', name: 'Alpha', url: nowhere, providerKeyId: key });
  await insertConnection(tenant.id, { slug: 'b', name: 'Beta', url: nowhere, models: [{ name: 'gpt-4.1' }] });
  await sql(
    `INSERT INTO connection_failure (tenant_id, connection_id, hour, reason, requests, client_id, key_name, address, last_at)
     VALUES ($1, $2, date_trunc('hour', clock_timestamp()), 'upstream_timeout', 1, 'x', 'x', 'x', clock_timestamp())`,
    [tenant.id, id],
  );
  await open(page, path);
  await expect(rowOf(page, 'Alpha')).toContainText('The upstream did not answer in time');
  await expect(rowOf(page, 'Beta')).not.toContainText('The upstream did not answer in time');
  const search = page.getByLabel('Search connections');
  for (const [text, name] of [
    ['GPT-4', 'Beta'],
    ['production', 'Alpha'],
    ['connect/b', 'Beta'],
  ] as const) {
    await search.fill(text);
    await expect(page.getByRole('row')).toHaveCount(2);
    await expect(rowOf(page, name)).toBeVisible();
  }
  await search.fill('nobody');
  await expect(page.getByText('Nothing about any connection has “nobody” in it.')).toBeVisible();
  await search.fill('');
  await page.getByRole('button', { name: 'Test Alpha' }).click();
  const dialog = page.getByRole('dialog', { name: 'Test connection' });
  await expect(dialog.getByRole('status')).toContainText(unanswered, patience);
  await dialog.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('button', { name: 'Delete Alpha' }).click();
  const question = page.getByRole('alertdialog', { name: 'Delete Alpha?' });
  await expect(question).toContainText('Requests to /api/v1/connect/a will be answered with 404.');
  await question.getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByText('Connection deleted')).toBeVisible();
  await expect(rowOf(page, 'Alpha')).toHaveCount(0);
  await expect(page.getByRole('button', { name: '+ New connection' })).toBeFocused();
});

test('it needs no mouse, and who comes too late is told so', async ({ page, tenant }) => {
  await open(page, path);
  await tabTo(page, page.getByRole('button', { name: '+ New connection' }));
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await tabTo(page, dialog.getByRole('button', { name: 'Mistral' }));
  await page.keyboard.press('Enter');
  await expect(dialog.getByLabel('Name')).toBeFocused();
  await tabTo(page, dialog.getByRole('button', { name: 'Back' }));
  await page.keyboard.press('Enter');
  await tabTo(page, dialog.getByRole('button', { name: 'Workflow' }));
  await page.keyboard.press('Enter');
  await expect(dialog.getByLabel('Name')).toBeFocused();
  await page.keyboard.type('Flow');
  await tabTo(page, dialog.getByLabel('URL', { exact: true }));
  await page.keyboard.type(nowhere);
  await tabTo(page, dialog.locator('summary'));
  await page.keyboard.press('Enter');
  await tabTo(page, dialog.getByLabel('Timeout (seconds)'));
  await page.keyboard.press('Enter');
  const result = page.getByRole('dialog', { name: 'Connection created' });
  await expect(result.getByRole('button', { name: 'Done' })).toBeFocused();
  await escapeFrom(page, result);
  await tabTo(page, page.getByRole('button', { name: 'Delete Flow' }));
  await sql('DELETE FROM connection WHERE tenant_id = $1', [tenant.id]);
  await page.keyboard.press('Enter');
  await tabTo(page, page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }));
  await page.keyboard.press('Enter');
  await expect(page.getByText('This connection does not exist any more. Reload the page.')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: 'Delete Flow' })).toBeFocused();
});

test.describe('a member who is no developer', () => {
  test.use({ roles: ['admin'] });

  test('sees the list, may use it, and is told before each click what is missing', async ({ page, tenant }) => {
    await open(page, path);
    const sentence = 'You need the role developer. Ask your administrator.';
    await expect(page.getByText(sentence)).toBeVisible();
    await insertConnection(tenant.id, { slug: 'a', name: 'Alpha', url: nowhere });
    await open(page, path);
    for (const name of ['+ New connection', 'Test Alpha', 'Edit Alpha', 'Delete Alpha']) {
      const button = page.getByRole('button', { name });
      await expect(button).toHaveAttribute('aria-disabled', 'true');
      await button.focus();
      await page.keyboard.press('Enter');
      await expect(tooltip(page, sentence)).toBeVisible();
      await expect(page.getByRole('dialog')).toHaveCount(0);
      await page.keyboard.press('Escape');
    }
    await expect(page.getByRole('link', { name: 'Use Alpha' })).toBeVisible();
  });
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });

  test('a connection with a model is created, and everything of it is in reach', async ({ page, tenant }) => {
    await open(page, path);
    const dialog = await openNew(page, 'OpenAI');
    await dialog.getByLabel('Base URL').fill(nowhere);
    await dialog.getByRole('button', { name: 'Add a model' }).tap();
    await expect(dialog.getByLabel('Model 1', { exact: true })).toBeFocused();
    await page.keyboard.type('gpt-4.1');
    await dialog.getByRole('button', { name: 'Create connection' }).tap();
    await page.getByRole('button', { name: 'Done' }).tap();
    await expect(rowOf(page, 'OpenAI')).toContainText('gpt-4.1');
    for (const name of ['Test OpenAI', 'Edit OpenAI', 'Delete OpenAI']) {
      const box = await page.getByRole('button', { name }).boundingBox();
      expect(Math.min(box?.width ?? 0, box?.height ?? 0)).toBeGreaterThanOrEqual(44);
      expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(390);
    }
    expect(await stored(tenant)).toMatchObject([{ slug: 'openai', models: ['gpt-4.1'] }]);
  });
});

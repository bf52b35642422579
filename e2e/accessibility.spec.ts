import type { Page } from '@playwright/test';
import { deleteKey, editKey } from '@/lib/keys/mutations';
import { insertConnection, insertProviderKey } from '../tests/support/connections';
import { growLog } from '../tests/support/events';
import { createManyKeys } from '../tests/support/many-keys';
import { acceptSecret, countCaller, countRequests } from '../tests/support/usage';
import {
  createAgentKeyFor,
  createBiasProfile,
  createKeyFor,
  createMember,
  createScopes,
  rotateKeyFor,
  sql,
  viewerFor,
} from '../tests/support/world';
import { expectNoViolations } from './axe';
import { connectDemoUpstreams, connectPath } from './connect-page';
import { expect, test } from './fixtures';
import { atRest, createThroughDialog, keysPath, open, openCreateDialog, rowOf, tabTo, tooltip } from './key-page';
import { accessOf, chooseAction, createIdentity, createManyMembers, membersPath, openReview } from './members-page';
import { changeOf, fields, review, saveButton, settingsPath } from './settings-page';

// Contrast depends on the colours and what fits on the width, so that each is met once, not each with each.
const looks = [
  { colorScheme: 'light', width: 1280 },
  { colorScheme: 'dark', width: 390 },
] as const;

// On a phone, where less is in reach: every other spec has a wide window.
test.use({
  colorScheme: 'dark',
  viewport: { width: 390, height: 844 },
  policy: { maximumKeysPerUser: 1000 },
  roles: ['developer', 'admin'],
  expectedConsole: [/status of 404/],
});

// Up to two dozen states each, and both looks of every one.
test.describe.configure({ timeout: 180_000 });

/**
 * No violation of the standards in what is shown now (so wait for it first), and nothing of it beyond the right edge, in each look.
 * @param again brings back what closes when the window changes
 */
async function expectAccessible(page: Page, what: string, again?: () => Promise<void>): Promise<void> {
  const opened = page.locator('[role=dialog], [role=alertdialog], [role=menu], [role=tooltip]');
  // What is closing does not count.
  await atRest(page);
  const count = await opened.count();
  for (const { colorScheme, width } of looks) {
    const look = `${what}: ${colorScheme}, ${width} px`;
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 844 });
    await expect.poll(() => isDark(page), look).toBe(colorScheme === 'dark');
    await again?.();
    // The same state: what is open must not have closed because the window changed.
    await expect(opened, look).toHaveCount(count);
    // Half-faded text has no contrast yet.
    await atRest(page);
    await expectNoViolations(page, look);
    const hidden = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect.soft(hidden, `pixels beyond the right edge: ${look}`).toBe(0);
  }
}

async function isDark(page: Page): Promise<boolean> {
  const canvas = await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  return Number(/\d+/.exec(canvas)?.[0]) < 128;
}

test('every page is accessible', async ({ page, context, viewer }) => {
  await open(page, keysPath);
  await expectAccessible(page, 'no keys');
  for (const name of ['Running', 'Paused', 'Over', 'Taken', 'Long name '.repeat(5)])
    await createKeyFor(viewer, { name, description: name === 'Running' ? '' : 'd'.repeat(100) });
  await sql(
    `UPDATE key SET deactivated_at = CASE name WHEN 'Paused' THEN clock_timestamp() END,
                        revoked_at = CASE name WHEN 'Taken' THEN clock_timestamp() END,
                        expires_at = CASE name WHEN 'Over' THEN created_at
                                     WHEN 'Running' THEN created_at + interval '1 hour' ELSE expires_at END
          WHERE tenant_id = $1`,
    [viewer.tenantId],
  );
  await sql(`UPDATE key_secret SET minted_at = minted_at - interval '10 days' WHERE tenant_id = $1`, [viewer.tenantId]);
  const [used] = await sql<{ clientId: string }>(
    `SELECT client_id AS "clientId" FROM key WHERE tenant_id = $1 AND name = 'Running'`,
    [viewer.tenantId],
  );
  await countRequests(used?.clientId ?? '', { requests: 1_234_567, hoursAgo: 24 });
  await countRequests(used?.clientId ?? '', { requests: 3, outcome: 'key_inactive', hoursAgo: 24 });
  await open(page, keysPath);
  await expect(page.getByText('Expires soon', { exact: true })).toBeVisible();
  await expect(page.getByRole('img', { name: '1,234,570 requests in 7 days, 3 refused' })).toBeVisible();
  await expectAccessible(page, 'keys of every status');
  await sql('UPDATE tenant SET api_keys_enabled = false WHERE id = $1', [viewer.tenantId]);
  await open(page, keysPath);
  await expect(page.getByText('Disabled by your administrator').first()).toBeVisible();
  await expectAccessible(page, 'switched off');
  await open(page, '/account/agent-keys');
  await expectAccessible(page, 'no agent keys');
  await open(page, '/account/security');
  await expectAccessible(page, 'security');
  await open(page, '/tenant/settings');
  await expectAccessible(page, 'tenant settings');
  await open(page, '/docs/use-api-keys');
  await expectAccessible(page, 'how to use API keys');
  await page.goto('/nowhere');
  await expectAccessible(page, 'not found');
  await context.clearCookies();
  await open(page, '/set-password');
  await expect(page.getByRole('heading', { name: 'This link is incomplete' })).toBeVisible();
  await expectAccessible(page, 'a link that opens nothing');
  await open(page, '/docs/use-api-keys');
  await page.getByRole('tab', { name: 'Python' }).first().click();
  await expectAccessible(page, 'how to use API keys, not signed in');
  await open(page, '/sign-in');
  await expectAccessible(page, 'sign-in');
});

test('each step of creating a key is accessible', async ({ page }) => {
  await open(page, keysPath);
  const create = await openCreateDialog(page);
  await expectAccessible(page, 'create');
  await create.getByLabel('Description', { exact: true }).fill('x'.repeat(101));
  await create.getByRole('button', { name: 'Create key' }).click();
  await expect(create.getByText('Description can have at most 100 characters; this has 101.')).toBeVisible();
  await expectAccessible(page, 'create, refused');
  await create.getByRole('button', { name: 'Cancel' }).click();

  const secret = await createThroughDialog(page, 'Shown');
  await expect(secret.getByText('Waiting for the first request…')).toBeVisible();
  await expectAccessible(page, 'secret, hidden');
  const clientId = await secret.getByLabel('Client ID', { exact: true }).inputValue();
  await countRequests(clientId, { outcome: 'invalid_credential' });
  await expect(secret.getByText('A call was refused: the client secret was wrong.')).toBeVisible();
  await expectAccessible(page, 'first request, refused');
  await countCaller(clientId, { address: '2001:db8:85a3:8d3:1319:8a2e:370:7348', client: 'c'.repeat(60) });
  await acceptSecret(clientId);
  await expect(secret.getByText('First request received')).toBeVisible();
  await expectAccessible(page, 'first request, received');
  await secret.getByRole('button', { name: 'Show client secret' }).click();
  await expectAccessible(page, 'secret, shown');
  await secret.getByRole('button', { name: 'Done' }).click();
  await expect(page.getByRole('alertdialog')).toBeVisible();
  await expectAccessible(page, 'close without saving');
});

test('rotating a key and what its row says are accessible', async ({ page, viewer }) => {
  const { clientId } = await createKeyFor(viewer, { name: 'Busy' });
  await createKeyFor(viewer, { name: 'Paused' });
  await sql(
    `UPDATE key SET deactivated_at = clock_timestamp(), deactivated_until = clock_timestamp() + interval '10 hours'
          WHERE tenant_id = $1 AND name = 'Paused'`,
    [viewer.tenantId],
  );
  await rotateKeyFor(viewer, clientId);
  await sql(
    `INSERT INTO previous_secret_use (tenant_id, key_id, address, client, requests, last_used_at)
         SELECT tenant_id, id, '2001:db8:85a3:8d3:1319:8a2e:370:7348', repeat('c', 60), 1234567, clock_timestamp() - interval '1 hour'
           FROM key WHERE client_id = $1`,
    [clientId],
  );
  await open(page, keysPath);
  await expect(page.getByText('1,234,567 requests with the old secret')).toBeVisible();
  await expect(page.getByText('Active again in')).toBeVisible();
  await expectAccessible(page, 'a pause and an overlap');
  await page.getByRole('button', { name: 'Rotate Busy' }).click();
  await expect(page.getByRole('region', { name: 'The old secret' })).toContainText('2001:db8');
  await expectAccessible(page, 'rotate');
  await page.getByRole('button', { name: 'Retire the old secret now' }).last().click();
  await expect(page.getByRole('alertdialog')).toBeVisible();
  await expectAccessible(page, 'retire');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Deactivate Busy' }).click();
  await expect(page.getByRole('radio', { name: 'Until I activate it' })).toBeChecked();
  await expectAccessible(page, 'deactivate');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Edit Busy' }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await expectAccessible(page, 'edit');
});

test('the list of scopes and its dialogs are accessible', async ({ page, tenant, viewer }) => {
  await createScopes(tenant, 'reports:read', 'x'.repeat(50));
  await sql(`UPDATE scope SET description = repeat('d', 100) WHERE tenant_id = $1 AND name LIKE 'x%'`, [tenant.id]);
  await createKeyFor(viewer, { scopes: ['reports:read'] });
  await open(page, '/tenant/settings');
  await expect(page.getByRole('list', { name: 'Scopes' }).getByRole('listitem')).toHaveCount(2);
  await expectAccessible(page, 'scopes');
  await page.getByRole('button', { name: '+ Add scope' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Add scope' }).click();
  await expect(page.getByText('Name cannot be blank.')).toBeVisible();
  await expectAccessible(page, 'add scope, refused');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Edit reports:read' }).click();
  await expect(page.getByRole('dialog', { name: 'Edit scope' })).toBeVisible();
  await expectAccessible(page, 'edit scope');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Delete reports:read' }).click();
  await expect(page.getByText('1 key holds it now.')).toBeVisible();
  await expectAccessible(page, 'delete scope');
});

test('the settings and the review of their changes are accessible', async ({ page, tenant, viewer }) => {
  for (let number = 10; number < 20; number++) {
    const name = number === 10 ? 'Longname'.repeat(12) : `Member ${number}`;
    const owner = await viewerFor(await createMember(tenant, { name }));
    const { clientId } = await createKeyFor(owner, { name: 'k'.repeat(50), expiry: { kind: 'never' } });
    await countRequests(clientId, { requests: 1_234_567 });
    if (number < 12) await createKeyFor(owner);
  }
  for (const name of ['Nightly', 'n'.repeat(50)]) await createAgentKeyFor(viewer, { name });
  await open(page, settingsPath);
  const { enabled, maximum, expiration, lifetime, deactivate, keep, rate } = fields(page);
  await maximum.fill('1.5');
  await rate.fill('9'.repeat(100));
  await saveButton(page).click();
  await expect(page.getByText('Maximum API keys per user must be a whole number.')).toBeVisible();
  await expectAccessible(page, 'settings, refused');
  for (const field of [enabled, deactivate, keep]) await field.click();
  await maximum.fill('1');
  for (const field of [expiration, lifetime, rate]) await field.fill('30');
  await review(page);
  await expect(changeOf(page, 'Enable API keys').getByText('and 2 more')).toBeVisible();
  await expectAccessible(page, 'review changes');
  await page.keyboard.press('Escape');
  await open(page, settingsPath);
  await saveButton(page).click();
  await expect(page.getByText('Nothing to save')).toBeVisible();
  await expectAccessible(page, 'nothing to save');
  await keep.click();
  await sql('UPDATE tenant SET keep_one_key = true WHERE id = $1', [tenant.id]);
  await saveButton(page).click();
  await expect(page.getByText('The settings are like this already. Reload the page.')).toBeVisible();
  await expectAccessible(page, 'review changes, refused');
});

test('choosing among many scopes is accessible', async ({ page, tenant, viewer }) => {
  const names = Array.from({ length: 12 }, (_, index) => `area-${index + 10}:${'x'.repeat(42)}`);
  await createScopes(tenant, 'reports:read', ...names);
  await sql(`UPDATE scope SET description = repeat('d', 100) WHERE tenant_id = $1 AND name LIKE 'area-10%'`, [
    tenant.id,
  ]);
  await createKeyFor(viewer, { name: 'Holding', scopes: [...names, 'reports:read'] });
  await open(page, keysPath);
  await page.getByRole('button', { name: 'Show 9 more scopes of Holding' }).click();
  await expectAccessible(page, 'a key with scopes');
  const create = await openCreateDialog(page);
  await create.getByRole('checkbox', { name: 'reports:read' }).click();
  await sql(`DELETE FROM scope WHERE tenant_id = $1 AND name = 'reports:read'`, [tenant.id]);
  await create.getByRole('button', { name: 'Create key' }).click();
  await expect(create.getByText('Your tenant has no scope reports:read. Choose without it.')).toBeVisible();
  await expectAccessible(page, 'create, a scope refused');
  await create.getByLabel('Filter scopes').fill('nothing');
  await expect(create.getByText('No scope has')).toBeVisible();
  await expectAccessible(page, 'create, no scope found');
  await page.keyboard.press('Escape');
  await expect(create).toHaveCount(0);
  await page.getByRole('button', { name: 'Edit Holding' }).click();
  await expect(page.getByRole('dialog', { name: 'Edit API key' })).toBeVisible();
  await expectAccessible(page, 'edit, with scopes');
});

test('the bias profiles and their dialogs are accessible', async ({ page, tenant, viewer }) => {
  await open(page, '/tenant/bias-profiles');
  await expect(page.getByText('No bias profiles yet')).toBeVisible();
  await expectAccessible(page, 'no bias profiles');
  const biasProfileId = await createBiasProfile(tenant, { name: 'Careful', description: 'd'.repeat(100) });
  await createBiasProfile(tenant, { name: 'Longname'.repeat(6), settings: `{"text": "${'x'.repeat(500)}"}` });
  await createKeyFor(viewer, { biasProfileId });
  await open(page, '/tenant/bias-profiles');
  await expectAccessible(page, 'bias profiles');
  await page.getByRole('button', { name: /^Edit Longname/ }).click();
  await expect(page.getByText('Valid JSON')).toBeVisible();
  await expectAccessible(page, 'edit bias profile');
  await sql(`UPDATE bias_profile SET settings = '{"theirs": true}' WHERE tenant_id = $1`, [tenant.id]);
  await page.getByRole('textbox', { name: 'Settings' }).fill('{"mine": true}');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Settings now')).toBeVisible();
  await expectAccessible(page, 'bias profile changed meanwhile');
  await page.getByRole('textbox', { name: 'Settings' }).fill('{');
  await tabTo(page, page.getByRole('button', { name: 'Format' }));
  await expect(tooltip(page, 'Correct the JSON first.')).toBeVisible();
  await expectAccessible(page, 'bias profile with bad JSON');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Delete Careful' }).click();
  await expect(page.getByRole('alertdialog').getByLabel('Keys that use it get')).toBeVisible();
  await expectAccessible(page, 'delete bias profile');
});

test('the provider keys and their dialogs are accessible', async ({ page, tenant }) => {
  const path = '/account/provider-keys';
  await open(page, path);
  await expect(page.getByText('No provider keys yet')).toBeVisible();
  await expectAccessible(page, 'no provider keys');
  await page.getByRole('button', { name: 'New provider key' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog.getByText('API key value cannot be blank.')).toBeVisible();
  await expectAccessible(page, 'new provider key, refused');
  await page.keyboard.press('Escape');
  const providerKeyId = await insertProviderKey(tenant.id, 'Longname'.repeat(6), 'sk-0123456789-abcdef');
  await insertProviderKey(tenant.id, 'Short', 'x');
  for (const [index, name] of ['Connection'.repeat(5), 'Chat', 'Summaries', 'Evaluation'].entries()) {
    const connection = { slug: `c-${index}`, name, url: 'https://127.0.0.1:1/v1', providerKeyId };
    await insertConnection(tenant.id, connection);
  }
  await open(page, path);
  await expect(page.getByText('and 1 more')).toBeVisible();
  await expectAccessible(page, 'provider keys');
  await page.getByRole('button', { name: /^Edit Longname/ }).click();
  await dialog.getByLabel('API key value', { exact: true }).fill('sk-9876543210-abcdef');
  await expectAccessible(page, 'edit provider key');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog.getByRole('listitem')).toHaveCount(4);
  await expectAccessible(page, 'the connections were tested');
  await dialog.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('button', { name: /^Delete Longname/ }).click();
  await expect(page.getByText('4 connections use it.')).toBeVisible();
  await expectAccessible(page, 'delete provider key');
  await page.keyboard.press('Escape');
  await page.getByLabel('Search provider keys').fill('nobody');
  await expect(page.getByText('No provider key has a name with “nobody”.')).toBeVisible();
  await expectAccessible(page, 'no provider key found');
  await sql(`UPDATE member SET roles = '{admin}' WHERE tenant_id = $1`, [tenant.id]);
  await open(page, path);
  await expectAccessible(page, 'provider keys of who is no developer');
});

test('the connections and their dialogs are accessible', async ({ page, tenant }) => {
  const path = '/account/connections';
  await open(page, path);
  await expect(page.getByText('No connections yet')).toBeVisible();
  await expectAccessible(page, 'no connections');
  await createScopes(tenant, 'llm:call');
  const providerKeyId = await insertProviderKey(tenant.id, 'Longname'.repeat(6), 'sk-0123456789-abcdef');
  const models = ['m'.repeat(100), 'small', 'large'].map((name) => ({ name, ownKey: true }));
  const url = `https://${'long.'.repeat(30)}example.com/v1`;
  const scopes = ['llm:call'];
  const connection = { slug: 's'.repeat(50), name: 'Connection'.repeat(5), url, providerKeyId, scopes, models };
  const id = await insertConnection(tenant.id, connection);
  await insertConnection(tenant.id, { slug: 'flow', name: 'Flow', url, kind: 'workflow', authStyle: 'none' });
  await insertConnection(tenant.id, { slug: 'open', name: 'Open', url });
  await sql(
    `INSERT INTO connection_failure (tenant_id, connection_id, hour, reason, requests, client_id, key_name, address, last_at)
         VALUES ($1, $2, date_trunc('hour', now()), 'upstream_too_large', 1, 'x', 'x', 'x', now())`,
    [tenant.id, id],
  );
  await open(page, path);
  await expect(page.getByText('No provider key', { exact: true })).toBeVisible();
  await expectAccessible(page, 'connections');
  await page.getByRole('button', { name: '+ New connection' }).click();
  const dialog = page.getByRole('dialog');
  await expectAccessible(page, 'new connection, presets');
  await dialog.getByRole('button', { name: 'Azure OpenAI' }).click();
  await dialog.getByRole('button', { name: 'Add a model' }).click();
  await page.keyboard.type('m');
  await page.keyboard.press('Enter');
  await page.keyboard.type('m');
  await dialog.getByText('Limits').click();
  await dialog.getByLabel('Timeout (seconds)').fill('0');
  await dialog.getByRole('button', { name: 'Create connection' }).click();
  await expect(dialog.getByText('Timeout must be at least 1.')).toBeVisible();
  await expectAccessible(page, 'new connection, refused');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /^Edit Connection/ }).click();
  await expect(dialog.getByRole('listitem')).toHaveCount(3);
  await expectAccessible(page, 'edit connection');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Test Open' }).click();
  await expect(dialog.getByRole('status').getByRole('paragraph').first()).not.toHaveText(/^Asking/);
  await expectAccessible(page, 'test connection');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /^Delete Connection/ }).click();
  await expect(page.getByRole('alertdialog')).toBeVisible();
  await expectAccessible(page, 'delete connection');
  await page.keyboard.press('Escape');
  await page.getByLabel('Search connections').fill('nobody');
  await expect(page.getByText('Nothing about any connection has “nobody” in it.')).toBeVisible();
  await expectAccessible(page, 'no connection found');
});

test('using keys is accessible', async ({ page, viewer, tenant }) => {
  await open(page, connectPath);
  await expectAccessible(page, 'no key to use');
  await createScopes(tenant, 'chat:use', `scope:${'x'.repeat(40)}`);
  await connectDemoUpstreams(viewer, ['chat:use', `scope:${'x'.repeat(40)}`]);
  await insertConnection(tenant.id, {
    slug: 'a'.repeat(50),
    url: `https://${'long.'.repeat(20)}example.com/${'path/'.repeat(20)}v1`,
    name: 'w'.repeat(50),
    models: [{ name: 'm'.repeat(100), ownKey: true }],
  });
  await createKeyFor(viewer, { name: 'k'.repeat(50) });
  await createAgentKeyFor(viewer, { name: 'Agent' });
  for (const query of [
    '',
    '?connection=chat',
    '?connection=flow&as=cli',
    `?connection=${'a'.repeat(50)}&shell=powershell`,
  ]) {
    await open(page, `${connectPath}${query}`);
    await expect(page.getByRole('button', { name: 'Copy the call' })).toBeVisible();
    await expectAccessible(page, `connect ${query}`);
  }
  for (const slug of ['chat', 'flow', 'a'.repeat(50)]) {
    await open(page, `/account/connections/${slug}`);
    await expectAccessible(page, `connection ${slug}`);
  }
});

test('all keys and the details of one are accessible', async ({ page, viewer }) => {
  await open(page, '/tenant/api-keys');
  await expectAccessible(page, 'no keys of the tenant');
  for (const name of ['Running', 'Paused', 'Taken', 'Longname'.repeat(6)]) {
    await createKeyFor(viewer, { name, description: 'd'.repeat(100), expiry: { kind: 'never' } });
  }
  await sql(
    `UPDATE key SET deactivated_at = CASE name WHEN 'Paused' THEN clock_timestamp() END,
                        revoked_at = CASE name WHEN 'Taken' THEN clock_timestamp() END WHERE tenant_id = $1`,
    [viewer.tenantId],
  );
  await open(page, '/tenant/api-keys?status=Active&sort=name');
  await page.getByRole('checkbox', { name: 'Select Running' }).click();
  await expect(page.getByText('1 key is selected.')).toBeVisible();
  await expectAccessible(page, 'some keys selected');
  await open(page, '/tenant/api-keys?search=nothing&risk=odd');
  await expectAccessible(page, 'nothing found, and a filter left out');
  const [running] = await sql<{ clientId: string }>(
    `SELECT client_id AS "clientId" FROM key WHERE tenant_id = $1 AND name = 'Running'`,
    [viewer.tenantId],
  );
  await countRequests(running?.clientId ?? '', { requests: 1_234_567 });
  await countRequests(running?.clientId ?? '', { requests: 3, outcome: 'key_inactive' });
  await open(page, `/tenant/api-keys/${running?.clientId}`);
  await expect(page.getByRole('img', { name: /^Requests in 30 days/ })).toBeVisible();
  await expectAccessible(page, 'details of a key');
});

test('revoking is accessible', async ({ page, tenant, member }) => {
  const keys = await createManyKeys(member, 11, 'Longname'.repeat(5));
  await countRequests(keys[0]?.clientId ?? '', { requests: 1_234_567 });
  await open(page, '/tenant/api-keys');
  await page.getByRole('button', { name: /^Revoke Longname.* 2$/ }).click();
  const dialog = page.getByRole('alertdialog');
  await expect(dialog.getByText('Nobody called with this key in the last 7 days.').last()).toBeVisible();
  await expectAccessible(page, 'revoke');
  await page.keyboard.press('Escape');
  for (const box of await page.getByRole('checkbox', { name: /^Select Longname/ }).all()) await box.click();
  await page.getByRole('button', { name: 'Revoke', exact: true }).click();
  const typed = dialog.getByLabel('Type 11 to confirm');
  await typed.fill('12');
  await typed.press('Enter');
  await expectAccessible(page, 'bulk revoke');
  await typed.fill('11');
  await typed.press('Enter');
  await expect(page.getByRole('alertdialog', { name: 'Bulk revoke finished' })).toBeVisible();
  await expectAccessible(page, 'bulk revoke, finished');
  await dialog.getByRole('button', { name: 'Done' }).click();
  await sql('INSERT INTO revocation (id, tenant_id, member_id, selected) VALUES (gen_random_uuid(), $1, $2, 1000)', [
    tenant.id,
    member.id,
  ]);
  await open(page, '/tenant/api-keys');
  await expectAccessible(page, 'an unfinished bulk revoke');
  await page.getByRole('button', { name: 'Resume' }).click();
  await expectAccessible(page, 'resume');
});

test('the members page and its dialogs are accessible', async ({ page, tenant, member }) => {
  const dana = await createMember(tenant, { password: 'correct horse battery staple' });
  const danaViewer = await viewerFor(dana);
  for (const name of ['First', 'Second', 'Long name '.repeat(5)]) {
    const { clientId } = await createKeyFor(danaViewer, { name });
    if (name !== 'Second') await countRequests(clientId, { requests: 1_234_567 });
  }
  await createIdentity(tenant, { subject: 'waits', email: dana.email });
  await createIdentity(tenant, { subject: 'linked', email: 'said@idp.example', member: dana });
  const gone = await createMember(tenant, { roles: [], licensed: false });
  await sql('UPDATE member SET disabled_at = clock_timestamp(), name = $2 WHERE id = $1', [
    gone.id,
    'Longname'.repeat(12),
  ]);
  // First in the list, whatever their address is.
  for (const [index, { id }] of [member, dana, gone].entries())
    await sql('UPDATE member SET email_key = $2 WHERE id = $1', [id, `0${index}`]);
  await sql('UPDATE identity SET email = $2 WHERE tenant_id = $1 AND member_id IS NULL', [tenant.id, '01']);
  await open(page, membersPath);
  await expectAccessible(page, 'members');
  await tabTo(page, accessOf(page, member).admin);
  await expect(page.getByRole('tooltip')).toBeVisible();
  await expectAccessible(page, 'the last admin');
  await page.getByRole('button', { name: `More actions for ${member.email}` }).click();
  await expect(page.getByRole('menu')).toBeVisible();
  await expectAccessible(page, 'more actions');
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: `Waits to be linked: sign-in methods of ${dana.email}` }).click();
  await expect(page.getByRole('button', { name: 'Link waits' })).toBeVisible();
  await expectAccessible(page, 'sign-in methods');
  await page.getByRole('button', { name: 'Link waits' }).click();
  await expect(page.getByRole('alertdialog')).toBeVisible();
  await expectAccessible(page, 'link');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Unlink linked' }).click();
  await expect(page.getByRole('alertdialog')).toBeVisible();
  await expectAccessible(page, 'unlink');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');

  await chooseAction(page, dana, 'Sign out everywhere');
  await expect(page.getByRole('alertdialog')).toBeVisible();
  await expectAccessible(page, 'sign out everywhere');
  await page.keyboard.press('Escape');
  const review = await openReview(page, dana);
  await expectAccessible(page, 'review');
  await review.getByLabel('Decision for First').selectOption('hand_over');
  await review.getByLabel('Decision for Second').selectOption('keep');
  await review.getByRole('button', { name: 'Disable' }).click();
  await expect(review.getByText('Choose a date.')).toBeVisible();
  await expectAccessible(page, 'review, refused');
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: '+ Invite member' }).click();
  const invite = page.getByRole('dialog', { name: 'Invite member' });
  await invite.getByRole('button', { name: 'Create invitation' }).click();
  await expect(invite.getByText('Enter an email address.')).toBeVisible();
  await expectAccessible(page, 'invite, refused');
  await invite.getByLabel('Email').fill(`invited-${tenant.slug}@example.test`);
  await invite.getByRole('button', { name: 'Create invitation' }).click();
  const link = page.getByLabel('One-time link');
  await expect(link).toBeVisible();
  await expectAccessible(page, 'one-time link');
  await page.goto(await link.inputValue());
  await expect(page.getByRole('heading', { name: /^Welcome to/ })).toBeVisible();
  await page.getByRole('button', { name: 'Set password' }).click();
  await expect(page.getByText('Password needs at least 12 characters.')).toBeVisible();
  await expectAccessible(page, 'set password, refused');
  await open(page, `${membersPath}?search=nobody`);
  await expectAccessible(page, 'nobody found');
  await createManyMembers(tenant, 30);
  await open(page, `${membersPath}?search=number`);
  await expect(page.getByRole('link', { name: 'Next' })).toBeVisible();
  await expectAccessible(page, 'pages of members');
  await open(page, '/account/agent-keys');
  await expectAccessible(page, 'no agent keys');
  await open(page, '/account/security');
  await page.getByRole('button', { name: 'Sign out everywhere' }).click();
  await expect(page.getByRole('alertdialog')).toBeVisible();
  await expectAccessible(page, 'sign out everywhere, oneself');
});

test('the events page is accessible', async ({ page, tenant, viewer }) => {
  const biasProfileId = await createBiasProfile(tenant, { name: 'Careful' });
  const { clientId } = await createKeyFor(viewer, { name: 'Long name '.repeat(5), biasProfileId });
  await editKey(viewer, { clientId, description: 'd'.repeat(100), biasProfileId: null });
  const gone = await createKeyFor(viewer, { name: 'Gone' });
  await sql(`UPDATE tenant SET deactivate_before_delete = false WHERE id = $1`, [tenant.id]);
  await deleteKey(viewer, gone.clientId);
  await growLog(tenant, 30, { action: `'bias_profile.created'` });
  await sql(`UPDATE event SET details = $2::jsonb WHERE tenant_id = $1 AND sequence = 30`, [
    tenant.id,
    JSON.stringify({ name: 'x'.repeat(50), settings: { text: 'y'.repeat(500) } }),
  ]);
  await open(page, '/tenant/events');
  await expect(page.getByRole('link', { name: 'Next' })).toBeVisible();
  await expectAccessible(page, 'events');
  await page.getByRole('button', { name: 'Details of event 30' }).click();
  await expectAccessible(page, 'details of a bias profile');
  await page.getByLabel('Key', { exact: true }).fill(clientId);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('link', { name: 'Clear filters' })).toBeVisible();
  await page.getByRole('button', { name: 'Details of event 3' }).click();
  await expect(page.getByRole('link', { name: 'Open in API keys' })).toBeVisible();
  await expectAccessible(page, 'details of an edited key');
  await open(page, `/tenant/events?key=${gone.clientId}&from=never`);
  await page.getByRole('button', { name: 'Details of event 5' }).click();
  const point = async () => {
    await page.mouse.move(0, 0);
    await page.getByRole('button', { name: 'Deleted' }).hover();
    await expect(tooltip(page, 'This key was deleted.')).toBeVisible();
  };
  await point();
  await expectAccessible(page, 'details of a deleted key, and a filter ignored', point);
  await open(page, '/tenant/events?action=key.revoked');
  await expectAccessible(page, 'no events match');
});

test('every other dialog and menu is accessible', async ({ page, viewer }) => {
  const { clientId } = await createKeyFor(viewer, { name: 'Shown' });
  await countRequests(clientId, { requests: 1_000_000 });
  for (let host = 1; host <= 20; host++) {
    await countCaller(clientId, {
      address: `2001:db8:85a3:8d3:1319:8a2e:370:${host}`,
      client: 'c'.repeat(3 * host),
    });
  }
  await open(page, keysPath);
  const row = rowOf(page, 'Shown');
  await tabTo(page, row.getByRole('button', { name: 'Delete Shown' }));
  await expect(tooltip(page, 'You must deactivate the API Key before you can delete it.')).toBeVisible();
  await expectAccessible(page, 'tooltip');
  await row.getByRole('button', { name: 'Edit Shown' }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await expectAccessible(page, 'edit');
  await page.keyboard.press('Escape');
  await page.getByText('Shown', { exact: true }).dblclick();
  await page.getByRole('textbox', { name: 'Name of Shown' }).fill('');
  await page.keyboard.press('Enter');
  await expect(page.getByText('Name cannot be blank.')).toBeVisible();
  await expectAccessible(page, 'edited in place, refused');
  await page.keyboard.press('Escape');
  for (const action of ['Deactivate', 'Activate', 'Deactivate', 'Delete']) {
    const dialog = page.getByRole(action === 'Activate' ? 'dialog' : 'alertdialog');
    await row.getByRole('button', { name: `${action} Shown`, exact: true }).click();
    await expect(dialog).toBeVisible();
    if (action !== 'Activate') await expect(dialog.getByRole('status')).toHaveText(/20 callers\.$/);
    await expectAccessible(page, action);
    await dialog.getByRole('button', { name: action, exact: true }).click();
    await expect(dialog).toHaveCount(0);
  }
  await expect(page.getByText('Key deleted')).toBeVisible();
  await expectAccessible(page, 'notice');
  await page.getByRole('button', { name: 'Account menu' }).click();
  await expect(page.getByRole('menu')).toBeVisible();
  await expectAccessible(page, 'account menu');
});

import { createAgentKeyFor, createKeyFor, sql } from '../tests/support/world';
import { expect, test } from './fixtures';
import { bearer, callMe, createButton, keysPath, open, rowOf, tabTo, tooltip } from './key-page';

const off = 'API keys are switched off by your administrator.';

test.use({ policy: { maximumKeysPerUser: 1000 } });

test('a row offers what its status allows, and nothing else', async ({ page, viewer }) => {
  const change = (name: string, text: string) =>
    sql(`UPDATE key SET ${text} WHERE tenant_id = $1 AND name = $2`, [viewer.tenantId, name]);
  for (const name of ['Running', 'Paused', 'Over', 'Taken']) await createKeyFor(viewer, { name, description: 'About' });
  await change('Paused', 'deactivated_at = clock_timestamp()');
  await change('Over', `deactivated_at = clock_timestamp(), expires_at = clock_timestamp() - interval '1 minute'`);
  await change('Taken', `revoked_at = clock_timestamp(), expires_at = clock_timestamp() - interval '1 minute'`);
  await open(page, keysPath);
  for (const [name, status, buttons] of [
    ['Running', 'Active', ['Edit', 'Deactivate', 'Delete']],
    ['Paused', 'Inactive', ['Edit', 'Activate', 'Delete']],
    ['Over', 'Expired', ['Edit', 'Delete']],
    ['Taken', 'Revoked', ['Delete']],
  ] as const) {
    const row = rowOf(page, name);
    await expect(row.getByText(status, { exact: true })).toBeVisible();
    for (const action of ['Edit', 'Deactivate', 'Activate', 'Delete'] as const) {
      const count = (buttons as readonly string[]).includes(action) ? 1 : 0;
      await expect(row.getByRole('button', { name: `${action} ${name}`, exact: true })).toHaveCount(count);
    }
    await row.getByText('About', { exact: true }).dblclick();
    const field = page.getByRole('textbox', { name: `Description of ${name}` });
    await expect(field).toHaveCount(name === 'Taken' ? 0 : 1);
    await page.keyboard.press('Escape');
  }
});

test('a key that ends within a week, or within a quarter of its life, expires soon', async ({ page, viewer }) => {
  const interval = { month: 30, week: 7, 'six days': 6, 'two days': 2 };
  for (const [name, days] of Object.entries(interval)) {
    await createKeyFor(viewer, { name, expiry: { kind: 'days', days } });
  }
  // A long life of which six days are left; the key of two days has just begun.
  await sql(
    `UPDATE key_secret s SET minted_at = clock_timestamp() - interval '80 days' FROM key k
      WHERE k.id = s.key_id AND k.tenant_id = $1 AND k.name = 'six days'`,
    [viewer.tenantId],
  );
  await open(page, keysPath);
  for (const name of Object.keys(interval)) {
    await expect(rowOf(page, name).getByText('Expires soon')).toHaveCount(name === 'six days' ? 1 : 0);
  }
});

test('the tenant switch stops every key at the first call; owners see it, can stop theirs, and not start them', async ({
  page,
  viewer,
  origin,
}) => {
  const { secret } = await createKeyFor(viewer, { name: 'Running' });
  await createKeyFor(viewer, { name: 'Paused' });
  await sql(`UPDATE key SET deactivated_at = clock_timestamp() WHERE tenant_id = $1 AND name = 'Paused'`, [
    viewer.tenantId,
  ]);
  expect(await callMe(origin, bearer(secret))).toMatchObject({ status: 200 });
  await sql('UPDATE tenant SET api_keys_enabled = false WHERE id = $1', [viewer.tenantId]);
  expect(await callMe(origin, bearer(secret))).toMatchObject({ status: 401, type: 'api_keys_disabled' });

  await open(page, keysPath);
  await expect(createButton(page)).toHaveAttribute('aria-disabled', 'true');
  const row = rowOf(page, 'Running');
  await expect(row.getByText('Disabled by your administrator')).toBeVisible();
  await expect(row.getByText('Active', { exact: true })).toBeVisible();
  const activate = rowOf(page, 'Paused').getByRole('button', { name: 'Activate Paused' });
  await expect(activate).toHaveAttribute('aria-disabled', 'true');
  await tabTo(page, activate);
  await expect(tooltip(page, off)).toBeVisible();
  await row.getByRole('button', { name: 'Deactivate Running' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Deactivate' }).click();
  await expect(row).toContainText('Inactive');
});

test('search is there from five rows on, and finds by a part of the name in any case', async ({ page, viewer }) => {
  for (const name of ['Alpha', 'Beta', 'Gamma', 'Delta']) await createKeyFor(viewer, { name });
  await open(page, keysPath);
  await expect(rowOf(page, 'Alpha')).toBeVisible();
  await expect(page.getByLabel('Search keys')).toHaveCount(0);
  await createKeyFor(viewer, { name: 'Alphabet' });
  await open(page, keysPath);
  const search = page.getByRole('searchbox', { name: 'Search keys' });
  await search.fill('aLPHa');
  await expect(page.getByRole('row')).toHaveCount(3);
  await expect(rowOf(page, 'Alpha')).toBeVisible();
  await expect(rowOf(page, 'Alphabet')).toBeVisible();
  await search.fill('nothing like it');
  await expect(page.getByRole('table')).toHaveCount(0);
  await expect(page.getByText('No key has a name with “nothing like it”.')).toBeVisible();
  await search.fill('');
  await expect(page.getByRole('row')).toHaveCount(6);
});

test('a call shows as last used, with the time for people and for machines', async ({ page, viewer, origin }) => {
  const { secret } = await createKeyFor(viewer, { name: 'Called' });
  await open(page, keysPath);
  await expect(rowOf(page, 'Called')).toContainText('Never used');
  expect(await callMe(origin, bearer(secret))).toMatchObject({ status: 200 });
  await open(page, keysPath);
  const times = rowOf(page, 'Called').getByRole('time');
  await expect(times).toHaveText([/^\d{1,2} \w{3} \d{4}$/, 'just now', /^\d{1,2} \w{3} \d{4}$/]);
  for (const [index, days] of [0, 0, 90].entries()) {
    const machine = (await times.nth(index).getAttribute('datetime')) ?? '';
    expect(machine).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(Math.abs(Date.parse(machine) - Date.now() - days * 86_400_000)).toBeLessThan(60_000);
    await expect(times.nth(index)).toHaveAttribute('title', /^\d{1,2} \w{3} \d{4}, \d\d:\d\d UTC\+[12]$/);
  }
});

test('a row shows the mask of the secret and the client ID to copy, never more', async ({ page, viewer, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const { secret, clientId } = await createKeyFor(viewer, { name: 'Masked' });
  await open(page, keysPath);
  const row = rowOf(page, 'Masked');
  await expect(row.getByRole('cell').nth(2)).toHaveText(new RegExp(`${secret.slice(0, 4)}\\W+${secret.slice(-4)}$`));
  await row.getByRole('button', { name: 'Copy client ID of Masked' }).click();
  await expect(page.getByText('Client ID copied')).toBeAttached();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(clientId);
});

test('no row is cut off, however long its texts and narrow the window', async ({ page, viewer }) => {
  await createKeyFor(viewer, { name: 'W'.repeat(50), description: 'W'.repeat(100), expiry: { kind: 'days', days: 1 } });
  await createAgentKeyFor(viewer, { name: 'W'.repeat(50), description: 'W'.repeat(100) });
  await sql(`UPDATE key_secret SET minted_at = minted_at - interval '9 days' WHERE tenant_id = $1`, [viewer.tenantId]);
  await sql('UPDATE tenant SET api_keys_enabled = false WHERE id = $1', [viewer.tenantId]);
  for (const path of [keysPath, '/account/agent-keys']) {
    await open(page, path);
    await expect(page.getByText('Disabled by your administrator', { exact: true })).toBeVisible();
    for (const width of [320, 768, 1023, 1024, 1152, 1279, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      const hidden = await page.getByRole('table').evaluate((table) => {
        const clips = [table.parentElement as Element, document.documentElement];
        return clips.map((element) => element.scrollWidth - element.clientWidth);
      });
      expect(hidden, `pixels cut off at ${width} px on ${path}`).toEqual([0, 0]);
    }
  }
});

import type { Page } from '@playwright/test';
import { deleteScope } from '@/lib/scopes/mutations';
import { createKeyFor, createMember, createScopes, sql, viewerFor } from '../tests/support/world';
import { expect, test } from './fixtures';
import {
  bearer,
  createThroughDialog,
  escapeFrom,
  fetchDecided,
  isReady,
  keysPath,
  open,
  openCreateDialog,
  revealSecret,
  rowOf,
  secretDialog,
  tabTo,
} from './key-page';

const settingsPath = '/tenant/settings';
const scopeRow = (page: Page, name: string) =>
  page
    .getByRole('list', { name: 'Scopes' })
    .getByRole('listitem')
    .filter({ has: page.getByText(name, { exact: true }) });

async function scopesOf(clientId: string): Promise<string[] | undefined> {
  const [row] = await sql<{ scopes: string[] }>('SELECT scopes FROM key WHERE client_id = $1', [clientId]);
  return row?.scopes;
}

/** How forward-auth is answered, when it demands these scopes. */
async function authorize(origin: string, secret: string, scopes: string) {
  const response = await fetchDecided(`${origin}/api/v1/authorize?scope=${scopes}`, { headers: bearer(secret) });
  return { status: response.status, scopes: response.headers.get('x-latchkey-scopes'), text: await response.text() };
}

test.describe('an admin', () => {
  test.use({ roles: ['developer', 'admin'], policy: { maximumKeysPerUser: 1000 } });

  test('adds a scope, says better what it permits, and deletes it', async ({ page }) => {
    await open(page, settingsPath);
    await expect(page.getByText('No scopes yet')).toBeVisible();
    await page.getByRole('button', { name: '+ Add scope' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add scope' });
    await dialog.getByLabel('Name').fill('reports:read');
    await dialog.getByLabel('Description').fill('Read reports');
    await dialog.getByRole('button', { name: 'Add scope' }).click();
    await expect(page.getByText('Scope added')).toBeVisible();
    await expect(scopeRow(page, 'reports:read')).toContainText('Read reports');
    await expect(scopeRow(page, 'reports:read').getByText('No keys')).toBeVisible();

    await page.getByRole('button', { name: 'Edit reports:read' }).click();
    const edit = page.getByRole('dialog', { name: 'Edit scope' });
    await expect(edit.getByText('reports:read', { exact: true })).toBeVisible();
    await expect(edit.getByLabel('Name')).toHaveCount(0);
    await edit.getByLabel('Description').fill('Read every report');
    await edit.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByText('Scope saved')).toBeVisible();
    await expect(scopeRow(page, 'reports:read')).toContainText('Read every report');
    await page.reload();
    await isReady(page);
    await expect(scopeRow(page, 'reports:read')).toContainText('Read every report');

    await page.getByRole('button', { name: 'Delete reports:read' }).click();
    const question = page.getByRole('alertdialog', { name: 'Delete reports:read?' });
    await expect(question.getByText('No key holds it now.')).toBeVisible();
    await question.getByRole('button', { name: 'Delete' }).click();
    await expect(page.getByText('No scopes yet')).toBeVisible();
    await expect(page.getByRole('button', { name: '+ Add scope' })).toBeFocused();
  });

  test('is told at the field what is wrong with a name; the input is kept', async ({ page, tenant }) => {
    await createScopes(tenant, 'reports:read');
    await open(page, settingsPath);
    await page.getByRole('button', { name: '+ Add scope' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add scope' });
    const name = dialog.getByLabel('Name');
    for (const [value, sentence] of [
      ['', 'Name cannot be blank.'],
      ['Reports', 'Name must begin with a lower-case letter'],
      ['a b', 'hold only lower-case letters, digits and : . _ - /'],
      ['a'.repeat(51), 'Name can have at most 50 characters; this has 51.'],
      ['latchkey:keys', 'Names that begin with latchkey: are reserved for built-in scopes.'],
      ['reports:read', 'There is a scope reports:read already.'],
    ] as const) {
      await name.fill(value);
      await dialog.getByRole('button', { name: 'Add scope' }).click();
      await expect(name).toHaveAccessibleDescription(new RegExp(sentence.replace(/[.]/g, '\\.')));
      await expect(name).toHaveValue(value);
    }
    await dialog.getByLabel('Description').fill('x'.repeat(101));
    await name.fill('fine');
    await dialog.getByRole('button', { name: 'Add scope' }).click();
    await expect(dialog.getByLabel('Description')).toHaveAccessibleDescription(
      /at most 100 characters; this has 101\./,
    );
    expect(await sql('SELECT name, description FROM scope WHERE tenant_id = $1', [tenant.id])).toEqual([
      { name: 'reports:read', description: 'Allows reports:read' },
    ]);
  });

  test('is asked before a delete how many keys hold it at that moment, and they lose it at once', async ({
    page,
    tenant,
    viewer,
    origin,
  }) => {
    await createScopes(tenant, 'reports:read', 'reports:write');
    await createKeyFor(viewer, { scopes: ['reports:read'] });
    await open(page, settingsPath);
    await expect(scopeRow(page, 'reports:read').getByText('1 key')).toBeVisible();
    const { clientId, secret } = await createKeyFor(viewer, { scopes: ['reports:read', 'reports:write'] });
    expect(await authorize(origin, secret, 'reports:read+reports:write')).toMatchObject({
      status: 200,
      scopes: 'reports:read reports:write',
    });
    await page.getByRole('button', { name: 'Delete reports:read' }).click();
    const question = page.getByRole('alertdialog');
    await expect(question.getByText('2 keys hold it now.')).toBeVisible();
    await question.getByRole('button', { name: 'Delete' }).click();
    await expect(page.getByText('Scope deleted')).toBeVisible();
    expect(await authorize(origin, secret, 'reports:read+reports:write')).toMatchObject({
      status: 403,
      text: expect.stringMatching(/insufficient_scope.*reports:read/),
    });
    expect((await authorize(origin, secret, 'reports:write')).status).toBe(200);
    expect(await scopesOf(clientId)).toEqual(['reports:write']);
    await expect(scopeRow(page, 'reports:write').getByText('1 key')).toBeVisible();
  });

  test('who comes too late is told so, and nothing else happens', async ({ page, tenant, member }) => {
    await createScopes(tenant, 'a', 'b');
    await open(page, settingsPath);
    await sql(`DELETE FROM scope WHERE tenant_id = $1 AND name = 'a'`, [tenant.id]);
    await page.getByRole('button', { name: 'Delete a', exact: true }).click();
    await expect(
      page.getByRole('alertdialog').getByText('This scope does not exist any more. Reload the page.'),
    ).toBeVisible();
    await expect(page.getByRole('alertdialog').getByRole('button', { name: 'Delete' })).toHaveCount(0);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Edit b', exact: true }).click();
    await sql(`UPDATE member SET roles = '{developer}' WHERE id = $1`, [member.id]);
    await page.getByRole('dialog').getByLabel('Description').fill('Changed');
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await expect(page.getByText('You need the role admin. Ask your administrator.')).toBeVisible();
    expect(await sql('SELECT description FROM scope WHERE tenant_id = $1', [tenant.id])).toEqual([
      { description: 'Allows b' },
    ]);
  });

  test('keeps unsaved settings while the list of scopes changes', async ({ page, tenant }) => {
    await createScopes(tenant, 'a');
    await open(page, settingsPath);
    await page.getByLabel('Maximum API keys per user').fill('7');
    await page.getByRole('button', { name: 'Delete a', exact: true }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
    await expect(page.getByText('No scopes yet')).toBeVisible();
    await expect(page.getByLabel('Maximum API keys per user')).toHaveValue('7');
  });

  test('needs no mouse', async ({ page, tenant }) => {
    await open(page, settingsPath);
    await tabTo(page, page.getByRole('button', { name: '+ Add scope' }));
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Add scope' });
    await expect(dialog.getByLabel('Name')).toBeFocused();
    await page.keyboard.type('orders:write');
    await page.keyboard.press('Enter');
    await expect(scopeRow(page, 'orders:write')).toBeVisible();
    await expect(page.getByRole('button', { name: '+ Add scope' })).toBeFocused();
    await tabTo(page, page.getByRole('button', { name: 'Delete orders:write' }));
    await page.keyboard.press('Enter');
    const question = page.getByRole('alertdialog');
    await expect(question.getByText('No key holds it now.')).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(question).toHaveCount(0);
    await expect(page.getByRole('button', { name: 'Delete orders:write' })).toBeFocused();
    expect(await sql('SELECT name FROM scope WHERE tenant_id = $1', [tenant.id])).toEqual([{ name: 'orders:write' }]);
  });
});

test.describe('an owner', () => {
  test.use({ policy: { maximumKeysPerUser: 1000 } });

  test('is asked for no scopes where the tenant has none', async ({ page, viewer }) => {
    await createKeyFor(viewer, { name: 'Plain' });
    await open(page, keysPath);
    const dialog = await openCreateDialog(page);
    await expect(dialog.getByLabel('Expiry', { exact: true })).toBeVisible();
    await expect(dialog.getByText('Scopes')).toHaveCount(0);
    await escapeFrom(page, dialog);
    await rowOf(page, 'Plain').getByRole('button', { name: 'Edit Plain' }).click();
    await expect(page.getByRole('dialog').getByLabel('Name', { exact: true })).toBeVisible();
    await expect(page.getByRole('dialog').getByText('Scopes')).toHaveCount(0);
  });

  test('gives a new key none, unless some are chosen', async ({ page, tenant, origin }) => {
    await createScopes(tenant, 'reports:read', 'reports:write');
    await open(page, keysPath);
    await createThroughDialog(page, 'Without');
    const unsaved = secretDialog(page);
    expect(await authorize(origin, await revealSecret(unsaved), '')).toMatchObject({ status: 200, scopes: '' });
    await unsaved.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Close anyway' }).click();

    const dialog = await openCreateDialog(page);
    const group = dialog.getByRole('group', { name: /^Scopes/ });
    await expect(group.getByRole('checkbox', { checked: true })).toHaveCount(0);
    await expect(group.getByRole('checkbox', { name: 'reports:write' })).toHaveAccessibleDescription(
      'Allows reports:write',
    );
    await dialog.getByLabel('Name', { exact: true }).fill('With');
    await group.getByText('reports:read', { exact: true }).click();
    await dialog.getByRole('button', { name: 'Create key' }).click();
    const secret = await revealSecret(secretDialog(page));
    expect(await authorize(origin, secret, 'reports:read')).toMatchObject({ status: 200, scopes: 'reports:read' });
    expect(await authorize(origin, secret, 'reports:read+reports:write')).toMatchObject({
      status: 403,
      text: expect.stringMatching(/insufficient_scope.*reports:write/),
    });
    await page.keyboard.press('Escape');
    await page.getByRole('alertdialog').getByRole('button', { name: 'Close anyway' }).click();
    await expect(page.getByRole('list', { name: 'Scopes of With' }).getByRole('listitem')).toHaveText(['reports:read']);
    await expect(page.getByRole('list', { name: 'Scopes of Without' })).toHaveCount(0);
  });

  test('changes them in Edit, from the next request on', async ({ page, tenant, viewer, origin }) => {
    await createScopes(tenant, 'a', 'b');
    const { secret } = await createKeyFor(viewer, { name: 'Changing', scopes: ['a'] });
    await open(page, keysPath);
    await rowOf(page, 'Changing').getByRole('button', { name: 'Edit Changing' }).click();
    const dialog = page.getByRole('dialog', { name: 'Edit API key' });
    await expect(dialog.getByRole('checkbox', { name: 'a', exact: true })).toBeChecked();
    await dialog.getByRole('checkbox', { name: 'a', exact: true }).click();
    await dialog.getByRole('checkbox', { name: 'b', exact: true }).click();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByRole('list', { name: 'Scopes of Changing' }).getByRole('listitem')).toHaveText(['b']);
    expect((await authorize(origin, secret, 'a')).status).toBe(403);
    expect(await authorize(origin, secret, 'b')).toMatchObject({ status: 200, scopes: 'b' });
  });

  test('who edits the name alone undoes no change of scopes made elsewhere', async ({ page, tenant, viewer }) => {
    await createScopes(tenant, 'a', 'b');
    const { clientId } = await createKeyFor(viewer, { name: 'Old', scopes: ['a'] });
    await open(page, keysPath);
    await rowOf(page, 'Old').getByRole('button', { name: 'Edit Old' }).click();
    await sql(`UPDATE key SET scopes = '{b}' WHERE client_id = $1`, [clientId]);
    await page.getByRole('dialog').getByLabel('Name', { exact: true }).fill('New');
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await expect(page.getByRole('list', { name: 'Scopes of New' }).getByRole('listitem')).toHaveText(['b']);
  });

  test('whose scope is deleted meanwhile is told which, and goes on without it', async ({ page, tenant, viewer }) => {
    await createScopes(tenant, 'a', 'b');
    const admin = await viewerFor(await createMember(tenant, { roles: ['admin'] }));
    const { clientId } = await createKeyFor(viewer, { name: 'Held', scopes: ['a'] });
    await open(page, keysPath);
    const dialog = await openCreateDialog(page);
    for (const name of ['a', 'b']) await dialog.getByRole('checkbox', { name, exact: true }).click();
    expect(await deleteScope(admin, 'a')).toEqual({ status: 'deleted', keys: 1 });
    await dialog.getByRole('button', { name: 'Create key' }).click();
    await expect(dialog.getByRole('group', { name: /^Scopes/ })).toHaveAccessibleDescription(
      'Your tenant has no scope a. Choose without it.',
    );
    await dialog.getByRole('checkbox', { name: 'a', exact: true }).click();
    await dialog.getByRole('button', { name: 'Create key' }).click();
    await expect(secretDialog(page)).toBeVisible();
    expect(await scopesOf(await secretDialog(page).getByLabel('Client ID', { exact: true }).inputValue())).toEqual([
      'b',
    ]);
    expect(await scopesOf(clientId)).toEqual([]);
  });

  test('cannot change what an Expired key may do', async ({ page, tenant, viewer }) => {
    await createScopes(tenant, 'a');
    await createKeyFor(viewer, { name: 'Over', scopes: ['a'] });
    await sql('UPDATE key SET expires_at = created_at WHERE tenant_id = $1', [tenant.id]);
    await open(page, keysPath);
    await rowOf(page, 'Over').getByRole('button', { name: 'Edit Over' }).click();
    const dialog = page.getByRole('dialog', { name: 'Edit API key' });
    await expect(dialog.getByLabel('Name', { exact: true })).toHaveValue('Over');
    await expect(dialog.getByRole('checkbox')).toHaveCount(0);
    await dialog.getByLabel('Name', { exact: true }).fill('Over and out');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByRole('list', { name: 'Scopes of Over and out' })).toBeVisible();
  });

  for (const width of [1280, 390]) {
    test.describe(`${width} px`, () => {
      test.use({ viewport: { width, height: 844 } });

      test(`finds one of 50 scopes by filter and keyboard, ${width} px`, async ({ page, tenant }) => {
        await createScopes(tenant, ...Array.from({ length: 50 }, (_, index) => `area-${index}:${'x'.repeat(40)}`));
        await open(page, keysPath);
        const dialog = await openCreateDialog(page);
        await expect(dialog.getByRole('checkbox')).toHaveCount(50);
        const filter = dialog.getByLabel('Filter scopes');
        await filter.fill('area-7');
        await expect(dialog.getByRole('checkbox')).toHaveCount(1);
        // Enter filters; it does not create.
        await filter.press('Enter');
        await tabTo(page, dialog.getByRole('checkbox'));
        await page.keyboard.press('Space');
        await expect(dialog.getByText('1 of 50')).toBeVisible();
        await filter.fill('nothing like it');
        await expect(dialog.getByText('No scope has “nothing like it” in its name or description.')).toBeVisible();
        await filter.fill('');
        for (const name of [/^area-0:/, /^area-49:/]) await dialog.getByRole('checkbox', { name }).click();
        await dialog.getByRole('button', { name: 'Create key' }).click();
        await expect(secretDialog(page)).toBeVisible();
        const clientId = await secretDialog(page).getByLabel('Client ID', { exact: true }).inputValue();
        expect((await scopesOf(clientId))?.map((name) => name.split(':')[0])).toEqual(['area-0', 'area-49', 'area-7']);
      });
    });
  }

  test('sees a long list of scopes on demand', async ({ page, tenant, viewer }) => {
    const names = Array.from({ length: 20 }, (_, index) => `area-${index + 10}:read`);
    await createScopes(tenant, ...names);
    await createKeyFor(viewer, { name: 'Mighty', scopes: names });
    await open(page, keysPath);
    const list = page.getByRole('list', { name: 'Scopes of Mighty' }).getByRole('listitem');
    await expect(list).toHaveCount(4);
    await page.getByRole('button', { name: 'Show 16 more scopes of Mighty' }).click();
    await expect(list).toHaveText(names);
    await page.getByRole('button', { name: 'Show fewer scopes of Mighty' }).click();
    await expect(list).toHaveCount(4);
  });
});

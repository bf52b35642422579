import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { createKeyFor, sql } from '../tests/support/world';
import { expect, test } from './fixtures';
import { createThroughDialog, keysPath, open, openCreateDialog, rowOf, tabTo, tooltip } from './key-page';

const standards = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** No violation of the standards in what is shown now, and nothing of it beyond the right edge. */
async function expectAccessible(page: Page, what: string): Promise<void> {
  // Half-faded text has no contrast yet.
  await page.evaluate(() => Promise.allSettled(document.getAnimations().map((animation) => animation.finished)));
  const { violations, passes } = await new AxeBuilder({ page }).withTags(standards).setLegacyMode(true).analyze();
  const found = violations.map(({ id, nodes }) => ({ id, nodes: nodes.map((node) => node.failureSummary) }));
  expect.soft(found, `axe: ${what}`).toEqual([]);
  expect(passes.length).toBeGreaterThan(5);
  const hidden = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect.soft(hidden, `pixels beyond the right edge: ${what}`).toBe(0);
}

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [1280, 390]) {
    test.describe(`${colorScheme}, ${width} px`, () => {
      test.use({
        colorScheme,
        viewport: { width, height: 844 },
        policy: { maximumKeysPerUser: 1000 },
        roles: ['developer', 'admin'],
        expectedConsole: [/status of 404/],
      });

      test(`every page is accessible: ${colorScheme}, ${width} px`, async ({ page, context, viewer }) => {
        await open(page, keysPath);
        const canvas = await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
        expect(Number(/\d+/.exec(canvas)?.[0]) < 128).toBe(colorScheme === 'dark');
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
        await sql(`UPDATE key_secret SET minted_at = minted_at - interval '10 days' WHERE tenant_id = $1`, [
          viewer.tenantId,
        ]);
        await open(page, keysPath);
        await expect(page.getByText('Expires soon')).toBeVisible();
        await expectAccessible(page, 'keys of every status');
        await sql('UPDATE tenant SET api_keys_enabled = false WHERE id = $1', [viewer.tenantId]);
        await open(page, keysPath);
        await expect(page.getByText('Disabled by your administrator').first()).toBeVisible();
        await expectAccessible(page, 'switched off');
        await open(page, '/account/security');
        await expectAccessible(page, 'security');
        await open(page, '/tenant/settings');
        await expectAccessible(page, 'tenant settings');
        await page.goto('/nowhere');
        await expectAccessible(page, 'not found');
        await context.clearCookies();
        await open(page, '/sign-in');
        await expectAccessible(page, 'sign-in');
      });

      test(`each step of creating a key is accessible: ${colorScheme}, ${width} px`, async ({ page }) => {
        await open(page, keysPath);
        const create = await openCreateDialog(page);
        await expectAccessible(page, 'create');
        await create.getByLabel('Description', { exact: true }).fill('x'.repeat(101));
        await create.getByRole('button', { name: 'Create key' }).click();
        await expect(create.getByText('Description can have at most 100 characters; this has 101.')).toBeVisible();
        await expectAccessible(page, 'create, refused');
        await create.getByRole('button', { name: 'Cancel' }).click();

        const secret = await createThroughDialog(page, 'Shown');
        await expectAccessible(page, 'secret, hidden');
        await secret.getByRole('button', { name: 'Show client secret' }).click();
        await expectAccessible(page, 'secret, shown');
        await secret.getByRole('button', { name: 'Done' }).click();
        await expect(page.getByRole('alertdialog')).toBeVisible();
        await expectAccessible(page, 'close without saving');
      });

      test(`every other dialog and menu is accessible: ${colorScheme}, ${width} px`, async ({ page, viewer }) => {
        await createKeyFor(viewer, { name: 'Shown' });
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
    });
  }
}

/** What several specs do on the page of the tenant's settings, by its labels. */
import { expect, type Locator, type Page } from '@playwright/test';
import { sql } from '../tests/support/world';

export const settingsPath = '/tenant/settings';

export const fields = (page: Page) => ({
  enabled: page.getByRole('switch', { name: 'Enable API keys' }),
  maximum: page.getByLabel('Maximum API keys per user'),
  expiration: page.getByLabel('Maximum token expiration (days)'),
  lifetime: page.getByLabel('Agent key lifetime (days)'),
  deactivate: page.getByRole('switch', { name: 'Deactivate before delete' }),
  keep: page.getByRole('switch', { name: 'Keep one key' }),
  rate: page.getByLabel('Rate limit (requests per minute)'),
});

export const saveButton = (page: Page) => page.getByRole('button', { name: 'Save', exact: true });
export const reviewDialog = (page: Page) => page.getByRole('dialog', { name: 'Review changes' });
export const confirmButton = (page: Page) => reviewDialog(page).getByRole('button', { name: 'Save changes' });

/** Presses Save. @returns the dialog, with what was counted */
export async function review(page: Page): Promise<Locator> {
  await saveButton(page).click();
  await expect(confirmButton(page)).toBeVisible();
  return reviewDialog(page);
}

/** One setting of the dialog. */
export function changeOf(page: Page, label: string): Locator {
  return reviewDialog(page)
    .getByRole('list', { name: 'Changes' })
    .getByRole('listitem')
    .filter({ has: page.getByText(label, { exact: true }) });
}

/** Closes the notice, unless it has gone by itself, as it does after six seconds. */
export async function dismiss(page: Page): Promise<void> {
  const button = page.getByRole('button', { name: 'Dismiss' });
  await button.evaluateAll((found: HTMLElement[]) => found[0]?.click());
  await expect(button).toHaveCount(0);
}

/** Saves through the dialog. The notice is closed, or it would do for the next save as well. */
export async function save(page: Page): Promise<void> {
  await review(page);
  await confirmButton(page).click();
  await expect(page.getByText('Settings saved')).toBeVisible();
  await expect(reviewDialog(page)).toHaveCount(0);
  await dismiss(page);
}

export async function policyOf(tenantId: string) {
  const [row] = await sql<{ api_keys_enabled: boolean }>(
    `SELECT api_keys_enabled, maximum_keys_per_user, maximum_expiration_in_days, deactivate_before_delete
       FROM tenant WHERE id = $1`,
    [tenantId],
  );
  return row;
}

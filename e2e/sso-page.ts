/** What several specs do on the way through the demo identity provider, by its labels. */
import type { Locator, Page } from '@playwright/test';

export function demoButton(page: Page): Locator {
  return page.getByRole('button', { name: 'Sign in with the demo identity provider' });
}

/** From the sign-in page to the provider's, and back as somebody. */
export async function enterAs(page: Page, name: RegExp): Promise<void> {
  await demoButton(page).click();
  await page.getByRole('button', { name }).click();
}

/** What several specs do on the page of API keys, by its labels. */
import { expect, type Locator, type Page } from '@playwright/test';
import { sql } from '../tests/support/world';

export const keysPath = '/account/api-keys';

/** Opens a page and waits until it answers to clicks: only then does it know which theme is chosen. */
export async function open(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await isReady(page);
}

export async function isReady(page: Page): Promise<void> {
  await expect(page.getByRole('group', { name: 'Theme' }).getByRole('radio', { checked: true })).toHaveCount(1);
}

/** Waits until nothing moves or fades any more; what fades away may let something else fade in. Wait for that first. */
export async function atRest(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const running = () => document.getAnimations().filter(({ playState }) => playState === 'running');
    for (let animations = running(); animations.length > 0; animations = running())
      await Promise.allSettled(animations.map(({ finished }) => finished));
  });
}

export function createButton(page: Page): Locator {
  return page.getByRole('button', { name: '+ Create new API key' });
}

export async function openCreateDialog(page: Page): Promise<Locator> {
  await createButton(page).click();
  const dialog = page.getByRole('dialog', { name: 'Create API key' });
  await expect(dialog).toBeVisible();
  return dialog;
}

export function secretDialog(page: Page): Locator {
  return page.getByRole('dialog', { name: 'Save your client secret' });
}

/** Creates a key through the dialog. @returns the dialog that shows its secret */
export async function createThroughDialog(page: Page, name = ''): Promise<Locator> {
  const dialog = await openCreateDialog(page);
  await dialog.getByLabel('Name', { exact: true }).fill(name);
  await dialog.getByRole('button', { name: 'Create key' }).click();
  await expect(secretDialog(page)).toBeVisible();
  return secretDialog(page);
}

/** Shows the secret and reads it. */
export async function revealSecret(dialog: Locator): Promise<string> {
  await dialog.getByRole('button', { name: 'Show client secret' }).click();
  await expect(dialog.getByLabel('Client secret', { exact: true })).toHaveValue(/^lk_sk_[0-9A-Za-z]{54}$/);
  return dialog.getByLabel('Client secret', { exact: true }).inputValue();
}

/** Copies the secret and closes its dialog, which asks nothing once the page says that it was copied. */
export async function closeSaved(page: Page): Promise<void> {
  await secretDialog(page).getByRole('button', { name: 'Copy client secret' }).click();
  await expect(page.getByText('Client secret copied')).toBeAttached();
  await secretDialog(page).getByRole('button', { name: 'Done' }).click();
  await expect(secretDialog(page)).toHaveCount(0);
}

export async function closeUnsaved(page: Page): Promise<void> {
  await secretDialog(page).getByRole('button', { name: 'Done' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Close anyway' }).click();
  await expect(page.getByRole('alertdialog')).toBeHidden();
}

/** The row of the key with exactly this name. */
export function rowOf(page: Page, name: string): Locator {
  return page.getByRole('row').filter({ has: page.getByText(name, { exact: true }) });
}

export function tooltip(page: Page, text: string | RegExp): Locator {
  return page.getByRole('tooltip', { name: text, exact: true });
}

/**
 * Fetches until Latchkey has decided. On a machine that is very busy it may answer that it could not (503 `unavailable`),
 * which is neither acceptance nor refusal, and no usage either: it wants to be asked again.
 */
export async function fetchDecided(url: string, init: RequestInit = {}): Promise<Response> {
  for (let asked = 1; ; asked++) {
    const response = await fetch(url, init);
    if (response.status !== 503 || asked === 10) return response;
    if (!(await response.clone().text()).includes('urn:latchkey:problem:unavailable')) return response;
  }
}

/** How a call with these headers is answered: the status, and why it is refused. */
export async function callMe(origin: string, headers: Record<string, string>) {
  const response = await fetchDecided(`${origin}/api/v1/me`, { headers });
  const body = (await response.json()) as { type?: string; clientId?: string };
  return { status: response.status, type: body.type?.replace('urn:latchkey:problem:', ''), clientId: body.clientId };
}

export function bearer(secret: string): { authorization: string } {
  return { authorization: `Bearer ${secret}` };
}

/** The names of a member's keys, oldest first, as stored. */
export async function storedNames(memberId: string): Promise<string[]> {
  const rows = await sql<{ name: string }>('SELECT name FROM key WHERE owner_id = $1 ORDER BY created_at', [memberId]);
  return rows.map((row) => row.name);
}

/** Presses Escape until it is heard: Radix listens some tasks after a dialog or a menu is on the page. */
export async function escapeFrom(page: Page, opened: Locator): Promise<void> {
  await expect(async () => {
    await page.keyboard.press('Escape');
    await expect(opened).toHaveCount(0, { timeout: 1_000 });
  }).toPass();
}

/** Presses Tab until the element has the focus, as somebody without a mouse would. */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  await expect(target).toBeVisible();
  for (let presses = 0; presses < 60; presses++) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`${target} is not reached by Tab.`);
}

import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import type { Download, Locator, Page } from '@playwright/test';
import Papa from 'papaparse';
import { expect, test } from './fixtures';
import {
  bearer,
  callMe,
  closeUnsaved,
  createThroughDialog,
  keysPath,
  open,
  revealSecret,
  rowOf,
  secretDialog,
} from './key-page';

test.use({ permissions: ['clipboard-read', 'clipboard-write'] });

const clipboard = (page: Page) => page.evaluate(() => navigator.clipboard.readText());

async function copySecret(page: Page, dialog: Locator): Promise<string> {
  await dialog.getByRole('button', { name: 'Copy client secret' }).click();
  await expect(page.getByText('Client secret copied')).toBeAttached();
  return clipboard(page);
}

async function download(page: Page, dialog: Locator, button: string): Promise<{ file: Download; text: string }> {
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    dialog.getByRole('button', { name: button }).click(),
  ]);
  return { file, text: readFileSync(await file.path(), 'utf8') };
}

/** All that the document holds, values of fields included. */
const document = (page: Page) =>
  page.evaluate(() =>
    [
      globalThis.document.documentElement.outerHTML,
      ...[...globalThis.document.querySelectorAll('input')].map((input) => input.value),
    ].join('\n'),
  );

test('the secret is hidden until the eye is pressed, and again after the next press', async ({ page }) => {
  await open(page, keysPath);
  const dialog = await createThroughDialog(page);
  await expect(
    dialog.getByText('Copy or download your client secret now. This is your only chance to save it.'),
  ).toBeVisible();
  const field = dialog.getByLabel('Client secret', { exact: true });
  await expect(field).toHaveValue(/^lk_s\W+[0-9A-Za-z]{4}$/);
  expect(await document(page)).not.toMatch(/lk_sk_[0-9A-Za-z]{54}/);
  const secret = await revealSecret(dialog);
  expect(await document(page)).toContain(secret);
  await dialog.getByRole('button', { name: 'Hide client secret' }).click();
  await expect(field).toHaveValue(/^lk_s\W+[0-9A-Za-z]{4}$/);
  expect(await document(page)).not.toContain(secret);
});

test('a copied secret authenticates at once: as Basic, as Bearer and as a pair of headers', async ({
  page,
  origin,
}) => {
  await open(page, keysPath);
  const dialog = await createThroughDialog(page);
  const secret = await copySecret(page, dialog);
  await dialog.getByRole('button', { name: 'Copy client ID' }).click();
  await expect.poll(() => clipboard(page)).toMatch(/^lk_id_[0-9A-Za-z]{16}$/);
  const clientId = await clipboard(page);
  await expect(dialog.getByLabel('Client ID', { exact: true })).toHaveValue(clientId);
  const basic = `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}`;
  for (const headers of [
    { authorization: basic },
    bearer(secret),
    { 'x-client-id': clientId, 'x-client-secret': secret },
  ]) {
    expect(await callMe(origin, headers)).toEqual({ status: 200, type: undefined, clientId });
  }
});

test('the file for .env is complete: with what it holds, a call is answered', async ({ page, origin }) => {
  await open(page, keysPath);
  const dialog = await createThroughDialog(page);
  const { file, text } = await download(page, dialog, 'Download .env');
  expect(file.suggestedFilename()).toMatch(/\.env$/);
  const { LATCHKEY_CLIENT_ID, LATCHKEY_CLIENT_SECRET } = parseEnv(text);
  const { status, clientId } = await callMe(origin, bearer(String(LATCHKEY_CLIENT_SECRET)));
  expect({ status, clientId }).toEqual({ status: 200, clientId: LATCHKEY_CLIENT_ID });
});

test.describe('with room for many keys', () => {
  test.use({ policy: { maximumKeysPerUser: 1000 } });

  test('no cell of the CSV file starts a formula, whatever the key is called', async ({ page }) => {
    await open(page, keysPath);
    for (const name of ['=1+1', '\u200b=2+2', '＝3+3', '@SUM(A1)', '-4', 'a,b";=c']) {
      const dialog = await createThroughDialog(page, name);
      const { file, text } = await download(page, dialog, 'Download .csv');
      expect(file.suggestedFilename()).toMatch(/\.csv$/);
      const { data, errors } = Papa.parse<string[]>(text, { skipEmptyLines: true });
      expect(errors).toEqual([]);
      const cells = data.flat();
      expect(cells.filter((cell) => /^[\s\p{Cc}\p{Cf}]*[=+\-@＝＋－＠]/u.test(cell))).toEqual([]);
      expect(cells.map((cell) => cell.replace(/^'/, ''))).toContain(name);
      expect(cells).toContain(await revealSecret(dialog));
      await dialog.getByRole('button', { name: 'Done' }).click();
    }
  });
});

for (const { tab, program, run } of [
  {
    tab: 'curl',
    program: 'bash',
    run: (text: string) => execFileSync('bash', ['-c', text.replace(/^curl/, 'curl -sS')]),
  },
  { tab: 'Node', program: 'node', run: (text: string) => execFileSync('node', ['-'], { input: text }) },
  { tab: 'Python', program: 'python3', run: (text: string) => execFileSync('python3', ['-'], { input: text }) },
]) {
  test(`the command for ${tab} runs as it was copied, and gets an answer`, async ({ page }) => {
    test.skip(spawnSync(program, ['--version']).status !== 0, `${program} is not installed`);
    await open(page, keysPath);
    const dialog = await createThroughDialog(page);
    await dialog.getByRole('tab', { name: tab }).click();
    const panel = dialog.getByRole('tabpanel', { name: tab });
    await expect(panel).toContainText('/api/v1/me');
    await expect(panel).not.toContainText(/lk_sk_/);
    await dialog.getByRole('button', { name: 'Copy command' }).click();
    await expect(page.getByText('Command copied, with the secret')).toBeAttached();
    const clientId = await dialog.getByLabel('Client ID', { exact: true }).inputValue();
    expect(run(await clipboard(page)).toString()).toContain(clientId);
  });
}

const waysOut = {
  Done: (page: Page) => secretDialog(page).getByRole('button', { name: 'Done' }).click(),
  Escape: (page: Page) => page.keyboard.press('Escape'),
  'the close button': (page: Page) => secretDialog(page).getByRole('button', { name: 'Close' }).click(),
  'a click outside': (page: Page) => page.mouse.click(5, 5),
};

for (const [way, leave] of Object.entries(waysOut)) {
  test(`closing by ${way} is guarded until the secret was copied`, async ({ page }) => {
    await open(page, keysPath);
    const dialog = await createThroughDialog(page);
    await leave(page);
    const question = page.getByRole('alertdialog');
    await expect(question).toHaveAccessibleName('Close without saving the secret?');
    await question.getByRole('button', { name: 'Cancel' }).click();
    await copySecret(page, dialog);
    await leave(page);
    await expect(question).toHaveCount(0);
    await expect(dialog).toHaveCount(0);
    await expect(rowOf(page, 'API key 1')).toBeVisible();
  });
}

for (const button of ['Download .csv', 'Download .env']) {
  test(`closing asks nothing after ${button}`, async ({ page }) => {
    await open(page, keysPath);
    const dialog = await createThroughDialog(page);
    await download(page, dialog, button);
    await page.keyboard.press('Escape');
    await expect(page.getByRole('alertdialog')).toHaveCount(0);
    await expect(dialog).toHaveCount(0);
  });
}

test('copying the client ID alone saves nothing: closing is still guarded', async ({ page }) => {
  await open(page, keysPath);
  const dialog = await createThroughDialog(page);
  await dialog.getByRole('button', { name: 'Copy client ID' }).click();
  await dialog.getByRole('button', { name: 'Done' }).click();
  await expect(page.getByRole('alertdialog')).toHaveAccessibleName('Close without saving the secret?');
});

test('leaving the page warns until the secret was saved, and not afterwards', async ({ page }) => {
  await open(page, keysPath);
  const dialog = await createThroughDialog(page);
  const warning = page.waitForEvent('dialog');
  await page.close({ runBeforeUnload: true });
  const asked = await warning;
  expect(asked.type()).toBe('beforeunload');
  await asked.dismiss();
  await copySecret(page, dialog);
  // The page says that it was copied a moment before it stops listening.
  await expect
    .poll(() => page.evaluate(() => dispatchEvent(new Event('beforeunload', { cancelable: true }))))
    .toBe(true);
  const closed = page.waitForEvent('close');
  page.on('dialog', () => expect('a second warning').toBe('absent'));
  await page.close({ runBeforeUnload: true });
  await closed;
});

test('the Back button, too, asks before it loses an unsaved secret', async ({ page }) => {
  await open(page, '/account/security');
  await page.getByRole('link', { name: 'API keys', exact: true }).click();
  await expect(page).toHaveURL(keysPath);
  const dialog = await createThroughDialog(page);
  await page.evaluate(() => history.back());
  const question = page.getByRole('alertdialog');
  await expect(question).toHaveAccessibleName('Close without saving the secret?');
  await question.getByRole('button', { name: 'Cancel' }).click();
  await expect(dialog).toBeVisible();
  await expect(page).toHaveURL(keysPath);
  await copySecret(page, dialog);
  await page.evaluate(() => history.back());
  await expect(page).toHaveURL('/account/security');
});

test('after the dialog is closed the secret is nowhere in the page', async ({ page }) => {
  await open(page, keysPath);
  const dialog = await createThroughDialog(page);
  const secret = await revealSecret(dialog);
  await closeUnsaved(page);
  await expect(rowOf(page, 'API key 1')).toBeVisible();
  const held = await document(page);
  expect(held).not.toContain(secret.slice(22, 54));
  expect(held).toContain(secret.slice(-4));
});

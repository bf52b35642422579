import type { Locator, Page } from '@playwright/test';
import { createKeyFor, sql } from '../tests/support/world';
import { expect, test } from './fixtures';
import {
  closeUnsaved,
  createButton,
  createThroughDialog,
  keysPath,
  open,
  openCreateDialog,
  rowOf,
  secretDialog,
  storedNames,
  tabTo,
  tooltip,
} from './key-page';

const day = 24 * 60 * 60 * 1000;

async function expiryCell(page: Page, name: string): Promise<Locator> {
  await expect(rowOf(page, name)).toBeVisible();
  const titles = await page.getByRole('columnheader').allTextContents();
  return rowOf(page, name).getByRole('cell').nth(titles.indexOf('Expires'));
}

async function expiryOf(page: Page, name: string): Promise<number> {
  const time = (await expiryCell(page, name)).getByRole('time');
  return Date.parse((await time.getAttribute('datetime')) ?? '');
}

test('an empty page says what a key is for and offers the first one', async ({ page }) => {
  await open(page, keysPath);
  await expect(page.getByRole('heading', { name: 'Manage API Keys' })).toBeVisible();
  await expect(page.getByRole('heading', { name: 'You have no API keys yet' })).toBeVisible();
  await expect(page.getByRole('table')).toHaveCount(0);
  await page.getByRole('button', { name: 'Create your first key' }).click();
  await expect(page.getByRole('dialog', { name: 'Create API key' })).toBeVisible();
});

test('a key made with the defaults is the lowest free API key <n>, and expires in 90 days', async ({
  page,
  viewer,
  member,
}) => {
  await createKeyFor(viewer, { name: 'api KEY 1' });
  await open(page, keysPath);
  const dialog = await openCreateDialog(page);
  await expect(dialog.getByLabel('Expiry', { exact: true })).toHaveValue('90');
  await dialog.getByRole('button', { name: 'Create key' }).click();
  await closeUnsaved(page);
  const row = rowOf(page, 'API key 2');
  await expect(row.getByText('Active', { exact: true })).toBeVisible();
  await expect(row.getByText('Never used')).toBeVisible();
  expect(Math.abs((await expiryOf(page, 'API key 2')) - (Date.now() + 90 * day))).toBeLessThan(60_000);
  expect(await storedNames(member.id)).toEqual(['api KEY 1', 'API key 2']);
});

test.describe('with room for many keys', () => {
  test.use({ policy: { maximumKeysPerUser: 1000 } });

  test('each expiry that is offered is what the key gets', async ({ page }) => {
    await open(page, keysPath);
    for (const days of [7, 30, 90, 365]) {
      const dialog = await openCreateDialog(page);
      await dialog.getByLabel('Name', { exact: true }).fill(`For ${days}`);
      await dialog.getByLabel('Description', { exact: true }).fill(`Lives ${days} days`);
      await dialog.getByLabel('Expiry', { exact: true }).selectOption({ label: `${days} days` });
      await dialog.getByRole('button', { name: 'Create key' }).click();
      await closeUnsaved(page);
      await expect(rowOf(page, `For ${days}`)).toContainText(`Lives ${days} days`);
      expect(Math.abs((await expiryOf(page, `For ${days}`)) - (Date.now() + days * day))).toBeLessThan(60_000);
    }
  });

  test('a date means the end of that day where the reader is, and no expiration means none', async ({ page }) => {
    await open(page, keysPath);
    const date = new Date(Date.now() + 45 * day).toISOString().slice(0, 10);
    const dialog = await openCreateDialog(page);
    await dialog.getByLabel('Expiry', { exact: true }).selectOption({ label: 'On a date' });
    await dialog.getByLabel('Expiry date').fill(date);
    await dialog.getByRole('button', { name: 'Create key' }).click();
    await closeUnsaved(page);
    const endOfDay = await page.evaluate((text) => new Date(`${text}T23:59:59.999`).getTime(), date);
    expect(await expiryOf(page, 'API key 1')).toBe(endOfDay);

    const second = await openCreateDialog(page);
    await second.getByLabel('Expiry', { exact: true }).selectOption({ label: 'No expiration' });
    await second.getByRole('button', { name: 'Create key' }).click();
    await closeUnsaved(page);
    await expect(await expiryCell(page, 'API key 2')).toContainText('Never');
  });

  test('an expiry in the past is refused, and the date kept', async ({ page, member }) => {
    await open(page, keysPath);
    const dialog = await openCreateDialog(page);
    await dialog.getByLabel('Expiry', { exact: true }).selectOption({ label: 'On a date' });
    const date = dialog.getByLabel('Expiry date');
    for (const [value, sentence] of [
      ['2020-02-29', 'Expiry must be in the future.'],
      ['', 'Expiry must be a number of days, a date, or none.'],
    ] as const) {
      await date.fill(value);
      await dialog.getByRole('button', { name: 'Create key' }).click();
      await expect(date).toHaveAccessibleDescription(new RegExp(sentence));
      await expect(date).toHaveValue(value);
    }
    expect(await storedNames(member.id)).toEqual([]);
  });
});

test('a description of 101 characters is counted while typing, refused, and kept', async ({ page, member }) => {
  await open(page, keysPath);
  const dialog = await openCreateDialog(page);
  const description = dialog.getByLabel('Description', { exact: true });
  await description.fill('x'.repeat(100));
  await expect(dialog.getByText('100/100')).toBeVisible();
  // Two UTF-16 units, one character.
  await description.fill(`${'x'.repeat(100)}🗝`);
  await expect(dialog.getByText('101/100')).toBeVisible();
  await dialog.getByRole('button', { name: 'Create key' }).click();
  await expect(description).toHaveAccessibleDescription(/Description can have at most 100 characters; this has 101\./);
  await expect(description).toHaveValue(`${'x'.repeat(100)}🗝`);
  expect(await storedNames(member.id)).toEqual([]);
});

test('names that deceive or cannot be seen are refused with the rule, and kept', async ({ page, member }) => {
  await open(page, keysPath);
  const dialog = await openCreateDialog(page);
  const name = dialog.getByLabel('Name', { exact: true });
  for (const [value, sentence] of [
    ['\u202egnp.exe', 'Name cannot contain characters that change the reading direction.'],
    ['bell\u0007', 'Name cannot contain control characters or line breaks.'],
    ['\u200b\u200d', 'Name needs at least one visible character.'],
    ['n'.repeat(51), 'Name can have at most 50 characters; this has 51.'],
  ] as const) {
    await name.fill(value);
    await dialog.getByRole('button', { name: 'Create key' }).click();
    await expect(name).toHaveAccessibleDescription(sentence);
    await expect(name).toHaveValue(value);
  }
  expect(await storedNames(member.id)).toEqual([]);
});

test('a name that is taken, in whatever case, is refused, and everything entered is kept', async ({
  page,
  viewer,
  member,
}) => {
  await createKeyFor(viewer, { name: 'Nightly export' });
  await open(page, keysPath);
  const dialog = await openCreateDialog(page);
  const name = dialog.getByLabel('Name', { exact: true });
  await name.fill('nightly EXPORT');
  await dialog.getByLabel('Description', { exact: true }).fill('A second one');
  await dialog.getByLabel('Expiry', { exact: true }).selectOption({ label: '30 days' });
  await dialog.getByRole('button', { name: 'Create key' }).click();
  await expect(name).toHaveAccessibleDescription('You already have a key named “nightly EXPORT”. Choose another name.');
  await expect(name).toHaveValue('nightly EXPORT');
  await expect(dialog.getByLabel('Description', { exact: true })).toHaveValue('A second one');
  await expect(dialog.getByLabel('Expiry', { exact: true })).toHaveValue('30');
  expect(await storedNames(member.id)).toEqual(['Nightly export']);
});

test.describe('where the tenant allows 45 days', () => {
  test.use({ policy: { maximumExpirationInDays: 45 } });

  test('the presets are clipped to the maximum, and the reason is shown', async ({ page }) => {
    await open(page, keysPath);
    const dialog = await openCreateDialog(page);
    const expiry = dialog.getByLabel('Expiry', { exact: true });
    await expect(expiry.getByRole('option')).toHaveText(['7 days', '30 days', '45 days (maximum)', 'On a date']);
    await expect(expiry).toHaveValue('45');
    await expect(expiry).toHaveAccessibleDescription(/Your tenant allows at most 45 days\./);
    await dialog.getByRole('button', { name: 'Create key' }).click();
    await closeUnsaved(page);
    expect(Math.abs((await expiryOf(page, 'API key 1')) - (Date.now() + 45 * day))).toBeLessThan(60_000);
  });

  test('a longer life that a forged request asks for is refused by the server', async ({ page, member }) => {
    await open(page, keysPath);
    const dialog = await openCreateDialog(page);
    let forged = false;
    await page.route(`**${keysPath}`, async (route) => {
      const body = route.request().postData();
      if (!body?.includes('"days":45')) return route.fallback();
      forged = true;
      await route.continue({ postData: body.replace('"days":45', '"days":46') });
    });
    await dialog.getByRole('button', { name: 'Create key' }).click();
    await expect(dialog.getByLabel('Expiry', { exact: true })).toHaveAccessibleDescription(
      /Expiry can be at most 45 days from now: your tenant's maximum\./,
    );
    expect(forged).toBe(true);
    expect(await storedNames(member.id)).toEqual([]);
  });
});

async function expectRefused(page: Page, sentence: string) {
  await open(page, keysPath);
  const button = createButton(page);
  await expect(button).toHaveAttribute('aria-disabled', 'true');
  await tabTo(page, button);
  await expect(tooltip(page, sentence)).toBeVisible();
  await expect(button).toHaveAccessibleDescription(sentence);
  await page.keyboard.press('Enter');
  // Forced, because Playwright waits for a button that is enabled.
  await button.click({ force: true });
  await expect(page.getByRole('dialog')).toHaveCount(0);
}

test('at the limit, the button stays reachable and says so', async ({ page, viewer }) => {
  await createKeyFor(viewer);
  await createKeyFor(viewer);
  await expectRefused(page, 'You have 2 API keys; the maximum is 2. Delete one to create another.');
});

const refusals = [
  {
    who: 'while the switch is off, nobody',
    use: { policy: { apiKeysEnabled: false } },
    sentence: 'API keys are switched off by your administrator.',
  },
  {
    who: 'nobody without a licence',
    use: { licensed: false },
    sentence: 'You need a licence. Ask your administrator.',
  },
  {
    who: 'nobody without the role',
    use: { roles: [] },
    sentence: 'You need the role developer. Ask your administrator.',
  },
];

for (const { who, use, sentence } of refusals) {
  test.describe(() => {
    test.use(use);
    test(`${who} can create a key, and the button says why`, async ({ page }) => {
      await expectRefused(page, sentence);
    });
  });
}

test('a rule that came after the page was loaded is enforced by the server, in the same words', async ({
  page,
  member,
}) => {
  await open(page, keysPath);
  const dialog = await openCreateDialog(page);
  await dialog.getByLabel('Name', { exact: true }).fill('Too late');
  await sql('UPDATE member SET licensed = false WHERE id = $1', [member.id]);
  await dialog.getByRole('button', { name: 'Create key' }).click();
  await expect(dialog.getByText('You need a licence. Ask your administrator.')).toBeVisible();
  await expect(dialog.getByLabel('Name', { exact: true })).toHaveValue('Too late');
  expect(await storedNames(member.id)).toEqual([]);
});

test.describe('when the answer is lost', () => {
  test.use({ expectedConsole: [/net::ERR_FAILED/] });

  test('asking again creates no second key and says what to do about the first', async ({ page, member }) => {
    await open(page, keysPath);
    const dialog = await openCreateDialog(page);
    await dialog.getByLabel('Name', { exact: true }).fill('Lost');
    let lost = 0;
    await page.route(`**${keysPath}`, async (route) => {
      if (route.request().method() !== 'POST' || lost > 0) return route.fallback();
      lost++;
      await route.fetch();
      await route.abort();
    });
    await dialog.getByRole('button', { name: 'Create key' }).click();
    await expect(dialog.getByText(/could not be reached/)).toBeVisible();
    await expect(dialog.getByLabel('Name', { exact: true })).toHaveValue('Lost');
    expect(await storedNames(member.id)).toEqual(['Lost']);

    await dialog.getByRole('button', { name: 'Create key' }).click();
    await expect(
      dialog.getByText(
        'This key was created and its secret was sent once. Rotate it, or delete it and create another.',
      ),
    ).toBeVisible();
    await expect(secretDialog(page)).toHaveCount(0);
    expect(await storedNames(member.id)).toEqual(['Lost']);
    await dialog.getByRole('button', { name: 'Close' }).first().click();
    await expect(rowOf(page, 'Lost')).toBeVisible();
  });
});

test('a double click creates one key', async ({ page, member }) => {
  await open(page, keysPath);
  const dialog = await openCreateDialog(page);
  await dialog.getByRole('button', { name: 'Create key' }).dblclick();
  await closeUnsaved(page);
  await expect(page.getByRole('row')).toHaveCount(2);
  expect(await storedNames(member.id)).toEqual(['API key 1']);
});

test('a second dialog creates a second key, also with the same input', async ({ page, member }) => {
  await open(page, keysPath);
  await createThroughDialog(page);
  await closeUnsaved(page);
  await createThroughDialog(page);
  await closeUnsaved(page);
  expect(await storedNames(member.id)).toEqual(['API key 1', 'API key 2']);
});

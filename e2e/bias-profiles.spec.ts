import { createBiasProfile, createKeyFor, sql } from '../tests/support/world';
import { expect, test } from './fixtures';
import { bearer, fetchDecided, open, rowOf, tabTo } from './key-page';

const path = '/tenant/bias-profiles';

/** What a service is told of the key's bias profile. */
async function toldBy(origin: string, secret: string) {
  const response = await fetchDecided(`${origin}/api/v1/me`, { headers: bearer(secret) });
  return ((await response.json()) as { biasProfile: unknown }).biasProfile;
}

test.use({ roles: ['developer', 'admin'] });

test('an admin creates a bias profile, is told where its JSON is wrong, changes it and deletes it; services see each at once', async ({
  page,
  tenant,
  viewer,
  origin,
}) => {
  const wild = await createBiasProfile(tenant, { name: 'Wild', settings: '{"temperature": 1}' });
  const { secret } = await createKeyFor(viewer, { name: 'Service', biasProfileId: wild });
  await open(page, path);
  await page.getByRole('button', { name: '+ New bias profile' }).click();
  const create = page.getByRole('dialog', { name: 'New bias profile' });
  const settings = create.getByLabel('Settings');
  await expect(settings).toHaveValue('{}');
  for (const [text, sentence] of [
    ['', 'Line 1, column 1: a JSON object is expected, which begins with {.'],
    ['{\n  "temperature": 0\n  "tone": "calm"\n}', 'Line 3, column 3: a comma or } is missing.'],
    ['{"tone": "calm", "tone": "loud"}', 'Line 1, column 18: the name "tone" is in this object twice.'],
    [`{"text": "${'x'.repeat(8_192)}"}`, 'Settings can have at most 8 KiB, which are 8,192 bytes; these have 8,203.'],
  ] as const) {
    await settings.fill(text);
    await expect(settings).toHaveAccessibleDescription(new RegExp(sentence.replace(/[.{}]/g, '\\$&')));
  }
  await settings.fill('{"temperature":0,\n  calm: true}');
  await create.getByLabel('Name').fill('wild');
  await create.getByLabel('Name').press('Enter');
  // Nothing is sent; what is wrong is selected.
  await expect(settings).toBeFocused();
  expect(await settings.evaluate((area: HTMLTextAreaElement) => area.value[area.selectionStart])).toBe('c');
  await settings.fill('{"temperature":0,\n"stop":["\\n"]}');
  await expect(create.getByText('Valid JSON')).toBeVisible();
  await expect(create.getByText('31 of 8,192 bytes')).toBeVisible();
  await create.getByRole('button', { name: 'Format' }).click();
  await expect(settings).toHaveValue('{\n  "temperature": 0,\n  "stop": [\n    "\\n"\n  ]\n}');
  await create.getByRole('button', { name: 'Create bias profile' }).click();
  await expect(create.getByLabel('Name')).toHaveAccessibleDescription(/already has a bias profile named “wild”/);
  await create.getByLabel('Name').fill('Careful');
  await create.getByLabel('Description').fill('Repeats itself');
  await create.getByRole('button', { name: 'Create bias profile' }).click();
  await expect(page.getByText('Bias profile created')).toBeVisible();
  await expect(rowOf(page, 'Careful')).toContainText('Repeats itself');
  await expect(rowOf(page, 'Careful').getByText('No keys')).toBeVisible();
  await expect(rowOf(page, 'Wild').getByText('1 key')).toBeVisible();

  await page.getByRole('button', { name: 'Edit Wild' }).click();
  const edit = page.getByRole('dialog', { name: 'Edit bias profile' });
  await edit.getByLabel('Settings').fill('{"temperature": 2}');
  await sql(`UPDATE bias_profile SET settings = '{"temperature": 3}' WHERE id = $1`, [wild]);
  await edit.getByRole('button', { name: 'Save' }).click();
  await expect(edit.getByRole('alert')).toContainText(/Somebody else changed this meanwhile\..*"temperature": 3/s);
  expect(await toldBy(origin, secret)).toEqual({ name: 'Wild', settings: { temperature: 3 } });
  await edit.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Bias profile saved')).toBeVisible();
  expect(await toldBy(origin, secret)).toEqual({ name: 'Wild', settings: { temperature: 2 } });

  await page.getByRole('button', { name: 'Delete Wild' }).click();
  const question = page.getByRole('alertdialog', { name: 'Delete Wild?' });
  await expect(question.getByText('1 key uses it now.')).toBeVisible();
  const choice = question.getByLabel('Keys that use it get');
  await expect(choice.getByRole('option')).toHaveText(['No bias profile', 'Careful']);
  await choice.selectOption('Careful');
  await question.getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByText('Bias profile deleted; 1 key has “Careful” now')).toBeVisible();
  await expect(page.getByRole('button', { name: '+ New bias profile' })).toBeFocused();
  expect(await toldBy(origin, secret)).toEqual({ name: 'Careful', settings: { temperature: 0, stop: ['\n'] } });
});

test('it needs no mouse, Tab leaves the settings, and who comes too late is told so', async ({ page, tenant }) => {
  await open(page, path);
  await expect(page.getByText('No bias profiles yet')).toBeVisible();
  await tabTo(page, page.getByRole('button', { name: '+ New bias profile' }));
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByLabel('Name')).toBeFocused();
  await page.keyboard.type('Calm');
  await tabTo(page, dialog.getByLabel('Settings'));
  await page.keyboard.type(' ');
  await tabTo(page, dialog.getByRole('button', { name: 'Create bias profile' }));
  await page.keyboard.press('Enter');
  await expect(rowOf(page, 'Calm')).toBeVisible();
  await tabTo(page, page.getByRole('button', { name: 'Delete Calm' }));
  await sql('DELETE FROM bias_profile WHERE tenant_id = $1', [tenant.id]);
  await page.keyboard.press('Enter');
  const question = page.getByRole('alertdialog');
  await expect(question.getByText('This bias profile does not exist any more. Reload the page.')).toBeVisible();
  await expect(question.getByRole('button', { name: 'Delete' })).toHaveCount(0);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: 'Delete Calm' })).toBeFocused();
});

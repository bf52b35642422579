/** A key's life on the page: rotation, pauses, agent keys, the key that is kept, and what two tabs do to each other. */
import { createAgentKey } from '@/lib/keys/creation';
import { createInput, createKeyFor, createMember, sql, viewerFor } from '../tests/support/world';
import { expect, signIn, test } from './fixtures';
import {
  bearer,
  callMe,
  closeSaved,
  fetchDecided,
  isReady,
  keysPath,
  open,
  revealSecret,
  rowOf,
  secretDialog,
  tooltip,
} from './key-page';

const agentsPath = '/account/agent-keys';
const retireNow = 'Retire the old secret now';

test.use({ policy: { maximumKeysPerUser: 10 } });

test('during an overlap both secrets work, the meter counts the old one, and Retire ends it at once', async ({
  page,
  viewer,
  origin,
}) => {
  const { secret: old, clientId } = await createKeyFor(viewer, { name: 'Export' });
  await open(page, keysPath);
  await page.getByRole('button', { name: 'Rotate Export' }).click();
  const dialog = page.getByRole('dialog', { name: 'Rotate this key?' });
  await expect(dialog.getByRole('radio', { name: '24 h' })).toBeChecked();
  await dialog.getByRole('button', { name: 'Rotate', exact: true }).click();
  await expect(secretDialog(page)).toContainText('The old secret works until');
  const secret = await revealSecret(secretDialog(page));
  expect(await callMe(origin, bearer(old))).toMatchObject({ status: 200, clientId });
  // The old secret's call is no first request of the new one.
  await expect(page.getByText('1 request with the old secret')).toBeAttached();
  await expect(secretDialog(page).getByRole('status')).toContainText('Waiting for the first request…');
  expect(await callMe(origin, bearer(secret))).toMatchObject({ status: 200, clientId });
  await expect(secretDialog(page).getByRole('status')).toContainText('First request received');
  await closeSaved(page);

  await page.getByRole('button', { name: 'Rotate Export' }).click();
  await expect(dialog.getByRole('region', { name: 'The old secret' })).toContainText('1 request with the old secret');
  await expect(dialog.getByRole('region', { name: 'The old secret' })).toContainText('127.0.0.1');
  // A second rotation while the first one's old secret works is a choice.
  await dialog.getByRole('button', { name: 'Rotate', exact: true }).click();
  await expect(dialog.getByRole('alert')).toContainText('still works');
  await dialog.getByRole('button', { name: retireNow }).click();
  const retire = page.getByRole('alertdialog', { name: 'Retire the old secret?' });
  await retire.getByRole('button', { name: 'Retire', exact: true }).click();
  await expect(retire).toHaveCount(0);
  expect(await callMe(origin, bearer(old))).toMatchObject({ status: 401, type: 'invalid_credential' });
  expect(await callMe(origin, bearer(secret))).toMatchObject({ status: 200 });
  await expect(rowOf(page, 'Export')).not.toContainText('old secret');
});

test('a leaked secret is refused from the rotation on', async ({ page, viewer, origin }) => {
  const { secret: old } = await createKeyFor(viewer, { name: 'Export' });
  await open(page, keysPath);
  await page.getByRole('button', { name: 'Rotate Export' }).click();
  const dialog = page.getByRole('dialog', { name: 'Rotate this key?' });
  await dialog.getByRole('checkbox', { name: 'It leaked' }).click();
  await expect(dialog.getByRole('radio')).toHaveCount(0);
  await dialog.getByRole('button', { name: 'Rotate', exact: true }).click();
  await expect(secretDialog(page)).toContainText('The old secret is refused from now on.');
  expect(await callMe(origin, bearer(old))).toMatchObject({ status: 401, type: 'invalid_credential' });
  expect(await callMe(origin, bearer(await revealSecret(secretDialog(page))))).toMatchObject({ status: 200 });
});

test('a pause counts down, shows what it refused, and ends by itself without a reload', async ({
  page,
  viewer,
  origin,
}) => {
  const { secret, clientId } = await createKeyFor(viewer, { name: 'Job' });
  await open(page, keysPath);
  await page.getByRole('button', { name: 'Edit Job' }).click();
  // From Edit to the confirmation of its own.
  await page.getByRole('dialog').getByRole('button', { name: 'Deactivate…' }).click();
  const dialog = page.getByRole('alertdialog', { name: 'Deactivate this key?' });
  await dialog.getByRole('radio', { name: '15 min' }).click();
  await dialog.getByRole('button', { name: 'Deactivate', exact: true }).click();
  await expect(dialog).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Edit Job' })).toBeFocused();
  await expect(rowOf(page, 'Job')).toContainText(/Active again in 1[45]:\d\d/);
  expect(await callMe(origin, bearer(secret))).toMatchObject({ status: 401, type: 'key_inactive' });
  await expect(async () => {
    await page.reload();
    await expect(rowOf(page, 'Job')).toContainText('1 request refused meanwhile', { timeout: 500 });
  }).toPass();
  await sql(`UPDATE key SET deactivated_until = clock_timestamp() + interval '10 s' WHERE client_id = $1`, [clientId]);
  await page.reload();
  await expect(rowOf(page, 'Job')).toContainText('Inactive');
  await expect(rowOf(page, 'Job').getByText('Active', { exact: true })).toBeVisible({ timeout: 25_000 });
  expect(await callMe(origin, bearer(secret))).toMatchObject({ status: 200 });
});

test('an agent key is made on its page, belongs to the tenant, and every member sees who created it', async ({
  page,
  origin,
  tenant,
  member,
  browser,
}) => {
  await open(page, agentsPath);
  await expect(page.getByRole('heading', { name: 'Agent API keys' })).toBeVisible();
  await page.getByRole('button', { name: '+ Create agent API key' }).click();
  const dialog = page.getByRole('dialog', { name: 'Create agent API key' });
  await expect(dialog).toContainText('Expires on');
  await dialog.getByRole('button', { name: 'Create key' }).click();
  await expect(dialog).toContainText('Name cannot be blank.');
  await dialog.getByLabel('Name', { exact: true }).fill('Deploy bot');
  await dialog.getByRole('button', { name: 'Create key' }).click();
  const secret = await revealSecret(secretDialog(page));
  const response = await fetchDecided(`${origin}/api/v1/me`, { headers: bearer(secret) });
  expect(await response.json()).toMatchObject({ kind: 'agent', name: 'Deploy bot', owner: null });

  const reader = await viewerFor(await createMember(tenant, { roles: [] }));
  const context = await browser.newContext();
  await signIn(context, reader, origin);
  const other = await context.newPage();
  await other.goto(agentsPath);
  await isReady(other);
  await expect(rowOf(other, 'Deploy bot')).toContainText(member.email);
  await other.getByRole('button', { name: 'Deactivate Deploy bot' }).hover();
  await expect(tooltip(other, 'You need the role developer. Ask your administrator.')).toBeVisible();
  await other.getByLabel('Search agent keys').fill('nothing');
  await expect(other.getByText('No key has a name with “nothing”.')).toBeVisible();
  await context.close();
});

test.describe(() => {
  test.use({ policy: { keepOneKey: true, deactivateBeforeDelete: false } });
  test('where the tenant keeps one key, Default gets its first secret by Rotate, and cannot be stopped while it is the last', async ({
    page,
    origin,
  }) => {
    await open(page, keysPath);
    await expect(rowOf(page, 'Default')).toContainText('No secret yet');
    await page.getByRole('button', { name: 'Rotate Default' }).click();
    await page
      .getByRole('dialog', { name: 'Rotate Default?' })
      .getByRole('button', { name: 'Rotate', exact: true })
      .click();
    const secret = await revealSecret(secretDialog(page));
    expect(await callMe(origin, bearer(secret))).toMatchObject({ status: 200 });
    await closeSaved(page);
    for (const action of ['Deactivate', 'Delete']) {
      const button = page.getByRole('button', { name: `${action} Default` });
      await expect(button).toHaveAttribute('aria-disabled', 'true');
      await button.hover();
      await expect(
        tooltip(page, 'Your tenant keeps one usable key. Rotate this one or create another first.'),
      ).toBeVisible();
      // In steps, as a hand does: the tooltip waits until the pointer is seen to have left.
      await page.mouse.move(0, 0, { steps: 3 });
    }
  });
});

test('of two tabs the second is told what the first has changed, and replaces it only knowingly', async ({
  page,
  viewer,
  tenant,
}) => {
  const { clientId } = await createKeyFor(viewer, { name: 'Export' });
  const [profile] = await sql<{ id: string }>(
    `INSERT INTO bias_profile (id, tenant_id, name, name_key) VALUES (gen_random_uuid(), $1, 'Careful', 'careful') RETURNING id`,
    [tenant.id],
  );
  await open(page, keysPath);
  await page.getByRole('button', { name: 'Edit Export' }).click();
  const dialog = page.getByRole('dialog', { name: 'Edit API key' });
  await sql(`UPDATE key SET name = 'Import', name_key = 'import' WHERE client_id = $1`, [clientId]);
  await dialog.getByLabel('Name', { exact: true }).fill('Exports');
  await dialog.getByLabel('Bias profile').selectOption('Careful');
  await dialog.getByLabel('Expiry').selectOption('30 days');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog.getByRole('alert')).toContainText('now the name is “Import”. Nothing was saved.');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog).toHaveCount(0);
  await expect(rowOf(page, 'Exports')).toContainText('Careful');
  const [stored] = await sql<{ days: number; profile: string }>(
    `SELECT round(extract(epoch FROM expires_at - clock_timestamp()) / 86400)::int AS days, bias_profile_id AS profile
       FROM key WHERE client_id = $1`,
    [clientId],
  );
  expect(stored).toEqual({ days: 30, profile: profile?.id });
});

test('an agent key that was made keeps its page useful by keyboard alone', async ({ page, viewer }) => {
  const { idempotencyValue } = createInput();
  await createAgentKey(viewer, { name: 'Bot', description: '', scopes: [], biasProfileId: null, idempotencyValue });
  await open(page, agentsPath);
  await page.getByRole('button', { name: 'Rotate Bot' }).focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Rotate this key?' });
  await dialog.getByRole('radio', { name: '24 h' }).focus();
  // Held until it has chosen, as a finger would: the group asks whether an arrow is down when the focus arrives.
  await page.keyboard.down('ArrowUp');
  await expect(dialog.getByRole('radio', { name: '1 h' })).toBeChecked();
  await page.keyboard.up('ArrowUp');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: 'Rotate Bot' })).toBeFocused();
});

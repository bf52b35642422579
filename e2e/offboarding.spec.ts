import { dateText } from '@/components/ui/date-text';
import { createAgentKeyFor, createKeyFor, createMember, createTenant, sql, viewerFor } from '../tests/support/world';
import { expect, signIn, test } from './fixtures';
import { bearer, callMe, keysPath, open, rowOf } from './key-page';
import { memberRow, membersPath, openReview } from './members-page';

const password = 'correct horse battery staple';

/** A day to come, as a date input spells it. */
const dayAhead = (days: number) => new Date(Date.now() + days * 24 * 60 * 60 * 1000).toISOString().slice(0, 10);
const inWords = (day: string) => dateText(new Date(day), true);
/** Before a new key expires. */
const lastDay = dayAhead(24);

test.use({ roles: ['developer', 'admin'], policy: { maximumKeysPerUser: 250 } });

/** A developer with keys of these names, and the secret of each. */
async function createLeaver(tenant: Parameters<typeof createMember>[0], names: string[]) {
  const member = await createMember(tenant, { password });
  const viewer = await viewerFor(member);
  const secrets: Record<string, string> = {};
  const clientIds: Record<string, string> = {};
  for (const name of names) {
    const key = await createKeyFor(viewer, { name });
    secrets[name] = key.secret;
    clientIds[name] = key.clientId;
  }
  return { ...member, viewer, clientIds, secretOf: (name: string) => bearer(secrets[name] as string) };
}

test('by default every key stops with its owner, which the review says; enabling gives them back', async ({
  page,
  browser,
  tenant,
  origin,
}) => {
  const dana = await createLeaver(tenant, ['Export', 'Paused', 'Over', 'Taken']);
  await sql(
    `UPDATE key SET deactivated_at = CASE name WHEN 'Paused' THEN clock_timestamp() END,
                    expires_at = CASE name WHEN 'Over' THEN created_at END,
                    revoked_at = CASE name WHEN 'Taken' THEN clock_timestamp() END
      WHERE owner_id = $1`,
    [dana.id],
  );
  expect(await callMe(origin, dana.secretOf('Export'))).toMatchObject({ status: 200 });
  const other = await browser.newContext({ baseURL: origin });
  await signIn(other, dana.viewer, origin);
  const theirs = await other.newPage();
  await open(theirs, keysPath);

  await open(page, membersPath);
  const review = await openReview(page, dana);
  const keys = review.getByRole('list', { name: 'Keys' }).getByRole('listitem');
  await expect(keys).toHaveCount(2);
  await expect(keys.filter({ hasText: 'Export' })).toContainText(
    new RegExp(`Active.*${dana.clientIds.Export}.*Last used just now.*expires`, 's'),
  );
  await expect(keys.filter({ hasText: 'Paused' })).toContainText(/Inactive.*Never used.*expires/s);
  const decision = review.getByLabel('Decision for Export');
  await expect(decision).toHaveValue('stop');
  await expect(decision).toHaveAccessibleDescription('Stops working at once; works again if the member is enabled.');
  await expect(review).toContainText('2 expired or revoked keys stay as they are.');
  await expect(review).toContainText(
    `${dana.email} is signed out everywhere at once and cannot sign in. 1 key stops at once, 1 stays inactive.`,
  );
  expect(await callMe(origin, dana.secretOf('Export'))).toMatchObject({ status: 200 });
  await review.getByRole('button', { name: 'Disable' }).click();
  await expect(page.getByText(`${dana.email} is disabled`)).toBeVisible();
  expect(await callMe(origin, dana.secretOf('Export'))).toMatchObject({ status: 401, type: 'owner_disabled' });
  await expect(memberRow(page, dana)).toContainText('Disabled');
  await theirs.goto(keysPath);
  await expect(theirs).toHaveURL(/\/sign-in/);
  await other.close();

  await page.getByRole('button', { name: `Enable ${dana.email}` }).click();
  await expect(page.getByText(`${dana.email} can sign in again.`)).toBeVisible();
  expect(await callMe(origin, dana.secretOf('Export'))).toMatchObject({ status: 200 });
  expect(await callMe(origin, dana.secretOf('Paused'))).toMatchObject({ status: 401, type: 'key_inactive' });
});

test('each key gets what was decided for it, and the sentence above the button says it all', async ({
  page,
  context,
  tenant,
  origin,
}) => {
  const dana = await createLeaver(tenant, ['Stops', 'Kept', 'Given', 'Revoked']);
  const receiver = await createMember(tenant);
  await open(page, membersPath);
  const review = await openReview(page, dana);
  await review.getByLabel('Decision for Kept').selectOption('Keep working until');
  await review.getByLabel('Last day for Kept').fill(lastDay);
  await review.getByLabel('Decision for Given').selectOption('Hand over to');
  const field = review.getByLabel('Receiver of Given');
  await expect(review.locator(`datalist option[value="${receiver.email}"]`)).toHaveText('Someone, room for 250');
  await field.fill(receiver.email);
  await expect(field).toHaveAccessibleDescription(/belongs to Someone, who has room for 250 more\./);
  await review.getByLabel('Decision for Revoked').selectOption('Revoke');
  await expect(review.getByLabel('Decision for all keys')).toHaveValue('');
  await expect(review).toContainText(
    `1 key stops at once, 1 works until ${inWords(lastDay)}, 1 goes to ${receiver.email}, 1 is revoked for ever.`,
  );
  await review.getByRole('button', { name: 'Disable' }).click();
  await expect(page.getByText(`${dana.email} is disabled`)).toBeVisible();

  expect(await callMe(origin, dana.secretOf('Stops'))).toMatchObject({ type: 'owner_disabled' });
  expect(await callMe(origin, dana.secretOf('Kept'))).toMatchObject({ status: 200 });
  expect(await callMe(origin, dana.secretOf('Given'))).toMatchObject({ status: 200 });
  expect(await callMe(origin, dana.secretOf('Revoked'))).toMatchObject({ type: 'key_revoked' });
  const [kept] = await sql<{ until: Date }>(`SELECT kept_until AS until FROM key WHERE client_id = $1`, [
    dana.clientIds.Kept as string,
  ]);
  // The end of that day where the browser is.
  const endOfDay = await page.evaluate((day) => new Date(`${day}T23:59:59.999`).toISOString(), lastDay);
  expect(kept?.until.toISOString()).toBe(endOfDay);

  await signIn(context, await viewerFor(receiver), origin);
  await open(page, keysPath);
  await expect(rowOf(page, 'Given')).toContainText('Rotate: a former owner knows the secret');
  await expect(page.getByRole('row')).toHaveCount(2);
});

test('a key is turned into an agent key, under a name that no other one has', async ({ page, tenant, origin }) => {
  const dana = await createLeaver(tenant, ['Nightly', 'Hourly']);
  await createAgentKeyFor(await viewerFor(await createMember(tenant)), { name: 'Nightly' });
  await sql('UPDATE key SET expires_at = NULL WHERE owner_id = $1', [dana.id]);
  await open(page, membersPath);
  const review = await openReview(page, dana);
  await review.getByLabel('Decision for all keys').selectOption('Turn into an agent key');
  const name = review.getByLabel('Agent key name for Nightly');
  await expect(name).toHaveValue('Nightly');
  await expect(review.getByLabel('Agent key name for Hourly')).toHaveValue('Hourly');
  await expect(review.getByLabel('Agent key name for all keys')).toHaveCount(0);
  await expect(name).toHaveAccessibleDescription(/belongs to the tenant.* It expires on .*, as agent keys do\./);
  await expect(review).toContainText('2 keys become agent keys.');
  await review.getByRole('button', { name: 'Disable' }).click();
  await expect(name).toBeFocused();
  await expect(name).toHaveAccessibleDescription(/already has an agent key named “Nightly”/);
  await name.fill(' ');
  await review.getByRole('button', { name: 'Disable' }).click();
  await expect(name).toHaveAccessibleDescription(/Name cannot be blank/);
  await name.fill('Nightly builds');
  await review.getByRole('button', { name: 'Disable' }).click();
  await expect(page.getByText(`${dana.email} is disabled`)).toBeVisible();
  expect(await callMe(origin, dana.secretOf('Nightly'))).toMatchObject({ status: 200 });
  const made = await sql<{ name: string }>(
    'SELECT name FROM key WHERE tenant_id = $1 AND owner_id IS NULL AND creator_id = $2 ORDER BY name',
    [tenant.id, dana.id],
  );
  expect(made.map((key) => key.name)).toEqual(['Hourly', 'Nightly builds']);
});

test('a key is kept no longer than it lives, and the review says so', async ({ page, tenant }) => {
  const dana = await createLeaver(tenant, ['Short']);
  const expiry = dayAhead(34);
  await sql('UPDATE key SET expires_at = $2 WHERE owner_id = $1', [dana.id, `${expiry}T12:00:00Z`]);
  await open(page, membersPath);
  const review = await openReview(page, dana);
  // One key needs no second way to decide about it.
  await expect(review.getByLabel('Decision for all keys')).toHaveCount(0);
  await review.getByLabel('Decision for Short').selectOption('keep');
  await review.getByLabel('Last day for Short').fill(dayAhead(35));
  await expect(review).toContainText(`It expires before, on ${inWords(expiry)}.`);
  await expect(review).toContainText(`1 key works until ${inWords(expiry)}.`);
});

test('one decision for all keys, also for 200 of them', async ({ page, tenant, origin }) => {
  const dana = await createLeaver(tenant, ['Known']);
  await sql(
    `INSERT INTO key (id, tenant_id, owner_id, client_id, name, name_key)
     SELECT gen_random_uuid(), $1, $2, 'lk_id_' || substr(md5($2::uuid::text || number), 1, 16), 'Key ' || number, 'key ' || number
       FROM generate_series(1, 199) number`,
    [tenant.id, dana.id],
  );
  await open(page, membersPath);
  const review = await openReview(page, dana);
  await expect(review.getByText('For all 200 keys')).toBeVisible();
  const all = review.getByLabel('Decision for all keys');
  await all.selectOption('keep');
  await review.getByLabel('Last day for all keys').fill(lastDay);
  await expect(review.getByLabel('Last day for Key 7', { exact: true })).toHaveValue(lastDay);
  await expect(review).toContainText(`200 keys work until ${inWords(lastDay)}.`);
  await review.getByLabel('Decision for Key 7', { exact: true }).selectOption('revoke');
  await expect(all).toHaveValue('');
  await expect(review).toContainText(`199 keys work until ${inWords(lastDay)}, 1 is revoked for ever.`);
  // However long the list, what happens and the button are in sight.
  await expect(review.getByRole('button', { name: 'Disable' })).toBeInViewport();
  await review.getByRole('button', { name: 'Disable' }).click();
  // 200 lines of the audit log, one after the other, on a machine that may be busy.
  await expect(page.getByText(`${dana.email} is disabled`)).toBeVisible({ timeout: 30_000 });
  expect(await callMe(origin, dana.secretOf('Known'))).toMatchObject({ status: 200 });
  expect(await sql('SELECT id FROM key WHERE owner_id = $1 AND revoked_at IS NOT NULL', [dana.id])).toHaveLength(1);
});

test('a key that was created meanwhile is shown before anything happens, and no choice is lost', async ({
  page,
  tenant,
  origin,
}) => {
  const dana = await createLeaver(tenant, ['First', 'Second']);
  await open(page, membersPath);
  const review = await openReview(page, dana);
  await review.getByLabel('Decision for First').selectOption('revoke');
  const { secret } = await createKeyFor(dana.viewer, { name: 'Meanwhile' });
  await sql(`DELETE FROM key WHERE owner_id = $1 AND name = 'Second'`, [dana.id]);
  await review.getByRole('button', { name: 'Disable' }).click();
  await expect(review.getByRole('alert')).toContainText(
    `${dana.email} has a key that was not in this list: “Meanwhile”. Decide about it too.`,
  );
  const keys = review.getByRole('list', { name: 'Keys' }).getByRole('listitem');
  await expect(keys.filter({ hasText: 'Meanwhile' })).toBeVisible();
  await expect(keys).toHaveCount(2);
  await expect(review.getByLabel('Decision for First')).toHaveValue('revoke');
  expect(await callMe(origin, dana.secretOf('First'))).toMatchObject({ status: 200 });
  await review.getByLabel('Decision for Meanwhile').selectOption('keep');
  await review.getByLabel('Last day for Meanwhile').fill(lastDay);
  await review.getByRole('button', { name: 'Disable' }).click();
  await expect(page.getByText(`${dana.email} is disabled`)).toBeVisible();
  expect(await callMe(origin, bearer(secret))).toMatchObject({ status: 200 });
  expect(await callMe(origin, dana.secretOf('First'))).toMatchObject({ type: 'key_revoked' });
});

test('a decision that cannot be carried out is refused at its key, and nothing happens', async ({
  page,
  tenant,
  origin,
}) => {
  const dana = await createLeaver(tenant, ['Blank', 'Fine']);
  const unlicensed = await createMember(tenant, { licensed: false });
  const elsewhere = await createLeaver(await createTenant(), []);
  await open(page, membersPath);
  const review = await openReview(page, dana);
  const decision = review.getByLabel('Decision for Blank');
  const disable = review.getByRole('button', { name: 'Disable' });
  await decision.selectOption('keep');
  await disable.click();
  const date = review.getByLabel('Last day for Blank');
  await expect(date).toHaveAccessibleDescription(/Choose a date\./);
  await expect(date).toBeFocused();
  await date.fill('2020-01-01');
  await expect(review.getByText('Choose a date.')).toHaveCount(0);
  await disable.click();
  await expect(date).toHaveAccessibleDescription(/Choose a date in the future\./);
  await decision.selectOption('hand_over');
  const receiver = review.getByLabel('Receiver of Blank');
  for (const [email, sentence] of [
    ['', 'Enter an email address.'],
    ['nobody', 'Email must look like name@example.com.'],
    [unlicensed.email, `${unlicensed.email} needs a licence to get a key.`],
    [elsewhere.email, `${elsewhere.email} is not another member of this tenant.`],
    [dana.email, `${dana.email} is not another member of this tenant.`],
  ] as const) {
    await receiver.fill(email);
    await disable.click();
    await expect(receiver).toHaveAccessibleDescription(new RegExp(sentence.replaceAll('.', '\\.')));
    await expect(receiver).toBeFocused();
  }
  await expect(review.getByLabel('Decision for Fine')).toHaveAccessibleDescription(/^Stops working/);
  expect(await callMe(origin, dana.secretOf('Fine'))).toMatchObject({ status: 200 });
  await page.keyboard.press('Escape');
  await expect(memberRow(page, dana)).toContainText('Active');
});

test('a removed member is gone from the list, their keys stop, and what was kept stays kept', async ({
  page,
  tenant,
  origin,
}) => {
  const dana = await createLeaver(tenant, ['Export', 'Kept']);
  await open(page, membersPath);
  const first = await openReview(page, dana);
  await first.getByLabel('Decision for Kept').selectOption('keep');
  await first.getByLabel('Last day for Kept').fill(lastDay);
  await first.getByRole('button', { name: 'Disable' }).click();
  await expect(memberRow(page, dana)).toContainText('Disabled');

  const review = await openReview(page, dana, 'Remove');
  await expect(review).toContainText('they come back as a new member; disable them instead to keep them out.');
  await expect(review.getByLabel('Decision for Kept')).toHaveValue('keep');
  await expect(review.getByLabel('Last day for Kept')).toHaveValue(lastDay);
  await expect(review.getByLabel('Decision for Export')).toHaveAccessibleDescription(
    'Stops working at once; nobody can start it again.',
  );
  await expect(review).toContainText(
    `${dana.email} is removed. 1 key stops at once, 1 works until ${inWords(lastDay)}.`,
  );
  await review.getByRole('button', { name: 'Cancel' }).click();
  await expect(memberRow(page, dana)).toBeVisible();
  await openReview(page, dana, 'Remove');
  await review.getByRole('button', { name: 'Remove' }).click();
  await expect(memberRow(page, dana)).toHaveCount(0);
  await expect(page.getByRole('heading', { name: 'Members' })).toBeFocused();
  expect(await callMe(origin, dana.secretOf('Export'))).toMatchObject({ type: 'owner_disabled' });
  expect(await callMe(origin, dana.secretOf('Kept'))).toMatchObject({ status: 200 });
});

test('who has no key leaves without a question about keys', async ({ page, tenant }) => {
  const dana = await createMember(tenant);
  await open(page, membersPath);
  const review = await openReview(page, dana, 'Remove');
  await expect(review).toContainText('They have no key that could work: nothing stops.');
  await expect(review.getByRole('combobox')).toHaveCount(0);
  await review.getByRole('button', { name: 'Remove' }).click();
  await expect(memberRow(page, dana)).toHaveCount(0);
});

test('who is removed by somebody else meanwhile is not found, and the dialog says so', async ({ page, tenant }) => {
  const dana = await createMember(tenant);
  await open(page, membersPath);
  const review = await openReview(page, dana);
  await sql(
    'UPDATE member SET disabled_at = clock_timestamp(), removed_at = clock_timestamp(), email_key = NULL, login_email = NULL WHERE id = $1',
    [dana.id],
  );
  await review.getByRole('button', { name: 'Disable' }).click();
  await expect(review.getByRole('alert')).toHaveText('This member does not exist any more. Reload the page.');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: `Disable ${dana.email}` }).click();
  await expect(page.getByRole('alertdialog').getByRole('alert')).toHaveText(
    'This member does not exist any more. Reload the page.',
  );
});

test.describe('with a connection that comes and goes', () => {
  test.use({ expectedConsole: [/ERR_INTERNET_DISCONNECTED/] });

  test('the review says what did not arrive, and keeps what was chosen', async ({ page, context, tenant, origin }) => {
    const dana = await createLeaver(tenant, ['Export']);
    await open(page, membersPath);
    await (await openReview(page, dana)).getByRole('button', { name: 'Cancel' }).click();
    await context.setOffline(true);
    await page.getByRole('button', { name: `Disable ${dana.email}` }).click();
    const review = page.getByRole('alertdialog');
    await expect(review.getByRole('alert')).toHaveText('Latchkey did not answer. Nothing was changed.');
    await context.setOffline(false);
    await review.getByRole('button', { name: 'Try again' }).click();
    await review.getByLabel('Decision for Export').selectOption('revoke');
    await context.setOffline(true);
    await review.getByRole('button', { name: 'Disable' }).click();
    await expect(review.getByRole('alert')).toContainText('this may or may not have been done');
    await expect(review.getByLabel('Decision for Export')).toHaveValue('revoke');
    await context.setOffline(false);
    await review.getByRole('button', { name: 'Disable' }).click();
    await expect(page.getByText(`${dana.email} is disabled`)).toBeVisible();
    expect(await callMe(origin, dana.secretOf('Export'))).toMatchObject({ type: 'key_revoked' });
  });
});

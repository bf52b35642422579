import { countRequests } from '../tests/support/usage';
import { createAgentKeyFor, createKeyFor, createMember, sql, viewerFor } from '../tests/support/world';
import { expect, test } from './fixtures';
import { bearer, callMe, open } from './key-page';
import {
  changeOf,
  confirmButton,
  dismiss,
  fields,
  policyOf,
  review,
  reviewDialog,
  saveButton,
  settingsPath,
} from './settings-page';

test.use({ roles: ['developer', 'admin'], policy: { maximumKeysPerUser: 1000 } });

test('without a changed field Save says so and asks nothing, also after a change was taken back', async ({ page }) => {
  await open(page, settingsPath);
  await saveButton(page).click();
  await expect(page.getByText('Nothing to save')).toBeVisible();
  await dismiss(page);
  const { maximum, enabled } = fields(page);
  await maximum.fill('3');
  await maximum.fill(' 1000 ');
  await enabled.click();
  await enabled.click();
  await saveButton(page).click();
  await expect(page.getByText('Nothing to save')).toBeVisible();
  await expect(reviewDialog(page)).toHaveCount(0);
});

test('every changed setting is listed with what it is, what it becomes and whom it concerns, by name', async ({
  page,
  tenant,
}) => {
  const dana = await viewerFor(await createMember(tenant, { name: 'Dana', email: `dana@${tenant.slug}.test` }));
  const sam = await viewerFor(await createMember(tenant, { name: 'Sam', email: `sam@${tenant.slug}.test` }));
  const { clientId } = await createKeyFor(dana, { name: 'Loader' });
  await countRequests(clientId, { requests: 3601 });
  await createKeyFor(dana, { name: 'Endless', expiry: { kind: 'never' } });
  await createKeyFor(sam, { name: 'Laptop', expiry: { kind: 'days', days: 7 } });
  for (let number = 10; number < 20; number++) await createAgentKeyFor(dana, { name: `Agent ${number}` });
  await open(page, settingsPath);
  const { maximum, expiration, lifetime, deactivate, keep, rate } = fields(page);
  await maximum.fill('1');
  await expiration.fill('30');
  await lifetime.fill('60');
  await deactivate.click();
  await keep.click();
  await rate.fill('60');
  await page.getByRole('group', { name: 'New SSO members' }).getByRole('checkbox', { name: 'Licence' }).click();
  const dialog = await review(page);
  await expect(dialog.getByRole('list', { name: 'Changes' }).locator('> li')).toHaveCount(7);

  const ofMaximum = changeOf(page, 'Maximum API keys per user');
  await expect(ofMaximum).toContainText('1,000 → 1');
  await expect(ofMaximum).toContainText('1 member already has more than 1 key; nothing of theirs changes.');
  await expect(ofMaximum.getByRole('list', { name: 'Members' }).getByRole('listitem')).toHaveText([
    `Dana · ${dana.email}2 keys`,
  ]);
  const ofExpiration = changeOf(page, 'Maximum token expiration (days)');
  await expect(ofExpiration).toContainText('No maximum → 30 days');
  await expect(ofExpiration).toContainText(
    '2 keys of 1 member and 10 agent keys live longer; they keep their expiry until their secret is rotated.',
  );
  const ofLifetime = changeOf(page, 'Agent key lifetime (days)');
  await expect(ofLifetime).toContainText('90 days → 60 days');
  await expect(ofLifetime.getByRole('list', { name: 'Agent keys' }).getByRole('listitem')).toHaveText([
    ...Array.from({ length: 8 }, (_, index) => `Agent ${10 + index}`),
    'and 2 more',
  ]);
  await expect(changeOf(page, 'Deactivate before delete')).toContainText('On → Off');
  const ofKeep = changeOf(page, 'Keep one key');
  await expect(ofKeep).toContainText('1 member has just one usable key, and can neither deactivate nor delete it.');
  await expect(ofKeep).toContainText(`Sam · ${sam.email}Laptop`);
  const ofRate = changeOf(page, 'Rate limit (requests per minute)');
  await expect(ofRate).toContainText('1 key had an hour with more than 3,600 requests');
  await expect(ofRate).toContainText(`Loader · ${dana.email}3,601 in an hour`);
  await expect(changeOf(page, 'New SSO members: licence')).toContainText('nothing changes for members who are here.');
});

test('Cancel and Escape save nothing, keep what was filled in, and give the focus back to Save', async ({
  page,
  tenant,
}) => {
  const before = await policyOf(tenant.id);
  await open(page, settingsPath);
  const { enabled, maximum } = fields(page);
  await maximum.fill('7');
  await enabled.click();
  for (const leave of [
    () => page.keyboard.press('Escape'),
    () => reviewDialog(page).getByRole('button', { name: 'Cancel' }).click(),
  ]) {
    await review(page);
    await leave();
    await expect(reviewDialog(page)).toHaveCount(0);
    await expect(saveButton(page)).toBeFocused();
    await expect(maximum).toHaveValue('7');
    await expect(enabled).not.toBeChecked();
  }
  expect(await policyOf(tenant.id)).toEqual(before);
  await review(page);
  await confirmButton(page).click();
  await expect(page.getByText('Settings saved')).toBeVisible();
  await expect(saveButton(page)).toBeFocused();
  expect(await policyOf(tenant.id)).toMatchObject({ api_keys_enabled: false, maximum_keys_per_user: 7 });
  await saveButton(page).click();
  await expect(page.getByText('Nothing to save')).toBeVisible();
});

test('the switch: the dialog names what stops, the next request is refused; on again, it is accepted as before', async ({
  page,
  tenant,
  origin,
}) => {
  const dana = await viewerFor(await createMember(tenant, { name: 'Dana', email: `dana@${tenant.slug}.test` }));
  const { clientId, secret } = await createKeyFor(dana, { name: 'Laptop' });
  const agent = await createAgentKeyFor(dana, { name: 'Nightly' });
  await countRequests(clientId, { requests: 1204 });
  await open(page, settingsPath);
  const { enabled } = fields(page);
  await enabled.click();
  await review(page);
  const change = changeOf(page, 'Enable API keys');
  await expect(change).toContainText('On → Off');
  await expect(change).toContainText(
    '1 key of 1 member and 1 agent key stop working at once. 1,204 requests with them were accepted in the last 7 days.',
  );
  await expect(change).toContainText(`Dana · ${dana.email}Laptop`);
  await expect(change.getByRole('list', { name: 'Agent keys' })).toHaveText('Nightly');
  expect(await callMe(origin, bearer(secret))).toMatchObject({ status: 200 });
  await confirmButton(page).click();
  await expect(page.getByText('Settings saved')).toBeVisible();
  for (const each of [secret, agent.secret]) {
    expect(await callMe(origin, bearer(each))).toMatchObject({ status: 401, type: 'api_keys_disabled' });
  }
  await dismiss(page);
  await enabled.click();
  await review(page);
  await expect(change).toContainText('Off → On');
  await expect(change).toContainText('1 key of 1 member and 1 agent key work again at once.');
  await confirmButton(page).click();
  await expect(page.getByText('Settings saved')).toBeVisible();
  for (const each of [secret, agent.secret]) {
    expect(await callMe(origin, bearer(each))).toMatchObject({ status: 200 });
  }
});

test('what somebody else saves between the preview and Save changes stays, and the preview is of what is stored', async ({
  page,
  tenant,
}) => {
  await open(page, settingsPath);
  await sql('UPDATE tenant SET maximum_keys_per_user = 50 WHERE id = $1', [tenant.id]);
  await fields(page).maximum.fill('3');
  await review(page);
  await expect(changeOf(page, 'Maximum API keys per user')).toContainText('50 → 3');
  await sql('UPDATE tenant SET api_keys_enabled = false, maximum_keys_per_user = 60 WHERE id = $1', [tenant.id]);
  await confirmButton(page).click();
  await expect(page.getByText('Settings saved')).toBeVisible();
  expect(await policyOf(tenant.id)).toMatchObject({ api_keys_enabled: false, maximum_keys_per_user: 3 });
  const events = await sql<{ details: unknown }>(
    `SELECT details FROM event WHERE tenant_id = $1 AND action = 'policy.updated'`,
    [tenant.id],
  );
  expect(events).toEqual([{ details: { before: { maximumKeysPerUser: 60 }, after: { maximumKeysPerUser: 3 } } }]);
});

test('what is saved already by somebody else is said, and there is nothing to confirm', async ({ page, tenant }) => {
  await open(page, settingsPath);
  await sql('UPDATE tenant SET maximum_keys_per_user = 3 WHERE id = $1', [tenant.id]);
  await fields(page).maximum.fill('3');
  await saveButton(page).click();
  await expect(reviewDialog(page).getByText('The settings are like this already. Reload the page.')).toBeVisible();
  await expect(confirmButton(page)).toHaveCount(0);
});

test('who loses the role before Save changes is told so there, and nothing is saved', async ({
  page,
  tenant,
  member,
}) => {
  const before = await policyOf(tenant.id);
  await open(page, settingsPath);
  await fields(page).maximum.fill('500');
  await review(page);
  await sql(`UPDATE member SET roles = '{developer}' WHERE id = $1`, [member.id]);
  await confirmButton(page).click();
  await expect(reviewDialog(page).getByText('You need the role admin. Ask your administrator.')).toBeVisible();
  expect(await policyOf(tenant.id)).toEqual(before);
});

test('who was signed out meanwhile is sent to sign in, by the preview and by Save changes', async ({
  page,
  context,
  tenant,
}) => {
  const before = await policyOf(tenant.id);
  const later = await context.newPage();
  for (const each of [page, later]) {
    await open(each, settingsPath);
    await fields(each).maximum.fill('500');
  }
  await review(later);
  await sql('UPDATE session SET ended_at = clock_timestamp() WHERE tenant_id = $1', [tenant.id]);
  await saveButton(page).click();
  await expect(page).toHaveURL(/\/sign-in/);
  await confirmButton(later).click();
  await expect(later).toHaveURL(/\/sign-in/);
  expect(await policyOf(tenant.id)).toEqual(before);
});

test.describe('when the server does not answer', () => {
  test.use({ expectedConsole: [/net::ERR_FAILED|Failed to fetch/] });

  test('the dialog shows that it counts, says that nothing was changed, and counts again', async ({ page }) => {
    await open(page, settingsPath);
    await fields(page).maximum.fill('500');
    let answer = () => {};
    const asked = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await page.route(`**${settingsPath}`, async (route) => {
      await asked;
      await route.abort('failed');
    });
    await saveButton(page).click();
    await expect(reviewDialog(page).getByRole('status')).toHaveText('Counting the keys and members concerned…');
    await expect(confirmButton(page)).toHaveCount(0);
    answer();
    await expect(reviewDialog(page).getByText('Latchkey did not answer. Nothing was changed.')).toBeVisible();
    await page.unroute(`**${settingsPath}`);
    await reviewDialog(page).getByRole('button', { name: 'Try again' }).click();
    await expect(confirmButton(page)).toBeVisible();
    await page.route(`**${settingsPath}`, (route) => route.abort('failed'));
    await confirmButton(page).click();
    await expect(reviewDialog(page).getByText(/^Latchkey did not answer, so this may or may not/)).toBeVisible();
  });
});

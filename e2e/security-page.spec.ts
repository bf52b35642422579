import type { BrowserContext, Page } from '@playwright/test';
import { sql, viewerFor } from '../tests/support/world';
import { expect, signIn, test } from './fixtures';
import { keysPath, open } from './key-page';

const password = 'correct horse battery staple';
const next = 'four unrelated words here';
const path = '/account/security';

test.use({ password });

async function change(page: Page, current: string, fresh: string, repeated = fresh): Promise<void> {
  await page.getByLabel('Current password', { exact: true }).fill(current);
  await page.getByLabel('New password', { exact: true }).fill(fresh);
  await page.getByLabel('Repeat new password').fill(repeated);
  await page.getByRole('button', { name: 'Change password' }).click();
}

async function expectSignedOut(context: BrowserContext): Promise<void> {
  const page = await context.newPage();
  await page.goto(keysPath);
  await expect(page).toHaveURL(/\/sign-in/);
  await page.close();
}

test('a new password ends the other sessions, keeps this one, and is the only one that signs in', async ({
  page,
  browser,
  member,
  origin,
}) => {
  const other = await browser.newContext({ baseURL: origin });
  await signIn(other, await viewerFor(member), origin);
  await open(page, path);
  await expect(page.getByRole('list', { name: 'Sessions' }).getByRole('listitem')).toHaveCount(2);
  await change(page, password, next);
  await expect(page.getByText('Your password is changed. Your other sessions were ended.')).toBeVisible();
  await expect(page.getByRole('list', { name: 'Sessions' }).getByRole('listitem')).toHaveCount(1);
  await expect(page.getByLabel('Current password', { exact: true })).toHaveValue('');
  await expectSignedOut(other);
  await other.close();
  await open(page, keysPath);
  await expect(page.getByRole('heading', { name: 'Manage API Keys' })).toBeVisible();

  const fresh = await browser.newContext({ baseURL: origin });
  const signInPage = await fresh.newPage();
  await open(signInPage, '/sign-in');
  await signInPage.getByLabel('Email').fill(member.email);
  for (const [attempt, works] of [
    [password, false],
    [next, true],
  ] as const) {
    await signInPage.getByLabel('Password').fill(attempt);
    await signInPage.getByRole('button', { name: 'Sign in', exact: true }).click();
    if (works) await expect(signInPage).toHaveURL(keysPath);
    else await expect(signInPage.getByText('Email or password is wrong.')).toBeVisible();
  }
  await fresh.close();
});

test('what is wrong with a new password is said at its field, and nothing changes', async ({ page, member }) => {
  const before = await sql('SELECT password_digest FROM member WHERE id = $1', [member.id]);
  await open(page, path);
  const current = page.getByLabel('Current password', { exact: true });
  const fresh = page.getByLabel('New password', { exact: true });
  const repeated = page.getByLabel('Repeat new password');
  await change(page, 'not my password', next);
  await expect(current).toHaveAccessibleDescription('The current password is wrong.');
  await change(page, password, 'short');
  await expect(fresh).toHaveAccessibleDescription(/New password needs at least 12 characters\./);
  await change(page, password, next, 'something else entirely');
  await expect(repeated).toHaveAccessibleDescription('The two new passwords are not the same.');
  await change(page, password, password);
  await expect(fresh).toHaveAccessibleDescription(/New password must differ from the current one\./);
  await expect(current).toHaveValue(password);
  expect(await sql('SELECT password_digest FROM member WHERE id = $1', [member.id])).toEqual(before);
});

test('a session that is ended here is signed out there, at its next request', async ({
  page,
  browser,
  member,
  origin,
}) => {
  const other = await browser.newContext({ baseURL: origin });
  const viewer = await viewerFor(member);
  await sql('UPDATE session SET user_agent = $2, address = $3 WHERE id = $1', [
    viewer.sessionId,
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0',
    '198.51.100.23',
  ]);
  await signIn(other, viewer, origin);
  const page2 = await other.newPage();
  await page2.goto(keysPath);
  await expect(page2.getByRole('heading', { name: 'Manage API Keys' })).toBeVisible();

  await open(page, path);
  const sessions = page.getByRole('list', { name: 'Sessions' }).getByRole('listitem');
  await expect(sessions.first()).toContainText('This session');
  await expect(sessions.first().getByRole('button')).toHaveCount(0);
  const item = sessions.filter({ hasText: '198.51.100.23' });
  await expect(item).toContainText('Firefox on Windows');
  await item.getByRole('button', { name: 'Sign out Firefox on Windows' }).click();
  await expect(sessions).toHaveCount(1);
  await expectSignedOut(other);
  await other.close();
  await page.reload();
  await expect(sessions).toHaveCount(1);
});

test('a session that ended meanwhile is no error', async ({ page, member }) => {
  const { sessionId } = await viewerFor(member);
  await open(page, path);
  const sessions = page.getByRole('list', { name: 'Sessions' }).getByRole('listitem');
  await expect(sessions).toHaveCount(2);
  await sql('UPDATE session SET ended_at = clock_timestamp() WHERE id = $1', [sessionId]);
  await sessions
    .nth(1)
    .getByRole('button', { name: /^Sign out / })
    .click();
  await expect(sessions).toHaveCount(1);
});

test('Sign out everywhere ends every session, this one too, after a question', async ({
  page,
  context,
  browser,
  member,
  viewer,
  origin,
}) => {
  const others = [await viewerFor(member), await viewerFor(member)];
  await open(page, path);
  const button = page.getByRole('button', { name: 'Sign out everywhere' });
  const question = page.getByRole('alertdialog', { name: 'Sign out everywhere?' });
  await button.click();
  await question.getByRole('button', { name: 'Cancel' }).click();
  await expect(button).toBeFocused();
  await button.click();
  await question.getByRole('button', { name: 'Sign out everywhere' }).click();
  await expect(page).toHaveURL(/\/sign-in$/);
  expect((await context.cookies()).map(({ name }) => name)).not.toContain('latchkey.session');
  for (const session of [viewer, ...others]) {
    const replayed = await browser.newContext({ baseURL: origin });
    await signIn(replayed, session, origin);
    await expectSignedOut(replayed);
    await replayed.close();
  }
});

test.describe('without a password', () => {
  test.use({ password: undefined });

  test('there is no form to change one', async ({ page }) => {
    await open(page, path);
    await expect(page.getByRole('list', { name: 'Sessions' })).toBeVisible();
    await expect(page.getByRole('button', { name: 'Change password' })).toHaveCount(0);
  });
});

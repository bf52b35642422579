/** Signing in through the demo identity provider, in a browser. */
import { sql } from '../tests/support/world';
import { expectNoViolations } from './axe';
import { expect, test } from './fixtures';
import { bearer, createButton, createThroughDialog, fetchDecided, isReady, keysPath, open } from './key-page';
import { demoButton, enterAs } from './sso-page';

test.use({ signedIn: false });

test('sam signs in without a password, creates a key that works, and signs out for good', async ({
  page,
  context,
  origin,
}) => {
  await open(page, '/account/security');
  await expect(page.getByText('sam@demo.test has no password')).toBeVisible();
  await enterAs(page, /sam@demo.test/);
  // Back to where they were going.
  await expect(page).toHaveURL('/account/security');
  await expect(
    page.getByText('You sign in with the demo identity provider. Latchkey has no password of yours.'),
  ).toBeVisible();
  await expect(page.getByLabel('Current password')).toHaveCount(0);

  await open(page, keysPath);
  const dialog = await createThroughDialog(page, 'From sam');
  await dialog.getByRole('button', { name: 'Show client secret' }).click();
  const secret = await dialog.getByRole('textbox', { name: 'Client secret' }).inputValue();
  const me = await fetchDecided(`${origin}/api/v1/me`, { headers: bearer(secret) });
  expect(me.status).toBe(200);
  expect(await me.json()).toMatchObject({ name: 'From sam', owner: { email: 'sam@demo.test' } });

  const cookies = await context.cookies(origin);
  await open(page, '/account/security');
  await page.getByRole('button', { name: 'Account menu' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(page).toHaveURL(/\/sign-in/);
  expect(cookies.map(({ name }) => name)).toContain('latchkey.session');
  await context.addCookies(cookies);
  await page.goto(keysPath);
  await expect(page).toHaveURL(/\/sign-in/);
  // The provider asks again: whoever signed out is not signed in by its cookie.
  await isReady(page);
  await demoButton(page).click();
  await expect(page.getByRole('heading', { name: 'Who are you today?' })).toBeVisible();
});

test('a newcomer becomes a member by signing in, gets nothing by it, and sees why', async ({ page }) => {
  await open(page, '/sign-in');
  await enterAs(page, /nina@demo.test/);
  await expect(page).toHaveURL(keysPath);
  await isReady(page);
  await expect(createButton(page).first()).toHaveAttribute('aria-disabled', 'true');
  await createButton(page).first().focus();
  await expect(page.getByText('You need a licence. Ask your administrator.').first()).toBeVisible();
  const [nina] = await sql<{ id: string; roles: string[]; licensed: boolean }>(
    `SELECT m.id, m.roles::text[] AS roles, m.licensed FROM member m WHERE m.email = 'nina@demo.test'`,
  );
  expect(nina).toMatchObject({ roles: [], licensed: false });

  await page.context().clearCookies();
  await sql('UPDATE member SET disabled_at = clock_timestamp() WHERE id = $1', [nina?.id ?? '']);
  await open(page, '/sign-in');
  await enterAs(page, /nina@demo.test/);
  await expect(page.getByRole('alert').filter({ hasText: 'Your account is disabled.' })).toBeVisible();
  await expect(page).toHaveURL(/\/sign-in\?error=AccountDisabled/);
});

test('who cancels at the provider is back on the sign-in page, on the way to the same page', async ({ page }) => {
  await open(page, '/sign-in?callbackUrl=%2Faccount%2Fsecurity');
  await demoButton(page).click();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'You cancelled signing in' })).toBeVisible();
  await isReady(page);
  await enterAs(page, /sam@demo.test/);
  await expect(page).toHaveURL('/account/security');
});

test('a provider that is down, or describes itself as a script, is said on the page itself', async ({ page }) => {
  await open(page, '/sign-in');
  await page.getByRole('button', { name: 'Sign in with Down' }).click();
  const alert = page.getByRole('alert').filter({ hasText: /\w/ });
  await expect(alert).toHaveText(
    /cannot be reached\. Try again in a moment, or sign in another way\..*tell your administrator/,
  );
  await page.getByRole('button', { name: 'Sign in with script' }).click();
  await expect(alert).toHaveText('Signing in did not work on our side. Try again in a moment.');
  await expect(page).toHaveURL('/sign-in');
});

for (const [code, sentence] of [
  ['EmailTaken', 'An administrator must link it on the Members page.'],
  ['EmailUnverified', 'has not verified your email address'],
  ['EmailMissing', 'sent no email address'],
  ['Expired', 'Start again from this page.'],
  ['OAuthSignin', 'cannot be reached'],
  ['OAuthCallback', 'could not be accepted'],
  ['Callback', 'could not be accepted'],
  ['Configuration', 'not set up correctly'],
  ['AccessDenied', 'You may not sign in here.'],
  ['constructor', 'Signing in did not work. Start again from this page.'],
  ['<script>alert(1)</script>', 'Signing in did not work. Start again from this page.'],
] as const) {
  test(`the page says what ${code} means`, async ({ page }) => {
    await open(page, `/sign-in?error=${encodeURIComponent(code)}&error=second`);
    await expect(page.getByRole('alert').filter({ hasText: sentence })).toBeVisible();
  });
}

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [1280, 390]) {
    test.describe(() => {
      test.use({ colorScheme, viewport: { width, height: 844 } });
      test(`the provider's page and an error are accessible: ${colorScheme}, ${width} px`, async ({ page }) => {
        const check = async () => {
          await expectNoViolations(page, page.url());
          const { scrollWidth, clientWidth } = await page.evaluate(() => document.documentElement);
          expect(scrollWidth).toBe(clientWidth);
        };
        await open(page, '/sign-in?error=EmailTaken');
        await check();
        await demoButton(page).click();
        await expect(page.getByRole('heading', { name: 'Who are you today?' })).toBeVisible();
        await check();
      });
    });
  }
}

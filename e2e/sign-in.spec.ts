import { randomUUID } from 'node:crypto';
import type { Page } from '@playwright/test';
import { sql } from '../tests/support/world';
import { expect, signIn, test } from './fixtures';
import { isReady, keysPath, open } from './key-page';

const password = 'correct horse battery staple';
const wrong = 'Email or password is wrong.';
const limited = 'Too many attempts. Wait 15 minutes, then try again.';

// A refused sign-in is a 401, which the browser reports by itself.
test.use({ signedIn: false, password, expectedConsole: [/status of 401/] });

async function enter(page: Page, email: string, secret: string): Promise<void> {
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password').fill(secret);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

test('the right password leads to the keys, whatever the case of the e-mail', async ({ page, member }) => {
  await open(page, '/sign-in');
  await enter(page, member.email.toUpperCase(), password);
  await expect(page.getByRole('heading', { name: 'Manage API Keys' })).toBeVisible();
  await expect(page).toHaveURL(keysPath);
  await page.goto('/sign-in');
  await expect(page).toHaveURL(keysPath);
});

test('a wrong password, an unknown e-mail and a disabled member get the same sentence, and keep the e-mail', async ({
  page,
  member,
}) => {
  await open(page, '/sign-in');
  const nobody = `${randomUUID()}@example.test`;
  for (const [email, secret] of [
    [member.email, 'wrong horse battery staple'],
    [nobody, password],
  ] as const) {
    await enter(page, email, secret);
    await expect(page.getByRole('alert').filter({ hasText: wrong })).toBeVisible();
    await expect(page.getByLabel('Email')).toHaveValue(email);
  }
  await sql('UPDATE member SET disabled_at = clock_timestamp() WHERE id = $1', [member.id]);
  await enter(page, member.email, password);
  await expect(page.getByRole('alert').filter({ hasText: wrong })).toBeVisible();
  expect(await sql('SELECT id FROM session WHERE member_id = $1 AND user_agent <> $2', [member.id, 'test'])).toEqual(
    [],
  );
});

test('after ten failures the account waits, also with the right password; another one does not', async ({
  page,
  member,
}) => {
  await open(page, '/sign-in');
  for (let failures = 0; failures < 10; failures++) {
    const answer = page.waitForResponse('**/api/auth/callback/credentials');
    await enter(page, member.email, `guess ${failures}`);
    expect((await answer).status()).toBe(401);
    await expect(page.getByRole('alert').filter({ hasText: wrong })).toBeVisible();
  }
  await enter(page, member.email, password);
  await expect(page.getByRole('alert').filter({ hasText: limited })).toBeVisible();
  await enter(page, `${randomUUID()}@example.test`, password);
  await expect(page.getByRole('alert').filter({ hasText: wrong })).toBeVisible();
});

test.describe('an admin', () => {
  test.use({ roles: ['developer', 'admin'] });

  for (const [path, landing] of [
    ['/', keysPath],
    ['/account', keysPath],
    [keysPath, keysPath],
    ['/account/security', '/account/security'],
    ['/account/security?from=mail', '/account/security?from=mail'],
    ['/tenant', '/tenant/settings'],
    ['/tenant/settings', '/tenant/settings'],
  ] as const) {
    test(`who visits ${path} signed out signs in first, and arrives afterwards`, async ({ page, member }) => {
      await open(page, path);
      await expect(page).toHaveURL(/\/sign-in\?callbackUrl=/);
      await enter(page, member.email, password);
      await expect(page).toHaveURL(landing);
      await expect(page.getByRole('button', { name: 'Account menu' })).toBeVisible();
    });
  }

  test('finds the tenant settings in the menu', async ({ page, context, viewer, origin }) => {
    await signIn(context, viewer, origin);
    await open(page, keysPath);
    await page.getByRole('button', { name: 'Account menu' }).click();
    await page.getByRole('menuitem', { name: 'Tenant settings' }).click();
    await expect(page).toHaveURL('/tenant/settings');
  });
});

test('who is no admin finds their own settings in the menu, and no tenant settings', async ({
  page,
  context,
  viewer,
  origin,
}) => {
  await signIn(context, viewer, origin);
  await open(page, '/account/security');
  await page.getByRole('button', { name: 'Account menu' }).click();
  await expect(page.getByRole('menuitem')).toHaveText(['Account settings', 'Sign out']);
  await page.getByRole('menuitem', { name: 'Account settings' }).click();
  await expect(page).toHaveURL(keysPath);
});

test('Sign out ends the session itself: its cookie, replayed, opens nothing', async ({
  page,
  context,
  member,
  origin,
}) => {
  await open(page, '/sign-in');
  await enter(page, member.email, password);
  await expect(page).toHaveURL(keysPath);
  await isReady(page);
  const cookies = await context.cookies();
  await page.getByRole('button', { name: 'Account menu' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(page).toHaveURL(/\/sign-in/);
  expect((await context.cookies()).filter(({ name }) => name === 'latchkey.session')).toEqual([]);

  expect(cookies.map(({ name }) => name)).toContain('latchkey.session');
  await context.addCookies(cookies);
  await page.goto(keysPath);
  await expect(page).toHaveURL(/\/sign-in/);
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
  const flight = await fetch(origin + keysPath, { headers: { cookie, rsc: '1' }, redirect: 'manual' });
  expect(await flight.text()).not.toContain(member.email);
});

const hostile = {
  '//evil.example': '//evil.example',
  'a backslash': '/\\evil.example',
  'an escaped backslash': '/%5cevil.example',
  userinfo: '@evil.example',
  'a line break': '/account%0d%0aSet-Cookie: stolen=1',
  'a script': 'javascript:alert(1)',
  'a foreign origin': 'https://evil.example/account/security',
  '8 KB': `/${'x'.repeat(8192)}`,
};

for (const [what, value] of Object.entries(hostile)) {
  test(`a callbackUrl with ${what} leads home, from the page and from next-auth's endpoints`, async ({
    page,
    member,
    origin,
  }) => {
    const search = `callbackUrl=${encodeURIComponent(value === '@evil.example' ? origin.replace('//', '//evil@') : value)}`;
    await open(page, `/sign-in?${search}`);
    await enter(page, member.email, password);
    await expect(page).toHaveURL(keysPath);

    const token = await fetch(`${origin}/api/auth/csrf`);
    const { csrfToken } = (await token.json()) as { csrfToken: string };
    const cookie = token.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ');
    const credentials = new URLSearchParams({ json: 'true', csrfToken, email: member.email, password });
    const form = { origin, cookie, 'content-type': 'application/x-www-form-urlencoded' };
    for (const endpoint of ['signin', 'callback/credentials', 'error', 'csrf', 'session', 'providers', 'signout']) {
      for (const request of [
        { method: 'GET', headers: { cookie } },
        { method: 'POST', headers: form, body: `${search}&${credentials}` },
        // The value can come by cookie, too.
        { method: 'GET', headers: { cookie: `${cookie}; latchkey.callback=${encodeURIComponent(value)}` } },
      ]) {
        const url = `${origin}/api/auth/${endpoint}?${request.method === 'GET' ? search : ''}`;
        const response = await fetch(url, { ...request, redirect: 'manual' });
        expect(response.status, `${request.method} ${endpoint}`).toBeLessThan(500);
        const location = new URL(response.headers.get('location') ?? '/', origin);
        expect(location.origin, `${request.method} ${endpoint}`).toBe(origin);
        const said = await response.text();
        expect(said + decodeURIComponent(response.headers.getSetCookie().join('\n'))).not.toContain('evil');
        if (endpoint === 'callback/credentials' && request.method === 'POST') {
          expect(JSON.parse(said)).toEqual({ url: origin + keysPath });
        }
      }
    }
  });
}

test('what a browser filled in before the page had come to life is what is sent', async ({ page, member }) => {
  let wake = () => {};
  const filled = new Promise<void>((resolve) => {
    wake = resolve;
  });
  await page.route('**/*.js', async (route) => {
    await filled;
    await route.continue();
  });
  await page.goto('/sign-in', { waitUntil: 'commit' });
  await page.getByLabel('Email').fill(member.email);
  await page.getByLabel('Password').fill(password);
  wake();
  await page.unrouteAll({ behavior: 'wait' });
  await isReady(page);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page).toHaveURL(keysPath);
});

test.describe('before the page has come to life', () => {
  test.use({ javaScriptEnabled: false });

  test('submitting never puts the password into the URL', async ({ page }) => {
    await page.goto('/sign-in');
    await page.getByLabel('Email').fill('someone@example.test');
    await page.getByLabel('Password').fill('typed too early');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await expect(page).toHaveURL(/\/sign-in$/);
  });
});

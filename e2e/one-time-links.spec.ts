import { readFileSync } from 'node:fs';
import type { Locator, Page } from '@playwright/test';
import { SMTPServer } from 'smtp-server';
import { freePort } from '../tests/support/free-port';
import { createMember, sql, viewerFor } from '../tests/support/world';
import { expect, signIn, test } from './fixtures';
import { isReady, keysPath, open } from './key-page';
import { chooseAction, memberRow, membersPath } from './members-page';
import { startSecondServer } from './server';

const password = 'correct horse battery staple';

test.use({ roles: ['developer', 'admin'] });

async function openInvite(page: Page): Promise<Locator> {
  await page.getByRole('button', { name: '+ Invite member' }).click();
  const dialog = page.getByRole('dialog', { name: 'Invite member' });
  await expect(dialog).toBeVisible();
  return dialog;
}

/** Invites somebody, and reads the link that is shown once. */
async function invite(page: Page, email: string): Promise<string> {
  const dialog = await openInvite(page);
  await dialog.getByLabel('Email').fill(email);
  await dialog.getByRole('button', { name: 'Create invitation' }).click();
  return linkIn(page.getByRole('dialog', { name: 'Invitation created' }));
}

async function linkIn(dialog: Locator): Promise<string> {
  const url = await dialog.getByLabel('One-time link').inputValue();
  await dialog.getByRole('button', { name: 'Done' }).click();
  return url;
}

async function setPassword(page: Page, value: string, repeated = value): Promise<void> {
  await page.getByLabel('New password', { exact: true }).fill(value);
  await page.getByLabel('Repeat new password').fill(repeated);
  await page.getByRole('button', { name: 'Set password' }).click();
}

const newEmail = (tenant: { slug: string }) => `new-${tenant.slug}@example.test`;

test('an invitation leads from the link to the first password and straight in, and works once', async ({
  page,
  browser,
  tenant,
  origin,
}) => {
  await open(page, membersPath);
  const dialog = await openInvite(page);
  await dialog.getByLabel('Email').fill(` ${newEmail(tenant).toUpperCase()} `);
  await dialog.getByLabel('Name').fill('Nora New');
  await dialog.getByRole('checkbox', { name: 'Licence' }).click();
  await dialog.getByRole('button', { name: 'Create invitation' }).click();
  const shown = page.getByRole('dialog', { name: 'Invitation created' });
  await expect(shown).toContainText(`Give it to ${newEmail(tenant)} and nobody else. It is shown once`);
  const url = await shown.getByLabel('One-time link').inputValue();
  const token = new URL(url).hash.slice(1);
  expect(token).toMatch(/^[\w-]{40,}$/);
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await shown.getByRole('button', { name: 'Copy link' }).click();
  await expect(page.getByText('Link copied')).toBeAttached();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(url);
  await expect(page.getByRole('status').filter({ hasText: token })).toHaveCount(0);
  await shown.getByRole('button', { name: 'Done' }).click();
  expect(await page.content()).not.toContain(token);
  const row = memberRow(page, { email: newEmail(tenant) });
  await expect(row).toContainText(/Nora New.*Invited, until/s);
  await expect(row.getByRole('checkbox', { name: /developer/ })).toBeChecked();
  await expect(row.getByRole('switch')).not.toBeChecked();

  const theirs = await browser.newContext({ baseURL: origin });
  const guest = await theirs.newPage();
  const sent: string[] = [];
  guest.on('request', (request) => sent.push(`${request.url()} ${JSON.stringify(request.headers())}`));
  const response = await guest.goto(url);
  expect(response?.headers()['cache-control']).toContain('no-store');
  await expect(guest.getByRole('heading', { name: `Welcome to Tenant ${tenant.slug}` })).toBeVisible();
  await expect(guest.getByText(newEmail(tenant))).toBeVisible();
  await setPassword(guest, 'short');
  await expect(guest.getByLabel('New password', { exact: true })).toHaveAccessibleDescription(/at least 12 characters/);
  await setPassword(guest, password, 'something else entirely');
  await expect(guest.getByLabel('Repeat new password')).toHaveAccessibleDescription(
    'The two passwords are not the same.',
  );
  await setPassword(guest, password);
  await expect(guest).toHaveURL(keysPath);
  await expect(guest.getByRole('heading', { name: 'Manage API Keys' })).toBeVisible();
  // No address, no Referer and no line of the log has it.
  expect(sent.filter((line) => line.includes(token))).toEqual([]);
  expect(readFileSync(process.env.LATCHKEY_E2E_LOG as string, 'utf8')).not.toContain(token);
  await open(page, membersPath);
  await expect(row).toContainText(/Password.*just now.*Active/s);

  const stranger = await browser.newContext({ baseURL: origin });
  const second = await stranger.newPage();
  await second.goto(url);
  await expect(second.getByRole('heading', { name: 'This link was used already' })).toBeVisible();
  await expect(second.getByText('ask for a new link')).toBeVisible();
  await stranger.close();
  await theirs.close();
});

test('a page that is about to be frozen forgets the link before', async ({ page, tenant }) => {
  await open(page, membersPath);
  const dialog = await openInvite(page);
  await dialog.getByLabel('Email').fill(newEmail(tenant));
  await dialog.getByRole('button', { name: 'Create invitation' }).click();
  const url = await page.getByLabel('One-time link').inputValue();
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true })));
  await expect(page.getByRole('dialog')).toHaveCount(0);
  expect(await page.content()).not.toContain(url.split('#')[1]);
});

test('what is wrong with an invitation is said at its field, and nobody is invited', async ({
  page,
  tenant,
  member,
}) => {
  await open(page, membersPath);
  const dialog = await openInvite(page);
  const email = dialog.getByLabel('Email');
  for (const [value, sentence] of [
    ['', 'Enter an email address.'],
    ['nobody', 'Email must look like name@example.com.'],
    [member.email, `${member.email} is a member already.`],
  ] as const) {
    await email.fill(value);
    await dialog.getByRole('button', { name: 'Create invitation' }).click();
    await expect(email).toHaveAccessibleDescription(sentence);
    await expect(email).toHaveValue(value);
  }
  await email.fill(newEmail(tenant));
  await dialog.getByLabel('Name').fill('x'.repeat(101));
  await dialog.getByRole('button', { name: 'Create invitation' }).click();
  await expect(dialog.getByLabel('Name')).toHaveAccessibleDescription(/at most 100 characters/);
  expect(await sql('SELECT id FROM member WHERE tenant_id = $1', [tenant.id])).toHaveLength(1);
});

test('a second invitation replaces the first, whose link says so', async ({ page, tenant, browser, origin }) => {
  await open(page, membersPath);
  const first = await invite(page, newEmail(tenant));
  await chooseAction(page, { email: newEmail(tenant) }, 'Send invitation again');
  await page.getByRole('dialog').getByRole('button', { name: 'Create invitation' }).click();
  const second = await linkIn(page.getByRole('dialog', { name: 'Invitation created' }));
  const guest = await (await browser.newContext({ baseURL: origin })).newPage();
  await guest.goto(first);
  await expect(guest.getByRole('heading', { name: 'This link does not work' })).toBeVisible();
  // In the same tab: only the fragment changes.
  await guest.evaluate((url) => location.assign(url), second);
  await expect(guest.getByRole('heading', { name: /^Welcome to/ })).toBeVisible();
  await guest.context().close();
});

test('a reset link gives a new password, ends the sessions, and leaves the old password until it is used', async ({
  page,
  tenant,
  browser,
  origin,
}) => {
  const dana = await createMember(tenant, { password });
  const other = await browser.newContext({ baseURL: origin });
  await signIn(other, await viewerFor(dana), origin);
  const theirs = await other.newPage();
  await open(page, membersPath);
  await chooseAction(page, dana, 'Send password reset');
  await page.getByRole('dialog').getByRole('button', { name: 'Create password reset' }).click();
  const url = await linkIn(page.getByRole('dialog', { name: 'Password reset created' }));
  await open(theirs, keysPath);
  await expect(theirs.getByRole('heading', { name: 'Manage API Keys' })).toBeVisible();

  const fresh = await browser.newContext({ baseURL: origin });
  const guest = await fresh.newPage();
  await guest.goto(url);
  await expect(guest.getByRole('heading', { name: 'Choose a new password' })).toBeVisible();
  await setPassword(guest, 'four unrelated words here');
  await expect(guest).toHaveURL(keysPath);
  await theirs.goto(keysPath);
  await expect(theirs).toHaveURL(/\/sign-in/);
  await isReady(theirs);
  await theirs.getByLabel('Email').fill(dana.email);
  await theirs.getByLabel('Password').fill(password);
  await theirs.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(theirs.getByText('Email or password is wrong.')).toBeVisible();
  await other.close();
  await fresh.close();
});

test.describe('signed out', () => {
  test.use({ signedIn: false });

  test('a link that opens nothing says what happened and what to do', async ({
    page,
    tenant,
    viewer,
    context,
    origin,
  }) => {
    await signIn(context, viewer, origin);
    await open(page, membersPath);
    const url = await invite(page, newEmail(tenant));
    await context.clearCookies();
    await sql(`UPDATE one_time_link SET expires_at = clock_timestamp() WHERE tenant_id = $1`, [tenant.id]);
    for (const [address, title, help] of [
      [url, 'This link has expired', 'Ask your administrator for a new link.'],
      ['/set-password#made-up', 'This link does not work', 'ask your administrator for another'],
      [`/set-password#${'x'.repeat(3_000)}`, 'This link does not work', 'ask your administrator for another'],
      ['/set-password', 'This link is incomplete', 'ask your administrator for a new one'],
    ] as const) {
      await page.goto('/sign-in');
      await page.goto(address);
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(title);
      await expect(page.getByText(help)).toBeVisible();
      await expect(page.getByRole('link', { name: 'Go to sign-in' })).toBeVisible();
    }
  });

  test('a link that is withdrawn while its page is open sets no password', async ({
    page,
    tenant,
    viewer,
    context,
    origin,
  }) => {
    await signIn(context, viewer, origin);
    await open(page, membersPath);
    await page.goto(await invite(page, newEmail(tenant)));
    await expect(page.getByLabel('Repeat new password')).toBeVisible();
    await sql('DELETE FROM one_time_link WHERE tenant_id = $1', [tenant.id]);
    await setPassword(page, password);
    await expect(page.getByRole('heading', { name: 'This link does not work' })).toBeVisible();
    expect(
      await sql('SELECT id FROM member WHERE tenant_id = $1 AND password_digest IS NOT NULL', [tenant.id]),
    ).toEqual([]);
  });

  test('without scripts the page says what it needs', async ({ request }) => {
    const html = await (await request.get('/set-password')).text();
    expect(/<noscript>(.*?)<\/noscript>/.exec(html)?.[1]).toContain('This page needs JavaScript');
  });
});

test('with a mail server the link is mailed and shown nowhere; when that fails it is shown, with the reason', async ({
  browser,
  tenant,
  viewer,
}) => {
  const mails: string[] = [];
  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, _session, done) {
      let text = '';
      stream.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      stream.on('end', () => {
        mails.push(text.replace(/=\r\n/g, '').replace(/=3D/g, '='));
        done();
      });
    },
  });
  const smtpPort = await freePort();
  await new Promise<void>((resolve) => smtp.listen(smtpPort, '127.0.0.1', resolve));
  const server = await startSecondServer(
    { SMTP_URL: `smtp://127.0.0.1:${smtpPort}`, MAIL_FROM: 'latchkey@example.test' },
    test.info().outputPath('server.log'),
  );
  const { origin } = server;
  const context = await browser.newContext({ baseURL: origin });
  try {
    await signIn(context, viewer, origin);
    const page = await context.newPage();
    await open(page, membersPath);
    const dialog = await openInvite(page);
    await dialog.getByLabel('Email').fill(newEmail(tenant));
    await dialog.getByRole('button', { name: 'Send invitation' }).click();
    const sent = page.getByRole('dialog', { name: 'Invitation sent' });
    await expect(sent).toContainText(`on its way to ${newEmail(tenant)}`);
    await expect(sent.getByLabel('One-time link')).toHaveCount(0);
    const url = new RegExp(`${origin}/set-password#[\\w-]+`).exec(mails.join(''))?.[0] ?? '';
    expect(await page.content()).not.toContain(url.split('#')[1]);
    await sent.getByRole('button', { name: 'Done' }).click();

    await new Promise<void>((resolve) => smtp.close(resolve));
    await chooseAction(page, { email: newEmail(tenant) }, 'Send invitation again');
    await page.getByRole('dialog').getByRole('button', { name: 'Send invitation' }).click();
    const shown = page.getByRole('dialog', { name: 'Invitation created' });
    await expect(shown).toContainText('The mail could not be sent');
    expect(await shown.getByLabel('One-time link').inputValue()).not.toBe(url);
  } finally {
    smtp.close(() => {});
    await context.close();
    await server.stop('SIGKILL');
  }
});

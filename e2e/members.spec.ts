import type { Page } from '@playwright/test';
import { createKeyFor, createMember, sql, viewerFor } from '../tests/support/world';
import { expect, signIn, test } from './fixtures';
import {
  createButton,
  createThroughDialog,
  escapeFrom,
  isReady,
  keysPath,
  open,
  openCreateDialog,
  tabTo,
  tooltip,
} from './key-page';
import {
  accessOf,
  chooseAction,
  createIdentity,
  createManyMembers,
  createSsoMember,
  memberRow,
  membersPath,
  openReview,
} from './members-page';
import { startSecondServer } from './server';

const password = 'correct horse battery staple';
const lastAdmin = 'This is the last admin. Make somebody else an admin first.';

test.use({ roles: ['developer', 'admin'] });

async function storedAccess(memberId: string) {
  const [row] = await sql<{ roles: string[]; licensed: boolean }>(
    'SELECT roles::text[] AS roles, licensed FROM member WHERE id = $1',
    [memberId],
  );
  return row;
}

test('the table says who is here, how they sign in, what they may do, and when they were seen', async ({
  page,
  tenant,
  member,
}) => {
  const dana = await createMember(tenant, { password });
  const danaViewer = await viewerFor(dana);
  await createKeyFor(danaViewer);
  await createKeyFor(danaViewer);
  const sam = await createSsoMember(tenant, 'sam-1');
  const both = await createMember(tenant, { password, roles: [], licensed: false });
  await createIdentity(tenant, { subject: 'both-1', email: 'elsewhere@idp.example', member: both });
  const invited = await createMember(tenant);
  const gone = await createMember(tenant, { password });
  await sql('UPDATE member SET disabled_at = clock_timestamp() WHERE id = $1', [gone.id]);
  await createIdentity(tenant, { subject: 'knocks', email: dana.email });

  await open(page, membersPath);
  await expect(page.getByText('6 members', { exact: true })).toBeVisible();
  await expect(memberRow(page, member)).toContainText('You');
  await expect(memberRow(page, dana)).toContainText(/Password.*Waits to be linked.*2.*just now.*Active/s);
  await expect(accessOf(page, dana).developer).toBeChecked();
  await expect(accessOf(page, dana).admin).not.toBeChecked();
  await expect(accessOf(page, dana).licence).toBeChecked();
  await expect(memberRow(page, sam)).toContainText(/https:\/\/idp\.example.*0.*Never.*Active/s);
  await expect(memberRow(page, sam)).not.toContainText('Password');
  await expect(memberRow(page, both)).toContainText(/Password.*https:\/\/idp\.example/s);
  await expect(accessOf(page, both).developer).not.toBeChecked();
  await expect(accessOf(page, both).licence).not.toBeChecked();
  await expect(memberRow(page, invited)).toContainText(/Invitation expired.*Invited/s);
  await expect(memberRow(page, gone)).toContainText('Disabled');
});

test('roles and licence are saved with the click that changes them', async ({ page, tenant }) => {
  const dana = await createMember(tenant);
  await open(page, membersPath);
  const { developer, admin, licence } = accessOf(page, dana);
  await developer.click();
  await expect(page.getByText(`${dana.email} is not a developer any more`)).toBeVisible();
  expect(await storedAccess(dana.id)).toEqual({ roles: [], licensed: true });
  await admin.click();
  await expect(page.getByText(`${dana.email} is an admin`)).toBeVisible();
  await licence.click();
  await expect(page.getByText(`${dana.email} has no licence any more`)).toBeVisible();
  expect(await storedAccess(dana.id)).toEqual({ roles: ['admin'], licensed: false });
  // Three clicks at once: none is lost.
  await developer.click();
  await admin.click();
  await licence.click();
  await expect.poll(() => storedAccess(dana.id)).toEqual({ roles: ['developer'], licensed: true });
  await open(page, membersPath);
  await expect(developer).toBeChecked();
  await expect(admin).not.toBeChecked();
  await expect(licence).toBeChecked();
});

test('a change touches nothing that another admin changed meanwhile', async ({ page, tenant }) => {
  const dana = await createMember(tenant);
  await open(page, membersPath);
  await sql(`UPDATE member SET roles = '{developer,admin}' WHERE id = $1`, [dana.id]);
  await accessOf(page, dana).licence.click();
  await expect(page.getByText(`${dana.email} has no licence any more`)).toBeVisible();
  expect(await storedAccess(dana.id)).toEqual({ roles: ['developer', 'admin'], licensed: false });
  await expect(accessOf(page, dana).admin).toBeChecked();
});

test('a refused change goes back to what is stored, and says why', async ({ page, tenant, member }) => {
  const dana = await createMember(tenant);
  await open(page, membersPath);
  await sql(`UPDATE member SET roles = '{developer}' WHERE id = $1`, [member.id]);
  await accessOf(page, dana).admin.click();
  await expect(memberRow(page, dana).getByRole('alert')).toHaveText('You need the role admin. Ask your administrator.');
  await expect(accessOf(page, dana).admin).not.toBeChecked();
  expect(await storedAccess(dana.id)).toEqual({ roles: ['developer'], licensed: true });
});

test.describe('with a connection that is lost', () => {
  test.use({ expectedConsole: [/ERR_INTERNET_DISCONNECTED/] });

  test('a change goes back, and says that it may not have been made', async ({ page, tenant, context }) => {
    const dana = await createMember(tenant);
    await open(page, membersPath);
    await context.setOffline(true);
    await accessOf(page, dana).licence.click();
    await expect(memberRow(page, dana).getByRole('alert')).toContainText('Latchkey did not answer');
    await expect(accessOf(page, dana).licence).toBeChecked();
  });
});

test('who is signed out meanwhile is sent to sign in by the next click, and back afterwards', async ({
  page,
  context,
  tenant,
  member,
  viewer,
  origin,
}) => {
  const dana = await createMember(tenant);
  await open(page, membersPath);
  await sql('UPDATE session SET ended_at = clock_timestamp() WHERE id = $1', [viewer.sessionId]);
  await accessOf(page, dana).licence.click();
  await expect(page).toHaveURL(`/sign-in?callbackUrl=${encodeURIComponent(membersPath)}`);
  expect(await storedAccess(dana.id)).toEqual({ roles: ['developer'], licensed: true });
  const next = await viewerFor(member);
  await signIn(context, next, origin);
  await open(page, membersPath);
  await sql('UPDATE session SET ended_at = clock_timestamp() WHERE id = $1', [next.sessionId]);
  await page.getByRole('button', { name: `Disable ${dana.email}` }).click();
  await expect(page).toHaveURL(/\/sign-in/);
});

test('who is demoted is refused with their next click in another browser, and their page explains why', async ({
  page,
  browser,
  tenant,
  origin,
}) => {
  const dana = await createMember(tenant);
  const other = await browser.newContext({ baseURL: origin });
  await signIn(other, await viewerFor(dana), origin);
  const theirs = await other.newPage();
  await open(theirs, keysPath);
  const dialog = await openCreateDialog(theirs);

  await open(page, membersPath);
  await accessOf(page, dana).developer.click();
  await expect(page.getByText(`${dana.email} is not a developer any more`)).toBeVisible();

  const sentence = 'You need the role developer. Ask your administrator.';
  await dialog.getByRole('button', { name: 'Create key' }).click();
  await expect(dialog.getByText(sentence)).toBeVisible();
  await theirs.keyboard.press('Escape');
  await tabTo(theirs, createButton(theirs));
  await expect(tooltip(theirs, sentence)).toBeVisible();

  await accessOf(page, dana).developer.click();
  await expect(page.getByText(`${dana.email} is a developer`)).toBeVisible();
  await open(theirs, keysPath);
  await createThroughDialog(theirs, 'Again');
  await other.close();
});

test('the last admin can be neither demoted, disabled nor removed, and each control says why', async ({
  page,
  tenant,
  member,
}) => {
  const dana = await createMember(tenant, { password });
  // An admin who is only invited, or disabled, could not take over.
  await createMember(tenant, { roles: ['admin'] });
  const gone = await createMember(tenant, { roles: ['admin'], password });
  await sql('UPDATE member SET disabled_at = clock_timestamp() WHERE id = $1', [gone.id]);
  await open(page, membersPath);
  const { admin, developer } = accessOf(page, member);
  const disable = page.getByRole('button', { name: `Disable ${member.email}` });
  await expect(admin).toBeChecked();
  for (const control of [admin, disable]) {
    await expect(control).toHaveAttribute('aria-disabled', 'true');
    await tabTo(page, control);
    await expect(tooltip(page, lastAdmin)).toBeVisible();
    await page.keyboard.press('Space');
  }
  await expect(admin).toBeChecked();
  await expect(page.getByRole('alertdialog')).toHaveCount(0);
  await page.getByRole('button', { name: `More actions for ${member.email}` }).click();
  const remove = page.getByRole('menuitem', { name: 'Remove' });
  await expect(remove).toHaveAttribute('aria-disabled', 'true');
  await expect(remove).toContainText(lastAdmin);
  await remove.click({ force: true });
  await expect(remove).toBeVisible();
  await expect(page.getByRole('alertdialog')).toHaveCount(0);
  await page.keyboard.press('Escape');
  // The rest of their access is theirs to change.
  await developer.click();
  await expect(page.getByText(`${member.email} is not a developer any more`)).toBeVisible();

  await accessOf(page, dana).admin.click();
  await expect(page.getByText(`${dana.email} is an admin`)).toBeVisible();
  await expect(disable).not.toHaveAttribute('aria-disabled');
  await expect(admin).not.toHaveAttribute('aria-disabled');
});

test.describe(() => {
  // A link to a page of the tenant, fetched ahead, may be answered after it is not theirs any more.
  test.use({ expectedConsole: [/404/] });
  test('an admin who takes the role from themself is asked first, and ends up where they may be', async ({
    page,
    tenant,
    member,
  }) => {
    await createMember(tenant, { roles: ['admin'], password });
    await open(page, membersPath);
    const { admin } = accessOf(page, member);
    await admin.click();
    const question = page.getByRole('alertdialog', { name: 'Stop being an admin?' });
    await question.getByRole('button', { name: 'Cancel' }).click();
    await expect(admin).toBeFocused();
    await expect(admin).toBeChecked();
    await admin.click();
    await question.getByRole('button', { name: 'Stop being an admin' }).click();
    await expect(page).toHaveURL(keysPath);
    await expect(page.getByRole('heading', { name: 'Manage API Keys' })).toBeVisible();
    expect(await storedAccess(member.id)).toEqual({ roles: ['developer'], licensed: true });
    await page.getByRole('button', { name: 'Account menu' }).click();
    await expect(page.getByRole('menuitem', { name: 'Account settings' })).toBeVisible();
    await expect(page.getByRole('menuitem', { name: 'Tenant settings' })).toHaveCount(0);
  });
});

test.describe('search and pages', () => {
  test('finds by name and e-mail while one types, keeps the focus, and lives in the address', async ({
    page,
    tenant,
  }) => {
    await createManyMembers(tenant, 30);
    const dana = await createMember(tenant);
    await sql(`UPDATE member SET name = 'Dana_100% Developer' WHERE id = $1`, [dana.id]);
    await open(page, membersPath);
    const field = page.getByRole('searchbox', { name: 'Search members' });
    await field.pressSequentially('dana');
    await expect(page.getByText('1 member found').first()).toBeAttached();
    await expect(memberRow(page, dana)).toBeVisible();
    await expect(field).toBeFocused();
    await expect(page).toHaveURL(/\?search=dana$/);
    await page.reload();
    await isReady(page);
    await expect(field).toHaveValue('dana');
    await expect(memberRow(page, dana)).toBeVisible();
    // No wildcards, and the e-mail too.
    for (const [text, found] of [
      ['_100%', 1],
      ['a%d', 0],
      [dana.email.slice(3, 20).toUpperCase(), 1],
      ['number00007@', 1],
    ] as const) {
      await field.fill(text);
      await expect(page).toHaveURL(`${membersPath}?${new URLSearchParams({ search: text })}`);
      if (found === 0) await expect(page.getByText(`No member has “${text}” in their name or email.`)).toBeVisible();
      else await expect(page.getByText('1 member found').first()).toBeAttached();
    }
    await field.fill('nobody');
    await page.getByRole('link', { name: 'Show all members' }).click();
    await expect(field).toHaveValue('');
    await expect(page.getByText('32 members', { exact: true })).toBeVisible();
  });

  test('works as a form where scripts do not run', async ({ browser, tenant, viewer, origin }) => {
    await createManyMembers(tenant, 30);
    const plain = await browser.newContext({ baseURL: origin, javaScriptEnabled: false });
    await signIn(plain, viewer, origin);
    const page = await plain.newPage();
    await page.goto(membersPath);
    await page.getByRole('searchbox', { name: 'Search members' }).fill('number00007');
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(/search=number00007/);
    await expect(page.getByRole('row')).toHaveCount(2);
    await plain.close();
  });

  test('pages of 25 lead forth and back, also through what is found', async ({ page, tenant, member }) => {
    await createManyMembers(tenant, 60);
    await sql(`UPDATE member SET email = 'z@many.test', email_key = 'z@many.test' WHERE id = $1`, [member.id]);
    await open(page, membersPath);
    const previous = page.getByRole('link', { name: 'Previous' });
    const next = page.getByRole('link', { name: 'Next' });
    const first = page.getByRole('row').nth(1);
    await expect(page.getByText('61 members', { exact: true })).toBeVisible();
    await expect(page.getByRole('row')).toHaveCount(26);
    await expect(previous).toHaveCount(0);
    await next.click();
    await expect(first).toContainText('number00026@many.test');
    await tabTo(page, next);
    await page.keyboard.press('Enter');
    await expect(first).toContainText('number00051@many.test');
    await expect(page.getByRole('row')).toHaveCount(12);
    await expect(next).toHaveCount(0);
    await expect(page.getByRole('navigation', { name: 'Pages of members' })).toBeFocused();
    await previous.click();
    await expect(first).toContainText('number00026@many.test');
    await previous.click();
    await expect(first).toContainText('number00001@many.test');
    await expect(previous).toHaveCount(0);

    await page.getByRole('searchbox', { name: 'Search members' }).fill('number000');
    await expect(page).toHaveURL(/search=number000$/);
    await next.click();
    await expect(page).toHaveURL(/search=number000&after=/);
    await expect(first).toContainText('number00026@many.test');
    await page.goto(`${membersPath}?after=nonsense&before=7&search=number00060`);
    await expect(page.getByRole('row')).toHaveCount(2);
  });

  test('counts honestly, and stays quick with more than it counts', async ({ page, tenant }) => {
    await createManyMembers(tenant, 10_001);
    await open(page, membersPath);
    await expect(page.getByText('10,000+ members', { exact: true })).toBeVisible();
    await page.getByRole('searchbox', { name: 'Search members' }).fill('number 9999');
    await expect(page.getByText('1 member found').first()).toBeAttached();
  });
});

test.describe('sign-in methods', () => {
  test('an identity that waits is linked after a warning, and unlinked again', async ({
    page,
    tenant,
    browser,
    origin,
  }) => {
    const dana = await createMember(tenant, { password });
    await createIdentity(tenant, { subject: 'dana|1', email: dana.email });
    const linked = () => sql('SELECT subject FROM identity WHERE member_id = $1', [dana.id]);
    await open(page, membersPath);
    await page.getByRole('button', { name: `Waits to be linked: sign-in methods of ${dana.email}` }).click();
    const methods = page.getByRole('dialog', { name: 'Sign-in methods' });
    await expect(methods).toContainText('Whoever signs in with an identity you link becomes this member.');
    await methods.getByRole('button', { name: 'Link dana|1' }).click();
    const question = page.getByRole('alertdialog', { name: 'Link this identity?' });
    await expect(question).toContainText(`Whoever signs in with it becomes ${dana.email}`);
    expect(await linked()).toEqual([]);
    await question.getByRole('button', { name: 'Link', exact: true }).click();
    await expect(methods.getByRole('list', { name: 'Sign-in methods' })).toContainText('dana|1');
    expect(await linked()).toHaveLength(1);

    const other = await browser.newContext({ baseURL: origin });
    await signIn(other, await viewerFor(dana), origin);
    await methods.getByRole('button', { name: 'Unlink dana|1' }).click();
    const second = page.getByRole('alertdialog', { name: 'Unlink this identity?' });
    await second.getByRole('button', { name: 'Cancel' }).click();
    expect(await linked()).toHaveLength(1);
    await methods.getByRole('button', { name: 'Unlink dana|1' }).click();
    await second.getByRole('button', { name: 'Unlink', exact: true }).click();
    await expect(methods.getByRole('list', { name: 'Sign-in methods' })).not.toContainText('dana|1');
    expect(await linked()).toEqual([]);
    await expectSignedOut(await other.newPage());
    await other.close();
    await methods.getByRole('button', { name: 'Close', exact: true }).last().click();
    await expect(page.getByRole('heading', { name: 'Members' })).toBeFocused();
  });

  test('an identity that has not signed in yet is linked by its provider and subject', async ({
    browser,
    tenant,
    viewer,
  }) => {
    const issuer = 'https://idp.example';
    const server = await startSecondServer(
      {
        AUTH_OIDC_ISSUER: issuer,
        AUTH_OIDC_CLIENT_ID: 'latchkey',
        AUTH_OIDC_CLIENT_SECRET: 'a secret of the provider',
        AUTH_OIDC_TENANT: tenant.slug,
        AUTH_OIDC_NAME: 'Acme Login',
      },
      test.info().outputPath('server.log'),
    );
    const dana = await createMember(tenant);
    const other = await createMember(tenant);
    await createIdentity(tenant, { subject: 'taken', email: '', member: other });
    const context = await browser.newContext({ baseURL: server.origin });
    try {
      await signIn(context, viewer, server.origin);
      const page = await context.newPage();
      await open(page, membersPath);
      await expect(memberRow(page, other)).toContainText('Acme Login');
      await chooseAction(page, dana, 'Sign-in methods');
      const methods = page.getByRole('dialog', { name: 'Sign-in methods' });
      await expect(methods.getByLabel('Provider').getByRole('option')).toHaveText(['Acme Login']);
      const subject = methods.getByLabel('Subject');
      for (const [value, sentence] of [
        ['', 'Enter the subject.'],
        ['two words', 'Subject must be up to 255 characters without spaces, as the provider shows it.'],
        ['taken', `This identity is linked to ${other.email}. Unlink it there first.`],
      ] as const) {
        await subject.fill(value);
        await methods.getByRole('button', { name: 'Link identity' }).click();
        await expect(subject).toHaveAccessibleDescription(sentence);
        await expect(subject).toHaveValue(value);
      }
      await subject.fill('00u1a2b3');
      await page.keyboard.press('Enter');
      await expect(methods.getByRole('list', { name: 'Sign-in methods' })).toContainText('00u1a2b3');
      expect(await sql('SELECT issuer, subject FROM identity WHERE member_id = $1', [dana.id])).toEqual([
        { issuer, subject: '00u1a2b3' },
      ]);
      await page.keyboard.press('Escape');
      await expect(memberRow(page, dana)).toContainText(/Acme Login.*Active/s);
    } finally {
      await context.close();
      await server.stop('SIGKILL');
    }
  });

  test('who has SSO only is offered no password', async ({ page, tenant }) => {
    const sam = await createSsoMember(tenant, 'sam-1');
    await open(page, membersPath);
    await page.getByRole('button', { name: `More actions for ${sam.email}` }).click();
    await expect(page.getByRole('menuitem')).toHaveText(['Sign-in methods', 'Sign out everywhere', 'Remove']);
  });
});

async function expectSignedOut(page: Page): Promise<void> {
  await page.goto(keysPath);
  await expect(page).toHaveURL(/\/sign-in/);
}

test('Sign out everywhere ends every session of the member at once', async ({ page, browser, tenant, origin }) => {
  const dana = await createMember(tenant, { password });
  const others = await Promise.all([browser.newContext({ baseURL: origin }), browser.newContext({ baseURL: origin })]);
  for (const other of others) await signIn(other, await viewerFor(dana), origin);
  await open(page, membersPath);
  await chooseAction(page, dana, 'Sign out everywhere');
  const question = page.getByRole('alertdialog', { name: `Sign out ${dana.email} everywhere?` });
  await question.getByRole('button', { name: 'Sign out everywhere' }).click();
  await expect(page.getByText(`Signed ${dana.email} out of 2 sessions`)).toBeVisible();
  await expect(page.getByRole('button', { name: `More actions for ${dana.email}` })).toBeFocused();
  for (const other of others) {
    await expectSignedOut(await other.newPage());
    await other.close();
  }
});

test('an admin who signs themself out everywhere, or disables themself, is out here too', async ({
  page,
  context,
  tenant,
  member,
  origin,
}) => {
  await createMember(tenant, { roles: ['admin'], password });
  await open(page, membersPath);
  await chooseAction(page, member, 'Sign out everywhere');
  await page.getByRole('alertdialog').getByRole('button', { name: 'Sign out everywhere' }).click();
  await expect(page).toHaveURL(/\/sign-in/);
  await signIn(context, await viewerFor(member), origin);
  await open(page, membersPath);
  const review = await openReview(page, member);
  await expect(review).toContainText('You are signed out everywhere at once and cannot sign in.');
  await review.getByRole('button', { name: 'Disable' }).click();
  await expect(page).toHaveURL(/\/sign-in/);
});

test('everything in a row can be done with the keyboard', async ({ page, tenant }) => {
  const { keyboard } = page;
  const dana = await createMember(tenant, { password });
  await open(page, membersPath);
  const { developer, licence } = accessOf(page, dana);
  await tabTo(page, developer);
  await keyboard.press('Space');
  await expect(page.getByText(`${dana.email} is not a developer any more`)).toBeVisible();
  await expect(developer).toBeFocused();
  await tabTo(page, licence);
  await keyboard.press('Space');
  await expect(licence).not.toBeChecked();
  const more = page.getByRole('button', { name: `More actions for ${dana.email}` });
  await tabTo(page, more);
  await keyboard.press('Enter');
  await expect(page.getByRole('menuitem', { name: 'Sign-in methods' })).toBeFocused();
  await escapeFrom(page, page.getByRole('menu'));
  await expect(more).toBeFocused();
  await keyboard.press('ArrowDown');
  await expect(page.getByRole('menuitem', { name: 'Sign-in methods' })).toBeFocused();
  await keyboard.press('ArrowDown');
  await expect(page.getByRole('menuitem', { name: 'Send password reset' })).toBeFocused();
  await keyboard.press('Enter');
  const reset = page.getByRole('dialog', { name: `Reset the password of ${dana.email}?` });
  await expect(reset).toBeVisible();
  await escapeFrom(page, reset);
  await expect(more).toBeFocused();

  const disable = page.getByRole('button', { name: `Disable ${dana.email}` });
  await tabTo(page, disable);
  await keyboard.press('Enter');
  const review = page.getByRole('alertdialog');
  await tabTo(page, review.getByRole('button', { name: 'Disable', exact: true }));
  await keyboard.press('Enter');
  const enable = page.getByRole('button', { name: `Enable ${dana.email}` });
  await expect(enable).toBeFocused();
  await keyboard.press('Enter');
  await expect(page.getByText(`${dana.email} can sign in again.`)).toBeVisible();
  await expect(disable).toBeFocused();
});

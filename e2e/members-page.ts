/** What several specs do on the members page, by its labels. */
import type { Locator, Page } from '@playwright/test';
import { createMember, sql, type TestMember, type TestTenant } from '../tests/support/world';
import { expect } from './fixtures';

export const membersPath = '/tenant/members';

/** The row of the member with exactly this e-mail. */
export function memberRow(page: Page, { email }: { email: string }): Locator {
  return page.getByRole('row').filter({ has: page.getByText(email, { exact: true }) });
}

export function accessOf(page: Page, { email }: { email: string }) {
  return {
    developer: page.getByRole('checkbox', { name: `developer for ${email}`, exact: true }),
    admin: page.getByRole('checkbox', { name: `admin for ${email}`, exact: true }),
    licence: page.getByRole('switch', { name: `Licence for ${email}`, exact: true }),
  };
}

/** Opens what is behind `More actions for …`. */
export async function chooseAction(page: Page, { email }: { email: string }, action: string): Promise<void> {
  await page.getByRole('button', { name: `More actions for ${email}`, exact: true }).click();
  await page.getByRole('menuitem', { name: action }).click();
}

/** Opens the review before a member leaves, and waits for their keys. */
export async function openReview(
  page: Page,
  member: { email: string },
  mode: 'Disable' | 'Remove' = 'Disable',
): Promise<Locator> {
  if (mode === 'Remove') await chooseAction(page, member, 'Remove');
  else await page.getByRole('button', { name: `Disable ${member.email}`, exact: true }).click();
  const dialog = page.getByRole('alertdialog', { name: `${mode} ${member.email}?` });
  await expect(dialog.getByRole('button', { name: mode, exact: true })).toBeVisible();
  return dialog;
}

/** Members who are invited and no more, as many as that, in one statement. */
export async function createManyMembers(tenant: TestTenant, count: number): Promise<void> {
  await sql(
    `INSERT INTO member (id, tenant_id, email, email_key, name)
     SELECT gen_random_uuid(), $1, email, email, 'Number ' || number
       FROM generate_series(1, $2::int) number, lateral (SELECT 'number' || lpad(number::text, 5, '0') || '@many.test' AS email) e`,
    [tenant.id, count],
  );
}

/** An identity of the demo's kind: linked to a member, or waiting for one with its e-mail. */
export async function createIdentity(
  tenant: TestTenant,
  identity: { subject: string; email: string; member?: TestMember },
): Promise<void> {
  await sql(
    `INSERT INTO identity (tenant_id, issuer, subject, member_id, email, name)
     VALUES ($1, 'https://idp.example', $2, $3, $4, 'Said Name')`,
    [tenant.id, identity.subject, identity.member?.id ?? null, identity.email],
  );
}

/** A member who signs in with SSO only. */
export async function createSsoMember(tenant: TestTenant, subject: string): Promise<TestMember> {
  const member = await createMember(tenant);
  await sql('UPDATE member SET login_email = NULL WHERE id = $1', [member.id]);
  await createIdentity(tenant, { subject, email: member.email, member });
  return member;
}

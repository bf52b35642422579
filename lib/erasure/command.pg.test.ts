/** `npm run member:erase`, as an operator runs it. */
import { expect, test } from 'vitest';
import { runScript } from '@/tests/support/script';
import { createMember, createTenant, everythingStored, viewerFor } from '@/tests/support/world';
import { offboardMember } from '../offboarding/mutations';

const erase = (...flags: string[]) => runScript('scripts/member-erase.ts', flags);
const complaint = (...flags: string[]) =>
  erase(...flags).then(
    () => null,
    (error: Error) => error.message.replace(/^.*ended with 1: /, ''),
  );

test('it erases a removed member and says so, and complains in sentences', async () => {
  const tenant = await createTenant();
  const admin = await viewerFor(await createMember(tenant, { roles: ['admin'] }));
  const { id, email } = await createMember(tenant);
  const flags = ['--tenant', tenant.slug, '--member', email];
  expect(await complaint(...flags)).toContain('Remove them on the Members page first.');
  await offboardMember(admin, { memberId: id, mode: 'remove', decisions: [] });
  expect(await erase(...flags)).toEqual([`The member ${id} is erased; lines of the audit log that named them: 1.`]);
  expect(await everythingStored()).not.toContain(email);

  const usage = 'Usage: npm run member:erase -- --tenant acme --member <id or e-mail address>\n';
  expect(await complaint()).toBe(`--tenant: tenant is missing.\n--member: member is missing.\n${usage}`);
  expect(await complaint('--tenant', tenant.slug, '--member', 'ada')).toBe(
    `--member: member must be an id or an e-mail address.\n${usage}`,
  );
  expect(await complaint('--everybody')).toContain(usage);
});

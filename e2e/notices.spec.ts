import { randomUUID } from 'node:crypto';
import { createAgentKey } from '@/lib/keys/creation';
import { rotateKey } from '@/lib/keys/rotation';
import { createKeyFor, createMember, sql, viewerFor } from '../tests/support/world';
import { expectNoViolations } from './axe';
import { expect, signIn, test } from './fixtures';
import { atRest, keysPath, open } from './key-page';

test.use({ policy: { maximumKeysPerUser: 10 } });

test('above the account pages stands which keys expire soon, as a landmark that is announced nowhere', async ({
  page,
  viewer,
}) => {
  const banner = page.getByRole('region', { name: 'Keys that expire soon' });
  await createKeyFor(viewer, { name: 'Nightly export' });
  await createKeyFor(viewer, { name: 'Over' });
  await createKeyFor(viewer, { name: 'Later' });
  await open(page, keysPath);
  await expect(banner).toHaveCount(0);

  const ends = async (name: string, days: number) => {
    await sql(
      `UPDATE key SET expires_at = clock_timestamp() + $2::float8 * interval '1 day' WHERE tenant_id = $3 AND name = $1`,
      [name, days, viewer.tenantId],
    );
    await sql(`UPDATE key_secret SET minted_at = clock_timestamp() - interval '80 days' WHERE tenant_id = $1`, [
      viewer.tenantId,
    ]);
  };
  await ends('Nightly export', 3.5);
  await ends('Over', -1);
  await open(page, '/account/security');
  await expect(banner).toHaveText('1 API key expires soon: “Nightly export” in 3 days.');
  expect(await banner.evaluate((element) => element.closest('[aria-live], [role=status], [role=alert]'))).toBeNull();

  await ends('Later', 6.5);
  const input = { name: 'Robot', description: '', scopes: [], biasProfileId: null, idempotencyValue: randomUUID() };
  expect((await createAgentKey(viewer, input)).status).toBe('created');
  await ends('Robot', 0.5);
  for (const [width, colorScheme] of [
    [1280, 'light'],
    [390, 'dark'],
  ] as const) {
    await page.setViewportSize({ width, height: 844 });
    await page.emulateMedia({ colorScheme });
    await open(page, '/account/security');
    await expect(banner.getByRole('paragraph')).toHaveText([
      '2 API keys expire soon, first “Nightly export” in 3 days.',
      /^1 agent API key expires soon: “Robot” in 1[12] hours\.$/,
    ]);
    await atRest(page);
    await expectNoViolations(page, `${colorScheme}, ${width} px`, ['best-practice']);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  }
  await expect(banner.getByRole('link').last()).toHaveAttribute('href', '/account/agent-keys');
  await banner.getByRole('link').first().click();
  await expect(page).toHaveURL(keysPath);
});

test('above every page of the tenant stands for a week which leaks were reported, by whom and when, for the admins', async ({
  page,
  context,
  tenant,
  viewer,
  member,
  origin,
}) => {
  const { clientId } = await createKeyFor(viewer, { name: 'Nightly export' });
  const how = { overlap: 'none', leaked: true, endOlder: false, idempotencyValue: randomUUID() } as const;
  expect((await rotateKey(viewer, { clientId, ...how })).status).toBe('rotated');
  const banner = page.getByRole('region', { name: 'Reported leaks' });
  await signIn(context, await viewerFor(await createMember(tenant, { roles: ['admin'] })), origin);
  await page.setViewportSize({ width: 390, height: 844 });
  for (const path of ['/tenant/settings', '/tenant/members']) {
    await open(page, path);
    await expect(banner).toContainText('A leaked secret was reported. It was ended at once.');
    await expect(banner.getByRole('listitem')).toHaveText([`“Nightly export” by ${member.email}, just now`]);
    await expect(banner.getByRole('button')).toHaveCount(0);
  }
  await atRest(page);
  await expectNoViolations(page, 'reported leaks', ['best-practice']);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  await sql(`UPDATE event SET at = at - interval '7 days' WHERE tenant_id = $1`, [tenant.id]);
  await open(page, '/tenant/settings');
  await expect(banner).toHaveCount(0);
});

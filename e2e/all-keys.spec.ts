/** `/tenant/api-keys`: every key of a tenant, found and looked at. */
import type { Page } from '@playwright/test';
import { countRequests } from '../tests/support/usage';
import {
  createAgentKeyFor,
  createKeyFor,
  createMember,
  createViewer,
  rotateKeyFor,
  sql,
  type TestTenant,
  viewerFor,
} from '../tests/support/world';
import { expect, test } from './fixtures';
import { isReady, open, rowOf } from './key-page';

const allKeysPath = '/tenant/api-keys';
const search = (page: Page) => page.getByRole('searchbox', { name: 'Search keys' });
const names = (page: Page) => page.getByRole('row').getByRole('link').filter({ hasText: /^Key / });

test.use({ roles: ['developer', 'admin'], policy: { maximumKeysPerUser: 1000 } });

/** As many keys as that, `Key 001` the oldest. */
async function createManyKeys(tenant: TestTenant, ownerId: string, count: number): Promise<void> {
  await sql(
    `INSERT INTO key (id, tenant_id, owner_id, client_id, name, name_key, created_at)
     SELECT gen_random_uuid(), $1, $2, 'lk_id_' || substr(md5($1::uuid::text || n), 1, 16), name, lower(name),
            now() - make_interval(days => $3::int - n)
       FROM generate_series(1, $3::int) n, LATERAL (SELECT 'Key ' || lpad(n::text, 3, '0') AS name) named`,
    [tenant.id, ownerId, count],
  );
  await sql(
    `INSERT INTO key_secret (tenant_id, key_id, position, digest, pepper_version, first_four, last_four)
     SELECT tenant_id, id, 'current', sha256(client_id::bytea), 1, 'lk_s', 'xxxx' FROM key WHERE tenant_id = $1`,
    [tenant.id],
  );
}

test('an admin finds every key of the tenant, whoever owns it, by name, client ID and owner', async ({
  page,
  tenant,
  member,
}) => {
  await open(page, allKeysPath);
  await expect(page.getByRole('heading', { name: 'All API keys' })).toBeVisible();
  await expect(page.getByText('No API keys yet')).toBeVisible();
  const dana = await viewerFor(await createMember(tenant, { email: `dana@${tenant.slug}.test` }));
  const laptop = await createKeyFor(dana, { name: 'Laptop' });
  await createKeyFor(await viewerFor(member), { name: 'Server' });
  await createAgentKeyFor(dana, { name: 'Nightly' });
  await createKeyFor((await createViewer()).viewer, { name: 'Laptop of a stranger' });

  await open(page, allKeysPath);
  await expect(page.getByText('3 keys', { exact: true })).toBeVisible();
  await expect(rowOf(page, 'Laptop')).toContainText(
    new RegExp(`${laptop.clientId}.*${dana.email}.*Active.*Never used`, 's'),
  );
  await expect(rowOf(page, 'Nightly')).toContainText('Agent key');
  for (const [text, found] of [
    ['LAPT', 'Laptop'],
    [laptop.clientId.slice(8, 15), 'Laptop'],
    [`dana@${tenant.slug}`, 'Laptop'],
    ['ni', 'Nightly'],
  ] as const) {
    await search(page).fill(text);
    await expect(page).toHaveURL(new RegExp(`search=${encodeURIComponent(text)}`));
    await expect(page.getByText('1 key found')).not.toHaveCount(0);
    await expect(rowOf(page, found)).toBeVisible();
  }
  await search(page).fill('zzz%_');
  await expect(page.getByText('No key has “zzz%_” in its name, client ID or owner.')).toBeVisible();
  await page.getByRole('link', { name: 'Show all keys' }).click();
  await expect(page.getByText('3 keys', { exact: true })).toBeVisible();
});

test('filters and order are in the address, and pages keep them', async ({ page, tenant, member }) => {
  await createManyKeys(tenant, member.id, 60);
  await sql(`UPDATE key SET revoked_at = now() WHERE tenant_id = $1 AND name > 'Key 055'`, [tenant.id]);
  await open(page, allKeysPath);
  await expect(names(page).first()).toHaveText('Key 060');
  await page.getByLabel('Status').selectOption('Active');
  await expect(names(page).first()).toHaveText('Key 055');
  await page.getByRole('columnheader', { name: 'Name' }).getByRole('link').click();
  await expect(names(page).first()).toHaveText('Key 001');
  await expect(page.getByRole('columnheader', { name: 'Name' })).toHaveAttribute('aria-sort', 'ascending');
  await expect(page).toHaveURL(`${allKeysPath}?status=Active&sort=name`);
  await page.getByRole('link', { name: 'Next' }).click();
  await expect(names(page).first()).toHaveText('Key 026');
  await page.getByRole('link', { name: 'Next' }).click();
  await expect(names(page)).toHaveText(['Key 051', 'Key 052', 'Key 053', 'Key 054', 'Key 055']);
  await page.getByRole('link', { name: 'Previous' }).click();
  await expect(names(page).first()).toHaveText('Key 026');
  await page.reload();
  await isReady(page);
  await expect(names(page).first()).toHaveText('Key 026');
  await page.getByLabel('Risk').selectOption('Idle 90 days');
  await expect(page.getByText('No key is of this kind.')).toBeVisible();
  await page.getByLabel('Risk').selectOption('Never expires');
  await expect(names(page)).toHaveCount(25);
  await page.getByRole('link', { name: 'Clear filters' }).click();
  await expect(page.getByText('60 keys', { exact: true })).toBeVisible();
});

test('an address that was tampered with is answered, and says what it left out', async ({ page, tenant, member }) => {
  await createManyKeys(tenant, member.id, 3);
  for (const [query, left] of [
    ['status=DROP&risk=1&sort=digest', 'sort, status, risk'],
    [`after=${'x'.repeat(3000)}&before=%00`, 'after, before'],
    [`search=${'x'.repeat(10_240)}`, 'search'],
    ['search=%00', 'search'],
  ] as const) {
    const response = await page.goto(`${allKeysPath}?${query}`);
    expect(response?.status()).toBe(200);
    await expect(page.getByRole('region', { name: 'Unknown filter' })).toContainText(`(${left})`);
    await expect(names(page)).toHaveCount(3);
  }
  for (const search of [
    '%',
    '_',
    "'",
    '"',
    '\\',
    "'; DROP TABLE key; --",
    '<script>alert(1)</script>',
    '﷽',
    'lk_id_',
  ]) {
    const response = await page.goto(`${allKeysPath}?search=${encodeURIComponent(search)}`);
    expect(response?.status()).toBe(200);
    await expect(page.getByRole('heading', { name: 'All API keys' })).toBeVisible();
  }
});

test('a pasted secret finds its owner in one step, and never gets into an address, a page or a log', async ({
  page,
  tenant,
}) => {
  const dana = await viewerFor(await createMember(tenant));
  const { clientId, secret } = await createKeyFor(dana, { name: 'Leaked' });
  const { secret: current } = await rotateKeyFor(dana, clientId);
  const seen: string[] = [];
  page.on('request', (request) =>
    seen.push(`${request.method()} ${request.url()} ${JSON.stringify(request.headers())}`),
  );
  page.on('response', async (response) => {
    if (/html|x-component|json/.test(response.headers()['content-type'] ?? ''))
      seen.push(await response.text().catch(() => ''));
  });
  await open(page, allKeysPath);
  await search(page).fill(`export SECRET=${current}`);
  await expect(page).toHaveURL(`${allKeysPath}?search=${clientId}`);
  await expect(page.getByText('This is the key of that secret, which is its current one.')).toBeVisible();
  await expect(rowOf(page, 'Leaked')).toContainText(dana.email);
  await expect(search(page)).toHaveValue(clientId);
  await search(page).fill(secret);
  await expect(page.getByText('A rotation has replaced the secret; it works until the overlap ends.')).toBeVisible();
  await search(page).fill(secret.slice(0, 40));
  await expect(page.getByText('This is no complete secret')).toBeVisible();
  const everything = seen.join('\n');
  expect(everything).toContain(clientId);
  for (const text of [secret, current]) expect(everything).not.toContain(text.slice(22));
  expect(await page.content()).not.toContain(current.slice(22));
});

test('an address that brings a secret is redirected, and the secret is gone from it', async ({ page, viewer }) => {
  const { clientId, secret } = await createKeyFor(viewer, { name: 'Mine' });
  await page.goto(`${allKeysPath}?status=Active&search=${secret}`);
  await expect(page).toHaveURL(`${allKeysPath}?search=${clientId}&redacted=1`);
  await expect(page.getByRole('region', { name: 'Secret in the address' })).toContainText('treat the secret as leaked');
  await expect(rowOf(page, 'Mine')).toBeVisible();
  expect(await page.content()).not.toContain(secret.slice(22));
});

test('a key’s details show its usage of 30 days with the reasons of refusals', async ({ page, viewer }) => {
  const { clientId } = await createKeyFor(viewer, { name: 'Busy', description: 'Moves the orders' });
  await countRequests(clientId, { requests: 1200 });
  await countRequests(clientId, { requests: 300, hoursAgo: 20 * 24 });
  await countRequests(clientId, { requests: 7, outcome: 'insufficient_scope' });
  await open(page, allKeysPath);
  await page.getByRole('link', { name: 'Busy' }).click();
  await expect(page.getByRole('heading', { name: 'Busy' })).toBeVisible();
  await expect(page.getByRole('img', { name: 'Requests in 30 days: 1,500 accepted, 7 refused' })).toBeVisible();
  await expect(page.getByText('Refused: 7 missing scope')).toBeVisible();
  await expect(page.getByRole('row', { name: /1,200 7$/ })).toBeAttached();
  await page.getByRole('link', { name: 'All API keys' }).click();
  await expect(page.getByRole('heading', { name: 'All API keys' })).toBeVisible();
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 } });

  test('all that match can be selected, and the order chosen', async ({ page, tenant, member }) => {
    await createManyKeys(tenant, member.id, 30);
    await open(page, allKeysPath);
    await page.getByLabel('Sort by').selectOption('Name ↑');
    await expect(names(page).first()).toHaveText('Key 001');
    await page.getByRole('checkbox', { name: 'Select all keys on this page' }).click();
    await expect(page.getByText('25 keys are selected.')).toBeVisible();
    await page.getByRole('button', { name: 'Select all that match' }).click();
    await expect(page.getByText('All that match are selected (30 keys)')).toBeVisible();
    await page.getByRole('checkbox', { name: 'Select Key 001' }).click();
    await expect(page.getByText('24 keys are selected.')).toBeVisible();
  });
});

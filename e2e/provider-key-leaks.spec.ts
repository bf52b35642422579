/** A provider key comes in through the page, and goes out to its upstream alone: looked for everywhere else. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { encode } from 'next-auth/jwt';
import type { Viewer } from '@/lib/auth/queries';
import { insertConnection } from '../tests/support/connections';
import {
  createKeyFor,
  createMember,
  createTenant,
  everythingStored,
  sql,
  type TestTenant,
  viewerFor,
} from '../tests/support/world';
import { expect, test } from './fixtures';
import { bearer, isReady, open, rowOf } from './key-page';
import { record } from './record';

const path = '/account/provider-keys';
const log = () => readFileSync(String(process.env.LATCHKEY_E2E_LOG), 'utf8');

/** A value, and how its middle, which no mask shows, would look in other clothes. */
function plant() {
  const canary = randomBytes(24).toString('hex');
  const bytes = Buffer.from(canary);
  // Base64 of its inside, whatever stands before it.
  const inBase64 = [0, 1, 2].map((skipped) =>
    bytes
      .subarray(skipped, 45 + skipped)
      .toString('base64')
      .slice(0, 40),
  );
  return { value: `sk-${canary}-xyz`, canary, forms: [canary, bytes.toString('hex'), ...inBase64] };
}
type Planted = ReturnType<typeof plant>;

const expectAbsent = (text: string, planted: Planted[], where: string) => {
  const found = planted.flatMap(({ forms }) => forms.filter((form) => text.includes(form)));
  expect(found, where).toEqual([]);
};

async function save(page: Page, name: string, { value }: Planted): Promise<void> {
  await page.getByRole('button', { name: 'New provider key' }).click();
  await page.getByLabel('API key name').fill(name);
  await page.getByLabel('API key value', { exact: true }).fill(value);
  await page.getByRole('button', { name: 'Save', exact: true }).click();
}

async function replace(page: Page, name: string, { value }: Planted): Promise<void> {
  await page.getByRole('button', { name: `Edit ${name}` }).click();
  await page.getByLabel('API key value', { exact: true }).fill(value);
  await page.getByRole('button', { name: 'Show API key value' }).click();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('button', { name: 'Done' }).click();
}

/** Every page and route of the build, with what there is in place of its parameters, and addresses that lead nowhere. */
function listAddresses(replacements: Record<string, string>): string[] {
  const manifest = JSON.parse(readFileSync('.next/server/app-paths-manifest.json', 'utf8'));
  const routes = Object.keys(manifest).map((name) => name.replace(/\/(page|route)$/, '') || '/');
  const filled = routes.map((route) => route.replace(/\[[^\]]+\]/g, (name) => replacements[name] ?? 'x'));
  const machines = ['/api/v1/me', '/api/v1/authorize', `/api/v1/connect/${replacements['[slug]']}/models`];
  const nowhere = ['/nowhere', `/account/connections/${replacements['[id]']}`, `${path}?search=planted&id=x`];
  return [...new Set([...filled, ...machines, ...nowhere, '/healthz', '/readyz', '/metrics'])];
}

/** Each role of the tenant, somebody of another one, and nobody. */
async function cookiesOf(tenant: TestTenant): Promise<Array<[who: string, cookie: string]>> {
  const cookieOf = async ({ sessionId }: Viewer) =>
    `latchkey.session=${await encode({ token: { sessionId }, secret: process.env.NEXTAUTH_SECRET as string })}`;
  const cookies: Array<[string, string]> = [['nobody', '']];
  for (const roles of [[], ['developer'], ['admin'], ['developer', 'admin']] as const) {
    const viewer = await viewerFor(await createMember(tenant, { roles: [...roles] }));
    cookies.push([`a member with ${roles.join(' and ') || 'no role'}`, await cookieOf(viewer)]);
  }
  const stranger = await viewerFor(await createMember(await createTenant(), { roles: ['developer', 'admin'] }));
  return [...cookies, ['somebody of another tenant', await cookieOf(stranger)]];
}

test.describe('a provider key', () => {
  test.use({ roles: ['developer', 'admin'] });

  test('is in the requests that save it and nowhere else: no answer, page, flight payload, storage, console, log or table', async ({
    page,
    context,
    tenant,
    viewer,
    origin,
  }) => {
    // Every page and route, for everybody.
    test.slow();
    const [first, second] = [plant(), plant()];
    const planted = [first, second];
    const said: string[] = [];
    page.on('console', (message) => said.push(message.text()));
    const all = await record(page);
    await open(page, path);
    // Its name is the control: whoever looks for that finds it.
    const name = `Planted ${randomBytes(12).toString('hex')}`;
    await save(page, name, first);
    await expect(rowOf(page, name)).toBeVisible();
    const [{ id = '' } = {}] = await sql<{ id: string }>('SELECT id FROM provider_key WHERE tenant_id = $1', [
      tenant.id,
    ]);
    await insertConnection(tenant.id, { slug: 'planted', url: 'https://127.0.0.1:1/v1', providerKeyId: id });
    await replace(page, name, second);
    await expect(rowOf(page, name).getByText('sk-…xyz')).toBeVisible();
    await page.getByRole('button', { name: `Delete ${name}` }).click();
    await expect(page.getByText('1 connection uses it.')).toBeVisible();
    await page.keyboard.press('Escape');
    await page.getByRole('link', { name: 'Security' }).click();
    await expect(page.getByRole('heading', { name: 'Security' })).toBeVisible();
    await page.getByRole('link', { name: 'Provider keys' }).click();
    await expect(page.getByRole('heading', { name: 'Provider keys' })).toBeVisible();
    await page.reload();
    await isReady(page);
    await page.unrouteAll({ behavior: 'wait' });

    const senders = all.filter(({ request }) => planted.some(({ canary }) => request.includes(canary)));
    expect(senders.map(({ method, action }) => ({ method, action }))).toEqual([
      { method: 'POST', action: true },
      { method: 'POST', action: true },
    ]);
    const answers = all.map(({ response }) => response).join('\n');
    expect(answers).toContain(name);
    expectAbsent(answers, planted, 'answers to the page');
    const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, history.state]));
    const inputs = await page.evaluate(() => [...document.querySelectorAll('input')].map(({ value }) => value).join());
    const cookies = JSON.stringify(await context.cookies());
    expectAbsent([said.join(), kept, cookies, inputs, await page.content()].join('\n'), planted, 'the browser');

    const { clientId, secret } = await createKeyFor(viewer);
    const addresses = listAddresses({
      '[clientId]': clientId,
      '[slug]': 'planted',
      '[id]': id,
      '[...nextauth]': 'session',
    });
    expect(addresses).toContain(path);
    const found: string[] = [];
    for (const [who, cookie] of await cookiesOf(tenant)) {
      for (const address of addresses) {
        for (const flight of [false, true]) {
          const credentials = address.startsWith('/api/v1') && cookie === '' ? bearer(secret) : {};
          const headers = { cookie, ...credentials, ...(flight ? { rsc: '1' } : {}) };
          // A request for a flight payload is sent on to an address of its own first.
          const answer = await fetch(origin + address, { headers, redirect: flight ? 'follow' : 'manual' });
          const text = JSON.stringify([...answer.headers]) + (await answer.text());
          expectAbsent(text, planted, `${address} for ${who}`);
          if (text.includes(name)) found.push(`${address} for ${who}${flight ? ', in flight' : ''}`);
        }
      }
    }
    // Whoever may see the name does, in both forms, and nobody else: the search looks where it means to.
    expect(found.filter((line) => line.startsWith(`${path} `))).toEqual(
      ['no role', 'developer', 'admin', 'developer and admin'].flatMap((roles) => [
        `${path} for a member with ${roles}`,
        `${path} for a member with ${roles}, in flight`,
      ]),
    );
    expect(found.filter((line) => /nobody|another tenant/.test(line))).toEqual([]);

    expect(log()).toContain('provider_key.updated');
    expectAbsent(log(), planted, 'the log');
    const stored = await everythingStored();
    expect(stored).toContain(name);
    expectAbsent(stored, planted, 'the tables');
  });

  test.describe('that cannot be saved', () => {
    test.use({ expectedConsole: [/status of 500/] });

    test('is in no answer and in no log either', async ({ page, tenant }) => {
      const planted = [plant(), plant()];
      const [refused, broken] = planted as [Planted, Planted];
      const all = await record(page);
      await open(page, path);
      await save(page, 'Refused', { ...refused, value: `${refused.value} ${refused.value}` });
      await expect(page.getByText(/without spaces or line breaks/)).toBeVisible();
      await page.keyboard.press('Escape');
      // Of this tenant alone: other tests save provider keys meanwhile.
      const trap = `trap_${tenant.id.replaceAll('-', '')}`;
      await sql(`CREATE FUNCTION ${trap}() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'the table is full, %', NEW.name; END $$`);
      await sql(`CREATE TRIGGER ${trap} BEFORE INSERT ON provider_key FOR EACH ROW
        WHEN (NEW.tenant_id = '${tenant.id}') EXECUTE FUNCTION ${trap}()`);
      const name = `Broken ${tenant.id}`.slice(0, 50);
      await save(page, name, broken);
      await expect(page.getByRole('alert')).toContainText('Latchkey did not answer');
      await page.unrouteAll({ behavior: 'wait' });
      await sql(`DROP TRIGGER ${trap} ON provider_key`);
      await sql(`DROP FUNCTION ${trap}()`);
      expectAbsent(all.map(({ response }) => response).join('\n'), planted, 'answers');
      // What went wrong is in the log, with what the database said of it.
      await expect.poll(log).toContain(`the table is full, ${name}`);
      expectAbsent(log(), planted, 'the log');
    });
  });
});

import { insertConnection, insertProviderKey } from '../tests/support/connections';
import { createBiasProfile, createKeyFor, createMember, createScopes, sql, viewerFor } from '../tests/support/world';
import { expect, test } from './fixtures';
import { escapeFrom, keysPath, open, rowOf } from './key-page';
import { chooseAction, createIdentity, memberRow, membersPath, openReview } from './members-page';
import { changeOf, fields, review, settingsPath } from './settings-page';

test.describe('an admin', () => {
  test.use({ roles: ['developer', 'admin'] });

  for (const [path, landing] of [
    ['/', keysPath],
    ['/account', keysPath],
    ['/tenant', '/tenant/settings'],
  ] as const) {
    test(`${path} leads to ${landing}`, async ({ page }) => {
      await page.goto(path);
      await expect(page).toHaveURL(landing);
    });
  }

  test('the navigation lists the pages that exist, says where one is, and each of its links works', async ({
    page,
  }) => {
    for (const [path, area, names] of [
      [
        keysPath,
        'Account settings',
        ['API keys', 'Agent keys', 'Provider keys', 'Connections', 'Use your API keys', 'Security'],
      ],
      ['/tenant/settings', 'Tenant settings', ['Settings', 'Members', 'Bias profiles', 'API keys', 'Events']],
    ] as const) {
      await open(page, path);
      const links = page.getByRole('navigation', { name: area }).getByRole('link');
      await expect(links).toHaveText([...names]);
      for (const name of names) {
        const link = page.getByRole('navigation', { name: area }).getByRole('link', { name, exact: true });
        await link.click();
        await expect(link).toHaveAttribute('aria-current', 'page');
        await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
        await expect(page).toHaveTitle(new RegExp(`${name} · Latchkey`, 'i'));
      }
    }
  });
});

test.describe('an address that does not exist', () => {
  test.use({ expectedConsole: [/status of 404/] });

  for (const path of ['/nowhere', '/account/nowhere', '/tenant/nowhere', '/api/nowhere']) {
    test(`${path} is a 404 with a way home`, async ({ page }) => {
      const response = await page.goto(path);
      expect(response?.status()).toBe(404);
      await expect(page.getByRole('heading', { name: 'This page does not exist' })).toBeVisible();
      await page.getByRole('link', { name: 'Go to your API keys' }).click();
      await expect(page.getByRole('heading', { name: 'Manage API Keys' })).toBeVisible();
    });
  }
});

test('every page carries the security headers, a nonce of its own, and no script without it', async ({ page }) => {
  const nonces: string[] = [];
  for (const path of ['/sign-in', '/set-password', '/docs/use-api-keys', keysPath, keysPath, '/account/security']) {
    const response = await page.goto(path);
    const headers = (await response?.allHeaders()) ?? {};
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
    });
    const policy = headers['content-security-policy'] ?? '';
    for (const directive of ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"]) {
      expect(policy.split('; ')).toContain(directive);
    }
    expect(policy).toMatch(/script-src 'nonce-[^']+' 'strict-dynamic'(;|$)/);
    expect(policy).not.toContain('unsafe-eval');
    const nonce = /'nonce-([^']+)'/.exec(policy)?.[1] ?? '';
    nonces.push(nonce);
    const html = (await response?.text()) ?? '';
    const scripts = html.match(/<script\b[^>]*>/g) ?? [];
    expect(scripts.length).toBeGreaterThan(3);
    expect(scripts.filter((tag) => !tag.includes(`nonce="${nonce}"`))).toEqual([]);
    expect(html).not.toMatch(/<[^>]+\son\w+=/);
  }
  expect(new Set(nonces).size).toBe(nonces.length);
});

test.describe('a script that got into a page', () => {
  test.use({ expectedConsole: [/Content Security Policy/] });

  test('does not run: the policy of the page refuses it', async ({ page }) => {
    await open(page, keysPath);
    const outcome = await page.evaluate(async () => {
      const violation = new Promise((resolve) => {
        document.addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective));
      });
      // As injected markup would be: an element with a handler, which needs no further script to run.
      document.body.insertAdjacentHTML('beforeend', '<img src="data:," onerror="window.pwned = true">');
      return [await violation, 'pwned' in window];
    });
    expect(outcome).toEqual(['script-src-attr', false]);
  });
});

const payloads = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  '</script><svg onload=alert(1)>',
  'javascript:alert(1)',
  '{{7*7}}#{7*7}<%=7*7%>',
  `' onmouseover='alert(1)`,
  '<!--<script>]]>&lt;b&gt;%3Cb%3E\\u003cb\\u003e',
];

test.describe('with hostile texts', () => {
  test.use({ policy: { maximumKeysPerUser: 1000, deactivateBeforeDelete: false } });

  test('names and descriptions are shown as they are, and nothing in them runs', async ({ page, viewer }) => {
    const alerts: string[] = [];
    page.on('dialog', (dialog) => {
      alerts.push(dialog.message());
      return dialog.dismiss();
    });
    for (const name of payloads) await createKeyFor(viewer, { name, description: `${name} again` });
    await sql('UPDATE member SET name = $2 WHERE id = $1', [viewer.memberId, payloads[1] as string]);
    await sql('UPDATE tenant SET name = $2 WHERE id = $1', [viewer.tenantId, payloads[2] as string]);
    await open(page, keysPath);
    for (const name of payloads) {
      const row = rowOf(page, name);
      await expect(row.getByText(`${name} again`, { exact: true })).toBeVisible();
      await row.getByRole('button', { name: `Edit ${name}`, exact: true }).hover();
    }
    for (const name of payloads) {
      await rowOf(page, name)
        .getByRole('button', { name: `Edit ${name}`, exact: true })
        .click();
      await expect(page.getByRole('dialog').getByLabel('Name', { exact: true })).toHaveValue(name);
      await escapeFrom(page, page.getByRole('dialog'));
      await rowOf(page, name)
        .getByRole('button', { name: `Delete ${name}`, exact: true })
        .click();
      await expect(page.getByRole('alertdialog').getByText(name, { exact: true })).toBeVisible();
      await escapeFrom(page, page.getByRole('alertdialog'));
      await page.getByLabel('Search keys').fill(name);
      await expect(page.getByRole('row')).toHaveCount(2);
      await page.getByLabel('Search keys').fill(`${name}?`);
      await expect(page.getByText(`No key has a name with “${name}?”.`)).toBeVisible();
      await page.getByLabel('Search keys').fill('');
    }
    await page.getByRole('button', { name: 'Account menu' }).click();
    await expect(page.getByRole('menu').getByText(payloads[1] as string, { exact: true })).toBeVisible();
    await expect(page.getByRole('banner').getByText(payloads[2] as string, { exact: true })).toBeVisible();
    // A violation of the policy would be a console error, which fails every test.
    expect(alerts).toEqual([]);
  });
});

test.describe('with hostile members', () => {
  test.use({ roles: ['developer', 'admin'] });

  test('names, identities and searches are shown as they are, and nothing in them runs', async ({ page, tenant }) => {
    const alerts: string[] = [];
    page.on('dialog', (dialog) => {
      alerts.push(dialog.message());
      return dialog.dismiss();
    });
    const members: Array<[name: string, member: { email: string }]> = [];
    for (const name of payloads) {
      const member = await createMember(tenant);
      await createKeyFor(await viewerFor(member), { name: name.slice(0, 50) });
      await sql('UPDATE member SET name = $2 WHERE id = $1', [member.id, name]);
      await createIdentity(tenant, { subject: name.slice(0, 50), email: name, member });
      members.push([name, member]);
    }
    await open(page, membersPath);
    for (const [name, member] of members) {
      await expect(memberRow(page, member).getByText(name, { exact: true })).toBeVisible();
      await chooseAction(page, member, 'Sign-in methods');
      await expect(page.getByRole('dialog').getByText(name.slice(0, 50), { exact: true })).toBeVisible();
      await escapeFrom(page, page.getByRole('dialog'));
    }
    await open(page, settingsPath);
    await fields(page).enabled.click();
    await review(page);
    for (const [name, { email }] of members) {
      const line = changeOf(page, 'Enable API keys').getByRole('listitem').filter({ hasText: email });
      await expect(line).toHaveText(`${name} · ${email}${name.slice(0, 50)}`);
    }
    await open(page, membersPath);
    const [name, member] = members[1] as (typeof members)[number];
    const offboarding = await openReview(page, member);
    await expect(offboarding.getByText(name, { exact: true })).toBeVisible();
    await escapeFrom(page, offboarding);
    await page.getByRole('searchbox').fill(`${name}?`);
    await expect(page.getByText(`No member has “${name}?” in their name or email.`)).toBeVisible();
    await page.reload();
    await expect(page.getByText(`No member has “${name}?” in their name or email.`)).toBeVisible();
    // A violation of the policy would be a console error, which fails every test.
    expect(alerts).toEqual([]);
  });
});

test.describe('with hostile descriptions of scopes', () => {
  test.use({ roles: ['developer', 'admin'] });

  test('they are shown as they are, to admins and to owners, and nothing in them runs', async ({ page, tenant }) => {
    const alerts: string[] = [];
    page.on('dialog', (dialog) => {
      alerts.push(dialog.message());
      return dialog.dismiss();
    });
    const names = payloads.map((_, index) => `scope-${index}`);
    await createScopes(tenant, ...names);
    for (const [index, payload] of payloads.entries()) {
      await sql('UPDATE scope SET description = $3 WHERE tenant_id = $1 AND name = $2', [
        tenant.id,
        `scope-${index}`,
        payload,
      ]);
    }
    await open(page, '/tenant/settings');
    for (const [index, payload] of payloads.entries()) {
      await expect(page.getByText(payload, { exact: true })).toBeVisible();
      await page.getByRole('button', { name: `Edit scope-${index}` }).click();
      await expect(page.getByRole('dialog').getByLabel('Description')).toHaveValue(payload);
      await escapeFrom(page, page.getByRole('dialog'));
    }
    await open(page, keysPath);
    await page.getByRole('button', { name: '+ Create new API key' }).click();
    const dialog = page.getByRole('dialog');
    for (const [index, payload] of payloads.entries()) {
      await expect(dialog.getByRole('checkbox', { name: `scope-${index}` })).toHaveAccessibleDescription(payload);
    }
    expect(alerts).toEqual([]);
  });
});

test.describe('with hostile bias profiles', () => {
  test.use({ roles: ['developer', 'admin'] });

  test('names, descriptions and settings are shown as they are, and nothing in them runs', async ({ page, tenant }) => {
    const alerts: string[] = [];
    page.on('dialog', (dialog) => {
      alerts.push(dialog.message());
      return dialog.dismiss();
    });
    for (const name of payloads) {
      const settings = JSON.stringify({ [name]: name });
      await createBiasProfile(tenant, { name, description: `${name} again`, settings });
    }
    await open(page, '/tenant/bias-profiles');
    for (const name of payloads) {
      await expect(rowOf(page, name).getByText(`${name} again`, { exact: true })).toBeVisible();
      await page.getByRole('button', { name: `Edit ${name}`, exact: true }).click();
      await expect(page.getByRole('textbox', { name: 'Settings' })).toHaveValue(
        JSON.stringify({ [name]: name }, null, 2),
      );
      await escapeFrom(page, page.getByRole('dialog'));
    }
    await page.getByRole('button', { name: `Delete ${payloads[0]}`, exact: true }).click();
    await expect(page.getByRole('alertdialog').getByRole('option')).toHaveCount(payloads.length);
    expect(alerts).toEqual([]);
  });
});

test.describe('with hostile provider keys', () => {
  test('names of keys and connections are shown as they are, and nothing in them runs', async ({ page, tenant }) => {
    const alerts: string[] = [];
    page.on('dialog', (dialog) => {
      alerts.push(dialog.message());
      return dialog.dismiss();
    });
    for (const [index, payload] of payloads.entries()) {
      const providerKeyId = await insertProviderKey(tenant.id, payload, `<i>-a-value-</i>`);
      const url = 'https://127.0.0.1:1/v1';
      await insertConnection(tenant.id, { slug: `c-${index}`, name: `${payload} again`, url, providerKeyId });
    }
    await open(page, '/account/provider-keys');
    for (const payload of payloads) {
      const row = rowOf(page, payload);
      await expect(row.getByText(`${payload} again`, { exact: true })).toBeVisible();
      await expect(row.getByText('<i>…/i>', { exact: true })).toBeVisible();
      await row.getByRole('button', { name: `Edit ${payload}`, exact: true }).click();
      await expect(page.getByRole('dialog').getByLabel('API key name')).toHaveValue(payload);
      await escapeFrom(page, page.getByRole('dialog'));
      await row.getByRole('button', { name: `Delete ${payload}`, exact: true }).click();
      await expect(page.getByRole('alertdialog').getByRole('listitem')).toHaveText(`${payload} again`);
      await escapeFrom(page, page.getByRole('alertdialog'));
    }
    await page.getByLabel('Search provider keys').fill(`${payloads[0]}?`);
    await expect(page.getByText(`No provider key has a name with “${payloads[0]}?”.`)).toBeVisible();
    expect(alerts).toEqual([]);
  });
});

test.describe('with hostile connections', () => {
  test('names, models and scopes are shown as they are, and nothing in them runs', async ({ page, tenant }) => {
    const alerts: string[] = [];
    page.on('dialog', (dialog) => {
      alerts.push(dialog.message());
      return dialog.dismiss();
    });
    for (const [index, payload] of payloads.entries()) {
      const providerKeyId = await insertProviderKey(tenant.id, payload, 'a value');
      const models = [{ name: `${payload} model`, ownKey: true, providerKeyId }];
      const url = 'https://127.0.0.1:1/v1';
      await insertConnection(tenant.id, { slug: `c-${index}`, name: `${payload} line`, url, providerKeyId, models });
    }
    await open(page, '/account/connections');
    for (const payload of payloads) {
      const row = rowOf(page, `${payload} line`);
      await expect(row.getByText(payload, { exact: true })).toBeVisible();
      await expect(row.getByText(`${payload} model`, { exact: true })).toBeVisible();
      await row.getByRole('button', { name: `Edit ${payload} line`, exact: true }).click();
      const dialog = page.getByRole('dialog');
      await expect(dialog.getByLabel('Name', { exact: true })).toHaveValue(`${payload} line`);
      await expect(dialog.getByLabel('Model 1', { exact: true })).toHaveValue(`${payload} model`);
      await escapeFrom(page, dialog);
    }
    await page.getByLabel('Search connections').fill(`${payloads[0]}?`);
    await expect(page.getByText(`Nothing about any connection has “${payloads[0]}?” in it.`)).toBeVisible();
    expect(alerts).toEqual([]);
  });
});

test.describe('with hostile names of what is called, and with what', () => {
  test.use({ policy: { maximumKeysPerUser: 1000 } });

  test('they are shown as they are, and nothing in them runs', async ({ page, viewer, tenant }) => {
    const alerts: string[] = [];
    page.on('dialog', (dialog) => {
      alerts.push(dialog.message());
      return dialog.dismiss();
    });
    for (const name of payloads) await createKeyFor(viewer, { name });
    for (const [index, name] of payloads.entries()) {
      const models = [{ name: `${name} model` }];
      await insertConnection(tenant.id, {
        slug: `c-${index}`,
        url: 'https://api.example.com/v1',
        name,
        models,
        scopes: [name],
      });
    }
    for (const [index, name] of payloads.entries()) {
      await open(page, `/account/connections/c-${index}`);
      await expect(page.getByRole('heading', { level: 1, name, exact: true })).toBeVisible();
      await expect(page.locator('dd').getByText(`${name} model`, { exact: true })).toBeVisible();
      await page.getByLabel('Key', { exact: true }).selectOption(name);
      await expect(page.getByText(`${name} lacks the scope ${name}, which ${name} demands.`)).toBeVisible();
      const call = (await page.locator('main pre').last().textContent()) ?? '';
      expect(call).toContain(JSON.stringify(`${name} model`).replaceAll("'", "'\\''"));
    }
    expect(alerts).toEqual([]);
  });
});

test.describe('with hostile events', () => {
  test.use({ roles: ['developer', 'admin'], policy: { maximumKeysPerUser: 1000 } });

  test('names and details are shown as they are, and nothing in them runs', async ({ page, viewer, tenant }) => {
    const alerts: string[] = [];
    page.on('dialog', (dialog) => {
      alerts.push(dialog.message());
      return dialog.dismiss();
    });
    for (const name of payloads) await createKeyFor(viewer, { name });
    await sql(
      `UPDATE event SET address = $2, details = json_build_object($2::text, $2::text, 'list', json_build_array(1, $2::text))
        WHERE tenant_id = $1 AND sequence = 2`,
      [tenant.id, payloads[1] as string],
    );
    await open(page, '/tenant/events');
    for (const name of payloads) await expect(rowOf(page, name).first()).toBeVisible();
    await page.getByRole('button', { name: 'Details of event 2' }).click();
    await expect(page.locator('dd').getByText(payloads[1] as string, { exact: true })).toHaveCount(2);
    await page.getByLabel('Key', { exact: true }).fill(payloads[2] as string);
    await page.keyboard.press('Enter');
    await expect(page.getByRole('button', { name: /^Details of event/ })).toHaveCount(1);
    await page.reload();
    await expect(page.getByLabel('Key', { exact: true })).toHaveValue(payloads[2] as string);
    expect(alerts).toEqual([]);
  });
});

test('the theme follows the system until one is chosen, and the choice stays', async ({ page }) => {
  const background = () =>
    page.evaluate(() => Number(/\d+/.exec(getComputedStyle(document.documentElement).backgroundColor)?.[0]));
  await page.emulateMedia({ colorScheme: 'dark' });
  await open(page, keysPath);
  await expect(page.getByRole('radio', { name: 'System' })).toBeChecked();
  expect(await background()).toBeLessThan(128);
  // Forced, because the icon lies over the radio button.
  await page.getByRole('radio', { name: 'Light' }).check({ force: true });
  await expect.poll(background).toBeGreaterThan(128);
  await page.reload();
  await expect(page.getByRole('radio', { name: 'Light' })).toBeChecked();
  expect(await background()).toBeGreaterThan(128);
  await page.emulateMedia({ colorScheme: 'light' });
  await page.getByRole('radio', { name: 'Dark' }).check({ force: true });
  await open(page, '/account/security');
  expect(await background()).toBeLessThan(128);
});

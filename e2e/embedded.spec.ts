import { execFile, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { test as base, expect, type Page } from '@playwright/test';
import { freePort } from '../tests/support/free-port';
import { commandsIn, runInBash } from './connect-page';
import { bearer, callMe, isReady, open } from './key-page';
import { type RunningServer, startServer } from './server';

const run = promisify(execFile);

type Demo = {
  settings: { LATCHKEY_DATA_DIR: string; PORT: string; LOG_LEVEL: string };
  origin: string;
  start(extra?: Record<string, string>): Promise<RunningServer>;
};

const { PATH = '', HOME = '' } = process.env;
const bare = { PATH, HOME, NODE_ENV: 'production' as const };

/** A demo on the embedded database, in a folder of the test's own: a copy of one that was seeded once. */
const test = base.extend<{ demo: Demo }, { seeded: string }>({
  seeded: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures from this pattern.
    async ({}, use) => {
      const directory = mkdtempSync(path.join(tmpdir(), 'latchkey-seeded-'));
      await run('npm', ['run', '--silent', 'db:seed'], { env: { ...bare, LATCHKEY_DATA_DIR: directory } });
      await use(directory);
      rmSync(directory, { recursive: true, force: true });
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  demo: async ({ seeded }, use) => {
    const directory = mkdtempSync(path.join(tmpdir(), 'latchkey-demo-'));
    cpSync(seeded, directory, { recursive: true, filter: (source) => !source.endsWith('.sock') });
    const port = await freePort();
    const settings = { LATCHKEY_DATA_DIR: directory, PORT: String(port), LOG_LEVEL: 'silent' };
    const started: RunningServer[] = [];
    const start = async (extra: Record<string, string> = {}) => {
      const server = await startServer({ ...settings, ...extra }, path.join(directory, 'log'));
      started.push(server);
      return server;
    };
    await use({ settings, origin: `http://localhost:${port}`, start });
    await Promise.all(started.map((server) => server.stop('SIGKILL')));
    rmSync(directory, { recursive: true, force: true });
  },
});

/** @returns its secret */
async function createKey(page: Page): Promise<string> {
  await page.getByRole('button', { name: '+ Create new API key' }).first().click();
  await page.getByRole('button', { name: 'Create key', exact: true }).click();
  await page.getByRole('button', { name: 'Show client secret' }).click();
  return page.getByRole('textbox', { name: 'Client secret' }).inputValue();
}

// Each of them starts several servers, and each server an embedded database.
test.describe.configure({ timeout: 180_000 });

test('a demo account creates a key, calls with it, and both survive a restart', async ({ demo, page }) => {
  const first = await demo.start();
  await open(page, demo.origin);
  await page.getByRole('button', { name: /dana@demo.test/ }).click();
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  // The page to come: the one that is left is ready already.
  await expect(page.getByRole('heading', { name: 'Manage API Keys' })).toBeVisible();
  await isReady(page);
  const secret = await createKey(page);
  const call = async () => (await callMe(demo.origin, bearer(secret))).status;
  expect(await call()).toBe(200);

  expect(await first.stop()).toBe(0);
  const second = await demo.start();
  expect(await call()).toBe(200);
  // What was acknowledged survives a death without warning, too.
  await second.stop('SIGKILL');
  await demo.start();
  expect(await call()).toBe(200);
  await page.goto(`${demo.origin}/account/api-keys`);
  await expect(page.getByRole('row', { name: /API key 1/ })).toBeVisible();
});

test('generated secrets and the data folder are for their owner alone', async ({ demo }) => {
  const directory = demo.settings.LATCHKEY_DATA_DIR;
  expect(statSync(directory).mode & 0o777).toBe(0o700);
  expect(statSync(path.join(directory, 'secrets.json')).mode & 0o777).toBe(0o600);
});

test('what an operator can mend is said in a sentence', async ({ demo }) => {
  await demo.start();
  const otherPort = String(await freePort());
  await expect(demo.start({ PORT: otherPort })).rejects.toThrow(/data folder .* is in use by another Latchkey process/);

  const seed = run('npm', ['run', '--silent', 'db:seed'], {
    env: { ...bare, ...demo.settings },
  });
  await expect(seed).rejects.toThrow(/data folder .* is in use/);

  const directory = mkdtempSync(path.join(tmpdir(), 'latchkey-other-'));
  const blocker = createServer().listen(Number(otherPort), '127.0.0.1');
  try {
    await expect(demo.start({ PORT: otherPort, LATCHKEY_DATA_DIR: directory })).rejects.toThrow(
      /Port \d+ is taken by another program/,
    );
    await expect(
      run('node', ['scripts/quickstart.mjs'], {
        env: { ...bare, PORT: otherPort, LATCHKEY_DATA_DIR: directory },
      }),
    ).rejects.toThrow(/Port \d+ is taken by another program/);
  } finally {
    blocker.close();
    rmSync(directory, { recursive: true, force: true });
  }
  await expect(demo.start({ DATABASE_URL: 'postgres://localhost/none' })).rejects.toThrow(
    /NEXTAUTH_SECRET is missing; LATCHKEY_PEPPERS is missing; LATCHKEY_AUDIT_KEY is missing; LATCHKEY_VAULT_KEYS is missing/,
  );
});

test('the quickstart lets sam in through the demo identity provider, wherever that listens, streams through the demo’s connections, and ends all of them', async ({
  demo,
  page,
}) => {
  // The demo was seeded for another port.
  const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-quickstart-'));
  let upstream = '';
  const idpPort = await freePort();
  const child = spawn(process.execPath, ['scripts/quickstart.mjs'], {
    env: { ...bare, ...demo.settings, LATCHKEY_IDP_PORT: String(idpPort) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  try {
    let said = '';
    await new Promise<void>((resolve, reject) => {
      const hear = (chunk: Buffer) => {
        said += chunk;
        if (said.includes('Stop with Ctrl+C')) resolve();
      };
      child.stdout.on('data', hear);
      child.stderr.on('data', hear);
      ended.then((code) => reject(new Error(`The quickstart ended with ${code}: ${said}`)));
    });
    expect(said).toContain('sam@demo.test     developer; signs in with the demo identity provider');
    expect(said).toContain(`${demo.origin}/account/connect?connection=demo-llm`);
    await open(page, `${demo.origin}/sign-in`);
    await page.getByRole('button', { name: 'Sign in with the demo identity provider' }).click();
    await expect(page).toHaveURL(new RegExp(`^http://127.0.0.1:${idpPort}/`));
    await page.getByRole('button', { name: /sam@demo.test/ }).click();
    await expect(page).toHaveURL(`${demo.origin}/account/api-keys`);
    await isReady(page);
    await expect(page.getByRole('button', { name: '+ Create new API key' }).first()).not.toHaveAttribute(
      'aria-disabled',
    );
    const secret = await createKey(page);
    await page.goto(`${demo.origin}/account/connect?connection=demo-llm`);
    const chat = await runInBash(await commandsIn(page), secret, folder);
    expect([chat.code, chat.stderr]).toEqual([0, expect.any(String)]);
    expect(chat.stdout).toContain('data: [DONE]');
    // In one piece it would be one chunk, all at once.
    expect(chat.chunks.length).toBeGreaterThan(1);
    expect((chat.chunks.at(-1)?.at ?? 0) - (chat.chunks[0]?.at ?? 0)).toBeGreaterThan(200);
    await page.goto(`${demo.origin}/account/connect?connection=demo-workflow&as=cli`);
    const flow = await runInBash(await commandsIn(page), secret, folder);
    expect(flow.stdout).toContain('The demo workflow ran.');
    await page.goto(`${demo.origin}/account/connections/demo-llm`);
    upstream = /http:\/\/127\.0\.0\.1:\d+/.exec((await page.locator('dd').allTextContents()).join(' '))?.[0] ?? '';
    expect((await fetch(`${upstream}/v1/models`)).status).toBe(401);
  } finally {
    child.kill('SIGTERM');
    rmSync(folder, { recursive: true, force: true });
  }
  expect(await ended).toBe(0);
  for (const url of [demo.origin, `http://127.0.0.1:${idpPort}`, upstream]) await expect(fetch(url)).rejects.toThrow();
});

test('the demo identity provider says why it does not start: in production, on a taken port', async () => {
  const start = (settings: Record<string, string>) =>
    run('node', ['--import', 'tsx', 'demo/identity-provider.ts'], {
      env: {
        PATH,
        HOME,
        NODE_ENV: 'development',
        LATCHKEY_URL: 'http://localhost:3000',
        AUTH_OIDC_DEMO_CLIENT_ID: 'latchkey',
        AUTH_OIDC_DEMO_CLIENT_SECRET: 'only for this test, and never used',
        ...settings,
      },
    });
  const port = await freePort();
  const blocker = createServer().listen(port, '127.0.0.1');
  try {
    const taken = start({ LATCHKEY_IDP_PORT: String(port) });
    await expect(taken).rejects.toThrow(/Port \d+ is taken by another program.*LATCHKEY_IDP_PORT/);
    const production = start({ LATCHKEY_IDP_PORT: String(port), NODE_ENV: 'production' });
    await expect(production).rejects.toThrow(/does not start with NODE_ENV=production/);
    await expect(start({})).rejects.toThrow(/LATCHKEY_IDP_PORT must be a port/);
  } finally {
    blocker.close();
  }
});

test('the demo is not served on a public address unless that is asked for', async ({ demo }) => {
  await expect(demo.start({ HOST: '0.0.0.0' })).rejects.toThrow(/passwords are public.*LATCHKEY_DEMO_PUBLIC=1/);
  const server = await demo.start({ HOST: '0.0.0.0', LATCHKEY_DEMO_PUBLIC: '1' });
  expect(await server.stop()).toBe(0);
});

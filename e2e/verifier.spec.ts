/** What the verifier's processes do as programs. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { deactivateKey } from '@/lib/keys/mutations';
import { updatePolicy } from '@/lib/tenants/mutations';
import { freePort } from '../tests/support/free-port';
import { createKeyFor, sql } from '../tests/support/world';
import { expect, test } from './fixtures';
import { bearer, callMe } from './key-page';
import { type RunningServer, startServer } from './server';

const shared = [
  'DATABASE_URL',
  'NEXTAUTH_SECRET',
  'LATCHKEY_PEPPERS',
  'LATCHKEY_AUDIT_KEY',
  'LATCHKEY_VAULT_KEYS',
] as const;
const settings = () => Object.fromEntries(shared.map((name) => [name, process.env[name] ?? '']));

/** A verifier of the test's own, on the run's database. */
async function startVerifier(
  logFile: string,
  further: Record<string, string> = {},
): Promise<RunningServer & { origin: string }> {
  const port = String(await freePort());
  const server = await startServer({ ...settings(), PORT: port, ...further }, logFile, 'verifier');
  return { ...server, origin: `http://127.0.0.1:${port}` };
}

test('the verifier loads neither Next nor React nor the ORM, and serves no page', async () => {
  const bundle = readFileSync('dist/verifier.mjs', 'utf8');
  const imported = [...bundle.matchAll(/(?:from|import)\s*\(?["']([^"'.][^"']*)["']/g)].map(([, name]) => name);
  expect(imported).toContain('pg');
  expect(imported.filter((name) => /^(next|react|@prisma|prisma|radix|@radix)/.test(name ?? ''))).toEqual([]);
  expect(bundle).not.toContain('generated/prisma');
  // The gateway's client costs memory that verdicts alone need not have.
  expect(bundle).not.toMatch(/from\s*"undici"/);
  expect(bundle).toContain('import("undici")');
  for (const path of ['/', '/sign-in', '/account/api-keys', '/api/auth/session']) {
    const response = await fetch(`${process.env.LATCHKEY_VERIFIER_URL}${path}`);
    expect(response.status, path).toBe(404);
    expect(await response.json()).toMatchObject({ type: 'urn:latchkey:problem:not_found' });
  }
});

// biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures from this pattern.
test('the verifier says what it lacks: PostgreSQL, secrets, a free port', async ({}, info) => {
  const { PATH = '', HOME = '' } = process.env;
  const run = (given: Record<string, string>) =>
    spawnSync(process.execPath, ['dist/verifier.mjs'], {
      env: { PATH, HOME, NODE_ENV: 'production', ...given },
      encoding: 'utf8',
    });
  const embedded = run({ ...settings(), DATABASE_URL: '', LATCHKEY_DATA_DIR: info.outputPath('data') });
  expect(embedded).toMatchObject({ status: 1, stderr: expect.stringContaining('set DATABASE_URL') });
  const withoutPeppers = run({ ...settings(), LATCHKEY_PEPPERS: '' });
  expect(withoutPeppers).toMatchObject({ status: 1, stderr: expect.stringContaining('LATCHKEY_PEPPERS is missing') });
  const taken = run({ ...settings(), PORT: new URL(process.env.LATCHKEY_VERIFIER_URL as string).port });
  expect(taken).toMatchObject({ status: 1, stderr: expect.stringMatching(/Port \d+ is taken/) });
  // One process that cannot start ends them all: it would not start the next time either.
  const several = run({
    ...settings(),
    PORT: new URL(process.env.LATCHKEY_VERIFIER_URL as string).port,
    VERIFIER_PROCESSES: '2',
  });
  expect(several).toMatchObject({ status: 1, stderr: expect.stringMatching(/Port \d+ is taken/) });
});

test('told to stop, it answers what is under way, writes what it counted, and leaves', async ({ viewer }, info) => {
  const { secret, clientId } = await createKeyFor(viewer);
  // An old secret: nobody is waiting for its first request, so that nothing is written before its time.
  await sql(`UPDATE key_secret SET minted_at = minted_at - interval '1 day' WHERE tenant_id = $1`, [viewer.tenantId]);
  const verifier = await startVerifier(info.outputPath('log'), { VERIFIER_PROCESSES: '2' });
  const answered: number[] = [];
  // Until the connection ends: whoever comes after that has to ask somebody else.
  const hammer = async () => {
    for (;;) {
      // Asked once: asking again would hide a process that decides nothing any more on its way out.
      const response = await fetch(`${verifier.origin}/api/v1/me`, { headers: bearer(secret) });
      await response.arrayBuffer();
      answered.push(response.status);
    }
  };
  const hammering = Promise.allSettled(Array.from({ length: 10 }, hammer));
  await expect.poll(() => answered.length).toBeGreaterThan(100);
  const ended = verifier.stop();
  await hammering;
  expect(await ended).toBe(0);
  expect(new Set(answered)).toEqual(new Set([200]));
  await expect(fetch(`${verifier.origin}/healthz`)).rejects.toThrow();
  const [row] = await sql<{ requests: number }>(
    'SELECT sum(requests)::int AS requests FROM key_usage_hour u JOIN key k ON k.id = u.key_id WHERE k.client_id = $1',
    [clientId],
  );
  expect(row?.requests).toBe(answered.length);
});

test('a process that dies is replaced, and the others go on', async ({ viewer }, info) => {
  const { secret } = await createKeyFor(viewer);
  const verifier = await startVerifier(info.outputPath('log'), { VERIFIER_PROCESSES: '2' });
  const children = () =>
    spawnSync('ps', ['--ppid', String(verifier.process.pid), '-o', 'pid='], { encoding: 'utf8' })
      .stdout.trim()
      .split(/\s+/);
  const before = children();
  expect(before).toHaveLength(2);
  process.kill(Number(before[0]), 'SIGKILL');
  await expect.poll(() => children().filter((pid) => !before.includes(pid)).length).toBe(1);
  // Both are asked in turn; the new one may still be connecting.
  for (let count = 0; count < 4; count++)
    await expect.poll(async () => (await callMe(verifier.origin, bearer(secret))).status).toBe(200);
  expect(await verifier.stop()).toBe(0);
});

/** More of them in `npm run test:soak`. */
const rounds = Number(process.env.LATCHKEY_REVOKES ?? 30);

test(`${rounds} revokes against three processes under load: none accepts a request that began after the acknowledgement`, async ({
  viewer,
}, info) => {
  test.setTimeout(60_000 + rounds * 1_000);
  const { secret, clientId } = await createKeyFor(viewer);
  const verifiers = await Promise.all([0, 1, 2].map((number) => startVerifier(info.outputPath(`log-${number}`))));
  let stopped = false;
  let accepted = 0;
  const hammer = async (origin: string) => {
    while (!stopped) if ((await callMe(origin, bearer(secret))).status === 200) accepted++;
  };
  const hammering = verifiers.flatMap(({ origin }) => Array.from({ length: 8 }, () => hammer(origin)));
  for (let round = 0; round < rounds; round++) {
    await sql('UPDATE key SET revoked_at = NULL WHERE client_id = $1', [clientId]);
    const before = accepted;
    await expect.poll(() => accepted).toBeGreaterThan(before + 10);
    await sql('UPDATE key SET revoked_at = clock_timestamp() WHERE client_id = $1', [clientId]);
    const after = await Promise.all(
      verifiers.flatMap(({ origin }) => Array.from({ length: 6 }, () => callMe(origin, bearer(secret)))),
    );
    expect(new Set(after.map(({ type }) => type)), `round ${round}`).toEqual(new Set(['key_revoked']));
  }
  stopped = true;
  await Promise.all(hammering);
  expect(await Promise.all(verifiers.map((verifier) => verifier.stop()))).toEqual([0, 0, 0]);
});

test.describe('the tenant’s switch', () => {
  test.use({ roles: ['developer', 'admin'] });

  test('stops every key in every process with its acknowledgement, and on again leaves each as it was', async ({
    viewer,
    origin,
  }, info) => {
    const active = await createKeyFor(viewer);
    const inactive = await createKeyFor(viewer);
    await deactivateKey(viewer, inactive.clientId);
    const verifiers = await Promise.all([0, 1].map((number) => startVerifier(info.outputPath(`log-${number}`))));
    const origins = [origin, ...verifiers.map((verifier) => verifier.origin)];
    const ask = async (secret: string) => {
      const answers = await Promise.all(origins.flatMap((each) => [1, 2, 3].map(() => callMe(each, bearer(secret)))));
      return [...new Set(answers.map(({ status, type }) => type ?? status))];
    };
    for (let round = 0; round < 10; round++) {
      expect(await ask(active.secret)).toEqual([200]);
      expect(await ask(inactive.secret)).toEqual(['key_inactive']);
      expect(await updatePolicy(viewer, { apiKeysEnabled: false })).toEqual({ status: 'saved' });
      expect(await ask(active.secret)).toEqual(['api_keys_disabled']);
      expect(await ask(inactive.secret)).toEqual(['key_inactive']);
      expect(await updatePolicy(viewer, { apiKeysEnabled: true })).toEqual({ status: 'saved' });
    }
    expect(await Promise.all(verifiers.map((verifier) => verifier.stop()))).toEqual([0, 0]);
  });
});

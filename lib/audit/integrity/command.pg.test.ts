/** `npm run audit:verify`, as an operator runs it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startScript } from '@/tests/support/script';
import { createLog, cutTail, editLine } from '@/tests/support/tampering';
import { createTenant, everythingStored, sql, viewerFor } from '@/tests/support/world';

type Ended = { code: number | null; said: string; complained: string };

/** @param input for standard input */
async function verify(flags: string[], input = '', variables: Record<string, string> = {}): Promise<Ended> {
  const script = startScript('scripts/audit-verify.ts', flags, variables);
  let complained = '';
  script.process.stderr?.on('data', (chunk: Buffer) => {
    complained += chunk.toString();
  });
  const closed = new Promise<number | null>((resolve) => script.process.once('close', resolve));
  script.process.stdin?.end(input);
  const said: string[] = [];
  for await (const line of script.lines) said.push(line);
  return { code: await closed, said: said.join('\n'), complained };
}

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'latchkey-witness-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

test('it says of each tenant whether its log is intact, and changes nothing', async () => {
  const [good, bad] = [await createLog(3), await createLog(5)];
  await editLine(bad.tenant.id, 4, 'address', 'NULL');
  const before = await everythingStored();
  const { code, said, complained } = await verify([]);
  expect(said.split('\n')).toContain(`${good.tenant.slug}: 3 events, intact`);
  expect(said.split('\n')).toContain(`${bad.tenant.slug}: broken at 4: the line was edited`);
  expect({ code, complained }).toEqual({ code: 1, complained: '' });
  expect(await verify(['--tenant', good.tenant.slug])).toMatchObject({
    code: 0,
    said: `${good.tenant.slug}: 3 events, intact`,
  });
  expect(await everythingStored()).toBe(before);
});

test('a tail that was cut with its end is shown by what a server logged, from a file and from standard input', async () => {
  const { tenant, viewer } = await createLog(2);
  const session = await viewerFor({ id: viewer.memberId, tenantId: tenant.id, email: '', password: null });
  const server = startScript('tests/scripts/create-keys.ts', [session.sessionId, '4', '1'], { LOG_LEVEL: 'info' });
  server.process.stdin?.end('go\n');
  const logged: string[] = [];
  for await (const line of server.lines) logged.push(line);
  const file = path.join(directory, 'latchkey.log');
  await writeFile(file, logged.join('\n'));
  const only = ['--tenant', tenant.slug];

  const before = await verify([...only, '--witness', file]);
  expect(before).toMatchObject({ code: 0, said: `${tenant.slug}: 6 events, intact, witnessed up to 6` });
  await cutTail(tenant.id, 5, true);
  expect(await verify(only)).toMatchObject({ code: 0, said: `${tenant.slug}: 4 events, intact` });
  const broken = { code: 1, said: `${tenant.slug}: broken at 5: the line is not the one that the witnesses saw` };
  expect(await verify([...only, '--witness', file])).toMatchObject(broken);
  expect(await verify([...only, '--witness', '-'], logged.join('\n'))).toMatchObject(broken);
});

test('what it cannot do is a sentence and another exit code than a broken log', async () => {
  const { slug } = await createTenant();
  const usage = 'Usage: npm run audit:verify -- [--tenant acme] [--witness latchkey.log]\n';
  expect(await verify(['--everything'])).toMatchObject({
    code: 2,
    said: '',
    complained: expect.stringContaining(usage),
  });
  expect(await verify(['--tenant', 'nobody'])).toMatchObject({
    code: 2,
    complained: 'There is no tenant with the slug nobody.\n',
  });
  expect(await verify(['--witness', path.join(directory, 'absent')])).toMatchObject({
    code: 2,
    complained: expect.stringContaining('--witness: ENOENT'),
  });
  expect(await verify(['--tenant', slug, '--witness', '-'], 'another log\n')).toMatchObject({
    code: 2,
    said: '',
    complained: '--witness: - has no line about an audit event.\n',
  });
  expect(await verify([], '', { LATCHKEY_AUDIT_KEY: '' })).toMatchObject({
    code: 2,
    complained: 'LATCHKEY_AUDIT_KEY is missing. See .env.example.\n',
  });
});

test('a database that has no log yet is not called intact', async () => {
  const data = path.join(directory, 'data');
  const { code, said, complained } = await verify([], '', { DATABASE_URL: '', LATCHKEY_DATA_DIR: data });
  expect({ code, said }).toEqual({ code: 2, said: '' });
  expect(complained).toContain('npm run db:migrate');
});

test('it tells what it cannot notice', async () => {
  const { code, said } = await verify(['--help']);
  expect(code).toBe(0);
  expect(said).toContain('It cannot notice changed e-mail addresses');
  expect(await sql('SELECT 1 AS one')).toHaveLength(1);
});

/** What the README tells a newcomer to do is done here, with its own words. */
import { execFile, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { deactivateKey } from '@/lib/keys/mutations';
import { freePort } from '../tests/support/free-port';
import { createKeyFor } from '../tests/support/world';
import { connectDemoUpstreams } from './connect-page';
import { expect, test } from './fixtures';

const readme = readFileSync('README.md', 'utf8');

function block(language: string, containing: string): string {
  const blocks = [...readme.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(
    (match) => match[1] ?? '',
  );
  const found = blocks.find((text) => text.includes(containing));
  if (!found) throw new Error(`The README has no ${language} block with ${containing}.`);
  return found;
}

test('every npm command and every file that the README names exists', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
  const named = [...readme.matchAll(/npm (?:run )?([a-z][a-z:-]*)/g)].map((match) => match[1] ?? '');
  const own = named.filter((name) => name !== 'packages');
  expect(own.length).toBeGreaterThan(5);
  expect(own.filter((name) => !(name in scripts))).toEqual([]);
  const links = [...readme.matchAll(/\]\((?!http)([^)#]+)\)/g)].map((match) => match[1] ?? '');
  expect(links.filter((link) => !existsSync(link))).toEqual([]);
});

test('the README’s curl asks who is calling', async ({ viewer, origin }) => {
  const { clientId, secret } = await createKeyFor(viewer);
  const env = { ...process.env, LATCHKEY_URL: origin, LATCHKEY_CLIENT_ID: clientId, LATCHKEY_CLIENT_SECRET: secret };
  const command = block('sh', '/api/v1/me');
  const { stdout } = await promisify(execFile)('bash', ['-c', command], { env });
  expect(JSON.parse(stdout)).toMatchObject({ clientId });
  await deactivateKey(viewer, clientId);
  await expect(promisify(execFile)('bash', ['-c', command], { env })).rejects.toMatchObject({
    stdout: expect.stringContaining('key_inactive'),
  });
});

test('the README’s curl streams the provider’s answer, and its command line runs the workflow', async ({
  viewer,
  origin,
}) => {
  await connectDemoUpstreams(viewer, [], { llm: 'demo-llm', workflow: 'demo-workflow' });
  const { clientId, secret } = await createKeyFor(viewer);
  const env = { ...process.env, LATCHKEY_URL: origin, LATCHKEY_CLIENT_ID: clientId, LATCHKEY_CLIENT_SECRET: secret };
  const cwd = mkdtempSync(path.join(tmpdir(), 'latchkey-readme-'));
  try {
    const chat = await promisify(execFile)('bash', ['-ec', block('sh', '/connect/demo-llm')], { env, cwd });
    expect(chat.stdout).toContain('data: [DONE]');
    const flow = await promisify(execFile)('bash', ['-ec', block('sh', 'latchkey.mjs')], { env, cwd });
    expect(JSON.parse(flow.stdout)).toMatchObject({ received: { input: 'Hello' }, caller: { 'client-id': clientId } });
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
});

test('the README’s Node lines find the caller, and refuse who has no key', async ({ viewer, origin }) => {
  const { clientId, secret } = await createKeyFor(viewer);
  const AsyncFunction = (async () => {}).constructor as new (
    ...text: string[]
  ) => (...values: unknown[]) => Promise<unknown>;
  const lines = new AsyncFunction('request', 'refuse', 'process', `${block('js', '/api/v1/me')}\nreturn caller;`);
  const environment = { env: { LATCHKEY_URL: origin } };
  const refuse = (status: number) => `refused ${status}`;
  const request = { headers: { authorization: `Bearer ${secret}` } };
  expect(await lines(request, refuse, environment)).toMatchObject({ clientId });
  expect(await lines({ headers: { authorization: 'Bearer nothing' } }, refuse, environment)).toBe('refused 401');
});

const identity = ['client-id', 'tenant', 'subject', 'scopes', 'bias-profile'].map((name) => `x-latchkey-${name}`);

test('the README’s nginx lets in who has a key and tells the upstream who it is', async ({
  viewer,
  tenant,
  member,
  origin,
}) => {
  const installed = spawnSync('nginx', ['-v']).status === 0;
  test.skip(!installed, 'nginx is not installed here');
  const { clientId, secret } = await createKeyFor(viewer);
  const seen: unknown[] = [];
  const upstream = await listening(
    createServer((request, response) => {
      seen.push(identity.map((name) => request.headers[name]));
      response.end('from the upstream');
    }),
  );
  const [port, directory] = [await freePort(), mkdtempSync(path.join(tmpdir(), 'latchkey-nginx-'))];
  const locations = block('nginx', 'auth_request')
    .replace('http://127.0.0.1:3000', origin.replace('localhost', '127.0.0.1'))
    .replace('http://127.0.0.1:8080', `http://127.0.0.1:${upstream.port}`);
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${directory}/${name};`,
  );
  writeFileSync(
    path.join(directory, 'nginx.conf'),
    `daemon off; pid ${directory}/pid; error_log stderr; events {}
     http { access_log off; ${paths.join(' ')} server { listen 127.0.0.1:${port}; ${locations} } }`,
  );
  const nginx = spawn('nginx', ['-p', directory, '-c', path.join(directory, 'nginx.conf')], { stdio: 'ignore' });
  try {
    const through = (headers: Record<string, string>) =>
      fetch(`http://127.0.0.1:${port}/orders`, { method: 'POST', body: 'x', headers });
    await expect
      .poll(() =>
        through({}).then(
          (response) => response.status,
          () => 'not up yet',
        ),
      )
      .toBe(401);
    const forged = Object.fromEntries(identity.map((name) => [name, 'forged']));
    const accepted = await through({ authorization: `Bearer ${secret}`, ...forged });
    expect([accepted.status, await accepted.text(), seen]).toEqual([
      200,
      'from the upstream',
      [[clientId, tenant.slug, member.id, undefined, undefined]],
    ]);
    expect((await through({ authorization: `Bearer ${secret}x` })).status).toBe(401);
    await deactivateKey(viewer, clientId);
    expect((await through({ authorization: `Bearer ${secret}` })).status).toBe(401);
    expect(seen).toHaveLength(1);
  } finally {
    nginx.kill();
    upstream.server.close();
    rmSync(directory, { recursive: true, force: true });
  }
});

function listening(server: Server): Promise<{ server: Server; port: number }> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve({ server, port: typeof address === 'object' && address ? address.port : 0 });
    });
  });
}

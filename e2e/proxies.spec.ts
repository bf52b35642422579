/** The configurations of examples/, in the proxies that they are for, driven by curl with a key that was made in the page. */
import { execFile, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../tests/support/free-port';
import { sql } from '../tests/support/world';
import { expect, test } from './fixtures';
import { createThroughDialog, keysPath, open, revealSecret } from './key-page';

const identity = ['client-id', 'tenant', 'subject', 'scopes', 'bias-profile'].map((name) => `x-latchkey-${name}`);
const credentials = ['authorization', 'x-client-id', 'x-client-secret'];

type Example = {
  name: string;
  file: string;
  command: (config: string, directory: string) => [program: string, ...args: string[]];
  /** What keeps the proxy within the test's own folder. */
  contained: (config: string, directory: string) => string;
};

const examples: Example[] = [
  {
    name: 'nginx',
    file: 'examples/nginx.conf',
    command: (config, directory) => ['nginx', '-p', directory, '-c', config],
    contained: (config, directory) => {
      const folders = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
      const paths = folders.map((name) => `${name}_temp_path ${directory}/${name};`);
      return config.replace('access_log off;', `access_log off; ${paths.join(' ')}`);
    },
  },
  {
    name: 'Caddy',
    file: 'examples/Caddyfile',
    command: (config) => ['caddy', 'run', '--adapter', 'caddyfile', '--config', config],
    contained: (config) => config,
  },
];

for (const example of examples) {
  test.describe(`behind ${example.name}`, () => {
    const [program] = example.command('', '');
    const installed = !spawnSync(program, ['-h']).error;
    test.skip(!installed, `${program} is not installed here`);

    test('who has a key made in the page gets in, and the upstream learns who it is but not the secret', async ({
      page,
      origin,
      tenant,
      member,
    }) => {
      await open(page, keysPath);
      const secret = await revealSecret(await createThroughDialog(page, 'Behind a proxy'));
      const clientId = `lk_id_${secret.slice(6, 22)}`;
      const { seen, call } = await between(example, portOf(origin));
      const forged = identity.flatMap((name) => [`${name}: forged`, `${name.replaceAll('-', '_')}: forged`]);
      const waysToPresent = [
        ['--user', `${clientId}:${secret}`],
        ['--header', `Authorization: Bearer ${secret}`],
        ['--header', `X-Client-Id: ${clientId}`, '--header', `X-Client-Secret: ${secret}`],
      ];
      for (const way of waysToPresent) {
        const headers = forged.flatMap((header) => ['--header', header]);
        const answer = await call('/orders', ...way, ...headers, '--data', 'an order');
        expect([answer.status, answer.body]).toEqual([200, 'from the upstream']);
        const arrived = seen.pop();
        expect(arrived?.body).toBe('an order');
        // An empty value and none at all say the same: no scopes, no profile.
        expect(identity.map((name) => arrived?.headers[name] ?? '')).toEqual([
          clientId,
          tenant.slug,
          member.id,
          '',
          '',
        ]);
        expect(credentials.filter((name) => name in (arrived?.headers ?? {}))).toEqual([]);
        expect(JSON.stringify(arrived?.headers)).not.toContain('forged');
      }
      expect(seen).toEqual([]);

      for (const way of [[], ['--user', `${clientId}:${secret}x`], ['--header', 'Authorization: Bearer forged']]) {
        const answer = await call('/orders', ...way, '--header', `X-Latchkey-Client-Id: ${clientId}`);
        expect(answer.status).toBe(401);
        expect(answer.headers['www-authenticate']).toContain('Bearer realm="Latchkey"');
      }
      expect(seen).toEqual([]);
    });

    test('a path that demands a scope is 403 for keys without it, and open to keys with it', async ({
      page,
      origin,
    }) => {
      await open(page, keysPath);
      const secret = await revealSecret(await createThroughDialog(page));
      const { seen, call } = await between(example, portOf(origin));
      const bearer = ['--header', `Authorization: Bearer ${secret}`];
      expect((await call('/reports/may', ...bearer)).status).toBe(403);
      expect(seen).toEqual([]);
      expect((await call('/orders', ...bearer)).status).toBe(200);
      await sql(`UPDATE key SET scopes = '{reports:read,orders:write}' WHERE client_id = $1`, [
        `lk_id_${secret.slice(6, 22)}`,
      ]);
      expect((await call('/reports/may', ...bearer)).status).toBe(200);
      expect(seen.map(({ headers }) => headers['x-latchkey-scopes'] ?? '')).toEqual(['', 'reports:read orders:write']);
    });

    test('a key over its rate limit gets 429, and when to come back', async ({ page, origin, tenant }) => {
      await open(page, keysPath);
      const secret = await revealSecret(await createThroughDialog(page));
      await sql('UPDATE tenant SET rate_limit_per_minute = 2 WHERE id = $1', [tenant.id]);
      const { seen, call } = await between(example, portOf(origin));
      const answers = [];
      for (let request = 0; request < 3; request++) {
        answers.push(await call('/orders', '--header', `Authorization: Bearer ${secret}`));
      }
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
      expect(Number(answers[2]?.headers['retry-after'])).toBeGreaterThan(0);
      expect(answers[2]?.headers.ratelimit).toMatch(/^"key";r=0;t=\d+$/);
      expect(answers[2]?.headers['ratelimit-policy']).toBe('"key";q=2;w=60');
      expect(seen).toHaveLength(2);
    });

    test('a Latchkey that cannot decide, does not answer or is down lets nobody in: 503', async () => {
      const undecided = await listening((_request, response) => {
        response.writeHead(503, { 'Retry-After': '7' }).end();
      });
      const silent = await listening(() => {});
      const ports = { undecided: undecided.port, silent: silent.port, down: await freePort() };
      for (const [state, port] of Object.entries(ports)) {
        const { seen, call } = await between(example, port);
        const answer = await call('/orders', '--header', 'Authorization: Bearer anything');
        expect([state, answer.status, answer.headers['retry-after']]).toEqual([
          state,
          503,
          state === 'undecided' ? '7' : '1',
        ]);
        expect(seen).toEqual([]);
      }
    });

    test('Latchkey is asked on connections that stay open, without the body', async () => {
      const sockets = new Set<unknown>();
      const bodies: string[] = [];
      const latchkey = await listening(async (request, response) => {
        sockets.add(request.socket);
        bodies.push(await textOf(request));
        response.writeHead(200, { 'X-Latchkey-Client-Id': 'somebody', 'Content-Length': 0 }).end();
      });
      const { seen, call } = await between(example, latchkey.port);
      bodies.length = 0;
      sockets.clear();
      for (let request = 0; request < 5; request++) await call('/orders', '--data', 'an order');
      expect(bodies).toEqual(['', '', '', '', '']);
      expect(seen.map(({ body }) => body)).toEqual(Array(5).fill('an order'));
      expect(sockets.size).toBeLessThan(5);
    });

    test('the upstream’s own errors arrive as they are', async () => {
      const latchkey = await listening((_request, response) => {
        response.writeHead(200, { 'Content-Length': 0 }).end();
      });
      const { call } = await between(example, latchkey.port);
      const answer = await call('/broken');
      expect([answer.status, answer.body]).toEqual([500, 'the upstream broke']);
    });
  });
}

const endings: Array<() => void> = [];
test.afterEach(() => {
  for (const end of endings.splice(0)) end();
});

type Arrived = { headers: IncomingHttpHeaders; body: string };
type Answer = { status: number; headers: Record<string, string>; body: string };

/** The example's proxy between curl and an upstream, asking the Latchkey on this port. */
async function between(example: Example, latchkeyPort: number) {
  const seen: Arrived[] = [];
  const upstream = await listening(async (request, response) => {
    seen.push({ headers: request.headers, body: await textOf(request) });
    if (request.url === '/broken') response.writeHead(500).end('the upstream broke');
    else response.end('from the upstream');
  });
  const port = await freePort();
  const directory = mkdtempSync(path.join(tmpdir(), 'latchkey-proxy-'));
  const config = path.join(directory, path.basename(example.file));
  const text = readFileSync(example.file, 'utf8')
    .replaceAll(':3000', `:${latchkeyPort}`)
    .replaceAll(':8080', `:${upstream.port}`)
    .replaceAll(':8000', `:${port}`);
  writeFileSync(config, example.contained(text, directory));
  const [program, ...args] = example.command(config, directory);
  const env = { ...process.env, HOME: directory, XDG_CONFIG_HOME: directory, XDG_DATA_HOME: directory };
  const proxy = spawn(program, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  proxy.stderr.on('data', (chunk: Buffer) => {
    said += chunk;
  });
  endings.push(() => {
    proxy.kill();
    rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
  });

  const call = async (route: string, ...options: string[]): Promise<Answer> => {
    const url = `http://127.0.0.1:${port}${route}`;
    const { stdout } = await promisify(execFile)('curl', ['--silent', '--show-error', '--include', ...options, url]);
    const [head = '', body = ''] = stdout.split(/\r\n\r\n(.*)/s);
    const [first = '', ...lines] = head.split('\r\n');
    const headers = lines.map((line) => line.split(/: (.*)/, 2) as [string, string]);
    return {
      status: Number(first.split(' ')[1]),
      headers: Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value])),
      body,
    };
  };
  await expect
    .poll(
      () =>
        call('/').then(
          () => true,
          () => said,
        ),
      { message: 'the proxy listens' },
    )
    .toBe(true);
  seen.length = 0;
  return { seen, call };
}

async function listening(answer: RequestListener): Promise<{ port: number }> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endings.push(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('The server has no port.');
  return { port: address.port };
}

async function textOf(request: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function portOf(origin: string): number {
  return Number(new URL(origin).port);
}

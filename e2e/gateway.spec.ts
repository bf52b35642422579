/** The gateway, between callers and upstreams on this machine: on the server with its pages and on the verifier. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import OpenAI from 'openai';
import type { Viewer } from '@/lib/auth/queries';
import { insertConnection, insertProviderKey, type NewConnection } from '../tests/support/connections';
import { freePort } from '../tests/support/free-port';
import { createAgentKeyFor, createKeyFor, createScopes, createViewer, sql } from '../tests/support/world';
import { expect, test } from './fixtures';
import { bearer, fetchDecided } from './key-page';
import { exchange, exchangeBytes, statusOf } from './raw-http';
import { type RunningServer, startSecondServer, startServer } from './server';
import { echo, measure, type RawUpstream, startRawUpstream, startUpstream, textOf, type Upstream } from './upstream';

// One worker: its servers are told beforehand which upstreams they may call.
test.describe.configure({ mode: 'default' });

let upstream: Upstream;
let raw: RawUpstream;
let closedPort: number;
let servers: RunningServer[] = [];
const origins = { server: '', verifier: '' };
const programs = ['verifier', 'server'] as const;

// biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures from this pattern.
test.beforeAll(async ({}, info) => {
  [upstream, raw, closedPort] = await Promise.all([startUpstream(), startRawUpstream(), freePort()]);
  const hosts = [upstream.port, raw.port, closedPort].map((port) => `127.0.0.1:${port}`);
  const further = { LATCHKEY_GATEWAY_ALLOW: [...hosts, 'nowhere.invalid:443'].join(), LOG_LEVEL: 'info' };
  const port = String(await freePort());
  const shared = ['DATABASE_URL', 'NEXTAUTH_SECRET', 'LATCHKEY_PEPPERS', 'LATCHKEY_AUDIT_KEY', 'LATCHKEY_VAULT_KEYS'];
  const settings = Object.fromEntries(shared.map((name) => [name, process.env[name] ?? '']));
  const [server, verifier] = await Promise.all([
    startSecondServer(further, info.outputPath('server.log')),
    startServer({ ...settings, PORT: port, ...further }, info.outputPath('verifier.log'), 'verifier'),
  ]);
  servers = [server, verifier];
  Object.assign(origins, {
    server: server.origin.replace('localhost', '127.0.0.1'),
    verifier: `http://127.0.0.1:${port}`,
  });
});

test.afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop('SIGKILL')));
  upstream.close();
  raw.close();
});

const providerSecret = 'sk-upstream-0123456789abcdefghijklmnopqrstuvwxyz';

/** A connection of the viewer's tenant to a route of the upstream that is the test's own, and a key to call it with. */
async function connected(viewer: Viewer, answer: RequestListener, options: Partial<NewConnection> = {}) {
  const route = randomUUID();
  upstream.on(route, answer);
  const slug = options.slug ?? `c-${route.slice(0, 8)}`;
  const providerKeyId =
    options.authStyle === 'none' ? null : await insertProviderKey(viewer.tenantId, `Key ${route}`, providerSecret);
  const url = `${upstream.origin}/${route}/v1`;
  const id = await insertConnection(viewer.tenantId, { slug, url, providerKeyId, ...options });
  const { secret, clientId } = await createAgentKeyFor(viewer);
  return { id, slug, route, secret, clientId, providerKeyId, path: `/api/v1/connect/${slug}` };
}

/** A connection to the upstream that speaks bytes. */
async function connectedRaw(viewer: Viewer, answer: RawUpstream['answer'], options: Partial<NewConnection> = {}) {
  raw.answer = answer;
  return connected(viewer, () => {}, { url: `${raw.origin}/v1`, ...options });
}

const typeOf = async (response: Response) =>
  String(((await response.json()) as { type?: string }).type).replace('urn:latchkey:problem:', '');
const outcome = async (response: Response) => `${response.status} ${await typeOf(response)}`;

type Echoed = { method: string; url: string; rawHeaders: string[]; body: string };
function valuesOf({ rawHeaders }: Echoed, name: string): string[] {
  return rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name);
}

/** How a program that everybody has sees an answer: its exit code, the status and the number of bytes. */
function curl(...options: string[]): Promise<{ code: number; written: string }> {
  const all = [
    '--silent',
    '--output',
    '/dev/null',
    '--write-out',
    '%{http_code} %{size_download}',
    '--max-time',
    '20',
    ...options,
  ];
  return new Promise((resolve) => {
    execFile('curl', all, (error, written) => resolve({ code: error ? Number(error.code) : 0, written }));
  });
}

for (const program of programs) {
  test.describe(`the ${program}`, () => {
    const call = (path: string, secret: string, init: RequestInit = {}) =>
      fetchDecided(`${origins[program]}${path}`, {
        redirect: 'manual',
        ...init,
        headers: { ...bearer(secret), ...(init.headers as Record<string, string>) },
      });

    test('method, path, query and body reach the upstream with the provider key in place of the caller’s', async ({
      viewer,
    }) => {
      const { path, secret, route, slug } = await connected(viewer, echo);
      for (const [method, body] of [
        ['POST', '{"model":"m"}'],
        ['POST', 'x'.repeat(300_000)],
        ['PUT', 'text'],
        ['PATCH', ''],
        ['DELETE', 'why'],
        ['GET', null],
        ['OPTIONS', null],
      ] as const) {
        const response = await call(`${path}/chat/completions?a=1&b=%20`, secret, { method, body });
        expect(response.status, method).toBe(200);
        expect(response.headers.get('x-latchkey-connection')).toBe(slug);
        const arrived = (await response.json()) as Echoed;
        expect(arrived).toMatchObject({ method, url: `/${route}/v1/chat/completions?a=1&b=%20`, body: body ?? '' });
        expect(valuesOf(arrived, 'authorization')).toEqual([`Bearer ${providerSecret.replace(/./g, '*')}`]);
        expect(JSON.stringify(arrived)).not.toContain('lk_sk_');
      }
    });

    test('the upstream learns no credential of the caller’s, nothing that is for one hop, and no claims', async ({
      viewer,
    }) => {
      const { path, secret, clientId } = await connected(viewer, echo);
      const { body } = await exchange(origins[program], [
        `GET ${path}/x HTTP/1.1`,
        'Host: evil.test',
        ...[`X-Client-Id: ${clientId}`, `X-Client-Secret: ${secret}`, 'Authorization: Bearer evil'],
        ...['Cookie: a=evil', 'Via: 1.1 evil', 'Forwarded: for=evil', 'X-Forwarded-For: evil', 'X-Real-IP: evil'],
        ...['x-api-key: evil', 'API-Key: evil', 'X-Goog-Api-Key: evil', 'Proxy-Authorization: evil', 'TE: trailers'],
        ...['X-Latchkey-Client-Id: evil', 'x_latchkey_tenant: evil', 'X-Original-URL: /evil', 'Keep-Alive: evil'],
        ...['Connection: close, X-Named', 'X-Named: evil', 'Upgrade: evil', 'X-HTTP-Method-Override: EVIL'],
        ...['Accept-Encoding: gzip', `X-Note: my key is ${secret}`, 'Trailer: X-Evil'],
        ...['X-Kept: yes', 'x-kept: again', 'User-Agent: tester/1'],
      ]);
      const arrived = JSON.parse(body) as Echoed;
      const names = arrived.rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
      const identity =
        'x-latchkey-bias-profile,x-latchkey-client-id,x-latchkey-scopes,x-latchkey-subject,x-latchkey-tenant';
      expect(names.sort().join()).toBe(
        `accept-encoding,authorization,connection,host,user-agent,x-kept,x-kept,${identity}`,
      );
      expect(valuesOf(arrived, 'host')).toEqual([new URL(upstream.origin).host]);
      expect(valuesOf(arrived, 'accept-encoding')).toEqual(['identity']);
      expect(JSON.stringify(arrived)).not.toMatch(/evil|lk_sk_/);
    });

    test('an upstream learns which key calls, whatever the caller claims', async ({ viewer, tenant }) => {
      const { path } = await connected(viewer, echo);
      const { secret, clientId } = await createKeyFor(viewer);
      const claims = { 'X-Latchkey-Client-Id': 'forged', 'X-Latchkey-Scopes': 'forged' };
      const response = await call(path, secret, { method: 'POST', body: '{}', headers: claims });
      const { rawHeaders } = (await response.json()) as Echoed;
      const pairs = rawHeaders.flatMap((name, index) =>
        index % 2 ? [] : [[name.toLowerCase(), rawHeaders[index + 1]]],
      );
      expect(Object.fromEntries(pairs.filter(([name]) => name?.startsWith('x-latchkey-')))).toEqual({
        'x-latchkey-client-id': clientId,
        'x-latchkey-tenant': tenant.slug,
        'x-latchkey-subject': viewer.memberId,
        'x-latchkey-scopes': '',
        'x-latchkey-bias-profile': '',
      });
    });

    test('each way of sending the provider key is its connection’s own', async ({ viewer }) => {
      const masked = providerSecret.replace(/./g, '*');
      for (const [options, name, value] of [
        [{ authStyle: 'x_api_key' }, 'x-api-key', masked],
        [{ authStyle: 'header', authHeader: 'x-goog-api-key' }, 'x-goog-api-key', masked],
        [{ authStyle: 'none' }, 'authorization', undefined],
      ] as const) {
        const { path, secret } = await connected(viewer, echo, options);
        const arrived = (await (
          await call(`${path}/x`, secret, { headers: { [name === 'authorization' ? 'x-a' : name]: 'evil' } })
        ).json()) as Echoed;
        expect(valuesOf(arrived, name)).toEqual(value ? [value] : []);
      }
    });

    test('a key that is not accepted, a scope that it lacks and a connection that it cannot see stop it', async ({
      viewer,
    }) => {
      let reached = 0;
      const count: RequestListener = (_request, response) => {
        reached++;
        response.end('ok');
      };
      await createScopes({ id: viewer.tenantId }, 'llm:call');
      const { path, clientId, secret } = await connected(viewer, count, { scopes: ['llm:call'] });
      const other = await createViewer();
      const foreign = await connected(other.viewer, count);
      expect(await outcome(await fetch(`${origins[program]}${path}/x`))).toBe('401 no_credential');
      expect(await outcome(await call(`${path}/x`, `${secret.slice(0, -7)}0000000`))).toMatch(/^401 (in|mal)/);
      expect(await outcome(await call(`${path}/x`, secret))).toBe('403 insufficient_scope');
      const plain = async (to: string) => (await (await call(to, secret)).text()).replace(/"requestId":"[^"]*"/, '');
      expect(await plain(`/api/v1/connect/${foreign.slug}/x`)).toBe(await plain('/api/v1/connect/none-such/x'));
      for (const slug of ['none-such', 'No%20Slug', '..', '-', 'x'.repeat(200), '']) {
        const { status, body } = await exchange(origins[program], [
          `GET /api/v1/connect/${slug}/x HTTP/1.1`,
          'Host: localhost',
          `Authorization: Bearer ${secret}`,
        ]);
        expect([slug, status, JSON.parse(body).type]).toEqual([slug, 404, 'urn:latchkey:problem:unknown_connection']);
      }
      expect(reached).toBe(0);
      await sql(`UPDATE key SET scopes = '{llm:call}' WHERE client_id = $1`, [clientId]);
      expect((await call(`${path}/x`, secret)).status).toBe(200);
      await sql('UPDATE key SET revoked_at = clock_timestamp() WHERE client_id = $1', [clientId]);
      expect(await outcome(await call(`${path}/x`, secret))).toBe('401 key_revoked');
      expect(reached).toBe(1);
    });

    test('what changed before a request arrived holds for it: key, URL, scopes, connection', async ({ viewer }) => {
      const { path, secret, id, providerKeyId } = await connected(viewer, echo, { authStyle: 'bearer' });
      const second = await insertProviderKey(viewer.tenantId, 'Second', 'another-provider-key-of-24');
      const sent = async () => valuesOf((await (await call(`${path}/x`, secret)).json()) as Echoed, 'authorization')[0];
      for (let round = 0; round < 10; round++) {
        expect(await sent()).toHaveLength(7 + providerSecret.length);
        await sql('UPDATE connection SET provider_key_id = $2 WHERE id = $1', [id, second]);
        expect(await sent()).toHaveLength(7 + 'another-provider-key-of-24'.length);
        await sql('UPDATE connection SET provider_key_id = $2 WHERE id = $1', [id, providerKeyId]);
      }
      await sql('UPDATE connection SET provider_key_id = NULL WHERE id = $1', [id]);
      expect(await outcome(await call(`${path}/x`, secret))).toBe('503 provider_key_missing');
      await sql('UPDATE connection SET provider_key_id = $2 WHERE id = $1', [id, providerKeyId]);
      await sql(`UPDATE provider_key SET origin = 'https://elsewhere.test' WHERE id = $1`, [providerKeyId]);
      expect(await outcome(await call(`${path}/x`, secret))).toBe('503 provider_key_missing');
      await sql('UPDATE provider_key SET origin = NULL, sealed_value = sealed_value || $2 WHERE id = $1', [
        providerKeyId,
        new Uint8Array([1]),
      ]);
      expect(await outcome(await call(`${path}/x`, secret))).toBe('503 provider_key_unreadable');
      await sql('DELETE FROM connection WHERE id = $1', [id]);
      expect(await outcome(await call(`${path}/x`, secret))).toBe('404 unknown_connection');
    });

    test('a path that could mean another one to the upstream is refused', async ({ viewer }) => {
      const targets: string[] = [];
      const { path, secret } = await connected(viewer, (request, response) => {
        targets.push(request.url ?? '');
        response.end();
      });
      const ask = (rest: string) =>
        exchange(origins[program], [
          `GET ${path}${rest} HTTP/1.1`,
          'Host: localhost',
          `Authorization: Bearer ${secret}`,
        ]);
      for (const rest of [
        '/../x',
        '/a/%2e%2E/x',
        '/a%2f..%2fx',
        '/%252e%252e/x',
        '//x',
        '/a\\x',
        '/a%5cx',
        '/a%00',
        '/..;/x',
      ]) {
        const { status, body } = await ask(rest);
        expect([rest, status, JSON.parse(body).type]).toEqual([rest, 400, 'urn:latchkey:problem:path_not_allowed']);
      }
      expect((await ask('/a%zz')).status).toBe(400);
      expect(targets).toEqual([]);
      for (const rest of ['', '/', '/models/gemini-2.5-flash:generateContent?alt=sse', '/a%20b/...', '/x/']) {
        expect((await ask(rest)).status, rest).toBe(200);
        expect(targets.pop()).toMatch(new RegExp(`/v1${rest.replace(/[.?]/g, '\\$&')}$`));
      }
      const query = await ask(`/x?key=${secret}`);
      expect([query.status, targets.length]).toEqual([401, 0]);
    });

    test('a workflow takes its own method, and nothing below it', async ({ viewer }) => {
      const { id, path, secret, route } = await connected(viewer, echo, { kind: 'workflow', method: 'PUT' });
      // To some servers the slash is another address.
      await sql(`UPDATE connection SET url = url || '/' WHERE id = $1`, [id]);
      const refused = await call(path, secret, { method: 'POST' });
      expect([await outcome(refused.clone()), refused.headers.get('allow')]).toEqual(['405 method_not_allowed', 'PUT']);
      expect(await outcome(await call(`${path}/x`, secret, { method: 'PUT' }))).toBe('404 not_found');
      const arrived = (await (await call(`${path}?a=b`, secret, { method: 'PUT', body: 'x' })).json()) as Echoed;
      expect(arrived).toMatchObject({ method: 'PUT', url: `/${route}/v1/?a=b`, body: 'x' });
    });

    test('an answer keeps what is its own, and sets nothing for Latchkey’s origin', async ({ viewer }) => {
      const { path, secret, slug } = await connected(viewer, (request, response) => {
        const evil = { 'Set-Cookie': 'a=evil', 'X-Latchkey-Client-Id': 'evil', 'Access-Control-Allow-Origin': '*' };
        const more = { 'Strict-Transport-Security': 'max-age=1', 'Alt-Svc': 'evil', 'Clear-Site-Data': '"*"' };
        const own = { 'Content-Type': 'text/html', ETag: '"1"', 'X-Ratelimit-Limit': '5', 'X-Named': 'evil' };
        const cache = request.url?.endsWith('cached') ? { 'Cache-Control': 'max-age=60' } : {};
        response.writeHead(201, 'Evil', { ...evil, ...more, ...own, ...cache, Connection: 'x-named' });
        response.end('<script>');
      });
      const response = await call(`${path}/x`, secret);
      expect(response.status).toBe(201);
      const headers = Object.fromEntries(response.headers);
      for (const name of ['connection', 'date', 'keep-alive', 'transfer-encoding']) delete headers[name];
      expect(headers).toEqual({
        'x-latchkey-connection': slug,
        'content-security-policy': "sandbox; default-src 'none'",
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
        'content-type': 'text/html',
        etag: '"1"',
        'x-ratelimit-limit': '5',
      });
      expect((await call(`${path}/cached`, secret)).headers.get('cache-control')).toBe('max-age=60');
      await sql('UPDATE tenant SET rate_limit_per_minute = 2 WHERE id = $1', [viewer.tenantId]);
      const limited = [1, 2, 3].map(() => call(`${path}/x`, secret));
      const statuses = (await Promise.all(limited)).map(
        ({ status, headers }) => `${status} ${headers.get('ratelimit-policy')}`,
      );
      expect(statuses.sort()).toEqual(['201 "key";q=2;w=60', '201 "key";q=2;w=60', '429 "key";q=2;w=60']);
    });

    test('answers without a body stay without one', async ({ viewer }) => {
      const { path, secret } = await connected(viewer, (request, response) => {
        const status = Number(request.url?.split('/').at(-1));
        response.writeHead(status, request.method === 'HEAD' ? { 'Content-Length': 12_345 } : { ETag: '"1"' }).end();
      });
      for (const status of [204, 304, 500]) {
        const response = await call(`${path}/${status}`, secret);
        expect([response.status, await response.text()]).toEqual([status, '']);
      }
      const head = await call(`${path}/200`, secret, { method: 'HEAD' });
      expect([head.status, head.headers.get('content-length')]).toEqual([200, '12345']);
      expect((await call(`${path}/200`, secret)).status).toBe(200);
    });

    test('an answer comes as it is produced: the second event is sent when the first has arrived', async ({
      viewer,
    }) => {
      let arrived = () => {};
      const first = new Promise<void>((resolve) => {
        arrived = resolve;
      });
      const { path, secret } = await connected(viewer, async (_request, response) => {
        response.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders();
        response.write('data: 1\n\n');
        await first;
        response.end('data: 2\n\n');
      });
      const response = await call(`${path}/x`, secret);
      const reader = response.body?.getReader();
      const read = async () => Buffer.from((await reader?.read())?.value ?? []).toString();
      expect(await read()).toBe('data: 1\n\n');
      arrived();
      expect(await read()).toBe('data: 2\n\n');
      expect((await reader?.read())?.done).toBe(true);
    });

    test('the official OpenAI client streams a completion with a Latchkey secret', async ({ viewer }) => {
      const { path, secret } = await connected(viewer, async (request, response) => {
        if (request.headers.authorization !== `Bearer ${providerSecret}`) return void response.writeHead(401).end();
        const { model, stream } = JSON.parse(await textOf(request));
        response.writeHead(200, { 'Content-Type': 'text/event-stream' });
        for (const content of ['Hello', ' there', stream ? '!' : '?'])
          response.write(
            `data: ${JSON.stringify({ id: '1', model, choices: [{ index: 0, delta: { content } }] })}\n\n`,
          );
        response.end('data: [DONE]\n\n');
      });
      const client = new OpenAI({ baseURL: `${origins[program]}${path}`, apiKey: secret, maxRetries: 0 });
      const messages = [{ role: 'user' as const, content: 'Hi' }];
      let text = '';
      for await (const chunk of await client.chat.completions.create({ model: 'm', messages, stream: true }))
        text += chunk.choices[0]?.delta.content ?? '';
      expect(text).toBe('Hello there!');
    });

    test('who goes away takes the upstream’s request along, before the answer and within it', async ({ viewer }) => {
      const gone: string[] = [];
      const { path, secret } = await connected(viewer, (request, response) => {
        response.on('close', () => gone.push(request.url?.split('/').at(-1) ?? ''));
        if (request.url?.endsWith('within')) response.write('the beginning');
      });
      for (const moment of ['before', 'within']) {
        const controller = new AbortController();
        const calling = call(`${path}/${moment}`, secret, { signal: controller.signal });
        if (moment === 'within') await (await calling).body?.getReader().read();
        else await expect.poll(() => upstream.underWay()).toBe(1);
        controller.abort();
        await calling.catch(() => {});
        await expect.poll(() => gone.at(-1)).toBe(moment);
      }
    });

    test('an upstream that fails is told from Latchkey, by its way of failing', async ({ viewer }) => {
      const http = (head: string, body = '') => `HTTP/1.1 ${head}\r\n\r\n${body}`;
      const cases: Array<[string, string | RawUpstream['answer'], Partial<NewConnection>?]> = [
        ['502 upstream_unreachable', '', { url: `http://127.0.0.1:${closedPort}` }],
        ['502 upstream_unreachable', '', { url: 'https://nowhere.invalid' }],
        ['502 upstream_blocked', '', { url: 'https://127.0.0.1' }],
        ['502 upstream_blocked', '', { url: 'https://localhost:8443/v1' }],
        ['502 upstream_blocked', '', { url: 'https://[::ffff:127.0.0.1]/v1' }],
        ['502 upstream_blocked', '', { url: 'https://169.254.169.254/latest' }],
        ['502 upstream_blocked', '', { url: 'http://example.com/' }],
        ['502 upstream_untrusted', '', { url: `https://127.0.0.1:${raw.port}` }],
        ['502 upstream_reset', (socket) => socket.resetAndDestroy()],
        ['502 upstream_reset', (socket) => socket.end()],
        ['504 upstream_timeout', () => {}, { timeoutInSeconds: 1 }],
        ['502 upstream_invalid', 'garbage\r\n\r\n'],
        ['502 upstream_invalid', http('101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket')],
        ['502 upstream_invalid', http(`200 OK\r\nX-Long: ${'x'.repeat(40_000)}\r\nContent-Length: 0`)],
        ['502 upstream_reset', http('200 OK\r\nContent-Length: 5\r\nContent-Length: 6', 'hello!')],
        ['502 upstream_invalid', http('200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5', 'hello')],
        ['502 upstream_redirected', http('302 Found\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0')],
        ['502 upstream_redirected', http('307 Temporary\r\nLocation: /elsewhere\r\nContent-Length: 0')],
        ['502 upstream_too_large', http('200 OK\r\nContent-Length: 1000001'), { sizeLimitInMegabytes: 1 }],
      ];
      for (const [expected, behaviour, options] of cases) {
        const answer = typeof behaviour === 'string' ? (socket: Socket) => void socket.write(behaviour) : behaviour;
        const { path, secret, slug } = await connectedRaw(viewer, answer, options);
        const response = await call(`${path}/x`, secret);
        expect(response.headers.get('x-latchkey-connection')).toBeNull();
        const text = await response.text();
        const { status, type, detail } = JSON.parse(text);
        expect([`${status} ${type.split(':').at(-1)}`, response.status], String(behaviour)).toEqual([expected, status]);
        expect(detail).toContain(slug);
        expect(text).not.toMatch(/127\.0\.0\.1|ECONN|sk-up/);
      }
    });

    test('an answer that breaks off arrives broken, never as if it were whole', async ({ viewer }) => {
      const megabyte = 'x'.repeat(1_000_000);
      const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;
      const cases: Array<[string, RawUpstream['answer']]> = [
        ['too few', (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf')],
        [
          'reset',
          (socket) =>
            socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n', () =>
              setImmediate(() => socket.resetAndDestroy()),
            ),
        ],
        ['no last chunk', (socket) => socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n')],
        ['silent', (socket) => void socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n')],
        [
          'too large',
          (socket) =>
            void socket.write(
              `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunk(megabyte)}${chunk('half')}`,
            ),
        ],
        [
          'endless',
          (socket) => {
            socket.write('HTTP/1.1 200 OK\r\n\r\n');
            const more = (error?: Error | null) => void (error || socket.write(megabyte, more));
            more();
          },
        ],
      ];
      for (const [name, answer] of cases) {
        const { path, secret, id } = await connectedRaw(viewer, answer, {
          timeoutInSeconds: 1,
          sizeLimitInMegabytes: 1,
        });
        for (const version of ['--http1.1', '--http1.0']) {
          const { code, written } = await curl(
            version,
            '--header',
            `Authorization: Bearer ${secret}`,
            `${origins[program]}${path}/x`,
          );
          // 18: a part of it came; 56: the connection was reset. Refused: none had come yet, which may end in 504 or 503, too.
          expect([18, 56, 'refused'], `${name} ${version}`).toContain(
            code === 0 && /^50[234] /.test(written) ? 'refused' : code,
          );
          expect(Number(written.split(' ')[1])).toBeLessThan(1_000_001);
        }
        await expect
          .poll(async () => (await sql('SELECT 1 FROM connection_failure WHERE connection_id = $1', [id])).length, {
            message: name,
          })
          .toBeGreaterThan(0);
      }
    });

    test('the provider key is in no answer, in whatever pieces an upstream sends it back', async ({ viewer }) => {
      const stars = '*'.repeat(providerSecret.length);
      const { path, secret } = await connected(viewer, async (request, response) => {
        const given = request.headers.authorization?.slice(7) ?? '';
        response.writeHead(200, { 'X-Your-Key': `it is ${given}` });
        for (const piece of [
          `[${given.slice(0, 5)}`,
          given.slice(5, 6),
          given.slice(6),
          `][${given}${given}][${given.slice(0, 9)}`,
          '] ',
          given.slice(0, 4),
        ]) {
          response.write(piece);
          await new Promise((resolve) => setImmediate(resolve));
        }
        response.end();
      });
      const response = await call(`${path}/x`, secret);
      expect(response.headers.get('x-your-key')).toBe(`it is ${stars}`);
      expect(await response.text()).toBe(
        `[${stars}][${stars}${stars}][${providerSecret.slice(0, 9)}] ${providerSecret.slice(0, 4)}`,
      );
    });

    test('an upstream’s 401 is passed on and remembered; the use of the provider key is, too', async ({ viewer }) => {
      const { path, secret, id, clientId, providerKeyId } = await connected(
        viewer,
        (_request, response) => void response.writeHead(401, { 'WWW-Authenticate': 'Bearer' }).end('who are you?'),
      );
      for (let request = 0; request < 3; request++) {
        const response = await call(`${path}/x`, secret);
        expect([response.status, await response.text(), response.headers.get('www-authenticate')]).toEqual([
          401,
          'who are you?',
          null,
        ]);
      }
      const stored = () =>
        sql(`SELECT reason, requests::int, client_id, address FROM connection_failure WHERE connection_id = $1`, [id]);
      await expect
        .poll(stored)
        .toEqual([{ reason: 'provider_key_refused', requests: 3, client_id: clientId, address: '127.0.0.1' }]);
      const used = () => sql('SELECT 1 FROM provider_key_last_use WHERE provider_key_id = $1', [providerKeyId]);
      await expect.poll(async () => (await used()).length).toBe(1);
    });

    test('a model with a provider key of its own is called with that', async ({ viewer }) => {
      const own = await insertProviderKey(viewer.tenantId, 'Own', 'own-key-of-a-model');
      const models = [
        { name: 'plain' },
        { name: 'own/model', ownKey: true, providerKeyId: own },
        { name: 'lost', ownKey: true },
      ];
      const { path, secret } = await connected(viewer, echo, { models });
      const used = async (rest: string, init: RequestInit = {}) => {
        const response = await call(path + rest, secret, init);
        if (response.status !== 200) return outcome(response);
        const { rawHeaders, body } = (await response.json()) as Echoed;
        expect(body).toBe(init.body ?? '');
        return valuesOf({ rawHeaders } as Echoed, 'authorization')[0]?.length === 25 ? 'own' : 'connection';
      };
      const json = (body: unknown) => ({
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'Content-Type': 'application/json' },
      });
      expect(await used('/chat', json({ model: 'own/model' }))).toBe('own');
      expect(await used('/chat', json({ model: 'plain' }))).toBe('connection');
      expect(await used('/chat', json({ model: 'unknown' }))).toBe('connection');
      expect(await used('/chat', json({ model: 'lost' }))).toBe('503 provider_key_missing');
      expect(await used('/chat', json({ nested: { model: 'lost' } }))).toBe('connection');
      expect(await used('/models/own%2Fmodel:run', json({ model: 'plain' }))).toBe('400 path_not_allowed');
      expect(await used('/deployments/lost/chat', json({}))).toBe('503 provider_key_missing');
      expect(await used('/chat', { method: 'POST', body: 'no json' })).toBe('connection');
      expect(await used('/models')).toBe('connection');
      expect(await used('/chat', { method: 'POST', body: 'x'.repeat(9_000_000) })).toBe('413 request_too_large');
      const file = { method: 'POST', body: 'x'.repeat(9_000_000), headers: { 'Content-Type': 'audio/wav' } };
      expect(await used('/audio', file)).toBe('connection');
    });

    test('a request beyond the limit is refused, announced or not, and one that is asked for first is asked late', async ({
      viewer,
    }) => {
      const { path, secret } = await connected(viewer, measure, { sizeLimitInMegabytes: 1, timeoutInSeconds: 1 });
      const head = (...lines: string[]) =>
        [`POST ${path}/x HTTP/1.1`, 'Host: localhost', `Authorization: Bearer ${secret}`, ...lines, '', ''].join(
          '\r\n',
        );
      const ask = (bytes: string) => exchangeBytes(origins[program], bytes, 10_000);
      const end = 'Connection: close';
      // All at once: the server hears each out for seconds.
      const unfinished = [
        head('Content-Length: 1000001', end),
        head('Content-Length: 5', end),
        `${head('Transfer-Encoding: chunked', end)}5\r\nhel`,
      ];
      expect((await Promise.all(unfinished.map(ask))).map(statusOf)).toEqual([413, 408, 408]);
      const chunks = `${'7a120\r\n'}${'x'.repeat(500_000)}\r\n`;
      expect(
        statusOf(await ask(`${head('Transfer-Encoding: chunked', end)}${chunks}${chunks}1\r\nx\r\n0\r\n\r\n`)),
      ).toBe(413);
      const allowed = await ask(`${head('Transfer-Encoding: chunked', end)}${chunks}${chunks}0\r\n\r\n`);
      expect(allowed).toMatch(/^HTTP\/1.1 200 OK[\s\S]*\r\n1000000$/);
      const expected = await ask(`${head('Content-Length: 2', 'Expect: 100-continue', end)}hi`);
      expect(expected).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 OK/);
      const refused = await ask(head('Content-Length: 2', 'Expect: 100-continue', end).replace('lk_sk_', 'lk_no_'));
      expect(statusOf(refused)).toBe(401);
      for (const method of ['GET', 'DELETE'])
        expect(await ask(`${head('Content-Length: 2', end).replace('POST', method)}hi`)).toMatch(/\r\n2$/);
    });

    test('requests that two servers could read differently reach no upstream', async ({ viewer }) => {
      let reached = 0;
      const { path, secret } = await connected(viewer, (_request, response) => {
        reached++;
        response.end();
      });
      const smuggled = `GET ${path}/smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n`;
      for (const lines of [
        ['Content-Length: 4', 'Transfer-Encoding: chunked'],
        ['Content-Length: 4', 'Content-Length: 5'],
        ['Content-Length: +4'],
        ['Transfer-Encoding: chunked, identity'],
        ['Transfer-Encoding: \x0bchunked'],
        ['Transfer-Encoding : chunked'],
        ['X: y\r\n Transfer-Encoding: chunked', 'Content-Length: 4', 'Transfer-Encoding: chunked'],
      ]) {
        const head = [
          `POST ${path}/x HTTP/1.1`,
          'Host: localhost',
          `Authorization: Bearer ${secret}`,
          ...lines,
          '',
          '',
        ].join('\r\n');
        const answer = await exchangeBytes(origins[program], `${head}0\r\n\r\n${smuggled}`);
        expect(statusOf(answer), lines.join(' | ')).toBe(400);
      }
      expect(reached).toBe(0);
      for (const method of ['TRACE', 'PROPFIND'])
        expect(
          statusOf(
            await exchangeBytes(
              origins[program],
              `${method} ${path}/x HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${secret}\r\nConnection: close\r\n\r\n`,
            ),
          ),
        ).toBe(405);
      expect(reached).toBe(0);
    });

    test('what the caller does not take is not read from the upstream', async ({ viewer }) => {
      let sent = 0;
      const { path, secret } = await connected(
        viewer,
        async (_request, response) => {
          const block = Buffer.alloc(1_000_000);
          while (sent < 200_000_000 && !response.destroyed) {
            sent += block.length;
            if (!response.write(block)) await Promise.race([once(response, 'drain'), once(response, 'close')]);
          }
          response.end();
        },
        { sizeLimitInMegabytes: 1_000 },
      );
      const response = await call(`${path}/x`, secret);
      const reader = response.body?.getReader();
      await reader?.read();
      let before = -1;
      const stands = () => {
        const same = before === sent;
        before = sent;
        return same;
      };
      await expect.poll(stands, { intervals: [500] }).toBe(true);
      expect(sent).toBeLessThan(50_000_000);
      let length = 0;
      for (let part = await reader?.read(); part && !part.done; part = await reader?.read())
        length += part.value.length;
      expect(length).toBeGreaterThan(199_000_000);
    });
  });
}

test('a key that is revoked, and a connection that is deleted, end within seconds what is under way', async ({
  viewer,
}) => {
  const begin: RequestListener = (_request, response) => void response.write('the beginning');
  const [revoked, deleted, kept] = [
    await connected(viewer, begin),
    await connected(viewer, begin),
    await connected(viewer, begin),
  ];
  const silent = await connected(viewer, () => {});
  const open = async (origin: string, to: { path: string; secret: string }) => {
    const reader = (await fetchDecided(`${origin}${to.path}/x`, { headers: bearer(to.secret) })).body?.getReader();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('the beginning');
    const ended = reader?.read().then(
      () => 'whole',
      () => 'broken',
    );
    return { ended, cancel: () => reader?.cancel() };
  };
  const cut: Array<Promise<string> | undefined> = [];
  const still: Array<{ ended: Promise<string> | undefined; cancel: () => void }> = [];
  const waiting: Array<Promise<Response>> = [];
  for (const origin of Object.values(origins)) {
    for (const stream of [revoked, deleted]) cut.push((await open(origin, stream)).ended);
    still.push(await open(origin, kept));
    waiting.push(fetchDecided(`${origin}${silent.path}/x`, { headers: bearer(silent.secret) }));
  }
  await expect.poll(() => upstream.underWay()).toBe(8);
  await sql('UPDATE key SET revoked_at = clock_timestamp() WHERE client_id = ANY($1)', [
    [revoked.clientId, silent.clientId],
  ]);
  await sql('DELETE FROM connection WHERE id = $1', [deleted.id]);
  expect(await Promise.all(cut)).toEqual(['broken', 'broken', 'broken', 'broken']);
  for (const response of await Promise.all(waiting)) expect(await outcome(response)).toBe('401 key_revoked');
  await expect.poll(() => upstream.underWay()).toBe(2);
  expect(await Promise.race([...still.map(({ ended }) => ended), 'open'])).toBe('open');
  for (const { cancel } of still) cancel();
  await expect.poll(() => upstream.underWay()).toBe(0);
});

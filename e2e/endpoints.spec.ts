/** The machines' endpoints: one table of requests against the server with its pages and against the verifier. */
import { createKeyFor } from '../tests/support/world';
import { expect, test } from './fixtures';
import { exchange, exchangeBytes, statusOf } from './raw-http';

const base64 = (text: string) => Buffer.from(text, 'latin1').toString('base64');
const encoded = (text: string) =>
  text.replace(/[^A-Za-z0-9]/g, (character) => `%${character.charCodeAt(0).toString(16)}`);
const me = (origin: string, ...headers: string[]) =>
  exchange(origin, ['GET /api/v1/me HTTP/1.1', `Host: ${new URL(origin).host}`, ...headers]);
const programs = { server: process.env.LATCHKEY_URL as string, verifier: process.env.LATCHKEY_VERIFIER_URL as string };

for (const where of ['server', 'verifier'] as const) {
  test.describe(`the ${where}`, () => {
    const origin = programs[where];

    test('every form of presenting a key is understood', async ({ viewer, member, tenant }) => {
      const { clientId, secret } = await createKeyFor(viewer, { name: 'Every form' });
      const forms = [
        [`Authorization: Basic ${base64(`${clientId}:${secret}`)}`],
        [`authorization: bAsIc   ${base64(`${encoded(clientId)}:${encoded(secret)}`)}`],
        [`Authorization: Bearer ${secret}`],
        [`X-Client-Id: ${clientId}`, `X-Client-Secret: ${secret}`],
        // The header belongs to somebody else, however long it is.
        [`X-Client-Id: ${clientId}`, `X-Client-Secret: ${secret}`, `Authorization: Bearer ${'e'.repeat(3_000)}`],
      ];
      for (const headers of forms) {
        const { status, body } = await me(origin, ...headers);
        expect(status, headers.join()).toBe(200);
        expect(JSON.parse(body)).toMatchObject({
          clientId,
          name: 'Every form',
          kind: 'personal',
          tenant: { id: tenant.id, slug: tenant.slug },
          owner: { id: member.id, email: member.email },
          scopes: [],
          biasProfile: null,
        });
      }
    });

    test('a malformed or doubled credential is refused, never with a 5xx', async ({ viewer }) => {
      const { clientId, secret } = await createKeyFor(viewer);
      const basic = base64(`${clientId}:${secret}`);
      const refused = [
        [],
        ['Authorization:'],
        ['Authorization: Basic'],
        ['Authorization: Bearer'],
        [`Authorization: ${secret}`],
        [`Authorization: Digest ${secret}`],
        [`Authorization: Bearer ${secret} ${secret}`],
        [`Authorization: Bearer ${secret}, Basic ${basic}`],
        [`Authorization: Bearer ${secret}\xff`],
        [`Authorization: Bearer ${secret.slice(0, -1)}`],
        [`Authorization: Bearer ${secret}0`],
        [`Authorization: Bearer ${secret.toUpperCase()}`],
        [`Authorization: Bearer ${'A'.repeat(513)}`],
        [`Authorization: Bearer ${clientId}`],
        ['Authorization: Basic ===='],
        [`Authorization: Basic ${basic}*`],
        [`Authorization: Basic ${base64(clientId + secret)}`],
        [`Authorization: Basic ${base64(`${secret}:${clientId}`)}`],
        [`Authorization: Basic ${base64(`${clientId}:%zz`)}`],
        [`Authorization: Basic ${base64(`${clientId}:${secret}\0`)}`],
        [`Authorization: Basic ${base64(`${clientId}:`)}`],
        [`X-Client-Id: ${clientId}`],
        [`X-Client-Secret: ${secret}`],
        [`X-Client-Id: ${clientId}`, `X-Client-Id: ${clientId}`, `X-Client-Secret: ${secret}`],
        [`Authorization: Bearer ${secret}`, `Authorization: Bearer ${secret}`],
        [`Authorization: Bearer ${secret}`, `X-Client-Id: ${clientId}`, `X-Client-Secret: ${secret}`],
        [`Authorization: Basic ${basic}`, `X-Client-Id: ${clientId}`, `X-Client-Secret: ${secret}`],
        [`Cookie: authorization=Bearer ${secret}`],
      ];
      for (const headers of refused) {
        const { status, headers: answered } = await me(origin, ...headers);
        expect([400, 401], headers.join()).toContain(status);
        if (status === 401) expect(answered).toMatch(/WWW-Authenticate: Bearer/i);
      }
      const host = `Host: ${new URL(origin).host}`;
      const control = await exchange(origin, ['GET /api/v1/me HTTP/1.1', host, `Authorization: Bearer ${secret}\0`]);
      expect(control.status).toBe(400);
      const huge = await exchange(origin, [
        'GET /api/v1/me HTTP/1.1',
        host,
        `Authorization: Bearer ${'A'.repeat(20_000)}`,
      ]);
      expect(huge.status).toBe(431);
      for (const query of [`?key=${secret}`, `?authorization=Bearer%20${encoded(secret)}`]) {
        const { status } = await exchange(origin, [
          `GET /api/v1/me${query} HTTP/1.1`,
          host,
          `Authorization: Bearer ${secret}`,
        ]);
        expect(status, query).toBe(401);
      }
    });

    test('an unknown client ID and a wrong secret answer alike, byte for byte', async ({ viewer }) => {
      const { clientId } = await createKeyFor(viewer);
      const { secretFor } = await import('@/lib/keys/secret');
      const wrong = secretFor(clientId.slice(6), 'x'.repeat(32));
      const unknown = secretFor('0'.repeat(16), 'x'.repeat(32));
      const [first, second] = await Promise.all(
        [wrong, unknown].map((secret) => me(origin, `Authorization: Bearer ${secret}`)),
      );
      const plain = (text = '') => text.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'requestId').replace(/Date: .*/, '');
      expect(first?.status).toBe(401);
      expect(plain(first?.headers)).toBe(plain(second?.headers));
      expect(plain(first?.body)).toBe(plain(second?.body));
      const length = /Content-Length: (\d+)/;
      expect(length.exec(first?.headers ?? '')?.[1]).toBe(length.exec(second?.headers ?? '')?.[1]);
    });

    test('authorize says who is calling, in headers, to any method and path of a proxy', async ({
      viewer,
      tenant,
      member,
    }) => {
      const { clientId, secret } = await createKeyFor(viewer);
      const authorization = `Bearer ${secret}`;
      for (const [method, path] of [
        ['GET', ''],
        ['POST', ''],
        ['DELETE', '/orders/7?scope=ignored'],
        ['PROPFIND', '/'],
      ]) {
        const response = await fetch(`${origin}/api/v1/authorize${path}`, {
          method: method as string,
          headers: { authorization, 'X-Latchkey-Subject': 'forged' },
        });
        expect(response.status, `${method} ${path}`).toBe(200);
        expect(await response.text()).toBe('');
        expect(Object.fromEntries(response.headers)).toMatchObject({
          'x-latchkey-client-id': clientId,
          'x-latchkey-tenant': tenant.slug,
          'x-latchkey-subject': member.id,
          'x-latchkey-scopes': '',
          'x-latchkey-bias-profile': '',
          'cache-control': 'no-store',
        });
      }
      const missing = await fetch(`${origin}/api/v1/authorize?scope=reports:read+reports:write`, {
        headers: { authorization },
      });
      expect(missing.status).toBe(403);
      expect(await missing.json()).toMatchObject({ type: 'urn:latchkey:problem:insufficient_scope' });
    });

    test('the endpoints read no cookies, send no CORS headers and know no other paths', async ({ viewer, context }) => {
      const { secret } = await createKeyFor(viewer);
      const cookie = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
      expect(cookie).toContain('latchkey.session=');
      expect((await fetch(`${origin}/api/v1/me`, { headers: { cookie } })).status).toBe(401);

      const authorization = `Bearer ${secret}`;
      const foreign = await fetch(`${origin}/api/v1/me`, {
        headers: { authorization, origin: 'https://elsewhere.test' },
      });
      expect(foreign.status).toBe(200);
      expect([...foreign.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
      expect((await fetch(`${origin}/api/v1/me`, { method: 'OPTIONS' })).status).toBe(405);
      expect(
        (await fetch(`${origin}/api/v1/me`, { method: 'POST', headers: { authorization }, body: 'x' })).status,
      ).toBe(405);
      for (const path of ['/api/v1', '/api/v1/', '/api/v1/nothing', '/oauth/token', '/api/v1/me/']) {
        expect((await fetch(origin + path, { headers: { authorization } })).status, path).toBe(404);
      }
      expect(await (await fetch(`${origin}/healthz`)).text()).toBe('ok\n');
      expect((await fetch(`${origin}/readyz`)).status).toBe(200);
    });

    test('a client that offers an upgrade gets its answer all the same', async ({ viewer }) => {
      const { secret } = await createKeyFor(viewer);
      // The first page makes Next look for upgrades.
      if (where === 'server') await fetch(`${origin}/sign-in`);
      const offer = ['Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA', `Authorization: Bearer ${secret}`];
      const { status } = await exchange(origin, [
        'GET /api/v1/me HTTP/1.1',
        `Host: ${new URL(origin).host}`,
        'Connection: Upgrade, HTTP2-Settings',
        ...offer,
      ]);
      expect(status).toBe(200);
    });

    test('bad input of every kind gets a 4xx within limits, and other requests do not notice', async ({ viewer }) => {
      const { secret } = await createKeyFor(viewer);
      const { host } = new URL(origin);
      const key = `Authorization: Bearer ${secret}`;
      const healthy = async () =>
        (await fetch(`${origin}/api/v1/me`, { headers: { authorization: `Bearer ${secret}` } })).status;
      const cases: Array<[number[], string, ...string[]]> = [
        // What is unusual and allowed is answered.
        [[200], 'GET /api/v1/me HTTP/1.0', key],
        [[200], `GET http://${host}/api/v1/me HTTP/1.1`, `Host: ${host}`, key],
        [[200], 'GET http://elsewhere.test/api/v1/authorize?scope= HTTP/1.1', 'Host: elsewhere.test', key],
        [[200], 'TRACE /api/v1/authorize HTTP/1.1', `Host: ${host}`, key],
        [[200], 'GET /api/v1/me?x=%00%zz HTTP/1.1', `Host: ${host}`, key],
        [
          [200],
          'GET /api/v1/me HTTP/1.1',
          `Host: ${host}`,
          key,
          ...Array.from({ length: 90 }, (_, n) => `X-Filler-${n}: x`),
        ],
        // Other methods, targets and versions.
        [[400], 'BREW /api/v1/me HTTP/1.1', `Host: ${host}`, key],
        [[400], 'get /api/v1/me HTTP/1.1', `Host: ${host}`, key],
        [[405], 'DELETE /api/v1/me HTTP/1.1', `Host: ${host}`, key],
        [[403, 404], 'OPTIONS * HTTP/1.1', `Host: ${host}`, key],
        [[405], `CONNECT ${host} HTTP/1.1`, `Host: ${host}`, key],
        [[404], 'GET /api/v1/../v1/me HTTP/1.1', `Host: ${host}`, key],
        [[404], 'GET /api/v1/me%00 HTTP/1.1', `Host: ${host}`, key],
        [[404], `GET /api/v1/${'a'.repeat(9_000)} HTTP/1.1`, `Host: ${host}`, key],
        [[431], `GET /api/v1/${'a'.repeat(20_000)} HTTP/1.1`, `Host: ${host}`, key],
        [[400], 'GET /api/v1/me HTTP/9.9', `Host: ${host}`, key],
        [[200, 400], 'GET /api/v1/me', `Host: ${host}`, key],
        // Headers.
        [[400], 'GET /api/v1/me HTTP/1.1', key],
        [[400], 'GET /api/v1/me HTTP/1.1', `Host: ${host}`, key, 'no colon'],
        [[400], 'GET /api/v1/me HTTP/1.1', `Host: ${host}`, key, 'X-Nul: a\0b'],
        [[400], 'GET /api/v1/me HTTP/1.1', `Host: ${host}`, key, 'Bad Name: x'],
        [[401], 'GET /api/v1/me HTTP/1.1', `Host: ${host}`, key, key],
        [[417], 'GET /api/v1/me HTTP/1.1', `Host: ${host}`, key, 'Expect: miracles'],
        [[431], 'GET /api/v1/me HTTP/1.1', `Host: ${host}`, key, `X-Huge: ${'x'.repeat(20_000)}`],
        [
          [431],
          'GET /api/v1/me HTTP/1.1',
          `Host: ${host}`,
          key,
          ...Array.from({ length: 2_000 }, (_, n) => `X-${n}: xxxxxxxx`),
        ],
        // Lengths that do not agree: one side of a proxy would see another request than the other.
        [
          [400],
          'POST /api/v1/authorize HTTP/1.1',
          `Host: ${host}`,
          key,
          'Content-Length: 4',
          'Transfer-Encoding: chunked',
        ],
        [[400], 'POST /api/v1/authorize HTTP/1.1', `Host: ${host}`, key, 'Content-Length: 4', 'Content-Length: 5'],
        [[400], 'POST /api/v1/authorize HTTP/1.1', `Host: ${host}`, key, 'Content-Length: -1'],
        [[400], 'POST /api/v1/authorize HTTP/1.1', `Host: ${host}`, key, 'Transfer-Encoding: chunked, identity'],
      ];
      for (const [allowed, ...lines] of cases) {
        const [{ status }, meanwhile] = await Promise.all([exchange(origin, lines), healthy()]);
        expect(allowed, lines.join(' | ').slice(0, 120)).toContain(status);
        expect(meanwhile).toBe(200);
      }
      for (const bytes of [
        '\r\n\r\n\r\n',
        '\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03',
        'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
      ]) {
        const answer = await exchangeBytes(origin, `${bytes}\r\n\r\nGET`).catch(() => '');
        if (answer) expect(statusOf(answer)).toBe(400);
        expect(await healthy()).toBe(200);
      }
    });

    test('requests that are sent at once on one connection are answered in their order', async ({ viewer }) => {
      const { secret } = await createKeyFor(viewer);
      const { host } = new URL(origin);
      const get = (path: string, ...headers: string[]) =>
        [`GET ${path} HTTP/1.1`, `Host: ${host}`, ...headers, '', ''].join('\r\n');
      const answer = await exchangeBytes(
        origin,
        get('/api/v1/authorize', `Authorization: Bearer ${secret}`) +
          get('/api/v1/me') +
          get('/api/v1/nothing') +
          get('/api/v1/authorize', `Authorization: Bearer ${secret}`, 'Connection: close'),
      );
      expect([...answer.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual([
        '200',
        '401',
        '404',
        '200',
      ]);
    });

    test('a body is not waited for: the answer comes at once, and the connection ends with it', async ({ viewer }) => {
      const { secret } = await createKeyFor(viewer);
      const head = (method: string, ...headers: string[]) =>
        [
          `${method} /api/v1/authorize HTTP/1.1`,
          'Host: localhost',
          `Authorization: Bearer ${secret}`,
          ...headers,
          '',
          '',
        ].join('\r\n');
      for (const bytes of [
        `${head('GET', 'Content-Length: 1000000')}${'x'.repeat(1_000_000)}`,
        // Announced, and never sent.
        head('POST', 'Content-Length: 1000000'),
        `${head('POST', 'Transfer-Encoding: chunked')}ffff\r\nslow`,
      ]) {
        const answer = await exchangeBytes(origin, bytes);
        expect(statusOf(answer)).toBe(200);
        expect(answer).toMatch(/^Connection: close/im);
      }
    });
  });
}

test('who sends headers slowly is cut off, and holds up nobody', async ({ viewer }) => {
  const { secret } = await createKeyFor(viewer);
  const cutOff = async (origin: string) => {
    const answer = await exchangeBytes(origin, 'GET /api/v1/me HTTP/1.1\r\nHost: localhost\r\nX-Slow: ', 20_000);
    expect(statusOf(answer)).toBe(408);
    expect((await me(origin, `Authorization: Bearer ${secret}`)).status).toBe(200);
  };
  await Promise.all(Object.values(programs).map(cutOff));
});

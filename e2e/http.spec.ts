import { connect } from 'node:net';
import { createKeyFor, sql } from '../tests/support/world';
import { expect, test } from './fixtures';

// Raw bytes on a socket: no client library between the test and the grammar.
function exchange(origin: string, lines: string[]): Promise<{ status: number; headers: string; body: string }> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    let answer = '';
    socket.setTimeout(5_000, () => socket.destroy(new Error('no answer within 5 s')));
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
    });
    socket.on('error', (error) => (answer ? undefined : reject(error)));
    socket.on('close', () => {
      const [headers = '', ...body] = answer.split('\r\n\r\n');
      resolve({ status: Number(/^HTTP\/1\.1 (\d+)/.exec(headers)?.[1]), headers, body: body.join('\r\n\r\n') });
    });
    socket.write(Buffer.from([...lines, 'Connection: close', '', ''].join('\r\n'), 'latin1'));
  });
}

const base64 = (text: string) => Buffer.from(text, 'latin1').toString('base64');
const encoded = (text: string) =>
  text.replace(/[^A-Za-z0-9]/g, (character) => `%${character.charCodeAt(0).toString(16)}`);
const me = (origin: string, ...headers: string[]) =>
  exchange(origin, ['GET /api/v1/me HTTP/1.1', `Host: ${new URL(origin).host}`, ...headers]);

test('every form of presenting a key is understood', async ({ viewer, member, tenant, origin }) => {
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

test('a malformed or doubled credential is refused, never with a 5xx', async ({ viewer, origin }) => {
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
  const huge = await exchange(origin, ['GET /api/v1/me HTTP/1.1', host, `Authorization: Bearer ${'A'.repeat(20_000)}`]);
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

test('an unknown client ID and a wrong secret answer alike, byte for byte', async ({ viewer, origin }) => {
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
  origin,
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

test('the endpoints read no cookies, send no CORS headers and know no other paths', async ({
  viewer,
  context,
  origin,
}) => {
  const { secret } = await createKeyFor(viewer);
  const cookie = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
  expect(cookie).toContain('latchkey.session=');
  expect((await fetch(`${origin}/api/v1/me`, { headers: { cookie } })).status).toBe(401);

  const authorization = `Bearer ${secret}`;
  const foreign = await fetch(`${origin}/api/v1/me`, { headers: { authorization, origin: 'https://elsewhere.test' } });
  expect(foreign.status).toBe(200);
  expect([...foreign.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  expect((await fetch(`${origin}/api/v1/me`, { method: 'OPTIONS' })).status).toBe(405);
  expect((await fetch(`${origin}/api/v1/me`, { method: 'POST', headers: { authorization }, body: 'x' })).status).toBe(
    405,
  );
  for (const path of ['/api/v1', '/api/v1/', '/api/v1/nothing', '/oauth/token', '/api/v1/me/']) {
    expect((await fetch(origin + path, { headers: { authorization } })).status, path).toBe(404);
  }
  expect(await (await fetch(`${origin}/healthz`)).text()).toBe('ok\n');
  expect((await fetch(`${origin}/readyz`)).status).toBe(200);
});

test.describe('signing in over plain HTTP', () => {
  test.use({ password: 'correct horse battery', signedIn: false });

  test('a client cannot choose the address that is recorded for it', async ({ member, origin }) => {
    const spoofed = { 'x-forwarded-for': '198.51.100.9', 'x-real-ip': '198.51.100.9', forwarded: 'for=198.51.100.9' };
    expect((await signInOverHttp(origin, member.email, { origin, ...spoofed })).status).toBe(200);
    const rows = await sql<{ address: string }>(
      'SELECT address FROM session WHERE member_id = $1 AND user_agent <> $2',
      [member.id, 'test'],
    );
    expect(rows.map((row) => row.address)).toEqual([expect.stringMatching(/^(127\.0\.0\.1|::1)$/)]);
  });

  test('only the exact Origin may change anything', async ({ member, origin }) => {
    const { host } = new URL(origin);
    const refused: Array<Record<string, string>> = [
      {},
      { origin: 'null' },
      { origin: 'https://elsewhere.test' },
      { origin: `${origin}.elsewhere.test` },
      { origin: `${origin}/` },
      { origin: origin.toUpperCase() },
      { origin: 'https://elsewhere.test', 'x-forwarded-host': 'elsewhere.test', 'x-forwarded-proto': 'https' },
      { origin: `http://127.0.0.1:${host.split(':')[1]}` },
    ];
    for (const headers of refused) {
      const response = await signInOverHttp(origin, member.email, headers);
      expect(response.status, JSON.stringify(headers)).toBe(403);
      expect(await response.text()).toContain(origin);
    }
    const sessions = await sql('SELECT id FROM session WHERE member_id = $1 AND user_agent <> $2', [member.id, 'test']);
    expect(sessions).toEqual([]);
    expect((await signInOverHttp(origin, member.email, { origin })).status).toBe(200);
  });
});

async function signInOverHttp(origin: string, email: string, headers: Record<string, string>): Promise<Response> {
  const csrf = await fetch(`${origin}/api/auth/csrf`);
  const cookie = csrf.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
  const { csrfToken } = (await csrf.json()) as { csrfToken: string };
  const body = new URLSearchParams({ csrfToken, email, password: 'correct horse battery', json: 'true' });
  return fetch(`${origin}/api/auth/callback/credentials`, {
    method: 'POST',
    body,
    headers: { cookie, ...headers },
    redirect: 'manual',
  });
}

test('an e-mail with control characters is refused like any other that is wrong', async ({ origin }) => {
  const response = await signInOverHttp(origin, 'a\0b@example.test', { origin });
  expect(response.status).toBe(401);
  expect(await response.text()).toContain('CredentialsSignin');
});

test('headers that other frameworks believe open nothing', async ({ origin }) => {
  const tricks: Array<Record<string, string>> = [
    { 'x-middleware-subrequest': 'middleware:middleware:middleware:middleware:middleware' },
    { 'x-middleware-rewrite': '/account/api-keys' },
    { rsc: '1' },
    { 'x-latchkey-path': '//elsewhere.test' },
    { 'x-nonce': 'known', 'content-security-policy': "script-src 'nonce-known'" },
  ];
  for (const headers of tricks) {
    for (const path of ['/account/api-keys', '/account/security', '/tenant/settings']) {
      const response = await fetch(origin + path, { headers });
      const text = await response.text();
      // The page that it ends on, or, for a flight request, the redirect that it carries.
      expect(`${response.url} ${text}`, JSON.stringify(headers)).toContain('/sign-in');
      expect(`${response.url} ${text}`).not.toContain('elsewhere.test');
      expect(text).not.toContain('Manage API Keys');
      expect(response.headers.get('content-security-policy')).not.toContain('known');
      // A prefetch may show the shape of the route, which is public, and nothing that the page would say.
      const prefetch = { ...headers, rsc: '1', 'next-router-prefetch': '1', 'next-router-segment-prefetch': '/_tree' };
      const prefetched = await (await fetch(origin + path, { headers: prefetch })).text();
      expect(prefetched).not.toMatch(/Manage API Keys|Maximum API keys per user|Current password/);
    }
  }
});

test('a client that offers an upgrade gets its answer all the same', async ({ viewer, origin }) => {
  const { secret } = await createKeyFor(viewer);
  // The first page makes Next look for upgrades.
  await fetch(`${origin}/sign-in`);
  const offer = ['Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA', `Authorization: Bearer ${secret}`];
  const { status } = await exchange(origin, [
    'GET /api/v1/me HTTP/1.1',
    `Host: ${new URL(origin).host}`,
    'Connection: Upgrade, HTTP2-Settings',
    ...offer,
  ]);
  expect(status).toBe(200);
});

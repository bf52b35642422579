import { sql } from '../tests/support/world';
import { expect, test } from './fixtures';
import { exchangeBytes } from './raw-http';

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

test('a body that is announced to a page and never comes holds its connection for half a minute, and no longer', async ({
  origin,
}) => {
  const patience = 50_000;
  const held = async (method: string, path: string) => {
    const began = performance.now();
    const head = `${method} ${path} HTTP/1.1\r\nHost: ${new URL(origin).host}\r\nOrigin: ${origin}\r\nContent-Length: 10\r\n\r\n`;
    // Without an answer the end of the connection is an error, which is as good.
    await exchangeBytes(origin, head, patience).catch(() => {});
    return performance.now() - began;
  };
  const times = await Promise.all([held('GET', '/sign-in'), held('POST', '/sign-in')]);
  expect(Math.max(...times)).toBeLessThan(patience - 5_000);
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

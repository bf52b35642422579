/** An identity provider, or somebody between it and us, who means no good. Each ends with a sentence, and with nothing else. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createMember, sql } from '../tests/support/world';
import { expect, test } from './fixtures';
import { directory, type Instruction } from './hostile-provider';
import { codeFor, SsoBrowser, type Started } from './sso-browser';

test.use({ signedIn: false });

const notAccepted = 'could not be accepted, so you are not signed in. Start again from this page.';
const unreachable = 'cannot be reached. Try again in a moment, or sign in another way.';
const expired = 'This sign-in took too long, or began in another browser. Start again from this page.';
const taken = 'An administrator must link it on the Members page.';
const noEmail = 'sent no email address';
const unverified = 'has not verified your email address';
const mismatch = 'answered for another organisation than yours';

/** The page with the sentence, and not a trace of a member, a session or a cookie. */
async function expectRefused(
  browser: SsoBrowser,
  response: Response,
  sentence: string,
  person: { subject: string; email: string } | null = null,
): Promise<void> {
  expect(response.status).toBeLessThan(500);
  const page = await browser.follow(response);
  expect(page.url.pathname).toBe('/sign-in');
  expect(page.status).toBe(200);
  expect(/role="alert"[^>]*>([^<]*)</.exec(page.text)?.[1]).toContain(sentence);
  await expectNothing(browser, person);
}

async function expectNothing(browser: SsoBrowser, person: { subject: string; email: string } | null): Promise<void> {
  expect(browser.session).toBeUndefined();
  expect(await sql('SELECT id FROM session WHERE user_agent = $1', [browser.userAgent])).toEqual([]);
  if (!person) return;
  expect(await sql('SELECT id FROM member WHERE email = $1 AND login_email IS NULL', [person.email])).toEqual([]);
  expect(
    await sql('SELECT member_id FROM identity WHERE subject = $1 AND member_id IS NOT NULL', [person.subject]),
  ).toEqual([]);
}

/** The positive control: the same steps let in who is meant to get in. */
async function expectSignedIn(browser: SsoBrowser, response: Response): Promise<void> {
  const page = await browser.follow(response);
  expect(`${page.url.pathname} ${page.status}`).toBe('/account/api-keys 200');
  expect(browser.session).toBeDefined();
  expect(await sql('SELECT id FROM session WHERE user_agent = $1', [browser.userAgent])).toHaveLength(1);
}

const tenantId = async () => (await sql<{ id: string }>(`SELECT id FROM tenant WHERE slug = 'sso'`))[0]?.id ?? '';

test('a provider that keeps to the rules lets somebody in, again as the same member', async ({ origin }) => {
  const browser = new SsoBrowser(origin);
  const started = await browser.start('oidc');
  const { code, subject } = codeFor(started);
  await expectSignedIn(browser, await browser.comeBack('oidc', { code, state: started.state }));
  const again = new SsoBrowser(origin);
  const second = await again.start('oidc');
  const { code: next } = codeFor(second, { claims: { sub: subject } });
  await expectSignedIn(again, await again.comeBack('oidc', { code: next, state: second.state }));
  const members = await sql('SELECT DISTINCT member_id FROM session WHERE user_agent IN ($1, $2)', [
    browser.userAgent,
    again.userAgent,
  ]);
  expect(members).toHaveLength(1);
});

test('the e-mail may come from the userinfo endpoint, of the same subject only', async ({ origin }) => {
  const absent = { email: undefined, email_verified: undefined };
  for (const [sub, email_verified, sentence] of [
    [null, true, null],
    ['somebody-else', true, notAccepted],
    [null, false, unverified],
  ] as const) {
    const browser = new SsoBrowser(origin);
    const started = await browser.start('oidc');
    const subject = `subject-${browser.userAgent.slice(5)}`;
    const email = `${browser.userAgent.slice(5)}@example.test`;
    const { code } = codeFor(started, {
      claims: { ...absent, sub: subject },
      userinfo: { sub: sub ?? subject, email, email_verified },
    });
    const response = await browser.comeBack('oidc', { code, state: started.state });
    if (sentence === null) await expectSignedIn(browser, response);
    else await expectRefused(browser, response, sentence, { subject, email });
  }
});

const seconds = (offset: number) => Math.floor(Date.now() / 1000) + offset;
const answers: Record<string, [instruction: (started: Started) => Partial<Instruction>, sentence: string]> = {
  'another issuer': [() => ({ claims: { iss: 'https://id.example.com' } }), notAccepted],
  'another nonce': [() => ({ claims: { nonce: 'another' } }), notAccepted],
  'no nonce': [() => ({ claims: { nonce: undefined } }), notAccepted],
  'an expired token': [() => ({ claims: { iat: seconds(-900), exp: seconds(-300) } }), notAccepted],
  'a token from the future': [() => ({ claims: { nbf: seconds(300) } }), notAccepted],
  'a token without an end': [() => ({ claims: { exp: undefined } }), notAccepted],
  'a token for another application': [() => ({ claims: { aud: 'another' } }), notAccepted],
  'a token for several applications': [() => ({ claims: { aud: ['latchkey-test', 'x'], azp: 'x' } }), notAccepted],
  'a token without a subject': [() => ({ claims: { sub: undefined } }), notAccepted],
  'a token with an empty subject': [() => ({ claims: { sub: '' } }), mismatch],
  'a token that nobody signed (alg none)': [() => ({ signedBy: 'nobody' }), notAccepted],
  'a token signed with our own client secret': [() => ({ signedBy: 'secret' }), notAccepted],
  'a token signed by a stranger': [() => ({ signedBy: 'stranger' }), notAccepted],
  'a code for another PKCE verifier': [() => ({ challenge: 'another' }), notAccepted],
  'no e-mail': [() => ({ claims: { email: undefined } }), noEmail],
  'an e-mail that is none': [() => ({ claims: { email: 'ann' } }), noEmail],
  'an e-mail that is an object': [() => ({ claims: { email: { toLowerCase: 1 } } }), noEmail],
  'an unverified e-mail': [() => ({ claims: { email_verified: false } }), unverified],
  'an e-mail of which it does not say that it is verified': [
    () => ({ claims: { email_verified: undefined } }),
    unverified,
  ],
  'an e-mail verified in words': [() => ({ claims: { email_verified: 'true' } }), unverified],
  'garbage instead of tokens': [() => ({ instead: 'garbage' }), notAccepted],
  'HTML instead of tokens': [() => ({ instead: 'html' }), notAccepted],
  '500 instead of tokens': [() => ({ instead: 'error' }), notAccepted],
  'nothing instead of tokens': [() => ({ instead: 'empty' }), notAccepted],
};

for (const [what, [instruction, sentence]] of Object.entries(answers)) {
  test(`${what}: nobody gets in`, async ({ origin }) => {
    const browser = new SsoBrowser(origin);
    const started = await browser.start('oidc');
    const person = codeFor(started, instruction(started));
    await expectRefused(
      browser,
      await browser.comeBack('oidc', { code: person.code, state: started.state }),
      sentence,
      person,
    );
  });
}

test('a provider that stops answering is not waited for, and nobody gets in later', async ({ origin }) => {
  const impatient = async (provider: string, instead: 'slow' | 'drip' | null) => {
    const browser = new SsoBrowser(origin);
    if (instead === null) {
      const url = await browser.leaveFor(provider);
      return expectRefused(browser, await browser.request(url.href), unreachable);
    }
    const started = await browser.start(provider);
    const person = codeFor(started, { instead });
    const response = await browser.comeBack(provider, { code: person.code, state: started.state });
    return expectRefused(browser, response, notAccepted, person);
  };
  await Promise.all([
    impatient('oidc-slow', null),
    impatient('oidc-drip', null),
    impatient('oidc', 'slow'),
    impatient('oidc', 'drip'),
  ]);
});

test('a provider that is down, or describes itself in garbage, is said so', async ({ origin }) => {
  for (const provider of ['oidc-down', 'oidc-garbage', 'oidc-html', 'oidc-error', 'oidc-empty']) {
    const browser = new SsoBrowser(origin);
    const url = await browser.leaveFor(provider);
    expect(url.origin, provider).toBe(origin);
    await expectRefused(browser, await browser.request(url.href), unreachable);
  }
});

test('a provider that calls itself another one is not believed, however consistent it is', async ({ origin }) => {
  const browser = new SsoBrowser(origin);
  const started = await browser.start('oidc-impostor');
  const person = codeFor(started);
  const response = await browser.comeBack('oidc-impostor', { code: person.code, state: started.state });
  await expectRefused(browser, response, mismatch, person);
});

test('a provider for a tenant that does not exist lets nobody in', async ({ origin }) => {
  const browser = new SsoBrowser(origin);
  const started = await browser.start('oidc-nowhere');
  const person = codeFor(started);
  const response = await browser.comeBack('oidc-nowhere', { code: person.code, state: started.state });
  await expectRefused(browser, response, 'belongs to no tenant of Latchkey. Tell your administrator.', person);
});

test('Microsoft Entra vouches for the one directory that is configured', async ({ origin }) => {
  const other = '00000000-1111-4222-8333-444444444444';
  for (const [claims, sentence] of [
    [{}, null],
    [{ tid: other }, mismatch],
    [{ tid: undefined }, mismatch],
    [{ tid: other, iss: other }, notAccepted],
    [{ xms_edov: false }, unverified],
    [{ email_verified: false }, unverified],
    [{ email: undefined, preferred_username: 'ann@example.test' }, noEmail],
  ] as const) {
    const browser = new SsoBrowser(origin);
    const started = await browser.start('azure-ad');
    const entra = (id: string) => `${started.url.origin}/entra/${id}/v2.0`;
    const iss = entra('iss' in claims ? claims.iss : directory);
    const person = codeFor(started, { claims: { email_verified: undefined, tid: directory, ...claims, iss } });
    const response = await browser.comeBack('azure-ad', { code: person.code, state: started.state });
    if (sentence === null) await expectSignedIn(browser, response);
    else await expectRefused(browser, response, sentence, person);
  }
});

test('the e-mail of somebody else takes over no account: not of a password member, not in another spelling, not of another subject', async ({
  origin,
}) => {
  const tenant = { id: await tenantId(), slug: 'sso' };
  const member = await createMember(tenant, { password: 'correct horse battery' });
  const first = new SsoBrowser(origin);
  const begun = await first.start('oidc');
  const known = codeFor(begun);
  await expectSignedIn(first, await first.comeBack('oidc', { code: known.code, state: begun.state }));
  for (const victim of [member.email, known.email]) {
    for (const email of [
      victim,
      victim.toUpperCase(),
      victim.replace('@', '＠'),
      victim.replace('example', 'ｅxample'),
    ]) {
      const browser = new SsoBrowser(origin);
      const started = await browser.start('oidc');
      const { code, subject } = codeFor(started, { claims: { email } });
      await expectRefused(browser, await browser.comeBack('oidc', { code, state: started.state }), taken);
      // It waits for an administrator, who finds it by the member's address.
      expect(await sql('SELECT member_id AS member, email FROM identity WHERE subject = $1', [subject])).toEqual([
        { member: null, email: victim },
      ]);
      expect(await sql('SELECT id FROM member WHERE tenant_id = $1 AND email = $2', [tenant.id, victim])).toHaveLength(
        1,
      );
    }
  }
});

test('a callback that began elsewhere signs nobody in: without cookies, with those of another sign-in, with another state', async ({
  origin,
}) => {
  const attacker = new SsoBrowser(origin);
  const begun = await attacker.start('oidc');
  const person = codeFor(begun);
  const link = { code: person.code, state: begun.state };

  // Fixation: the victim opens the attacker's link.
  const victim = new SsoBrowser(origin);
  await expectRefused(victim, await victim.comeBack('oidc', link), expired, person);
  // While signing in themselves.
  const own = await victim.start('oidc');
  await expectRefused(victim, await victim.comeBack('oidc', link), notAccepted, person);
  for (const [parameters, sentence] of [
    [{ code: person.code, state: 'another' }, notAccepted],
    [{ code: person.code, state: own.state, iss: 'https://id.example.com' }, notAccepted],
    [{ code: person.code }, expired],
    [{ state: own.state }, expired],
    [{}, expired],
    [{ error: 'access_denied' }, 'You cancelled signing in'],
    [{ error: 'server_error', error_description: '<script>' }, 'did not sign you in'],
    [{ error: 'x'.repeat(8_000) }, 'did not sign you in'],
  ] as Array<[Record<string, string>, string]>) {
    const browser = new SsoBrowser(origin);
    await browser.start('oidc');
    await expectRefused(browser, await browser.comeBack('oidc', parameters), sentence, person);
  }
  // What was begun with one provider does not end at another.
  await expectRefused(attacker, await attacker.comeBack('oidc-impostor', link), notAccepted, person);
  // The control: in the browser that began, it works, and the provider's answer is good once.
  await expectSignedIn(attacker, await attacker.comeBack('oidc', link));
  attacker.cookies.delete('latchkey.session');
  const again = await attacker.follow(await attacker.comeBack('oidc', link));
  expect(again.url.searchParams.get('error')).toBe('Expired');
  expect(attacker.session).toBeUndefined();
});

test('tokens in the query are not taken, and the query does not change what is asked', async ({ origin }) => {
  const browser = new SsoBrowser(origin);
  const started = await browser.start('oidc');
  const person = codeFor(started);
  const response = await browser.comeBack('oidc', { state: started.state, id_token: 'x', access_token: 'x' });
  await expectRefused(browser, response, expired, person);

  const { csrfToken } = (await (await browser.request('/api/auth/csrf')).json()) as { csrfToken: string };
  const query = 'redirect_uri=https://evil.example&scope=openid&prompt=none&response_type=token&client_id=evil';
  const begun = await browser.request(`/api/auth/signin/oidc?${query}`, {
    method: 'POST',
    body: new URLSearchParams({ csrfToken, json: 'true', redirect_uri: 'https://evil.example' }),
  });
  const { url } = (await begun.json()) as { url: string };
  expect(Object.fromEntries(new URL(url).searchParams)).toEqual({
    client_id: 'latchkey-test',
    scope: 'openid email profile',
    response_type: 'code',
    redirect_uri: `${origin}/api/auth/callback/oidc`,
    state: expect.stringMatching(/^.{40,}$/),
    nonce: expect.stringMatching(/^.{40,}$/),
    code_challenge: expect.stringMatching(/^.{40,}$/),
    code_challenge_method: 'S256',
  });
});

test('only a click starts a sign-in: not a link, not a look, not another site', async ({ origin }) => {
  const browser = new SsoBrowser(origin);
  const { csrfToken } = (await (await browser.request('/api/auth/csrf')).json()) as { csrfToken: string };
  const form = (fields: Record<string, string>) => new URLSearchParams({ json: 'true', ...fields });
  for (const [method, path, init, status] of [
    ['GET', 'signin/oidc', {}, 404],
    ['HEAD', 'signin/oidc', {}, 404],
    ['HEAD', 'callback/oidc?code=x&state=x', {}, 404],
    ['POST', 'callback/oidc', { body: form({ csrfToken, code: 'x', state: 'x' }) }, 404],
    ['POST', 'signin/oidc-unknown', { body: form({ csrfToken }) }, 404],
    ['GET', 'callback/oidc-unknown?code=x&state=x', {}, 404],
    ['POST', 'signin/credentials', { body: form({ csrfToken }) }, 404],
    ['POST', 'signin/oidc', { body: form({ csrfToken }), headers: { origin: 'https://evil.example' } }, 403],
    ['POST', 'signin/oidc', { body: form({}) }, 200],
    ['POST', 'signin/oidc', { body: form({ csrfToken: 'x' }) }, 200],
  ] as const) {
    const response = await browser.request(`/api/auth/${path}`, { method, ...init });
    expect(response.status, `${method} ${path}`).toBe(status);
    expect([...browser.cookies.keys()].filter((name) => /state|nonce|pkce|session/.test(name))).toEqual([]);
    if (status === 200) expect(new URL(((await response.json()) as { url: string }).url).origin).toBe(origin);
  }
});

const hostileTargets = {
  '//evil.example': '//evil.example',
  'a backslash': '/\\evil.example',
  'an escaped backslash': '/%5cevil.example',
  userinfo: '@evil.example',
  'a line break': '/account%0d%0aSet-Cookie: stolen=1',
  'a real line break': '/account\r\nSet-Cookie: stolen=1',
  'a script': 'javascript:alert(1)',
  'a foreign origin': 'https://evil.example/account/security',
  '8 KB': `/${'x'.repeat(8192)}`,
};

for (const [what, value] of Object.entries(hostileTargets)) {
  test(`a callbackUrl with ${what} leads home after the identity provider, too`, async ({ origin }) => {
    const target = value === '@evil.example' ? origin.replace('//', '//evil@') : value;
    for (const way of ['body', 'query', 'cookie'] as const) {
      const browser = new SsoBrowser(origin);
      const started = await browser.start('oidc', way === 'body' ? target : undefined);
      const { code } = codeFor(started);
      if (way === 'cookie') browser.cookies.set('latchkey.callback', encodeURIComponent(target));
      const query = way === 'query' ? { callbackUrl: target } : {};
      const response = await browser.comeBack('oidc', { code, state: started.state, ...query } as Record<
        string,
        string
      >);
      expect(response.status).toBeLessThan(400);
      expect(response.headers.get('location')).toBe(`${origin}/account/api-keys`);
      await expectSignedIn(browser, response);
      // And likewise on the way to a refusal.
      const other = new SsoBrowser(origin);
      await other.start('oidc', way === 'body' ? target : undefined);
      if (way === 'cookie') other.cookies.set('latchkey.callback', encodeURIComponent(target));
      const refused = await other.comeBack('oidc', { error: 'access_denied', ...query } as Record<string, string>);
      expect(refused.headers.get('location')).toBe(
        `${origin}/sign-in?error=Cancelled&callbackUrl=${encodeURIComponent('/account/api-keys')}`,
      );
    }
  });
}

test('the log says why somebody was refused, and holds no token, code, state or e-mail', async ({ origin }) => {
  const browser = new SsoBrowser(origin);
  const values: string[] = [];
  for (const instruction of [
    { signedBy: 'nobody' },
    { claims: { nonce: 'another' } },
    { claims: { iss: 'https://id.example.com' } },
    { instead: 'garbage' },
    { claims: { email_verified: false } },
  ] satisfies Array<Partial<Instruction>>) {
    const started = await browser.start('oidc');
    const { code, email } = codeFor(started, instruction);
    values.push(code, email, started.state, started.nonce, ...browser.cookies.values());
    await browser.comeBack('oidc', { code, state: started.state });
  }
  // It is written by another process: with this, all that was said before is there.
  const last = randomUUID();
  await browser.comeBack('oidc', { error: last });
  const read = () => readFileSync(process.env.LATCHKEY_E2E_LOG as string, 'utf8');
  await expect.poll(() => read().includes(last)).toBe(true);
  const lines = read();
  expect(lines).toContain('"reason":"nonce mismatch"');
  expect(lines).toContain('"code":"EmailUnverified"');
  for (const value of values.filter((text) => text.length > 10)) expect(lines).not.toContain(value);
  expect(lines).not.toMatch(/eyJ[\w-]{10,}\.eyJ|access_token|id_token"/);
});

import { cookies } from 'next/headers';
import { NextRequest } from 'next/server';
import NextAuth from 'next-auth';
import { safeCallbackPath } from '@/lib/auth/callback-url';
import { type Attempt, authOptions, signInPage, stateCookieName } from '@/lib/auth/options';
import type { SignInErrorCode } from '@/lib/auth/schema';
import { env, exportForNextAuth } from '@/lib/env';
import { log } from '@/lib/log';

type Context = { params: Promise<{ nextauth: string[] }> };

/** What Latchkey uses of next-auth. Signing out is our own action, because it has to end the session's row. */
type Served = 'page' | 'credentials' | 'sso_start' | 'sso_return';

/** An identity provider may be asked three times in one sign-in; whoever waits longer is told so. */
const patienceMs = 12_000;

/**
 * next-auth answers 500 to a `callbackUrl` that it cannot parse and to an `error` that is no header value; both come from
 * links that anybody can write. So they are replaced before it sees them.
 */
async function handle(request: NextRequest, context: Context): Promise<Response> {
  exportForNextAuth();
  const served = servedAs(request.method, (await context.params).nextauth);
  if (!served) return new Response('Not found.\n', { status: 404 });
  if (served === 'sso_return') {
    const code = await reasonToStartAgain(request);
    if (code) return redirectTo(await signInPage(code));
  }
  const attempt: Attempt = { givenUp: false };
  const options = authOptions(attempt);
  await repairCallbackCookie(options.cookies?.callbackUrl?.name);
  const answer: Promise<Response> = NextAuth(withSafeQuery(request, served), context, options);
  return served === 'sso_start' || served === 'sso_return' ? inTime(answer, attempt, served) : answer;
}

function servedAs(method: string, [action = '', provider, ...rest]: string[]): Served | null {
  if (rest.length > 0) return null;
  if (provider === undefined) {
    return (method === 'GET' || method === 'HEAD') && ['csrf', 'signin', 'error'].includes(action) ? 'page' : null;
  }
  if (provider === 'credentials') return method === 'POST' && action === 'callback' ? 'credentials' : null;
  if (!env().identityProviders.some(({ id }) => id === provider)) return null;
  // Only what a click or the provider sends: what merely looks (GET on signin, HEAD) starts and ends nothing.
  if (method === 'POST' && action === 'signin') return 'sso_start';
  return method === 'GET' && action === 'callback' ? 'sso_return' : null;
}

/** What of a provider's answer next-auth would not tell apart, or not survive. */
async function reasonToStartAgain({ nextUrl }: NextRequest): Promise<SignInErrorCode | null> {
  const error = nextUrl.searchParams.get('error');
  if (error !== null) {
    log().info({ error: error.slice(0, 100) }, 'an identity provider sent somebody back without signing them in');
    return error === 'access_denied' ? 'Cancelled' : 'ProviderRefused';
  }
  if (!nextUrl.searchParams.get('code') || !nextUrl.searchParams.get('state')) return 'Expired';
  return (await cookies()).get(stateCookieName())?.value ? null : 'Expired';
}

/** A provider that sends its answer byte by byte would be waited for without end. */
async function inTime(answer: Promise<Response>, attempt: Attempt, served: Served): Promise<Response> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), patienceMs);
  });
  const first = await Promise.race([answer, late]).finally(() => clearTimeout(timer));
  if (first) return first;
  attempt.givenUp = true;
  answer.catch(() => {});
  log().warn('an identity provider took too long to answer');
  if (served === 'sso_return') return redirectTo(await signInPage('OAuthCallback'));
  return Response.json({ url: await signInPage('OAuthSignin') });
}

function redirectTo(url: string): Response {
  return new Response(null, { status: 302, headers: { Location: url, 'Cache-Control': 'no-store' } });
}

/** Parameters of the answer to an authorization request (OAuth 2.0 with RFC 9207) that next-auth may see. */
const returned = new Set(['code', 'state', 'iss', 'session_state']);

function withSafeQuery(request: NextRequest, served: Served): NextRequest {
  const url = new URL(request.url);
  // next-auth passes the query of a sign-in on to the provider, where it would override what we ask for; and it would
  // take tokens from the query of the return, which belong into the provider's answer to our own question.
  if (served === 'sso_start') url.search = '';
  if (served === 'sso_return') {
    url.search = String(new URLSearchParams([...url.searchParams].filter(([name]) => returned.has(name))));
  }
  const callbackUrl = url.searchParams.get('callbackUrl');
  if (callbackUrl !== null) url.searchParams.set('callbackUrl', safeCallbackPath(callbackUrl, env().origin));
  const error = url.searchParams.get('error');
  if (error !== null && !/^\w{1,64}$/.test(error)) url.searchParams.set('error', 'Callback');
  return new NextRequest(url, request);
}

/** next-auth reads the cookie from Next's store, which shows what is set here. */
async function repairCallbackCookie(name: string | undefined): Promise<void> {
  if (!name) return;
  const jar = await cookies();
  const value = jar.get(name)?.value;
  if (value === undefined) return;
  const { origin } = env();
  const safe = origin + safeCallbackPath(value, origin);
  if (safe === value) return;
  jar.set({ name, value: safe, path: '/', httpOnly: true, sameSite: 'lax', secure: name.startsWith('__Host-') });
}

export { handle as GET, handle as POST };

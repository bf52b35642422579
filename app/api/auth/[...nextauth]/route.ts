import { cookies } from 'next/headers';
import { NextRequest } from 'next/server';
import NextAuth from 'next-auth';
import { safeCallbackPath } from '@/lib/auth/callback-url';
import { authOptions } from '@/lib/auth/options';
import { env, exportForNextAuth } from '@/lib/env';

type Context = { params: Promise<{ nextauth: string[] }> };

/** What Latchkey uses of next-auth. Signing out is our own action, because it has to end the session's row. */
const actionsByMethod: Record<string, readonly string[]> = {
  GET: ['csrf', 'signin', 'error'],
  POST: ['callback'],
};

/**
 * next-auth answers 500 to a `callbackUrl` that it cannot parse and to an `error` that is no header value; both come from
 * links that anybody can write. So they are replaced before it sees them.
 */
async function handle(request: NextRequest, context: Context): Promise<Response> {
  exportForNextAuth();
  const { nextauth: segments } = await context.params;
  if (!isServed(request.method, segments)) return new Response('Not found.\n', { status: 404 });
  const options = authOptions();
  await repairCallbackCookie(options.cookies?.callbackUrl?.name);
  return NextAuth(withSafeQuery(request), context, options);
}

function isServed(method: string, [action = '', provider, ...rest]: string[]): boolean {
  if (rest.length > 0 || (provider !== undefined && !/^[a-z0-9-]{1,64}$/.test(provider))) return false;
  // Credentials have no page to come back from.
  if (provider === 'credentials' && (action !== 'callback' || method !== 'POST')) return false;
  return actionsByMethod[method === 'HEAD' ? 'GET' : method]?.includes(action) ?? false;
}

function withSafeQuery(request: NextRequest): NextRequest {
  const url = new URL(request.url);
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

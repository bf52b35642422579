import type { NextAuthOptions } from 'next-auth';
import CredentialsProvider from 'next-auth/providers/credentials';
import { env } from '../env';
import { log } from '../log';
import { safeCallbackPath } from './callback-url';
import { signInWithPassword } from './mutations';
import { sessionDays } from './queries';
import { signInSchema } from './schema';

/** The cookie that carries the session id, encrypted. `__Host-` binds it to this host, over https only. */
export function sessionCookieName(): string {
  return env().origin.startsWith('https:') ? '__Host-latchkey.session' : 'latchkey.session';
}

/**
 * next-auth's settings. Its JWT carries nothing but a session id: everything else about the viewer is read from the
 * database on each request. SSO providers join the list of providers.
 */
export function authOptions(): NextAuthOptions {
  const { origin, sessionSecret } = env();
  const secure = origin.startsWith('https:');
  const cookie = { httpOnly: true, sameSite: 'lax', path: '/', secure } as const;
  const prefix = secure ? '__Host-' : '';
  return {
    secret: sessionSecret,
    session: { strategy: 'jwt', maxAge: sessionDays * 24 * 60 * 60 },
    pages: { signIn: '/sign-in', signOut: '/sign-in', error: '/sign-in' },
    cookies: {
      sessionToken: { name: sessionCookieName(), options: cookie },
      csrfToken: { name: `${prefix}latchkey.csrf`, options: cookie },
      callbackUrl: { name: `${prefix}latchkey.callback`, options: cookie },
    },
    providers: [
      CredentialsProvider({
        name: 'password',
        credentials: { email: { type: 'email' }, password: { type: 'password' } },
        async authorize(credentials, request) {
          const parsed = signInSchema.safeParse(credentials);
          if (!parsed.success) return null;
          const address = header(request, 'x-forwarded-for') ?? 'unknown';
          const userAgent = header(request, 'user-agent') ?? '';
          // next-auth would send the message of whatever is thrown here to the caller, and log nothing.
          const result = await signInWithPassword({ ...parsed.data, address, userAgent }).catch((error: unknown) => {
            log().error({ err: error }, 'a sign-in failed');
            throw new Error('Unavailable');
          });
          if (result.status === 'limited') throw new Error('TooManyAttempts');
          if (result.status === 'refused') return null;
          return { id: result.memberId, sessionId: result.sessionId };
        },
      }),
    ],
    callbacks: {
      jwt: ({ token, user }) => (user ? { sessionId: (user as { sessionId?: string }).sessionId } : token),
      session: ({ session, token }) => ({ expires: session.expires, sessionId: token.sessionId }),
      redirect: ({ url }) => origin + safeCallbackPath(url, origin),
    },
  };
}

function header(request: { headers?: Record<string, unknown> | undefined }, name: string): string | undefined {
  const value = request.headers?.[name];
  return typeof value === 'string' ? value : undefined;
}

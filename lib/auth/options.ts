import { cookies, headers } from 'next/headers';
import type { LoggerInstance, NextAuthOptions, Profile, User } from 'next-auth';
import CredentialsProvider from 'next-auth/providers/credentials';
import type { OAuthConfig } from 'next-auth/providers/oauth';
import { env } from '../env';
import { log } from '../log';
import { safeCallbackPath } from './callback-url';
import { readClaims } from './claims';
import type { IdentityProvider } from './identity-providers';
import { loggedReason } from './logged-reason';
import { signInWithPassword } from './mutations';
import { signInWithSso } from './provisioning';
import { sessionDays } from './queries';
import { type SignInErrorCode, signInSchema } from './schema';

/** The cookie that carries the session id, encrypted. `__Host-` binds it to this host, over https only. */
export function sessionCookieName(): string {
  return cookieName('session');
}

/** The cookie without which nobody comes back from an identity provider: it proves that they left from this browser. */
export function stateCookieName(): string {
  return cookieName('state');
}

function cookieName(name: string): string {
  return `${env().origin.startsWith('https:') ? '__Host-' : ''}latchkey.${name}`;
}

/** Whether whoever asked has been answered already, because an identity provider took too long. */
export type Attempt = { givenUp: boolean };

/**
 * next-auth's settings. Its JWT carries nothing but a session id: everything else about the viewer is read from the
 * database on each request.
 */
export function authOptions(attempt: Attempt = { givenUp: false }): NextAuthOptions {
  const { origin, sessionSecret, identityProviders } = env();
  const secure = origin.startsWith('https:');
  const cookie = { httpOnly: true, sameSite: 'lax', path: '/', secure } as const;
  const named = (name: string) => ({ name: cookieName(name), options: cookie });
  return {
    secret: sessionSecret,
    session: { strategy: 'jwt', maxAge: sessionDays * 24 * 60 * 60 },
    pages: { signIn: '/sign-in', signOut: '/sign-in', error: '/sign-in' },
    logger,
    cookies: {
      sessionToken: named('session'),
      csrfToken: named('csrf'),
      callbackUrl: named('callback'),
      pkceCodeVerifier: named('pkce'),
      state: named('state'),
      nonce: named('nonce'),
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
      ...identityProviders.map(oauthProvider),
    ],
    callbacks: {
      async signIn({ user, account, profile }) {
        const provider = identityProviders.find(({ id }) => id === account?.provider);
        if (!provider) return account?.provider === 'credentials';
        // next-auth would put the message of whatever is thrown here into a URL.
        const code = attempt.givenUp
          ? 'OAuthCallback'
          : await startSsoSession(provider, user, profile).catch((error: unknown): SignInErrorCode => {
              log().error({ err: error, provider: provider.id }, 'a sign-in failed');
              return 'Unavailable';
            });
        return code === null || signInPage(code);
      },
      jwt: ({ token, user }) => (user ? { sessionId: (user as { sessionId?: string }).sessionId } : token),
      session: ({ session, token }) => ({ expires: session.expires, sessionId: token.sessionId }),
      redirect: ({ url }) => origin + safeCallbackPath(url, origin),
    },
  };
}

/** Where somebody reads why they could not sign in, and tries again on the way to the same page. */
export async function signInPage(code: SignInErrorCode): Promise<string> {
  const { origin } = env();
  const path = safeCallbackPath((await cookies()).get(cookieName('callback'))?.value, origin);
  return `${origin}/sign-in?${new URLSearchParams({ error: code, callbackUrl: path })}`;
}

type Claims = Profile & Record<string, unknown>;

function oauthProvider(provider: IdentityProvider): OAuthConfig<Profile> {
  return {
    id: provider.id,
    name: provider.label,
    type: 'oauth',
    wellKnown: provider.discoveryUrl,
    authorization: { params: { scope: 'openid email profile' } },
    clientId: provider.clientId,
    clientSecret: provider.clientSecret,
    checks: ['pkce', 'state', 'nonce'],
    idToken: true,
    httpOptions: { timeout: 5_000 },
    userinfo: {
      // Core 1.0, section 5.4, lets a provider keep the e-mail for its userinfo endpoint. openid-client checks that its
      // subject is the ID token's; nothing else of it is believed.
      async request({ client, tokens }) {
        // What next-auth types as plain parameters is openid-client's TokenSet.
        const set = tokens as typeof tokens & { claims(): Claims };
        const claims = set.claims();
        if ('email' in claims || !client.issuer.metadata.userinfo_endpoint || !set.access_token) return claims;
        const { email, email_verified, name }: Claims = await client.userinfo(
          set as Parameters<typeof client.userinfo>[0],
        );
        return { name, ...claims, email, email_verified } as Claims;
      },
    },
    // Nothing of the profile is kept, least of all a photo. It must not throw or lack an id, or next-auth would answer
    // without a reason: the claims are read in `signIn`.
    profile: () => ({ id: provider.id }),
  };
}

/** @returns null when the session has started, its id noted in `user`, the object that `jwt` gets next */
async function startSsoSession(
  provider: IdentityProvider,
  user: User,
  claims: Profile | undefined,
): Promise<SignInErrorCode | null> {
  const refuse = (code: SignInErrorCode, reason: string) => {
    log().warn({ provider: provider.id, code, reason }, 'a sign-in was refused');
    return code;
  };
  const read = readClaims(provider, { ...claims });
  if (read.status === 'rejected') return refuse('ProviderMismatch', read.reason);
  if (read.status === 'email_missing') return refuse('EmailMissing', 'The provider sent no e-mail address.');
  if (read.status === 'email_unverified')
    return refuse('EmailUnverified', 'The provider does not vouch for the e-mail.');
  const request = await headers();
  const result = await signInWithSso({
    ...read,
    provider,
    address: request.get('x-forwarded-for') ?? 'unknown',
    userAgent: request.get('user-agent') ?? '',
  });
  switch (result.status) {
    case 'signed_in':
      Object.assign(user, { sessionId: result.sessionId });
      return null;
    case 'disabled':
      return refuse('AccountDisabled', 'The member is disabled or removed.');
    case 'email_taken':
      return refuse('EmailTaken', 'A member has this e-mail address; the identity waits to be linked.');
    case 'no_tenant':
      return refuse('TenantMissing', `There is no tenant ${provider.tenantSlug}.`);
  }
}

/** next-auth hands over tokens, codes and whole answers beside the reason: only that is kept. */
const logger: LoggerInstance = {
  error(code, metadata) {
    // Anybody can send an old or made-up session cookie.
    const level = code === 'JWT_SESSION_ERROR' ? 'debug' : 'warn';
    const provider = 'providerId' in metadata ? String(metadata.providerId) : undefined;
    log()[level]({ code, provider, reason: loggedReason(metadata) }, 'next-auth reports an error');
  },
  warn: (code) => log().warn({ code }, 'next-auth warns'),
  debug: () => {},
};

function header(request: { headers?: Record<string, unknown> | undefined }, name: string): string | undefined {
  const value = request.headers?.[name];
  return typeof value === 'string' ? value : undefined;
}

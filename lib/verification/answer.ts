import { problem, type Reply } from '../http/problem';
import type { Verdict } from './authenticate';
import type { RateLimitState } from './rate-limit';
import type { KeyRow } from './rows';

type Refusal = Extract<Verdict, { status: 'refused' }>;

/** The answer to a verdict; `accepted` says what an accepted caller gets. */
export function answer(verdict: Verdict, accepted: (key: KeyRow) => Reply): Reply {
  switch (verdict.status) {
    case 'accepted':
      return withLimit(accepted(verdict.key), verdict.limit);
    case 'refused':
      return unauthorized(verdict);
    case 'forbidden':
      return withLimit(
        problem({
          status: 403,
          type: 'insufficient_scope',
          title: 'The key lacks a scope',
          detail: `This request needs ${verdict.missing.map((scope) => JSON.stringify(scope)).join(', ')}.`,
        }),
        verdict.limit,
      );
    case 'limited':
      return withLimit(
        problem(
          {
            status: 429,
            type: 'rate_limited',
            title: 'Too many requests with this key',
            detail: `This key may make ${verdict.limit.limit} requests per minute. Wait, then try again.`,
          },
          { 'Retry-After': String(verdict.limit.resetInSeconds) },
        ),
        verdict.limit,
      );
    case 'unavailable':
      return problem(
        {
          status: 503,
          type: 'unavailable',
          title: 'Latchkey cannot decide right now',
          detail: 'The database did not answer in time. The credential was neither accepted nor refused; try again.',
        },
        { 'Retry-After': '1' },
      );
  }
}

function withLimit(reply: Reply, state: RateLimitState | null): Reply {
  return state ? { ...reply, headers: { ...reply.headers, ...limitFields(state) } } : reply;
}

/** The fields of draft-ietf-httpapi-ratelimit-headers-10; only where there is a limit. */
export function limitFields({ limit, remaining, resetInSeconds }: RateLimitState): Record<string, string> {
  return { 'RateLimit-Policy': `"key";q=${limit};w=60`, RateLimit: `"key";r=${remaining};t=${resetInSeconds}` };
}

/** `GET /api/v1/me` */
export function me(key: KeyRow): Reply {
  const { clientId, name, tenantId, tenantSlug, ownerId, ownerEmail, scopes, expiresAt } = key;
  const caller = {
    clientId,
    name,
    kind: ownerId ? 'personal' : 'agent',
    tenant: { id: tenantId, slug: tenantSlug },
    owner: ownerId ? { id: ownerId, email: ownerEmail } : null,
    scopes,
    biasProfile: key.profileName === null ? null : { name: key.profileName, settings: key.profileSettings },
    expiresAt,
  };
  return {
    status: 200,
    headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' },
    body: JSON.stringify(caller),
  };
}

/** `ANY /api/v1/authorize`, for forward-auth proxies: who is calling, in headers. */
export function authorize(key: KeyRow): Reply {
  return {
    status: 200,
    headers: { 'Cache-Control': 'no-store', ...identityFields(key) },
    body: '',
  };
}

/** Who is calling, for what is called. */
export function identityFields(key: KeyRow): Record<string, string> {
  return {
    'X-Latchkey-Client-Id': key.clientId,
    'X-Latchkey-Tenant': key.tenantSlug,
    'X-Latchkey-Subject': key.ownerId ?? key.clientId,
    'X-Latchkey-Scopes': key.scopes.join(' '),
    // Always sent, so that a caller cannot pass one of their own through a proxy. Names may hold any character.
    'X-Latchkey-Bias-Profile': encodeURIComponent(key.profileName ?? ''),
  };
}

const titles: Record<Exclude<Refusal['reason'], 'malformed_credential'>, { title: string; detail: string }> = {
  no_credential: {
    title: 'A key is required',
    detail: 'Send an API key as Basic or Bearer, or as X-Client-Id and X-Client-Secret.',
  },
  invalid_credential: { title: 'The credential is not valid', detail: 'No key has this client ID and client secret.' },
  key_revoked: { title: 'The key is revoked', detail: 'An administrator revoked this key. Create a new one.' },
  key_expired: { title: 'The key is expired', detail: 'This key has expired. Create a new one.' },
  key_inactive: {
    title: 'The key is inactive',
    detail: 'The owner deactivated this key. Activate it to use it again.',
  },
  api_keys_disabled: {
    title: 'API keys are switched off',
    detail: 'An administrator switched off API keys for this tenant.',
  },
  owner_disabled: { title: 'The owner is disabled', detail: 'The member who owns this key is disabled.' },
};

function unauthorized(verdict: Refusal): Reply {
  const words =
    verdict.reason === 'malformed_credential'
      ? { title: 'The credential is malformed', detail: verdict.detail }
      : titles[verdict.reason];
  // RFC 6750 section 3.1: no error code when the request carried no credential.
  const error = verdict.reason === 'no_credential' ? '' : ', error="invalid_token"';
  return problem(
    { status: 401, type: verdict.reason, ...words },
    { 'WWW-Authenticate': `Bearer realm="Latchkey"${error}, Basic realm="Latchkey", charset="UTF-8"` },
  );
}

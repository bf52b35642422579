/** Requests as the verification path sees them. */
import type { Asked } from '@/lib/verification/authenticate';
import type { EndpointRequest } from '@/lib/verification/endpoints';

const origin = { address: '203.0.113.7', userAgent: 'curl/8.0' };

/** A request that presents the secret as Bearer, and needs these scopes. */
export function askedWith(secret: string | null, requiredScopes: string[] = []): Asked {
  return {
    source: { authorization: secret === null ? [] : [`Bearer ${secret}`], clientId: [], clientSecret: [], query: '' },
    requiredScopes,
    origin,
  };
}

/** The same, to an endpoint. */
export function requestWith(secret: string | null, path = '/api/v1/me', query = ''): EndpointRequest {
  const { source } = askedWith(secret);
  return { method: 'GET', path, source: { ...source, query }, origin };
}

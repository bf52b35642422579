/** Why the gateway could not bring an upstream's answer: a problem's type, and the status of ours that it comes with. */
export const gatewayFailures = {
  upstream_unreachable: { status: 502, words: 'The upstream could not be reached' },
  upstream_blocked: { status: 502, words: 'The upstream’s address may not be called' },
  upstream_untrusted: { status: 502, words: 'The upstream’s certificate is not valid' },
  upstream_redirected: { status: 502, words: 'The upstream answered with a redirect' },
  upstream_invalid: { status: 502, words: 'The upstream’s answer is not valid HTTP' },
  upstream_reset: { status: 502, words: 'The upstream ended its answer midway' },
  upstream_too_large: { status: 502, words: 'The upstream’s answer is larger than the connection’s limit' },
  upstream_timeout: { status: 504, words: 'The upstream did not answer in time' },
  provider_key_missing: { status: 503, words: 'The connection has no provider key' },
  provider_key_unreadable: { status: 503, words: 'The connection’s provider key cannot be opened' },
} as const;

export type GatewayFailure = keyof typeof gatewayFailures;

/** The upstream answered, and refused the provider key: passed through, and still worth an event. */
export const providerKeyRefused = 'provider_key_refused';

/** A failure as people read it; one of a later version stays as it is. */
export function failureWords(reason: string): string {
  if (reason === providerKeyRefused) return 'The provider refused the provider key';
  return gatewayFailures[reason as GatewayFailure]?.words ?? reason;
}

/** What `Test connection` found. */
export type ConnectionTest =
  | { status: 'answered'; httpStatus: number; milliseconds: number }
  /** 401 or 403. */
  | { status: 'key_refused'; httpStatus: number }
  | { status: 'failed'; reason: GatewayFailure };

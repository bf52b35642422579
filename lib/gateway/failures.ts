import { problem, type Reply } from '../http/problem';
import type { BodyRefused } from './body';
import { type GatewayFailure, gatewayFailures } from './schema';
import { AddressBlocked } from './upstream';

/** What callers are told. No addresses: they would tell of the inside. */
const details: Record<GatewayFailure, string> = {
  upstream_unreachable: 'Its upstream does not exist, refuses connections, or does not take them within 10 seconds.',
  upstream_blocked: 'Its upstream is not on the public internet, or speaks no https. An operator may list it.',
  upstream_untrusted: 'Its upstream could not prove who it is.',
  upstream_redirected: 'Its upstream sends callers elsewhere, and Latchkey takes the provider key nowhere else.',
  upstream_invalid:
    'Its upstream’s answer is not HTTP that can be passed on: malformed, too long in its headers, or compressed.',
  upstream_reset: 'Its upstream ended the connection before the answer was whole.',
  upstream_too_large: 'Its upstream’s answer is larger than the connection allows.',
  upstream_timeout: 'Its upstream was silent for longer than the connection allows.',
  provider_key_missing: 'Its provider key was deleted, or none was chosen yet. The upstream was not called.',
  provider_key_unreadable: 'Latchkey cannot decrypt its provider key; see the log. The upstream was not called.',
};

/** The answer when an upstream brings none. */
export function failureReply(reason: GatewayFailure, slug: string): Reply {
  const { status, words } = gatewayFailures[reason];
  const detail = `The connection ${slug} failed, not your key. ${details[reason]}`;
  return problem({ status, type: reason, title: words, detail });
}

/** The answer to a body that was not read to its end. */
export function refusedBodyReply(reason: BodyRefused['reason'], slug: string, rule: string): Reply {
  return reason === 'too_large'
    ? problem({
        status: 413,
        type: 'request_too_large',
        title: 'The request is too large',
        detail: `The connection ${slug} takes ${rule}.`,
      })
    : problem({
        status: 408,
        type: 'request_timeout',
        title: 'The request did not arrive',
        detail: `The rest of the request’s body did not come in time.`,
      });
}

/**
 * Why an upstream brought no answer, or not all of it.
 * @param sent whether the request was on its way already
 */
export function failureOf(error: Error, sent: boolean): GatewayFailure {
  if (error instanceof AddressBlocked) return 'upstream_blocked';
  const { code = '' } = error as NodeJS.ErrnoException;
  if (/^UND_ERR_(?:HEADERS|BODY)_TIMEOUT$/.test(code)) return 'upstream_timeout';
  if (
    error.name === 'HTTPParserError' ||
    code === 'UND_ERR_HEADERS_OVERFLOW' ||
    /^bad (?:response|upgrade)$/.test(error.message)
  )
    return 'upstream_invalid';
  if (sent) return 'upstream_reset';
  return /CERT|ERR_(?:TLS|SSL)_|^EPROTO$|UNABLE_TO_|SIGNATURE|^(?:HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|CRL_HAS_EXPIRED)$/.test(
    code,
  )
    ? 'upstream_untrusted'
    : 'upstream_unreachable';
}

/** What of a request's headers reaches the upstream, and what of its answer's headers reaches the caller. */

// RFC 9110 section 7.6.1: they mean something to the next hop only.
const hopByHop = [
  'connection',
  'expect',
  'http2-settings',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

const notSent = new Set([
  ...hopByHop,
  // Written anew.
  'host',
  'content-length',
  'accept-encoding',
  // The caller's credential is Latchkey's, and the upstream's is not the caller's to choose.
  'authorization',
  'x-client-id',
  'x-client-secret',
  'cookie',
  'x-api-key',
  'api-key',
  'x-goog-api-key',
  // Claims about where the request came from, and another path or method than those that were checked.
  'forwarded',
  'via',
  'x-real-ip',
  'x-original-url',
  'x-rewrite-url',
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
]);
const notSentPrefixes = /^(?:proxy-|x-forwarded-|x-latchkey-)/;

/**
 * The request's own headers for the upstream, names and values in turn. No secret of Latchkey's is among them, in whatever
 * header it stood.
 * @param rawHeaders as `IncomingMessage` has them
 * @param authHeader the header that holds the provider key, in lower case
 */
export function headersForUpstream(rawHeaders: readonly string[], authHeader: string): string[] {
  const named = namedByConnection(rawHeaders);
  const sent: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    const value = rawHeaders[index + 1] as string;
    // Some servers read x_latchkey_tenant as x-latchkey-tenant.
    const plain = name.toLowerCase().replaceAll('_', '-');
    if (notSent.has(plain) || plain === authHeader || notSentPrefixes.test(plain) || named?.has(plain)) continue;
    if (value.includes('lk_sk_')) continue;
    sent.push(name, value);
  }
  return sent;
}

const notAnswered = new Set([
  ...hopByHop,
  // An upstream speaks for itself, not for Latchkey's origin: no cookies, nothing that browsers would keep of it.
  'set-cookie',
  'set-cookie2',
  'strict-transport-security',
  'public-key-pins',
  'expect-ct',
  'alt-svc',
  'clear-site-data',
  'nel',
  'report-to',
  'reporting-endpoints',
  'service-worker-allowed',
  'refresh',
  // A 401 of the upstream's is about the provider key, which the caller cannot present.
  'www-authenticate',
  'authentication-info',
  // Written anew.
  'content-security-policy',
  'content-security-policy-report-only',
  'x-content-type-options',
  'x-frame-options',
  // The key's limit, where it has one, has these names.
  'ratelimit',
  'ratelimit-policy',
  'via',
  'server-timing',
]);
const notAnsweredPrefixes = /^(?:proxy-|access-control-|x-latchkey-)/;

/** What is said of every answer of an upstream: it is data, not a page of Latchkey's. */
const sandbox = ['Content-Security-Policy', "sandbox; default-src 'none'"];

export type AnswerHead = {
  /** Names and values in turn. */
  fields: string[];
  /** Bytes of the body that follows; null: not known. */
  length: number | null;
  /** Such as `gzip`; empty: none. */
  encoding: string;
};

/** The headers of an upstream's answer, for the caller. @param further names and values in turn, of ours */
export function headersForCaller(rawHeaders: readonly Buffer[], slug: string, further: readonly string[]): AnswerHead {
  const texts = rawHeaders.map((bytes) => bytes.toString('latin1'));
  const named = namedByConnection(texts);
  const head: AnswerHead = {
    fields: ['X-Latchkey-Connection', slug, ...sandbox, ...further],
    length: null,
    encoding: '',
  };
  let chunked = false;
  let cached = false;
  for (let index = 0; index < texts.length; index += 2) {
    const name = texts[index] as string;
    const value = texts[index + 1] as string;
    const plain = name.toLowerCase();
    if (plain === 'transfer-encoding') chunked = true;
    else if (plain === 'content-length') head.length = Number(value);
    else if (plain === 'content-encoding' && value.toLowerCase() !== 'identity') head.encoding = value;
    else if (!notAnswered.has(plain) && !notAnsweredPrefixes.test(plain) && !named?.has(plain)) {
      cached ||= plain === 'cache-control';
      head.fields.push(name, value);
    }
  }
  if (!cached) head.fields.push('Cache-Control', 'no-store');
  if (chunked) head.length = null;
  return head;
}

/** What `Connection` names beside `close` and `keep-alive`; null: nothing. */
function namedByConnection(texts: readonly string[]): Set<string> | null {
  let named: Set<string> | null = null;
  for (let index = 0; index < texts.length; index += 2) {
    if (texts[index]?.length !== 10 || texts[index]?.toLowerCase() !== 'connection') continue;
    for (const token of (texts[index + 1] as string).toLowerCase().split(',')) {
      const name = token.trim();
      if (name === 'close' || name === 'keep-alive') continue;
      named ??= new Set();
      named.add(name);
    }
  }
  return named;
}

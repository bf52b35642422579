import { type Credential, clientIdOf, isClientId, isSecretShaped } from '../keys/secret';

/** The credential-bearing parts of a request, every occurrence of each header, undecoded. */
export type CredentialSource = {
  authorization: readonly string[];
  clientId: readonly string[];
  clientSecret: readonly string[];
  /** The query string without `?`. */
  query: string;
};

export type ParsedCredential =
  | { status: 'presented'; credential: Credential }
  | { status: 'missing' }
  | { status: 'malformed'; detail: string };

/**
 * Every occurrence of the headers that may hold a credential, and the program's name: Node itself would keep the first
 * occurrence and hide the rest, and takes longer, since it reads all of them.
 * @param rawHeaders names and values in turn, as `IncomingMessage` has them
 */
export function readHeaders(rawHeaders: readonly string[], query: string) {
  const source = { authorization: none, clientId: none, clientSecret: none, query };
  let userAgent: string | undefined;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    const value = rawHeaders[index + 1] as string;
    // By length first: most headers of a request are none of these.
    switch (name.length) {
      case 10:
        if (name.toLowerCase() === 'user-agent') userAgent = value;
        break;
      case 11:
        if (name.toLowerCase() === 'x-client-id') source.clientId = [...source.clientId, value];
        break;
      case 13:
        if (name.toLowerCase() === 'authorization') source.authorization = [...source.authorization, value];
        break;
      case 15:
        if (name.toLowerCase() === 'x-client-secret') source.clientSecret = [...source.clientSecret, value];
        break;
    }
  }
  return { source: source as CredentialSource, userAgent };
}

const none: readonly string[] = [];

const maximumBytes = 512;
const printable = /^[\x20-\x7e]*$/;

/**
 * Reads the one credential of a request: `Authorization: Basic` (RFC 6749 section 2.3.1, raw halves too),
 * `Authorization: Bearer` with the secret alone, or the pair `X-Client-Id` and `X-Client-Secret`. With the pair present,
 * `Authorization` belongs to somebody else and is ignored, unless it holds a Latchkey credential too.
 */
export function parseCredential(source: CredentialSource): ParsedCredential {
  const { authorization, clientId, clientSecret } = source;
  if (holdsSecret(source.query)) return malformed('Send the credential in a header, never in the URL.');
  if (authorization.length > 1 || clientId.length > 1 || clientSecret.length > 1) {
    return malformed('Send each credential header once.');
  }
  const [header] = authorization;
  const [id] = clientId;
  const [secret] = clientSecret;
  if (id === undefined && secret === undefined) {
    return header === undefined ? { status: 'missing' } : parseAuthorization(header);
  }
  if (id === undefined || secret === undefined) return malformed('X-Client-Id and X-Client-Secret belong together.');
  if (header !== undefined && isOurs(header)) return malformed('Send one credential, not two.');
  return check(id.trim(), secret.trim());
}

function parseAuthorization(header: string): ParsedCredential {
  if (header.length > maximumBytes) return malformed('The Authorization header is too long.');
  if (!printable.test(header)) return malformed('The Authorization header may hold printable ASCII only.');
  const match = /^(\w+) +(\S+) *$/.exec(header);
  const [, scheme = '', value = ''] = match ?? [];
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return check(clientIdOf(value), value);
    case 'basic': {
      const halves = decodeBasic(value);
      return halves
        ? check(halves[0], halves[1])
        : malformed('The Basic credential is not base64 of client_id:client_secret.');
    }
    default:
      return malformed('Use Authorization: Basic or Authorization: Bearer.');
  }
}

/** Both halves of a Basic credential; null when it is not one. Form-decoding leaves raw halves as they are. */
function decodeBasic(value: string): [string, string] | null {
  const bytes = Buffer.from(value, 'base64');
  // Node skips what is not base64: only what encodes back to itself was base64.
  if (value === '' || bytes.toString('base64') !== value) return null;
  const text = bytes.toString('latin1');
  const colon = text.indexOf(':');
  if (!printable.test(text) || colon < 0) return null;
  try {
    return [formDecode(text.slice(0, colon)), formDecode(text.slice(colon + 1))];
  } catch {
    return null;
  }
}

function formDecode(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}

function check(clientId: string, secret: string): ParsedCredential {
  if (!isClientId(clientId) || !isSecretShaped(secret)) {
    return malformed('This is not a Latchkey client ID and client secret.');
  }
  // A wrong checksum, or halves of two keys, are looked up like any wrong secret: its owner sees that somebody mistyped it.
  return { status: 'presented', credential: { clientId, secret } };
}

/** True when an Authorization header holds what looks like one of our credentials. */
function isOurs(header: string): boolean {
  if (header.length > maximumBytes) return false;
  const [, scheme = '', value = ''] = /^\s*(\w+)\s+(.*)$/.exec(header) ?? [];
  if (scheme.toLowerCase() === 'basic')
    return /lk_(id|sk)/i.test(withoutEscapes(Buffer.from(value, 'base64').toString('latin1')));
  return value.startsWith('lk_');
}

/** True when the query string carries a client secret, however it is escaped. */
function holdsSecret(query: string): boolean {
  return query !== '' && /lk_sk_/i.test(withoutEscapes(query));
}

/** Every percent escape undone; unlike decodeURIComponent it never throws. */
function withoutEscapes(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}

function malformed(detail: string): ParsedCredential {
  return { status: 'malformed', detail };
}

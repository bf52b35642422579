import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mintCredential } from '../keys/secret';
import { type CredentialSource, parseCredential } from './credentials';

const own = mintCredential();
const other = mintCredential();
const base64 = (text: string) => Buffer.from(text).toString('base64');
const basic = (id: string, secret: string) => `Basic ${base64(`${id}:${secret}`)}`;
const nothing: CredentialSource = { authorization: [], clientId: [], clientSecret: [], query: '' };
const parse = (source: Partial<CredentialSource>) => parseCredential({ ...nothing, ...source });
const authorization = (...authorization: string[]) => parse({ authorization });
const pair = (clientId: string, clientSecret: string) => parse({ clientId: [clientId], clientSecret: [clientSecret] });
const presented = { status: 'presented', credential: own };

describe('every form of a good credential is accepted', () => {
  const escaped = (text: string) => text.replaceAll('_', '%5F');

  test.each([
    ['Basic', basic(own.clientId, own.secret)],
    ['Basic, form-encoded', basic(escaped(own.clientId), escaped(own.secret))],
    ['Basic, scheme in lower case', basic(own.clientId, own.secret).replace('Basic', 'basic')],
    ['Bearer', `Bearer ${own.secret}`],
    ['Bearer, scheme in upper case', `BEARER ${own.secret}`],
    ['Bearer, several spaces', `Bearer   ${own.secret} `],
  ])('%s', (_, header) => {
    expect(authorization(header)).toEqual(presented);
  });

  test('the header pair', () => {
    expect(pair(own.clientId, own.secret)).toEqual(presented);
  });

  test('the header pair beside an Authorization that is somebody else’s', () => {
    for (const header of [
      'Bearer eyJhbGciOiJIUzI1NiJ9.e30.x',
      basic('alice', 'password'),
      'Negotiate YIIJ',
      'Digest a="b"',
    ]) {
      expect(parse({ authorization: [header], clientId: [own.clientId], clientSecret: [own.secret] })).toEqual(
        presented,
      );
    }
  });
});

test('no credential at all is told from a bad one', () => {
  expect(parse({})).toEqual({ status: 'missing' });
});

describe('a well-formed credential that no key can have is looked up like any wrong one, so that its owner hears of it', () => {
  const wrongSum = own.secret.slice(0, -1) + (own.secret.endsWith('0') ? '1' : '0');

  test.each([
    ['wrong checksum as Bearer', wrongSum, authorization(`Bearer ${wrongSum}`)],
    ['wrong checksum as Basic', wrongSum, authorization(basic(own.clientId, wrongSum))],
    ['wrong checksum as pair', wrongSum, pair(own.clientId, wrongSum)],
    ['halves of two keys as Basic', other.secret, authorization(basic(own.clientId, other.secret))],
    ['halves of two keys as pair', other.secret, pair(own.clientId, other.secret)],
  ])('%s', (_, secret, parsed) => {
    expect(parsed).toEqual({ status: 'presented', credential: { clientId: own.clientId, secret } });
  });
});

describe('two credentials are refused', () => {
  const good = `Bearer ${own.secret}`;

  test.each<[string, Partial<CredentialSource>]>([
    ['Authorization twice', { authorization: [good, good] }],
    ['Authorization twice, one of them foreign', { authorization: [good, 'Bearer other'] }],
    ['client ID twice', { clientId: [own.clientId, own.clientId], clientSecret: [own.secret] }],
    ['client secret twice', { clientId: [own.clientId], clientSecret: [own.secret, other.secret] }],
    ['pair and Bearer', { authorization: [good], clientId: [own.clientId], clientSecret: [own.secret] }],
    [
      'pair and Basic',
      { authorization: [basic(own.clientId, own.secret)], clientId: [own.clientId], clientSecret: [own.secret] },
    ],
    [
      'pair and form-encoded Basic',
      {
        authorization: [basic('lk%5Fid%5Fx', 'lk%5fsk%5fx')],
        clientId: [own.clientId],
        clientSecret: [own.secret],
      },
    ],
    [
      'pair and another Bearer of ours',
      { authorization: [`bearer  ${other.secret}`], clientId: [own.clientId], clientSecret: [own.secret] },
    ],
    ['half a pair: ID', { clientId: [own.clientId] }],
    ['half a pair: secret', { clientSecret: [own.secret] }],
    ['half a pair beside a good Bearer', { authorization: [good], clientId: [own.clientId] }],
  ])('%s', (_, source) => {
    expect(parse(source).status).toBe('malformed');
  });

  test.each([
    `access_token=${own.secret}`,
    `a=b&client_secret=${own.secret}`,
    own.secret,
    `x=${own.secret.replaceAll('_', '%5f')}`,
    `x=${own.secret.replaceAll('_', '%5F')}`,
    `x=${own.secret.replace('lk', '%6Ck')}`,
    `x=${[...own.secret].map((character) => `%${character.charCodeAt(0).toString(16)}`).join('')}`,
  ])('one in the query string, alone or beside a good header: %s', (query) => {
    expect(parse({ query })).toEqual({
      status: 'malformed',
      detail: 'Send the credential in a header, never in the URL.',
    });
    expect(parse({ query, authorization: [good] }).status).toBe('malformed');
  });

  test.each(['', 'scope=reports%3Aread+reports%3Awrite', 'x=%', 'x=%zz', `client_id=${own.clientId}`])(
    'a harmless query string changes nothing: %s',
    (query) => {
      expect(parse({ query, authorization: [good] })).toEqual(presented);
      expect(parse({ query })).toEqual({ status: 'missing' });
    },
  );
});

describe('what is malformed is refused', () => {
  const text = `${own.clientId}:${own.secret}`;

  test.each([
    ['empty', ''],
    ['scheme alone', 'Bearer'],
    ['scheme and space', 'Bearer '],
    ['no scheme', own.secret],
    ['another scheme', `Token ${own.secret}`],
    ['two values', `Bearer ${own.secret} ${own.secret}`],
    ['a list', `Bearer ${own.secret}, Bearer ${own.secret}`],
    ['a client ID as Bearer', `Bearer ${own.clientId}`],
    ['pair as Bearer', `Bearer ${text}`],
    ['quoted', `Bearer "${own.secret}"`],
    ['tab', `Bearer\t${own.secret}`],
    ['line break', `Bearer ${own.secret}\r\nX-Evil: 1`],
    ['NUL', `Bearer ${own.secret}\0`],
    ['non-ASCII', `Bearer ${own.secret}é`],
    ['full-width', `Bearer ${own.secret.replace('lk', 'ｌｋ')}`],
    ['over 512 bytes', `Bearer ${own.secret}${' '.repeat(512)}`],
    ['64 KB', `Bearer ${'x'.repeat(65_536)}`],
    ['Basic without value', 'Basic '],
    ['Basic without base64', `Basic ${text}`],
    ['Basic with a bad character', `Basic ${base64(text)}!`],
    ['Basic with a cut padding', `Basic ${base64(`${text}:`).replace(/=+$/, '')}`.replace(/([^=])$/, '$1=')],
    ['Basic without colon', `Basic ${base64(own.secret)}`],
    ['Basic with a third part', `Basic ${base64(`${text}:x`)}`],
    ['Basic with empty ID', `Basic ${base64(`:${own.secret}`)}`],
    ['Basic with empty secret', `Basic ${base64(`${own.clientId}:`)}`],
    ['Basic with NUL', `Basic ${base64(`${text}\0`)}`],
    ['Basic with non-ASCII', `Basic ${base64(`${text}é`)}`],
    ['Basic with a bad escape', `Basic ${base64(`%zz:${own.secret}`)}`],
    ['Basic with escaped UTF-8', `Basic ${base64(`${own.clientId}:%ff`)}`],
    ['Basic with escaped NUL', `Basic ${base64(`${text}%00`)}`],
    ['Basic in base64url', `Basic ${base64('lk_id_??>>:??>>').replaceAll('/', '_').replaceAll('+', '-')}`],
    ['halves exchanged', basic(own.secret, own.clientId)],
    ['spaces around the ID', basic(` ${own.clientId}`, own.secret)],
  ])('Authorization: %s', (_, header) => {
    const parsed = authorization(header);
    expect(parsed.status).toBe('malformed');
    // An answer must not repeat what was sent.
    expect(JSON.stringify(parsed)).not.toContain('lk_');
  });

  test.each([
    ['empty', '', ''],
    ['ID of another form', 'lk_id_short', own.secret],
    ['secret of another form', own.clientId, 'lk_sk_short'],
    ['exchanged', own.secret, own.clientId],
    ['a list', `${own.clientId}, ${own.clientId}`, own.secret],
    ['NUL', own.clientId, `${own.secret}\0`],
    ['non-ASCII', own.clientId, `${own.secret.slice(0, -1)}é`],
    ['long', own.clientId, 'x'.repeat(65_536)],
    ['form-encoded', own.clientId, own.secret.replaceAll('_', '%5f')],
  ])('pair: %s', (_, clientId, secret) => {
    expect(pair(clientId, secret).status).toBe('malformed');
  });
});

describe('fuzz', () => {
  const noise = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 80 }),
    fc.string({ maxLength: 80 }),
    fc.constantFrom(
      '',
      ' ',
      ':',
      '%',
      '=',
      '\0',
      '\r\n',
      '%5f',
      '+',
      'é',
      own.secret,
      own.clientId,
      other.secret,
      other.clientId,
    ),
  );
  const words = fc.array(noise, { maxLength: 4 }).map((parts) => parts.join(''));
  const scheme = fc.constantFrom('Basic ', 'basic ', 'Bearer ', 'bearer', 'BEARER  ', 'Basic', '', 'Digest ');
  const credential = fc.constantFrom(own, other);
  const mangled = fc
    .tuple(credential, fc.nat(180), fc.nat(3), noise)
    .map(([{ clientId, secret }, position, cut, insert]) => {
      const whole = `${clientId}:${secret}`;
      return whole.slice(0, position) + insert + whole.slice(position + cut);
    });
  const header = fc.oneof(
    fc.tuple(scheme, words).map((parts) => parts.join('')),
    fc.tuple(scheme, words.map(base64)).map((parts) => parts.join('')),
    mangled.map((text) => `Basic ${base64(text)}`),
    mangled.map((text) => `Bearer ${text.slice(23)}`),
    words,
  );
  const several = (value: fc.Arbitrary<string>) => fc.array(value, { maxLength: 2 });
  const source = fc.record({
    authorization: fc.oneof(
      { weight: 4, arbitrary: header.map((one) => [one]) },
      { weight: 1, arbitrary: several(header) },
    ),
    clientId: fc.oneof({ weight: 4, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: several(words) }),
    clientSecret: fc.oneof({ weight: 4, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: several(words) }),
    query: fc.oneof({ weight: 4, arbitrary: fc.constant('') }, { weight: 1, arbitrary: words }),
  });

  test('100,000 requests: it never throws, and presents nothing but a client ID and a secret that were sent', () => {
    let minted = 0;
    fc.assert(
      fc.property(source, (request) => {
        const parsed = parseCredential(request);
        if (parsed.status !== 'presented') return;
        const { clientId, secret } = parsed.credential;
        expect(clientId).toMatch(/^lk_id_[0-9A-Za-z]{16}$/);
        expect(secret).toMatch(/^lk_sk_[0-9A-Za-z]{54}$/);
        if ([own, other].some((pair) => pair.clientId === clientId && pair.secret === secret)) minted++;
        const headers = [...request.authorization, ...request.clientId, ...request.clientSecret];
        const decoded = headers.flatMap((text) => [
          text,
          Buffer.from(text.replace(/^\w+ +/, ''), 'base64').toString('latin1'),
        ]);
        expect(decoded.map(tolerant).some((text) => text.includes(secret))).toBe(true);
      }),
      { numRuns: 100_000 },
    );
    // The corpus reaches the pairs that exist, or the test would prove nothing.
    expect(minted).toBeGreaterThan(100);
  });

  function tolerant(text: string): string {
    return text.replace(/%([0-9a-f]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
  }
});

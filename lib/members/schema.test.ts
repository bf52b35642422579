import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  changeMemberSchema,
  emailAddress,
  identityReferenceSchema,
  inviteMemberSchema,
  memberReferenceSchema,
  membersQuerySchema,
} from './schema';

const memberId = '01980000-0000-7000-8000-000000000001';
const shown = (text: string) =>
  JSON.stringify(text).replace(/[^\x20-\x7e]/g, (c) => `U+${c.codePointAt(0)?.toString(16)}`);
const named = (texts: string[]) => texts.map((text): [string, string] => [shown(text), text]);
type Type = { safeParse(value: unknown): { error?: { issues: Array<{ path: PropertyKey[]; message: string }> } } };
const complaints = (type: Type, value: unknown) =>
  type.safeParse(value).error?.issues.map((issue) => issue.message) ?? null;

describe('an e-mail address', () => {
  test.each(
    named([
      'ada@acme.test',
      'ADA@Acme.TEST',
      ' ada@acme.test ',
      '\tada@acme.test\r\n',
      '\ufeffada@acme.test',
      'ada＠acme.test',
      'ａｄａ＠ａｃｍｅ．ｔｅｓｔ',
      '𝐚𝐝𝐚@acme.test',
    ]),
  )('%s is ada@acme.test', (_, text) => {
    expect(emailAddress.parse(text)).toBe('ada@acme.test');
  });

  test('may have a plus, dots, digits and hyphens', () => {
    expect(emailAddress.parse("o'ada.b+c_1-2@a-b.c1.example")).toBe("o'ada.b+c_1-2@a-b.c1.example");
  });

  test.each(named(['', ' ', '\u3000', '\u00a0']))('%s is none', (_, text) => {
    expect(complaints(emailAddress, text)).toEqual(['Enter an email address.']);
  });

  test.each(
    named([
      'ada',
      'ada@',
      '@acme.test',
      'ada@acme',
      'ada@@acme.test',
      'ada..b@acme.test',
      'ada b@acme.test',
      'ada@acme.test,eve@evil.test',
      'ada@acme.test;eve@evil.test',
      'ada@acme.test eve@evil.test',
      'ada@acme.test\r\nBcc: eve@evil.test',
      'ada@acme.test\nRCPT TO:<eve@evil.test>',
      'Ada <ada@acme.test>',
      '<ada@acme.test>',
      '"ada b"@acme.test',
      'mailto:ada@acme.test',
      'ada\0@acme.test',
      'ada@acme.test\0',
      'a\tda@acme.test',
      'a\x7fda@acme.test',
      'a\x85da@acme.test',
      // Zero width, soft hyphen, joiners.
      'a\u200bda@acme.test',
      'a\u200dda@acme.test',
      'a\u00adda@acme.test',
      'ada@acme\u2060.test',
      // Bidirectional marks, overrides and isolates.
      'a\u061cda@acme.test',
      'a\u200eda@acme.test',
      'a\u200fda@acme.test',
      'a\u202eda@acme.test',
      'ada@acme.test\u202c',
      'a\u2066da@acme.test',
      // Letters that look alike stay different addresses, so they are refused.
      'аda@acme.test',
      'ada@ácme.test',
      'a\ud800da@acme.test',
      'a\ue000da@acme.test',
    ]),
  )('%s is refused', (_, text) => {
    expect(complaints(emailAddress, text)).toEqual(['Email must look like name@example.com.']);
  });

  test('has at most 254 characters, counted as it is stored', () => {
    const long = (length: number) => `${'a'.repeat(length - '@acme.test'.length)}@acme.test`;
    expect(complaints(emailAddress, long(254))).toBeNull();
    expect(complaints(emailAddress, long(255))).toEqual(['Email can have at most 254 characters.']);
    expect(complaints(emailAddress, ` ${long(254)} `)).toBeNull();
    expect(complaints(emailAddress, long(1_001))).toEqual(['Email is too long.']);
    expect(complaints(emailAddress, 'a'.repeat(5_000_000))).toEqual(['Email is too long.']);
    // One character that normalization makes eighteen.
    expect(complaints(emailAddress, `${'\ufdfa'.repeat(990)}@a.test`)).not.toBeNull();
  });

  test.each([undefined, null, 1, true, ['ada@acme.test'], { email: 'ada@acme.test' }])('%j is not text', (value) => {
    expect(complaints(emailAddress, value)).toEqual(['Email must be text.']);
  });

  test('whatever is accepted is plain, lower case, its own normal form, and accepted again', () => {
    const part = fc.string({ unit: fc.constantFrom(...'aZ9._-+＠@ａİK\u200b\u202e\0\t ,ßſ'), maxLength: 12 });
    fc.assert(
      fc.property(fc.tuple(part, part), ([local, domain]) => {
        const parsed = emailAddress.safeParse(`${local}@${domain}.test`);
        if (!parsed.success) return;
        expect(parsed.data).toMatch(/^[!-~]+@[!-~]+$/);
        expect(parsed.data).toBe(parsed.data.toLowerCase());
        expect(emailAddress.parse(parsed.data)).toBe(parsed.data);
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('an invitation', () => {
  const good = { email: 'ada@acme.test', name: 'Ada', roles: ['developer'], licensed: true };

  test('takes e-mail, name, roles and licence', () => {
    expect(inviteMemberSchema.parse(good)).toEqual(good);
    expect(inviteMemberSchema.parse({ ...good, name: '  ', roles: [] })).toEqual({ ...good, name: '', roles: [] });
  });

  test('names each role once, in one order', () => {
    expect(inviteMemberSchema.parse({ ...good, roles: ['admin', 'developer'] }).roles).toEqual(['developer', 'admin']);
    expect(inviteMemberSchema.parse({ ...good, roles: ['admin', 'admin'] }).roles).toEqual(['admin']);
  });

  test.each([
    'id',
    'memberId',
    'tenantId',
    'userId',
    'passwordDigest',
    'disabledAt',
    'createdAt',
    'admin',
    '__proto__x',
  ])('with a field %s is refused', (field) => {
    expect(complaints(inviteMemberSchema, { ...good, [field]: 'x' })).toHaveLength(1);
  });

  test.each<[string, unknown]>([
    ['roles', ['owner']],
    ['roles', 'admin'],
    ['roles', ['admin', 'admin', 'developer']],
    ['roles', undefined],
    ['licensed', 'on'],
    ['licensed', 1],
    ['licensed', undefined],
    ['name', 'x'.repeat(101)],
    ['name', 'a\nb'],
    ['name', 'safe\u202egpj'],
    ['name', undefined],
    ['email', 'ada'],
  ])('with %s %j is refused', (field, value) => {
    expect(inviteMemberSchema.safeParse({ ...good, [field]: value }).error?.issues[0]?.path[0]).toBe(field);
  });
});

describe('a change of a member', () => {
  test('names what changes, and nothing else', () => {
    expect(changeMemberSchema.parse({ memberId, admin: true })).toEqual({ memberId, admin: true });
    expect(changeMemberSchema.parse({ memberId })).toEqual({ memberId });
  });

  test.each<[string, unknown]>([
    ['developer', undefined],
    ['admin', 'true'],
    ['licensed', null],
    ['memberId', 'x'],
    ['memberId', `${memberId}\0`],
    ['memberId', `${memberId}' OR '1'='1`],
    ['memberId', [memberId]],
    ['roles', ['admin']],
    ['tenantId', memberId],
    ['passwordDigest', 'x'],
    ['email', 'ada@acme.test'],
  ])('with %s %j is refused', (field, value) => {
    expect(complaints(changeMemberSchema, { memberId, [field]: value })).toHaveLength(1);
  });

  test('a bare reference takes the id alone', () => {
    expect(memberReferenceSchema.parse({ memberId })).toEqual({ memberId });
    expect(complaints(memberReferenceSchema, { memberId, tenantId: memberId })).toHaveLength(1);
    expect(complaints(memberReferenceSchema, {})).toHaveLength(1);
  });
});

describe('which identity is meant', () => {
  const good = { memberId, issuer: 'https://idp.test', subject: 'abc' };

  test('the subject is kept to the letter, but for spaces around it', () => {
    expect(identityReferenceSchema.parse({ ...good, subject: ' AbC|1~! ' }).subject).toBe('AbC|1~!');
    expect(complaints(identityReferenceSchema, { ...good, subject: 'x'.repeat(255) })).toBeNull();
  });

  test.each(['', ' ', 'x'.repeat(256), 'a b', 'a\0b', 'a\nb', 'ä', 'a\u200bb', undefined, 7])(
    'a subject %j is refused',
    (subject) => {
      expect(complaints(identityReferenceSchema, { ...good, subject })).not.toBeNull();
    },
  );

  test.each(['', `https://${'x'.repeat(2_000)}`, 'https://idp.test/\0', 'https://idp.test\n', undefined, null])(
    'an issuer %j is refused',
    (issuer) => {
      expect(complaints(identityReferenceSchema, { ...good, issuer })).toHaveLength(1);
    },
  );

  test('no e-mail, tenant or other field can be named', () => {
    for (const field of ['email', 'name', 'tenantId', 'id'])
      expect(complaints(identityReferenceSchema, { ...good, [field]: 'x' })).toHaveLength(1);
  });
});

describe('the link to a page of members', () => {
  test('carries a search and a place', () => {
    expect(membersQuerySchema.parse({ search: 'ada', after: memberId })).toEqual({ search: 'ada', after: memberId });
    expect(membersQuerySchema.parse({})).toEqual({ search: '' });
  });

  test.each<[string, Record<string, unknown>]>([
    ['a place that is no id', { after: 'x', before: `${memberId}\0` }],
    ['a place given twice', { after: [memberId, memberId] }],
    ['a search given twice', { search: ['a', 'b'] }],
    ['a search of 201 characters', { search: 'x'.repeat(201) }],
    ['another parameter', { tenantId: memberId }],
  ])('that is nonsense is ignored: %s', (_, parameters) => {
    expect(membersQuerySchema.parse(parameters)).toEqual({ search: '' });
  });

  test('never brings a character that the database cannot hold', () => {
    expect(membersQuerySchema.parse({ search: 'a\0b\tc\x7f' }).search).not.toMatch(/\p{Cc}/u);
    expect(membersQuerySchema.parse({ search: '\0' }).search.trim()).toBe('');
  });
});

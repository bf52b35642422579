import { describe, expect, test } from 'vitest';
import { newTenantSchema, policyChangeSchema } from './schema';

const good = {
  apiKeysEnabled: true,
  maximumKeysPerUser: '2',
  maximumExpirationInDays: '',
  rateLimitPerMinute: '',
  deactivateBeforeDelete: false,
};
const complaint = (fields: Record<string, unknown>) =>
  policyChangeSchema.safeParse({ ...good, ...fields }).error?.issues.map((issue) => issue.message) ?? null;

describe('policy', () => {
  test('form text becomes numbers, and blank becomes no maximum', () => {
    expect(policyChangeSchema.parse(good)).toEqual({
      ...good,
      maximumKeysPerUser: 2,
      maximumExpirationInDays: null,
      rateLimitPerMinute: null,
    });
    expect(
      policyChangeSchema.parse({ ...good, maximumKeysPerUser: ' 7 ', maximumExpirationInDays: ' 365 ' }),
    ).toMatchObject({
      maximumKeysPerUser: 7,
      maximumExpirationInDays: 365,
    });
  });

  test('what is absent is not changed', () => {
    expect(policyChangeSchema.parse({ maximumKeysPerUser: '3' })).toEqual({ maximumKeysPerUser: 3 });
  });

  test.each([
    ['maximumKeysPerUser', '1', 1],
    ['maximumKeysPerUser', '1000', 1000],
    ['maximumKeysPerUser', ' 5 ', 5],
    ['maximumExpirationInDays', '1', 1],
    ['maximumExpirationInDays', ' 5 ', 5],
    ['maximumExpirationInDays', '999999999', 999_999_999],
    ['maximumExpirationInDays', '  ', null],
    ['agentKeyLifetimeInDays', '1', 1],
    ['agentKeyLifetimeInDays', ' 365 ', 365],
    ['agentKeyLifetimeInDays', '999999999', 999_999_999],
    ['rateLimitPerMinute', '1', 1],
    ['rateLimitPerMinute', ' 60 ', 60],
    ['rateLimitPerMinute', '1000000', 1_000_000],
    ['rateLimitPerMinute', '', null],
  ] as const)('%s may be %j', (field, text, stored) => {
    expect(policyChangeSchema.parse({ [field]: text })).toEqual({ [field]: stored });
  });

  const tenKilobytes = '9'.repeat(10_000);
  test.each([
    [
      'maximumKeysPerUser',
      ['0', '1001', '9999999999', tenKilobytes],
      'Maximum API keys per user must be between 1 and 1000.',
    ],
    ['maximumExpirationInDays', ['0'], 'Maximum token expiration (days) must be at least 1, or empty for no maximum.'],
    [
      'maximumExpirationInDays',
      ['1000000000', tenKilobytes],
      'Maximum token expiration (days) must be at most 999,999,999, or empty for no maximum.',
    ],
    ['agentKeyLifetimeInDays', ['0'], 'Agent key lifetime (days) must be at least 1.'],
    ['agentKeyLifetimeInDays', ['1000000000', tenKilobytes], 'Agent key lifetime (days) must be at most 999,999,999.'],
    [
      'rateLimitPerMinute',
      ['0', '1000001', '10000000000', tenKilobytes],
      'Rate limit (requests per minute) must be between 1 and 1,000,000, or empty for no limit.',
    ],
  ] as const)('%s out of bounds is said with the bound: %#', (field, texts, sentence) => {
    for (const text of texts) expect(complaint({ [field]: text })).toEqual([sentence]);
  });

  const odd = [
    '-1',
    '1.5',
    '1,5',
    '1e3',
    '0x10',
    'two',
    '９',
    '٣',
    '1 000',
    '1,000',
    '+1',
    '1\n2',
    'NaN',
    'Infinity',
    '½',
  ];
  test.each([
    ['maximumKeysPerUser', ['', '  ', ...odd], 'Maximum API keys per user must be a whole number.'],
    [
      'maximumExpirationInDays',
      odd,
      'Maximum token expiration (days) must be a whole number of at least 1, or empty for no maximum.',
    ],
    ['agentKeyLifetimeInDays', ['', '  ', ...odd], 'Agent key lifetime (days) must be a whole number.'],
    [
      'rateLimitPerMinute',
      odd,
      'Rate limit (requests per minute) must be a whole number between 1 and 1,000,000, or empty for no limit.',
    ],
  ] as const)('%s that is no whole number is said so', (field, texts, sentence) => {
    for (const text of [...texts, 7, null, undefined, ['7']]) {
      expect(complaint({ [field]: text })).toEqual([sentence]);
    }
  });

  test.each(['id', 'slug', 'demo', 'name'])('a field %s that is not policy is refused', (field) => {
    expect(complaint({ [field]: true })).toHaveLength(1);
  });

  test.each(['on', 'true', 1, undefined])('a switch is a boolean, not %j', (value) => {
    expect(complaint({ apiKeysEnabled: value })).toHaveLength(1);
    expect(complaint({ deactivateBeforeDelete: value })).toHaveLength(1);
    expect(complaint({ keepOneKey: value })).toHaveLength(1);
  });
});

describe('what new SSO members get', () => {
  test('is roles, each once in one order, and a licence', () => {
    const parse = (joinRoles: string[]) => policyChangeSchema.parse({ joinRoles, joinLicensed: true });
    expect(parse([])).toEqual({ joinRoles: [], joinLicensed: true });
    expect(parse(['admin', 'developer'])).toEqual({ joinRoles: ['developer', 'admin'], joinLicensed: true });
    expect(parse(['admin', 'admin'])).toEqual({ joinRoles: ['admin'], joinLicensed: true });
  });

  test.each([
    { joinRoles: ['owner'] },
    { joinRoles: 'admin' },
    { joinRoles: ['admin', 'admin', 'admin'] },
    { joinRoles: undefined },
    { joinLicensed: 'on' },
    { joinLicensed: undefined },
  ])('%j is refused', (fields) => {
    expect(complaint(fields)).not.toBeNull();
  });
});

describe('a new tenant', () => {
  const good = { slug: 'acme', name: 'Acme', admin: 'ada@acme.test' };
  const problems = (fields: Record<string, unknown>) =>
    newTenantSchema.safeParse({ ...good, ...fields }).error?.issues.map((issue) => issue.message) ?? null;

  test.each(['a', '0', 'acme-2', 'a-b-c', 'x'.repeat(63)])('may have the slug %s', (slug) => {
    expect(problems({ slug })).toBeNull();
  });

  test.each(['', 'Acme', '-a', 'a-', 'a--b', 'a_b', 'a b', 'a/b', 'ä', 'x'.repeat(64), 'a\n'])(
    'cannot have the slug %j',
    (slug) => {
      expect(problems({ slug })).toEqual(['slug must be up to 63 lower-case letters, digits and single hyphens.']);
    },
  );

  test('needs a slug, a name and an admin’s address, and takes nothing else', () => {
    expect(problems({ slug: undefined })).toEqual(['slug is missing.']);
    expect(problems({ name: undefined })).toEqual(['name must be text.']);
    expect(problems({ name: ' ' })).toEqual(['name cannot be blank.']);
    expect(problems({ name: 'a\nb' })).toEqual(['name cannot contain control characters or line breaks.']);
    expect(problems({ admin: undefined })).toEqual(['Email must be text.']);
    expect(problems({ admin: 'ada' })).toEqual(['Email must look like name@example.com.']);
    expect(problems({ demo: true })).toHaveLength(1);
  });
});

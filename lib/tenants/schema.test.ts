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

  test.each(['1', '1000'])('the maximum of keys may be %s', (maximumKeysPerUser) => {
    expect(complaint({ maximumKeysPerUser })).toBeNull();
  });

  test('what is absent is not changed', () => {
    expect(policyChangeSchema.parse({ maximumKeysPerUser: '3' })).toEqual({ maximumKeysPerUser: 3 });
  });

  test.each(['0', '1001', '999999999'])('the maximum of keys may not be %s', (maximumKeysPerUser) => {
    expect(complaint({ maximumKeysPerUser })).toEqual(['Maximum API keys per user must be between 1 and 1000.']);
  });

  test.each(['', '-1', '1.5', '1e3', '0x10', 'two', '٣', '9999999999', '1 000'])(
    'the maximum of keys must be a whole number, not %j',
    (maximumKeysPerUser) => {
      expect(complaint({ maximumKeysPerUser })).toEqual(['Maximum API keys per user must be a whole number.']);
    },
  );

  test.each(['0', '-1', '1.5', 'none', '10000000000'])('the longest life may not be %j', (maximumExpirationInDays) => {
    expect(complaint({ maximumExpirationInDays })).toHaveLength(1);
    expect(complaint({ maximumExpirationInDays })?.[0]).toMatch(/^Maximum token expiration \(days\) must be /);
  });

  test.each([
    ['1', 1],
    ['1000000', 1_000_000],
    [' 60 ', 60],
    ['  ', null],
  ])('the rate limit may be %j', (rateLimitPerMinute, stored) => {
    expect(policyChangeSchema.parse({ rateLimitPerMinute })).toEqual({ rateLimitPerMinute: stored });
  });

  test.each(['0', '-1', '1.5', 'none', '1000001', '10000000000', '1,000'])(
    'the rate limit may not be %j',
    (rateLimitPerMinute) => {
      expect(complaint({ rateLimitPerMinute })).toHaveLength(1);
      expect(complaint({ rateLimitPerMinute })?.[0]).toMatch(
        /^Rate limit \(requests per minute\) must be .*between 1 and 1,000,000, or empty for no limit\.$/,
      );
    },
  );

  test.each([
    ['1', 1],
    [' 365 ', 365],
    ['999999999', 999_999_999],
  ])('the lifetime of agent keys may be %j', (agentKeyLifetimeInDays, stored) => {
    expect(policyChangeSchema.parse({ agentKeyLifetimeInDays })).toEqual({ agentKeyLifetimeInDays: stored });
  });

  test.each([
    ['0', 'be at least 1.'],
    ['', 'be a whole number.'],
    ['-1', 'be a whole number.'],
    ['1.5', 'be a whole number.'],
    ['ever', 'be a whole number.'],
    ['1000000000', 'be a whole number.'],
  ])('the lifetime of agent keys may not be %j', (agentKeyLifetimeInDays, complaintOfIt) => {
    expect(complaint({ agentKeyLifetimeInDays })).toEqual([`Agent key lifetime (days) must ${complaintOfIt}`]);
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

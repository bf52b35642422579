import { describe, expect, test } from 'vitest';
import { policyChangeSchema } from './schema';

const good = {
  apiKeysEnabled: true,
  maximumKeysPerUser: '2',
  maximumExpirationInDays: '',
  deactivateBeforeDelete: false,
};
const complaint = (fields: Record<string, unknown>) =>
  policyChangeSchema.safeParse({ ...good, ...fields }).error?.issues.map((issue) => issue.message) ?? null;

describe('policy', () => {
  test('form text becomes numbers, and blank becomes no maximum', () => {
    expect(policyChangeSchema.parse(good)).toEqual({ ...good, maximumKeysPerUser: 2, maximumExpirationInDays: null });
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

  test.each(['id', 'slug', 'demo', 'name'])('a field %s that is not policy is refused', (field) => {
    expect(complaint({ [field]: true })).toHaveLength(1);
  });

  test.each(['on', 'true', 1, undefined])('a switch is a boolean, not %j', (value) => {
    expect(complaint({ apiKeysEnabled: value })).toHaveLength(1);
    expect(complaint({ deactivateBeforeDelete: value })).toHaveLength(1);
  });
});

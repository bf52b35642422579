import { describe, expect, test } from 'vitest';
import { addressOfKeys, addressWithoutSecrets, type KeyListQuery, readKeyListQuery, secretIn } from './schema';

const plain: KeyListQuery = {
  search: '',
  status: null,
  risk: null,
  order: 'created',
  descending: true,
  after: null,
  before: null,
};
const id = '00000000-0000-7000-8000-000000000001';
const read = (address: string) =>
  readKeyListQuery(Object.fromEntries(new URL(address, 'http://localhost').searchParams));

test('an address says what it was made from', () => {
  const queries: KeyListQuery[] = [
    plain,
    { ...plain, search: 'a&b=c %_\\ "ü"', status: 'Inactive', risk: 'idle' },
    { ...plain, order: 'last_used', after: { value: '-Infinity', id } },
    { ...plain, order: 'expires', descending: false, before: { value: '1763750000.123000', id } },
    { ...plain, order: 'name', after: { value: 'a.b/c?d=é ', id } },
    { ...plain, order: 'owner', descending: false, after: { value: '', id } },
  ];
  for (const query of queries) expect(read(addressOfKeys(query))).toEqual({ query, unknown: [] });
  expect(addressOfKeys(plain)).toBe('/tenant/api-keys');
});

describe('what an address says that means nothing is left out by name', () => {
  test.each([
    ['search', 'a\0b'],
    ['search', 'x'.repeat(201)],
    ['search', 'x'.repeat(10_240)],
    ['search', ['a', 'b']],
    ['status', 'active'],
    ['status', ['Active', 'Active']],
    ['risk', "' OR true --"],
    ['sort', 'digest'],
    ['sort', '--created'],
    ['after', 'nonsense'],
    ['after', `${id}.`],
    ['after', `${id}.NaN`],
    ['after', `${id}.1e300`],
    ['after', `${id}.0; DROP TABLE key`],
    ['before', `1.${id}`],
    ['before', 'x'.repeat(5_000)],
  ])('%s', (name, value) => {
    expect(readKeyListQuery({ [name]: value })).toEqual({ query: plain, unknown: [name] });
  });

  test('also a place of another order', () => {
    const { query, unknown } = readKeyListQuery({ sort: 'created', after: `${id}.some name` });
    expect([query.after, unknown]).toEqual([null, ['after']]);
    expect(readKeyListQuery({ sort: 'name', after: `${id}.some name` }).unknown).toEqual([]);
  });
});

test('an address that brought a secret keeps its client ID alone', () => {
  const secret = `lk_sk_${'A'.repeat(16)}${'b'.repeat(38)}`;
  const safe = `/tenant/api-keys?search=lk_id_${'A'.repeat(16)}&redacted=1`;
  expect(addressWithoutSecrets({ search: secret, status: 'Active' })).toBe(safe);
  expect(addressWithoutSecrets({ anything: ['x', ` ${secret} `] })).toBe(safe);
  expect(addressWithoutSecrets({ [secret]: '' })).toBe(safe);
  expect(addressWithoutSecrets({ search: 'LK_SK_short' })).toBe('/tenant/api-keys?redacted=1');
  expect(addressWithoutSecrets({ search: `lk_id_${'A'.repeat(16)}`, redacted: '1' })).toBeNull();
  expect(secretIn('sk_live_')).toBe(false);
});

import { describe, expect, test } from 'vitest';
import { type ChainedEvent, genesisHash, hashEvent } from './chain';

const key = Buffer.alloc(32, 7);
const event: ChainedEvent = {
  tenantId: '00000000-0000-7000-8000-000000000001',
  sequence: 1n,
  at: new Date('2026-06-01T12:00:00.123Z'),
  action: 'key.created',
  actorKind: 'member',
  actorId: '00000000-0000-7000-8000-000000000002',
  subjectId: null,
  clientId: 'lk_id_0123456789abcdef',
  keyName: 'API key 1',
  address: '203.0.113.7',
  details: { expiresAt: null, before: { name: 'a', list: [1, 2] } },
};
const hash = (changes: Partial<ChainedEvent> = {}, previous: Uint8Array = genesisHash, under = key) =>
  hashEvent(under, { ...event, ...changes }, previous).toString('hex');

test('the hash is stable from version to version', () => {
  // Recomputed over old logs for ever: a change here breaks every verification.
  expect(hash()).toMatchInlineSnapshot(`"99cdc85b17f22c07ad3584ac94935c4d4cfc2844bc1687e0bc5a382a21a21ece"`);
});

test('it has 32 bytes, and the first predecessor is 32 zeros', () => {
  expect(hashEvent(key, event, genesisHash)).toHaveLength(32);
  expect(genesisHash).toEqual(new Uint8Array(32));
});

test('the order of the keys of details does not matter, that of a list does', () => {
  expect(hash({ details: { before: { list: [1, 2], name: 'a' }, expiresAt: null } })).toBe(hash());
  expect(hash({ details: { expiresAt: null, before: { name: 'a', list: [2, 1] } } })).not.toBe(hash());
});

describe('every part changes the hash', () => {
  const changes: { [Field in keyof ChainedEvent]: ChainedEvent[Field] } = {
    tenantId: '00000000-0000-7000-8000-000000000009',
    sequence: 2n,
    at: new Date('2026-06-01T12:00:00.124Z'),
    action: 'key.deleted',
    actorKind: 'system',
    actorId: null,
    subjectId: '00000000-0000-7000-8000-000000000003',
    clientId: 'lk_id_0123456789abcdeg',
    keyName: 'API key 2',
    address: null,
    details: { expiresAt: null, before: { name: 'b', list: [1, 2] } },
  };

  test.each(Object.keys(changes) as Array<keyof ChainedEvent>)('%s', (field) => {
    expect(hash({ [field]: changes[field] })).not.toBe(hash());
  });

  test('the previous hash', () => {
    const previous = new Uint8Array(32);
    previous[31] = 1;
    expect(hash({}, previous)).not.toBe(hash());
  });

  test('the key', () => {
    expect(hash({}, genesisHash, Buffer.alloc(32, 8))).not.toBe(hash());
  });

  test('the border between two neighbours', () => {
    expect(hash({ clientId: 'ab', keyName: 'c' })).not.toBe(hash({ clientId: 'a', keyName: 'bc' }));
    expect(hash({ clientId: 'a","b', keyName: 'c' })).not.toBe(hash({ clientId: 'a', keyName: 'b","c' }));
    expect(hash({ keyName: 'null' })).not.toBe(hash({ keyName: null }));
  });
});

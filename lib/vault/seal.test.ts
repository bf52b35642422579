import { randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Keyring } from '../env';
import { keyringProvider, SealBroken } from './key-provider';
import { openSealed, rewrap, type Sealed, type SealedRecord, seal } from './seal';

/** A keyring of these versions, the first for writing. */
function keyring(...versions: number[]): Keyring {
  const byVersion = new Map(versions.map((version) => [version, Buffer.alloc(32, version)]));
  const [version = 0] = versions;
  return { current: { version, key: Buffer.alloc(32, version) }, byVersion };
}
const provider = keyringProvider(keyring(1));
const record: SealedRecord = { tenantId: randomUUID(), id: randomUUID(), revision: 1 };
const value = 'sk-proj-0123456789';

const flipped = (bytes: Uint8Array, bit: number) => {
  const copy = new Uint8Array(bytes);
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return copy;
};
const expectBroken = (sealed: Sealed, of = record, by = provider) =>
  expect(openSealed(by, of, sealed)).rejects.toBeInstanceOf(SealBroken);

test('what was sealed for a record is opened for it', async () => {
  for (const text of ['x', value, 'ü€🎈', 'k'.repeat(4_096)]) {
    expect(await openSealed(provider, record, await seal(provider, record, text))).toBe(text);
  }
});

test('nothing of a value can be read from what is stored, nor that two values are the same', async () => {
  const [one, two] = [await seal(provider, record, value), await seal(provider, record, value)];
  for (const part of ['sealedValue', 'wrappedDataKey'] as const) {
    expect(Buffer.from(one[part])).not.toEqual(Buffer.from(two[part]));
    expect(Buffer.from(one[part]).includes(value)).toBe(false);
    // Not even the nonce is used twice.
    expect(Buffer.from(one[part].subarray(0, 12))).not.toEqual(Buffer.from(two[part].subarray(0, 12)));
  }
  expect(one.sealedValue).toHaveLength(12 + value.length + 16);
  expect(one.wrappedDataKey).toHaveLength(12 + 32 + 16);
});

describe('it is opened no more', () => {
  test('when any bit of nonce, ciphertext or tag was flipped, of the value or of its data key', async () => {
    const sealed = await seal(provider, record, value);
    for (const part of ['sealedValue', 'wrappedDataKey'] as const) {
      for (let bit = 0; bit < sealed[part].length * 8; bit++) {
        await expectBroken({ ...sealed, [part]: flipped(sealed[part], bit) });
      }
    }
  });

  test('when it was cut or lengthened: no tag shorter than 16 bytes is one', async () => {
    const sealed = await seal(provider, record, value);
    for (const part of ['sealedValue', 'wrappedDataKey'] as const) {
      for (let length = 0; length < sealed[part].length; length++) {
        await expectBroken({ ...sealed, [part]: sealed[part].slice(0, length) });
        await expectBroken({ ...sealed, [part]: sealed[part].slice(sealed[part].length - length) });
      }
      await expectBroken({ ...sealed, [part]: new Uint8Array([...sealed[part], 0]) });
      await expectBroken({ ...sealed, [part]: new Uint8Array([0, ...sealed[part]]) });
    }
  });

  test('for another tenant, another record, or another revision of the same', async () => {
    const sealed = await seal(provider, record, value);
    for (const other of [
      { ...record, tenantId: randomUUID() },
      { ...record, id: randomUUID() },
      { ...record, revision: 2 },
      { ...record, tenantId: record.id, id: record.tenantId },
      { ...record, revision: 11 },
    ]) {
      await expectBroken(sealed, other);
    }
  });

  test('with the value of one record and the data key of another, in either place', async () => {
    const other = { ...record, id: randomUUID() };
    const [mine, theirs] = [await seal(provider, record, value), await seal(provider, other, value)];
    const mixed = { ...mine, wrappedDataKey: theirs.wrappedDataKey };
    await expectBroken(mixed);
    await expectBroken(mixed, other);
    // The same record's, from before.
    await expectBroken({ ...(await seal(provider, record, value)), sealedValue: mine.sealedValue });
    // A value is no data key, and the other way round.
    await expectBroken({ ...mine, wrappedDataKey: mine.sealedValue });
    await expectBroken({ ...mine, sealedValue: new Uint8Array(mine.wrappedDataKey) });
  });

  test('when it says another version of the vault key than it was wrapped under, although both are the same bytes', async () => {
    const key = randomBytes(32);
    const both = new Map([
      [1, key],
      [2, key],
    ]);
    const twice = keyringProvider({ current: { version: 1, key }, byVersion: both });
    const sealed = await seal(twice, record, value);
    expect(sealed.vaultVersion).toBe(1);
    await expectBroken({ ...sealed, vaultVersion: 2 }, record, twice);
  });

  test('without its vault key, which the refusal names', async () => {
    const sealed = await seal(provider, record, value);
    await expectBroken(sealed, record, keyringProvider(keyring(2)));
    await expect(openSealed(keyringProvider(keyring(2)), record, sealed)).rejects.toThrow(
      'LATCHKEY_VAULT_KEYS lacks version 1.',
    );
    const wrong = { version: 1, key: Buffer.alloc(32, 9) };
    await expectBroken(sealed, record, keyringProvider({ current: wrong, byVersion: new Map([[1, wrong.key]]) }));
  });
});

describe('rewrapping', () => {
  test('moves a data key under the current vault key; the value opens as it was, without the old one', async () => {
    const sealed = await seal(provider, record, value);
    const again = await rewrap(keyringProvider(keyring(2, 1)), record, sealed);
    expect(again.vaultVersion).toBe(2);
    const moved = { ...sealed, ...again };
    expect(await openSealed(keyringProvider(keyring(2)), record, moved)).toBe(value);
    await expectBroken(moved, record, keyringProvider(keyring(1)));
  });

  test('takes nothing that was altered, moved, or wrapped under a key that is not configured', async () => {
    const sealed = await seal(provider, record, value);
    const current = keyringProvider(keyring(2, 1));
    const refused = (of: SealedRecord, what: Sealed, by = current) =>
      expect(rewrap(by, of, what)).rejects.toBeInstanceOf(SealBroken);
    await refused(record, { ...sealed, wrappedDataKey: flipped(sealed.wrappedDataKey, 100) });
    await refused({ ...record, id: randomUUID() }, sealed);
    await refused({ ...record, revision: 2 }, sealed);
    await refused(record, sealed, keyringProvider(keyring(2)));
  });
});

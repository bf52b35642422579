import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import zlib from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  clientIdOf,
  digestSecret,
  digestsEqual,
  isClientId,
  isSecret,
  maskOf,
  mintCredential,
  secretFor,
} from './secret';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const base62 = (length: number) =>
  fc.string({ unit: fc.constantFrom(...alphabet), minLength: length, maxLength: length });
const secrets = fc.tuple(base62(16), base62(32)).map(([identifier, random]) => secretFor(identifier, random));

const document = readFileSync('docs/key-format.md', 'utf8');
const vectors = [...document.matchAll(/^\| `(lk_id_\w+)` \| `(lk_sk_\w+)` \| (yes|no)/gm)].map(
  ([, clientId = '', secret = '', valid]) => ({ clientId, secret, valid: valid === 'yes' }),
);
const published = new RegExp(/```regex\n(.+)\n```/.exec(document)?.[1] ?? '(?!)');

describe('the published format', () => {
  test('has vectors of both kinds', () => {
    expect(vectors.filter((vector) => vector.valid).length).toBeGreaterThanOrEqual(3);
    expect(vectors.filter((vector) => !vector.valid).length).toBeGreaterThanOrEqual(3);
  });

  test.each(vectors)('$secret is valid: $valid', ({ clientId, secret, valid }) => {
    expect(isSecret(secret)).toBe(valid);
    expect(clientIdOf(secret)).toBe(clientId);
    expect(isClientId(clientId)).toBe(true);
    if (valid) expect(published.exec(secret)?.[0]).toBe(secret);
  });

  test('the published regular expression finds every minted secret in a text, and no client ID', () => {
    for (let round = 0; round < 100; round++) {
      const { clientId, secret } = mintCredential();
      expect(published.exec(`SECRET="${secret}"`)?.[0]).toBe(secret);
      expect(published.test(clientId)).toBe(false);
    }
  });
});

describe('minting', () => {
  test('a minted secret is well-formed, carries its client ID, and has the CRC-32 of zlib in base62', () => {
    for (let round = 0; round < 200; round++) {
      const { clientId, secret } = mintCredential();
      expect(clientId).toMatch(/^lk_id_[0-9A-Za-z]{16}$/);
      expect(secret).toMatch(/^lk_sk_[0-9A-Za-z]{54}$/);
      expect(clientIdOf(secret)).toBe(clientId);
      const digits = [...secret.slice(-6)].reduce((sum, digit) => sum * 62 + alphabet.indexOf(digit), 0);
      // Missing from the types of Node 20.
      const { crc32 } = zlib as unknown as { crc32: (text: string) => number };
      expect(digits).toBe(crc32(secret.slice(0, -6)));
    }
  });

  test('every character of the alphabet comes up in the random part, and no secret comes twice', () => {
    const minted = Array.from({ length: 1_000 }, () => mintCredential().secret);
    expect(new Set(minted).size).toBe(1_000);
    const seen = new Map<string, number>();
    for (const character of minted.map((secret) => secret.slice(6, 54)).join('')) {
      seen.set(character, (seen.get(character) ?? 0) + 1);
    }
    // 48,000 draws: 774 expected of each. A modulo bias of a byte (256 % 62 = 8) would give 8 of them 25 % more.
    expect([...seen.keys()].sort().join('')).toBe([...alphabet].sort().join(''));
    expect(Math.min(...seen.values())).toBeGreaterThan(600);
    expect(Math.max(...seen.values())).toBeLessThan(930);
  });
});

describe('checksum', () => {
  test('every single-character substitution in a secret is caught', () => {
    const { secret } = mintCredential();
    for (let position = 0; position < secret.length; position++) {
      for (const character of alphabet) {
        if (character === secret[position]) continue;
        expect(isSecret(secret.slice(0, position) + character + secret.slice(position + 1))).toBe(false);
      }
    }
  });

  test('every swap of two neighbours that differ is caught', () => {
    fc.assert(
      fc.property(secrets, fc.integer({ min: 6, max: 58 }), (secret, position) => {
        const swapped =
          secret.slice(0, position) + secret[position + 1] + secret[position] + secret.slice(position + 2);
        return swapped === secret || !isSecret(swapped);
      }),
    );
  });

  test('nothing else is a secret', () => {
    const { clientId, secret } = mintCredential();
    for (const text of [
      '',
      clientId,
      ` ${secret}`,
      `${secret}\n`,
      secret.slice(0, -1),
      `${secret}0`,
      secret.toUpperCase(),
    ])
      expect(isSecret(text)).toBe(false);
    for (const text of ['', secret, `${clientId}\n`, `${clientId}0`, clientId.slice(0, -1), 'lk_id_0123456789abcde_'])
      expect(isClientId(text)).toBe(false);
  });
});

describe('digest', () => {
  const pepper = Buffer.alloc(32, 1);
  const digest = digestSecret(pepper, 'tenant', 'client', 'secret');

  test('is HMAC-SHA-256 over "lk1", tenant, client ID and secret, separated by NUL', () => {
    const expected = createHmac('sha256', pepper).update('lk1\0tenant\0client\0secret', 'utf8').digest();
    expect(digest).toEqual(expected);
    expect(digest).toHaveLength(32);
  });

  test.each([
    ['pepper', digestSecret(Buffer.alloc(32, 2), 'tenant', 'client', 'secret')],
    ['tenant', digestSecret(pepper, 'another', 'client', 'secret')],
    ['client ID', digestSecret(pepper, 'tenant', 'another', 'secret')],
    ['secret', digestSecret(pepper, 'tenant', 'client', 'another')],
  ])('is bound to its %s', (_, other) => {
    expect(digestsEqual(digest, other)).toBe(false);
  });

  test('two digests are equal only when all bytes are', () => {
    expect(digestsEqual(digest, Buffer.from(digest))).toBe(true);
    for (let index = 0; index < digest.length; index++) {
      const other = Buffer.from(digest);
      other[index] = (other[index] as number) ^ 1;
      expect(digestsEqual(digest, other)).toBe(false);
    }
    expect(digestsEqual(digest, digest.subarray(0, 31))).toBe(false);
    expect(digestsEqual(digest, new Uint8Array(0))).toBe(false);
  });
});

test('a mask shows the first four and the last four characters', () => {
  const { secret } = mintCredential();
  expect(maskOf(secret)).toEqual({ firstFour: 'lk_s', lastFour: secret.slice(56) });
});

import { describe, expect, test } from 'vitest';
import { linkTokenSchema, redeemLinkSchema } from './schema';
import { digestToken, mintToken } from './token';

describe('choosing a password', () => {
  const good = { token: 'x', newPassword: 'twelve chars', repeatedPassword: 'twelve chars' };
  const complaint = (fields: Record<string, unknown>) =>
    redeemLinkSchema
      .safeParse({ ...good, ...fields })
      .error?.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`) ?? null;
  const both = (newPassword: string) => ({ newPassword, repeatedPassword: newPassword });

  test('takes 12 to 256 characters, twice the same', () => {
    expect(complaint({})).toBeNull();
    expect(complaint(both('x'.repeat(256)))).toBeNull();
    expect(complaint(both('x'.repeat(11)))).toEqual(['newPassword: Password needs at least 12 characters.']);
    expect(complaint(both('x'.repeat(257)))).toEqual(['newPassword: Password can have at most 256 characters.']);
    expect(complaint({ repeatedPassword: 'twelve chars ' })).toEqual([
      'repeatedPassword: The two passwords are not the same.',
    ]);
  });

  test.each(['memberId', 'email', 'purpose', 'tenantId'])('whose, a field %s cannot say', (field) => {
    expect(complaint({ [field]: 'x' })).toHaveLength(1);
  });

  test('a token of any form may be asked about, up to 200 characters', () => {
    for (const token of ['', '\0', 'x'.repeat(200)]) expect(linkTokenSchema.safeParse(token).success).toBe(true);
    for (const token of ['x'.repeat(201), null, 7]) expect(linkTokenSchema.safeParse(token).success).toBe(false);
  });
});

describe('a token', () => {
  test('is 256 bits in 43 characters that a URL carries as they are, never the same twice', () => {
    const tokens = Array.from({ length: 1_000 }, mintToken);
    for (const token of tokens) expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(new Set(tokens).size).toBe(1_000);
  });

  test('is stored as its SHA-256', () => {
    expect(Buffer.from(digestToken('abc')).toString('hex')).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
  });
});

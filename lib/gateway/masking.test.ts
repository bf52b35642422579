import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openMask } from './masking';

const secret = 'sk-abcsk-abd';
const stars = '*'.repeat(secret.length);

function masked(chunks: string[], wanted: string | null = secret): string {
  const mask = openMask(wanted);
  const parts = chunks.map((chunk) => mask.pass(Buffer.from(chunk)).toString());
  return parts.join('') + (mask.rest()?.toString() ?? '');
}

test('however an answer is cut, it holds the secret nowhere, and everything else as it was', () => {
  const piece = fc.constantFrom(secret, 'sk-abc', 'sk-', 's', 'k-abd', ' ', 'x');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), fc.array(fc.nat(60), { maxLength: 6 }), (pieces, cuts) => {
      const text = pieces.join('');
      const at = [0, ...cuts.map((cut) => Math.min(cut, text.length)).sort((one, other) => one - other), text.length];
      const chunks = at.slice(1).map((end, index) => text.slice(at[index], end));
      expect(masked(chunks)).toBe(text.replaceAll(secret, stars));
    }),
    { numRuns: 2_000 },
  );
});

test('nothing is held back but what may be the secret’s beginning', () => {
  const mask = openMask(secret);
  expect(mask.pass(Buffer.from('data: 1\n\n')).toString()).toBe('data: 1\n\n');
  expect(mask.pass(Buffer.from('data: sk-abc')).toString()).toBe('data: ');
  expect(mask.pass(Buffer.from('\n\n')).toString()).toBe('sk-abc\n\n');
  expect(mask.rest()).toBeNull();
});

test('a value too short to be a secret is left alone, and none is', () => {
  expect(masked(['abcabc'], 'abc')).toBe('abcabc');
  expect(masked(['abcabc'], null)).toBe('abcabc');
  expect(openMask(secret).text(`Bearer ${secret}!`)).toBe(`Bearer ${stars}!`);
});

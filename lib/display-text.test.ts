import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { countCharacters, displayText, foldName } from './display-text';

const name = displayText('Name', 50);
const description = displayText('Description', 100);
const refusal = (type: typeof name, text: unknown) => type.safeParse(text).error?.issues[0]?.message ?? null;

describe('length', () => {
  test('100 characters are accepted, 101 refused with the field and the count', () => {
    expect(refusal(description, 'x'.repeat(100))).toBeNull();
    expect(refusal(description, 'x'.repeat(101))).toBe('Description can have at most 100 characters; this has 101.');
  });

  test('an emoji outside the basic plane is one character, as in PostgreSQL', () => {
    expect(countCharacters('🔑')).toBe(1);
    expect(refusal(name, '🔑'.repeat(50))).toBeNull();
    expect(refusal(name, '🔑'.repeat(51))).toBe('Name can have at most 50 characters; this has 51.');
  });

  test('what is counted is the composed form', () => {
    const decomposed = 'e\u0301';
    expect(countCharacters(decomposed)).toBe(1);
    expect(name.parse(decomposed.repeat(50))).toBe('é'.repeat(50));
  });

  test('megabytes are refused before they are looked at', () => {
    expect(refusal(name, 'x'.repeat(5_000_000))).toBe('Name can have at most 50 characters.');
  });
});

describe('characters', () => {
  const shown = (text: string) =>
    JSON.stringify(text).replace(/[^\x20-\x7e]/g, (c) => `U+${c.codePointAt(0)?.toString(16)}`);

  test.each(
    ['a\0b', 'a\tb', 'a\nb', 'a\r\nb', 'a\x1bb', 'a\x7fb', 'a\x85b', 'a\u2028b', 'a\u2029b', 'a\ud800b'].map((t) => [
      shown(t),
      t,
    ]),
  )('control characters are refused: %s', (_, text) => {
    expect(refusal(name, text)).toBe('Name cannot contain control characters or line breaks.');
  });

  test.each(
    [0x061c, 0x200e, 0x200f, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069].map((code) => [
      code.toString(16),
      String.fromCodePoint(code),
    ]),
  )('bidirectional controls are refused: U+%s', (_, character) => {
    expect(refusal(name, `safe${character}gpj.exe`)).toBe(
      'Name cannot contain characters that change the reading direction.',
    );
  });

  test.each(
    [
      '\u200b',
      '\u200b\u200d',
      '\ufeff ',
      '\u2060',
      '\u00ad',
      '\u3164',
      '\u115f\u1160',
      '\u2800',
      '\uffa0',
      '\u0301',
      'x'.replace('x', '\u{e0020}'),
    ].map((t) => [shown(t), t]),
  )('only invisible characters are refused: %s', (_, text) => {
    // U+FEFF is trimmed like a space.
    if (text.trim() === '') expect(name.parse(text)).toBe('');
    else expect(refusal(name, text)).toBe('Name needs at least one visible character.');
  });

  test.each(['👩‍💻 laptop', 'clé', 'ключ', '鍵', 'مفتاح', 'q̃', '<b>bold</b>', "=1+1'--", '🏳️‍🌈', 'a\u00a0b'])(
    '%s is a name',
    (text) => {
      expect(name.parse(text)).toBe(text.normalize('NFC'));
    },
  );

  test('spaces around it are cut, and blank becomes the empty string', () => {
    expect(name.parse('  laptop  ')).toBe('laptop');
    expect(name.parse(' \u00a0 ')).toBe('');
  });

  test.each([undefined, null, 3, {}, ['x']])('%s is not text', (value) => {
    expect(refusal(name, value)).toBe('Name must be text.');
  });

  test('whatever is accepted is NFC, trimmed, short enough, and parses to itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        const parsed = name.safeParse(text);
        if (!parsed.success) return;
        expect(parsed.data).toBe(parsed.data.normalize('NFC').trim());
        expect([...parsed.data].length).toBeLessThanOrEqual(50);
        expect(parsed.data).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
        expect(name.parse(parsed.data)).toBe(parsed.data);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('the same name', () => {
  test.each([
    ['Laptop', 'lAPTOP'],
    ['clé', 'cle\u0301'],
    ['ＡＰＩ', 'api'],
    ['ﬁle', 'file'],
    ['a  b', 'a b'],
    ['a\u00a0b', 'A B'],
    [' a ', 'a'],
    ['a\u200bb', 'ab'],
    ['a\u00adb', 'ab'],
    ['Å', '\u212b'],
    ['ΟΔΟΣ', 'οδος'],
    ['ΟΔΟΣ', 'οδοσ'],
    ['STRASSE', 'straße'],
    ['straẞe', 'straße'],
    ['é', 'e\u200d\u0301'],
  ])('%s and %s', (left, right) => {
    expect(foldName(left)).toBe(foldName(right));
  });

  test.each([
    ['key 1', 'key 2'],
    ['cle', 'clé'],
    ['a b', 'ab'],
  ])('%s and %s are two names', (left, right) => {
    expect(foldName(left)).not.toBe(foldName(right));
  });

  test('folding twice changes nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        expect(foldName(foldName(text))).toBe(foldName(text));
      }),
      { numRuns: 5_000 },
    );
  });

  test('a name and its upper and lower case have one fold, for every letter', () => {
    const broken: string[] = [];
    for (let code = 0x41; code < 0x1_ffff; code++) {
      const letter = String.fromCodePoint(code);
      if (!/\p{L}/u.test(letter)) continue;
      if (foldName(letter.toUpperCase()) !== foldName(letter) || foldName(letter.toLowerCase()) !== foldName(letter))
        broken.push(letter);
    }
    expect(broken).toEqual([]);
  });

  test('the fold of an accepted name is never empty', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (text) => {
        const parsed = name.safeParse(text);
        if (parsed.success && parsed.data !== '') expect(foldName(parsed.data)).not.toBe('');
      }),
      { numRuns: 5_000 },
    );
  });
});

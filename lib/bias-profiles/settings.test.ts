import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findJsonProblem } from './json-problem';
import { formatSettings, readSettings, settingsLevelsMaximum } from './settings';

const reading = (text: string) => {
  const result = readSettings(text);
  return result.status === 'valid' ? result.compact : result.message;
};
const nested = (levels: number) => `${'{"a":'.repeat(levels - 1)}{}${'}'.repeat(levels - 1)}`;
const unkept = 'this number is too large or too precise to arrive as it is. Write it as a text, in double quotes.';
const half = 'this text holds half of a surrogate pair, which is no character.';
const noEscape =
  'this is no escape sequence of JSON. Write a backslash as \\\\ and a character as \\u and four digits.';
const noObject = 'a JSON object is expected, which begins with {.';

describe('settings that are a JSON object are kept as they are', () => {
  test.each([
    ['{}', '{}'],
    [' \r\n\t{ } \n', '{}'],
    ['{"temperature": 0, "tone": "calm"}', '{"temperature":0,"tone":"calm"}'],
    ['{"": [true, false, null, -1.5e3, "", {}]}', '{"":[true,false,null,-1500,"",{}]}'],
    ['{"a\\u0062\\n\\"\\\\\\/": "Größe ✓ 🎈"}', '{"ab\\n\\"\\\\/":"Größe ✓ 🎈"}'],
    ['{"a": "\\ud83c\\udf88", "b": "{,}:[", "c": "\\\\u0000"}', '{"a":"🎈","b":"{,}:[","c":"\\\\u0000"}'],
    ['{"a": 1, "A": 2, "\u00e1": 3, "a\u0301": 4}', '{"a":1,"A":2,"\u00e1":3,"a\u0301":4}'],
    ['{"toString": 1, "prototype": 2, "$type": "Json"}', '{"toString":1,"prototype":2,"$type":"Json"}'],
    ['{"n": [0.1, 1.0, -0, 1e20, 9007199254740992, 1.7976931348623157e308, 5e-324]}', /^\{"n":\[0\.1,1,0,1000/],
  ])('%j', (text, kept) => {
    expect(reading(text)).toEqual(typeof kept === 'string' ? kept : expect.stringMatching(kept));
  });

  test('down to eight levels', () => {
    expect(reading(nested(settingsLevelsMaximum))).toBe(nested(8));
  });

  test('however they are formatted, up to 8 KiB without the spaces between', () => {
    const fits = `{"a":"${'é'.repeat(4_092)}"}`;
    expect(readSettings(fits)).toMatchObject({ status: 'valid', sizeInBytes: 8_192 });
    expect(readSettings(`${' '.repeat(50_000)}${formatSettings(fits)}`)).toEqual(readSettings(fits));
    const many = `{"a":[[[[[[[${Array(4_000).fill('1').join()}]]]]]]]}`;
    expect(readSettings(formatSettings(many))).toEqual({ ...readSettings(many), status: 'valid' });
  });
});

describe('anything else is refused with a sentence that says where', () => {
  test.each([
    ['', `Line 1, column 1: ${noObject}`],
    ['  \n\n  ', `Line 3, column 3: ${noObject}`],
    ['[]', `Line 1, column 1: ${noObject}`],
    ['"text"', `Line 1, column 1: ${noObject}`],
    ['7', `Line 1, column 1: ${noObject}`],
    ['null', `Line 1, column 1: ${noObject}`],
    ['\ufeff{}', `Line 1, column 1: ${noObject}`],
    ['\u00a0{}', `Line 1, column 1: ${noObject}`],
    ['{}\n {}', 'Line 2, column 2: nothing can follow the closing } of the object.'],
    ['{} // why', 'Line 1, column 4: nothing can follow the closing } of the object.'],
    ['{', 'Line 1, column 2: a name in double quotes is missing.'],
    ['{a: 1}', 'Line 1, column 2: a name in double quotes is missing.'],
    [`{'a': 1}`, 'Line 1, column 2: a name in double quotes is missing.'],
    ['{/**/}', 'Line 1, column 2: a name in double quotes is missing.'],
    ['{,}', 'Line 1, column 2: a name in double quotes is missing.'],
    ['{"a" 1}', 'Line 1, column 6: a colon is missing after the name.'],
    ['{"a":}', 'Line 1, column 6: a value is missing.'],
    ['{"a":', 'Line 1, column 6: a value is missing.'],
    ['{\n  "a": 1\n  "b": 2\n}', 'Line 3, column 3: a comma or } is missing.'],
    ['{\r\n  "a": 1\r\n  "b": 2\r\n}', 'Line 3, column 3: a comma or } is missing.'],
    ['{"🎈": 1 "b": 2}', 'Line 1, column 9: a comma or } is missing.'],
    ['{"a": 1', 'Line 1, column 8: a comma or } is missing.'],
    ['{"a": [1}', 'Line 1, column 9: a comma or ] is missing.'],
    ['{"a": 1,}', 'Line 1, column 9: the comma before this } is one too many.'],
    ['{"a": [1,\n]}', 'Line 2, column 1: the comma before this ] is one too many.'],
    ['{"a": [,]}', 'Line 1, column 8: a value is missing.'],
    [`{"a": 'b'}`, `Line 1, column 7: ' does not begin a value.`],
    ['{"a": \u200b1}', 'Line 1, column 7: U+200B does not begin a value.'],
    ['{"a": undefined}', 'Line 1, column 7: undefined is not a value. Texts stand in double quotes.'],
    ['{"a": True}', 'Line 1, column 7: True is not a value. Texts stand in double quotes.'],
    ['{"a": NaN}', 'Line 1, column 7: NaN is not a value. Texts stand in double quotes.'],
    ['{"a": 01}', 'Line 1, column 7: 01 is not a number as JSON writes it.'],
    ['{"a": .5}', 'Line 1, column 7: .5 is not a number as JSON writes it.'],
    ['{"a": +1}', 'Line 1, column 7: +1 is not a number as JSON writes it.'],
    ['{"a": 1.}', 'Line 1, column 7: 1. is not a number as JSON writes it.'],
    ['{"a": -Infinity}', 'Line 1, column 7: -Infinity is not a number as JSON writes it.'],
    ['{"a": 0x1F}', 'Line 1, column 7: 0x1F is not a number as JSON writes it.'],
    ['{"a": 1_000}', 'Line 1, column 7: 1_000 is not a number as JSON writes it.'],
    ['{"a": 1e400}', `Line 1, column 7: ${unkept}`],
    ['{"a": -1e400}', `Line 1, column 7: ${unkept}`],
    ['{"a": 1e-400}', `Line 1, column 7: ${unkept}`],
    ['{"a": 9007199254740993}', `Line 1, column 7: ${unkept}`],
    ['{"a": 3.14159265358979323846}', `Line 1, column 7: ${unkept}`],
    ['{"a": "b}', 'Line 1, column 7: this text has no closing ".'],
    ['{"a": "b\n"}', 'Line 1, column 7: this text has no closing ".'],
    ['{"a": "b\tc"}', /^Line 1, column 9: a text cannot hold U\+0009 as it is\./],
    ['{"a": "b\0c"}', /^Line 1, column 9: a text cannot hold U\+0000 as it is\./],
    ['{"a": "\\x41"}', `Line 1, column 8: ${noEscape}`],
    ['{"a": "\\u12"}', `Line 1, column 8: ${noEscape}`],
    ['{"a": "\\', `Line 1, column 8: ${noEscape}`],
    ['{"a": "\\u0000"}', 'Line 1, column 7: this text holds the character \\u0000, which cannot be stored.'],
    ['{"\\u0000": 1}', 'Line 1, column 2: this text holds the character \\u0000, which cannot be stored.'],
    ['{"a": "\\ud83c"}', `Line 1, column 7: ${half}`],
    ['{"a": "\ud83c"}', `Line 1, column 7: ${half}`],
    ['{"\\udf88\\ud83c": 1}', `Line 1, column 2: ${half}`],
    ['{"a": 1, "a": 2}', 'Line 1, column 10: the name "a" is in this object twice.'],
    ['{"a": 1,\n "\\u0061": 2}', 'Line 2, column 2: the name "a" is in this object twice.'],
    ['{"x": [{"b": {"": 1, "": 2}}]}', 'Line 1, column 22: the name "" is in this object twice.'],
    ['{"__proto__": {"admin": true}}', /^Line 1, column 2: the name __proto__ is refused/],
    ['{"a": [{"\\u005f_proto__": 1}]}', /^Line 1, column 9: the name __proto__ is refused/],
    ['{"constructor": {"prototype": {}}}', /^Line 1, column 2: the name constructor is refused/],
    [nested(9), 'Line 1, column 41: objects and arrays can nest at most 8 levels deep.'],
  ])('%j', (text, sentence) => {
    expect(readSettings(text).status).toBe('invalid');
    expect(reading(text)).toEqual(typeof sentence === 'string' ? sentence : expect.stringMatching(sentence));
  });

  test.each<[what: string, text: string, sentence: string]>([
    ['a long exponent', `{"a": 1e${'9'.repeat(5_000)}}`, `Line 1, column 7: ${unkept}`],
    [
      'a hundred thousand brackets',
      `{"a":${'['.repeat(100_000)}`,
      'Line 1, column 13: objects and arrays can nest at most 8 levels deep.',
    ],
    [
      'one byte too many',
      `{"a":"${'x'.repeat(8_185)}"}`,
      'Settings can have at most 8 KiB, which are 8,192 bytes; these have 8,193.',
    ],
    [
      'three bytes a character',
      `{"a":"${'✓'.repeat(3_000)}"}`,
      'Settings can have at most 8 KiB, which are 8,192 bytes; these have 9,008.',
    ],
    ['only spaces', ' '.repeat(10_000_000), 'Settings can have at most 8 KiB.'],
  ])('%s', (_, text, sentence) => {
    expect(reading(text)).toBe(sentence);
  });

  test('and where, in units that select it in a text field', () => {
    expect(readSettings('{"🎈": 1\n "b": 2}')).toMatchObject({ offset: 10, message: expect.stringMatching(/^Line 2/) });
  });
});

/** Text that is nearly JSON: the pieces of which it is made, in any order. */
const nearlyJson = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '{',
        '}',
        '[',
        ']',
        ':',
        ',',
        '"',
        '\\',
        ' ',
        '\n',
        '"a":',
        '"b"',
        '\\u00',
        '-',
        '0',
        '1',
        '.',
        'e',
        'true',
      ),
      fc.json({ maxDepth: 3 }),
      fc.string({ maxLength: 3 }),
    ),
    { maxLength: 12 },
  )
  .map((pieces) => `{${pieces.join('')}}`);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

test('what the engine cannot parse is refused, and what is accepted arrives as it was written', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        nearlyJson,
        fc.json().map((json) => `{"a": ${json}}`),
      ),
      (text) => {
        const problem = findJsonProblem(text, 100);
        const value = parsed(text);
        if (value === undefined) expect(problem).not.toBeNull();
        // What the engine accepts has one of the reasons of our own.
        else if (problem)
          expect(problem.message).toMatch(/twice|is refused|too precise|surrogate pair|cannot be stored|can follow/);
        else expect(parsed(JSON.stringify(value))).toEqual(value);
        if (problem) expect(problem.offset).toBeLessThanOrEqual(text.length);
      },
    ),
    { numRuns: 5_000 },
  );
});

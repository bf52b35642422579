/** What keeps a text from being the JSON object that was asked for. */
export type JsonProblem = {
  /** A sentence that begins with the place: "Line 2, column 5: …". Lines and columns count from 1, columns in code points. */
  message: string;
  /** The place in UTF-16 units from 0, as a text field counts. */
  offset: number;
};

class Refusal extends Error {
  constructor(
    readonly offset: number,
    readonly reason: string,
  ) {
    super(reason);
  }
}

const space = /[ \t\n\r]*/y;
const string = /"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
/** The same as far as it goes: it ends where a string that is none goes wrong. */
const stringSoFar = /"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/y;
const word = /[-+.\w]+/y;
const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** Programs in JavaScript that merge settings into their own would change more than they think. */
const trickyNames = ['__proto__', 'constructor'];

/**
 * The first thing that is wrong with a text that shall be one JSON object (RFC 8259), or null. Refused beside bad syntax is
 * what would arrive as something else than was written, or not at all: a name that is in an object twice, numbers that a
 * double does not hold, half surrogate pairs, and U+0000, which PostgreSQL does not store. What the engine's own parser says
 * differs from engine to engine and not always names the place.
 * @param levelsMaximum how deep objects and arrays may nest; the outermost one is level 1
 */
export function findJsonProblem(text: string, levelsMaximum: number): JsonProblem | null {
  try {
    checkObjectText(text, levelsMaximum);
    return null;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { offset, reason } = error;
    const lines = text.slice(0, offset).split(/\r\n|\n|\r/);
    const column = [...(lines.at(-1) ?? '')].length + 1;
    return { offset, message: `Line ${lines.length}, column ${column}: ${reason}` };
  }
}

function checkObjectText(text: string, levelsMaximum: number): void {
  let position = 0;

  function take(pattern: RegExp): string {
    pattern.lastIndex = position;
    const found = pattern.exec(text)?.[0] ?? '';
    position += found.length;
    return found;
  }
  /** The next character that means something; empty at the end. */
  function peek(): string {
    take(space);
    const point = text.codePointAt(position);
    return point === undefined ? '' : String.fromCodePoint(point);
  }
  function skip(character: string): boolean {
    if (peek() !== character) return false;
    position += 1;
    return true;
  }
  function refuse(reason: string, offset = position): never {
    throw new Refusal(offset, reason);
  }

  function checkString(): string {
    const start = position;
    const literal = take(string);
    if (literal === '') refuseString(start);
    const value = JSON.parse(literal) as string;
    if (value.includes('\0')) refuse('this text holds the character \\u0000, which cannot be stored.', start);
    if (/\p{Cs}/u.test(value)) refuse('this text holds half of a surrogate pair, which is no character.', start);
    return value;
  }
  function refuseString(start: number): never {
    take(stringSoFar);
    const wrong = text[position];
    if (wrong === undefined || wrong === '\n' || wrong === '\r') refuse('this text has no closing ".', start);
    if (wrong === '\\')
      refuse('this is no escape sequence of JSON. Write a backslash as \\\\ and a character as \\u and four digits.');
    refuse(`a text cannot hold ${shown(wrong)} as it is. Write it as an escape sequence, such as \\n or \\t.`);
  }

  function checkWord(): void {
    const start = position;
    const found = take(word);
    if (['true', 'false', 'null'].includes(found)) return;
    if (number.test(found)) {
      if (isKeptExactly(found)) return;
      refuse(
        'this number is too large or too precise to arrive as it is. Write it as a text, in double quotes.',
        start,
      );
    }
    if (/^[-+.\d]/.test(found)) refuse(`${abridged(found)} is not a number as JSON writes it.`, start);
    if (found !== '') refuse(`${abridged(found)} is not a value. Texts stand in double quotes.`, start);
    const next = peek();
    refuse(next === '' || '}],:'.includes(next) ? 'a value is missing.' : `${shown(next)} does not begin a value.`);
  }

  function checkValue(level: number): void {
    const next = peek();
    if (next === '"') checkString();
    else if (next !== '{' && next !== '[') checkWord();
    else if (level > levelsMaximum) refuse(`objects and arrays can nest at most ${levelsMaximum} levels deep.`);
    else if (next === '{') checkObject(level);
    else checkArray(level);
  }

  function checkObject(level: number): void {
    const names = new Set<string>();
    position += 1;
    if (skip('}')) return;
    do {
      const next = peek();
      const start = position;
      if (next === '}') refuse('the comma before this } is one too many.');
      if (next !== '"') refuse('a name in double quotes is missing.');
      const name = checkString();
      if (names.has(name)) refuse(`the name ${abridged(JSON.stringify(name))} is in this object twice.`, start);
      if (trickyNames.includes(name)) refuse(`the name ${name} is refused, because it misleads some programs.`, start);
      names.add(name);
      if (!skip(':')) refuse('a colon is missing after the name.');
      checkValue(level + 1);
    } while (skip(','));
    if (!skip('}')) refuse('a comma or } is missing.');
  }

  function checkArray(level: number): void {
    position += 1;
    if (skip(']')) return;
    do {
      if (peek() === ']') refuse('the comma before this ] is one too many.');
      checkValue(level + 1);
    } while (skip(','));
    if (!skip(']')) refuse('a comma or ] is missing.');
  }

  if (peek() !== '{') refuse('a JSON object is expected, which begins with {.');
  checkValue(1);
  if (peek() !== '') refuse('nothing can follow the closing } of the object.');
}

/** Whether a reader with doubles, as JavaScript's is, gets the number that was written. */
function isKeptExactly(literal: string): boolean {
  const value = Number(literal);
  return Number.isFinite(value) && digitsOf(literal) === digitsOf(String(value));
}

/** A decimal number as its digits without zeros at the ends, and the power of ten of the last one. */
function digitsOf(literal: string): string {
  const [mantissa = '', exponent = '0'] = literal.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.');
  const digits = (whole + fraction).replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  return `${significant}e${BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - significant.length)}`;
}

function abridged(found: string): string {
  const characters = [...found];
  return characters.length > 30 ? `${characters.slice(0, 29).join('')}…` : found;
}

/** A character as a reader can find it: by its number where it cannot be seen. */
function shown(character: string): string {
  if (/^[\p{L}\p{N}\p{P}\p{S}]$/u.test(character)) return character;
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

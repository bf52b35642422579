import { z } from 'zod';

/** Characters as people count them in a field: Unicode code points after NFC, the same as PostgreSQL's char_length. */
export function countCharacters(text: string): number {
  return [...text.normalize('NFC')].length;
}

/** Two names with the same fold are the same name: case, Unicode form, width, invisible characters and spacing aside. */
export function foldName(name: string): string {
  return (
    name
      .replace(/\p{Cf}/gu, '')
      .normalize('NFKC')
      // By way of upper case, where several lower-case forms of a letter meet (the two Greek sigmas, ß and ss).
      .toLowerCase()
      .toUpperCase()
      .toLowerCase()
      .normalize('NFKC')
      .replace(/\s+/gu, ' ')
      .trim()
  );
}

// C0, C1, line and paragraph separators, lone surrogates.
const control = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u;
// UAX #9: marks, embeddings, overrides and isolates can make a name read as another one.
const bidi = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/u;
// Letters by category, but drawn as nothing (Hangul fillers, Braille blank).
const blank = /[\u115F\u1160\u3164\uFFA0\u2800]/gu;

function isInvisible(text: string): boolean {
  return text.replace(blank, '').replace(/[\p{Cf}\p{Z}\p{M}]/gu, '') === '';
}

/**
 * One line of text that other people read: NFC, trimmed, at most `maximum` characters, no control or bidirectional
 * characters, not only invisible ones. Blank becomes the empty string.
 */
export function displayText(label: string, maximum: number) {
  return z
    .string({ error: `${label} must be text.` })
    .max(10_000, `${label} can have at most ${maximum} characters.`)
    .transform((text) => text.normalize('NFC').trim())
    .superRefine((text, context) => {
      const refuse = (message: string) => context.addIssue({ code: 'custom', message });
      const count = countCharacters(text);
      if (count > maximum) refuse(`${label} can have at most ${maximum} characters; this has ${count}.`);
      else if (control.test(text)) refuse(`${label} cannot contain control characters or line breaks.`);
      else if (bidi.test(text)) refuse(`${label} cannot contain characters that change the reading direction.`);
      else if (text !== '' && isInvisible(text)) refuse(`${label} needs at least one visible character.`);
    });
}

import { findJsonProblem } from './json-problem';

/** Of what is kept and handed to services: the spaces between are not counted, so that formatting never makes it too large. */
export const settingsMaximumInBytes = 8 * 1024;
export const settingsLevelsMaximum = 8;
/** Enough for every settings that are small enough, however generously they are formatted. */
export const settingsTextMaximum = 200_000;

export type SettingsReading =
  | { status: 'valid' /** Without spaces between. */; compact: string; sizeInBytes: number }
  | {
      status: 'invalid';
      message: string;
      /** Where to look in the text; null where the whole is too large. */
      offset: number | null;
    };

/** Reads the settings of a bias profile, as somebody wrote them: one JSON object. */
export function readSettings(text: string): SettingsReading {
  if (text.length > settingsTextMaximum)
    return { status: 'invalid', message: 'Settings can have at most 8 KiB.', offset: null };
  const problem = findJsonProblem(text, settingsLevelsMaximum);
  if (problem) return { status: 'invalid', ...problem };
  const compact = JSON.stringify(JSON.parse(text));
  const sizeInBytes = new TextEncoder().encode(compact).length;
  if (sizeInBytes > settingsMaximumInBytes) {
    const message = `Settings can have at most 8 KiB, which are 8,192 bytes; these have ${sizeInBytes.toLocaleString('en')}.`;
    return { status: 'invalid', message, offset: null };
  }
  return { status: 'valid', compact, sizeInBytes };
}

/** The same settings, one name per line. */
export function formatSettings(json: string): string {
  return JSON.stringify(JSON.parse(json), null, 2);
}

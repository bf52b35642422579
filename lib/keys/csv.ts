import Papa from 'papaparse';

/**
 * What a spreadsheet may take for a formula: an operator, also in its full-width and small forms, at the start or behind
 * spaces, control and invisible characters; and any cell that begins with a tab or a carriage return. Papaparse's own
 * expression misses cells of several lines and everything in front of the operator.
 */
export const formulaStart = /^[\s\p{Cc}\p{Cf}]*[=+\-@＝＋－＠﹦﹢﹣﹫]|^[\t\r]/u;

export type KeyFile = { name: string; clientId: string; secret: string; expiresAt: string | null; origin: string };

/** A new key as a CSV file of two lines. Cells that could act as formulas get an apostrophe in front. */
export function keyCsv({ name, clientId, secret, expiresAt, origin }: KeyFile): string {
  const fields = ['Name', 'Client ID', 'Client secret', 'Expires', 'URL'];
  const data = [[name, clientId, secret, expiresAt ?? 'Never', origin]];
  return `${Papa.unparse({ fields, data }, { quotes: true, escapeFormulae: formulaStart, newline: '\r\n' })}\r\n`;
}

import Papa from 'papaparse';

/**
 * What a spreadsheet may take for a formula: an operator, also in its full-width and small forms, at the start or behind
 * spaces, control and invisible characters; and any cell that begins with a tab or a carriage return. Papaparse's own
 * expression misses cells of several lines and everything in front of the operator.
 */
const formulaStart = /^[\s\p{Cc}\p{Cf}]*[=+\-@＝＋－＠﹦﹢﹣﹫]|^[\t\r]/u;

/** Lines of a CSV file (RFC 4180), each with its end. Cells that could act as formulas get an apostrophe in front. */
export function csvLines(rows: ReadonlyArray<readonly string[]>): string {
  const options = { quotes: true, escapeFormulae: formulaStart, newline: '\r\n' };
  return rows.length === 0 ? '' : `${Papa.unparse(rows as string[][], options)}\r\n`;
}

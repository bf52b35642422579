import Papa from 'papaparse';
import { expect, test } from 'vitest';
import { keyCsv } from './csv';

const file = { clientId: 'lk_id_x', secret: 'lk_sk_x', expiresAt: null, origin: 'http://localhost:3000' };
const rowsOf = (name: string) => Papa.parse<string[]>(keyCsv({ ...file, name }).trimEnd()).data;

const formulas = [
  '=1+1',
  '+1',
  '-1',
  '@SUM(A1)',
  '=1+1\nx',
  ' =1+1',
  '\u0000=1+1',
  '\t=1',
  '\r=1',
  '\tx',
  '＝1+1',
  '＋1',
  '－1',
  '＠x',
  '\ufeff=1',
  '\u200b=1',
];

test.each(formulas)('a name that a spreadsheet would run as a formula gets an apostrophe: %j', (name) => {
  expect(rowsOf(name)[1]?.[0]).toBe(`'${name}`);
});

test.each(['Nightly export', 'a=b', 'says "hi", twice', '1-2', 'Zoë'])(
  'any other name comes back as it was: %j',
  (name) => {
    expect(rowsOf(name)[1]?.[0]).toBe(name);
  },
);

test('a file holds one title line and one key', () => {
  expect(rowsOf('Backend')).toEqual([
    ['Name', 'Client ID', 'Client secret', 'Expires', 'URL'],
    ['Backend', 'lk_id_x', 'lk_sk_x', 'Never', 'http://localhost:3000'],
  ]);
});

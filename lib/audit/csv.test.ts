import Papa from 'papaparse';
import { expect, test } from 'vitest';
import { eventCsvLines, eventCsvTitles } from './csv';
import type { EventView } from './schema';

const event: EventView = {
  sequence: 42,
  at: '2026-06-01T12:00:00.123Z',
  action: 'key.created',
  actorKind: 'member',
  actorEmail: 'dana@example.test',
  subjectEmail: null,
  keyName: 'Laptop',
  clientId: 'lk_id_x',
  keyDeleted: false,
  address: '203.0.113.7',
  details: { scopes: ['a', 'b'] },
};
const read = (changes: Partial<EventView>) => {
  const { data } = Papa.parse<Record<string, string>>(
    (eventCsvTitles + eventCsvLines([{ ...event, ...changes }])).trimEnd(),
    {
      header: true,
    },
  );
  expect(data).toHaveLength(1);
  return data[0] as Record<string, string>;
};

test('a line says in words and exactly what happened', () => {
  expect(read({})).toEqual({
    Number: '42',
    'Time (UTC)': '2026-06-01T12:00:00.123Z',
    Event: 'Key created',
    Action: 'key.created',
    Actor: 'dana@example.test',
    Member: '',
    Key: 'Laptop',
    'Client ID': 'lk_id_x',
    Address: '203.0.113.7',
    Details: '{"scopes":["a","b"]}',
  });
});

test('the system is called Latchkey, and an erased person nothing', () => {
  expect(read({ actorKind: 'system', actorEmail: null }).Actor).toBe('Latchkey');
  expect(read({ actorEmail: null }).Actor).toBe('');
});

test.each(['=1+1', ' =1+1', '＝1+1', '\u0000@x', '\tx', '+1', '-1\nx', '@SUM(A1)'])(
  'a name, an e-mail or an address that a spreadsheet would run gets an apostrophe: %j',
  (text) => {
    const line = read({ keyName: text, actorEmail: text, subjectEmail: text, address: text, action: text });
    for (const title of ['Key', 'Actor', 'Member', 'Address', 'Event', 'Action']) expect(line[title]).toBe(`'${text}`);
  },
);

test('quotes, commas and line breaks stay inside their cell', () => {
  expect(read({ keyName: 'says "hi", twice\r\nand more' }).Key).toBe('says "hi", twice\r\nand more');
});

test('no events are no lines', () => {
  expect(eventCsvLines([])).toBe('');
});

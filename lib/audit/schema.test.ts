import { describe, expect, test } from 'vitest';
import { actionGroups, eventActions, wordsOf } from './actions';
import { eventPlaceSchema, parseEventFilter } from './schema';

const none = { action: null, actor: null, key: null, from: null, to: null };

test('every action is offered once, in words', () => {
  const offered = actionGroups.flatMap(({ actions }) => actions);
  expect([...offered].sort()).toEqual([...eventActions].sort());
  for (const action of eventActions) expect(wordsOf(action)).toMatch(/^[A-Z][a-z-]+( [a-z-]+)*$/);
  expect(wordsOf('key.of_tomorrow')).toBe('key.of_tomorrow');
});

test('blank and unknown parameters filter nothing', () => {
  const parameters = { action: '', actor: '', key: '  ', from: '', to: undefined, other: 'x', after: '7' };
  expect(parseEventFilter(parameters)).toEqual({ filter: none, problems: [] });
});

test('what was typed is compared as it is stored', () => {
  const { filter, problems } = parseEventFilter({
    action: 'key.created',
    actor: ' Dana@Example.TEST ',
    key: ' Laptop\u0000% ',
    from: '2024-02-29',
    to: '2026-12-31',
  });
  expect(problems).toEqual([]);
  expect(filter).toEqual({
    action: 'key.created',
    actor: 'dana@example.test',
    key: 'Laptop %',
    from: '2024-02-29',
    to: '2026-12-31',
  });
  expect(parseEventFilter({ actor: 'LATCHKEY' }).filter.actor).toBe('Latchkey');
});

test('a pasted secret becomes the client ID of its key', () => {
  const secret = `lk_sk_${'a'.repeat(16)}${'b'.repeat(38)}`;
  const { filter } = parseEventFilter({ key: secret, actor: `x ${secret}` });
  expect(filter.key).toBe(`lk_id_${'a'.repeat(16)}`);
  expect(JSON.stringify(filter)).not.toContain('lk_sk_');
});

describe('what cannot be a filter is left out and said', () => {
  test.each<[keyof typeof none, unknown]>([
    ['action', 'key.made_up'],
    ['action', ['key.created', 'key.deleted']],
    ['action', '%'],
    ['actor', 'x'.repeat(301)],
    ['actor', ['a@example.test', 'b@example.test']],
    ['key', 'x'.repeat(301)],
    ['from', 'yesterday'],
    ['from', '2026-02-30'],
    ['from', '0000-01-01'],
    ['from', '1969-12-31'],
    ['to', '10000-01-01'],
    ['to', '2026-01-01T00:00:00Z'],
    ['to', "2026-01-01'--"],
    ['to', '\u0000'],
  ])('%s: %j', (field, value) => {
    const { filter, problems } = parseEventFilter({ [field]: value as string });
    expect(filter).toEqual(none);
    expect(problems).toEqual([expect.stringMatching(/\.$/)]);
  });
});

test.each([undefined, '', 'x', '-1', '1.5', '1e3', '٣', '9'.repeat(16), '\u0000', ['1', '2']])(
  'a place that is none is the first page: %j',
  (value) => {
    expect(eventPlaceSchema.parse({ after: value, before: value })).toEqual({ after: undefined, before: undefined });
  },
);

test('a place is a sequence number', () => {
  expect(eventPlaceSchema.parse({ after: '42' })).toEqual({ after: 42, before: undefined });
});

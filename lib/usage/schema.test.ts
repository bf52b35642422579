import { describe, expect, test } from 'vitest';
import { totalOf, totalText, weekOf } from './schema';

describe('a week', () => {
  test('is seven days, today last, quiet where nothing was counted', () => {
    expect(weekOf([])).toEqual({ accepted: [0, 0, 0, 0, 0, 0, 0], refused: [0, 0, 0, 0, 0, 0, 0] });
    expect(
      weekOf([
        { day: 6, accepted: 5, refused: 1 },
        { day: 0, accepted: 2, refused: 0 },
      ]),
    ).toEqual({ accepted: [2, 0, 0, 0, 0, 0, 5], refused: [0, 0, 0, 0, 0, 0, 1] });
  });
});

test.each([
  [0, 0, 'No requests in 7 days'],
  [1, 0, '1 request in 7 days'],
  [1, 1, '1 request in 7 days, 1 refused'],
  [1204, 3, '1,204 requests in 7 days, 3 refused'],
  [3_000_000_000, 2_147_483_648, '3,000,000,000 requests in 7 days, 2,147,483,648 refused'],
])('%d requests, %d of them refused, are said in words', (requests, refused, text) => {
  expect(totalText({ requests, refused })).toBe(text);
  const week = weekOf([{ day: 5, accepted: requests - refused, refused }]);
  expect(totalText(totalOf(week))).toBe(text);
});

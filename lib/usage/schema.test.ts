import { describe, expect, test } from 'vitest';
import { totalOf, totalText, weekOf } from './schema';

describe('a week', () => {
  test('is seven days, today last, quiet where nothing was counted', () => {
    expect(weekOf([])).toEqual({ accepted: [0, 0, 0, 0, 0, 0, 0], refused: [0, 0, 0, 0, 0, 0, 0] });
    expect(
      weekOf([
        { daysAgo: 0, accepted: 5, refused: 1 },
        { daysAgo: 6, accepted: 2, refused: 0 },
      ]),
    ).toEqual({ accepted: [2, 0, 0, 0, 0, 0, 5], refused: [0, 0, 0, 0, 0, 0, 1] });
  });

  test('adds what a clock that runs ahead counted for tomorrow to today, and leaves out what is older', () => {
    expect(
      weekOf([
        { daysAgo: -1, accepted: 1, refused: 2 },
        { daysAgo: 0, accepted: 3, refused: 4 },
        { daysAgo: 7, accepted: 9, refused: 9 },
      ]),
    ).toEqual({ accepted: [0, 0, 0, 0, 0, 0, 4], refused: [0, 0, 0, 0, 0, 0, 6] });
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
  const week = weekOf([{ daysAgo: 1, accepted: requests - refused, refused }]);
  expect(totalText(totalOf(week))).toBe(text);
});

import { describe, expect, test } from 'vitest';
import { figureOf, hasDrifted, percentile, quotients, ratioTo } from './statistics';

describe('a figure', () => {
  test.each([
    [[5], { median: 5, low: 5, high: 5 }],
    [[3, 1, 2], { median: 2, low: 1, high: 3 }],
    [[4, 1, 3, 2], { median: 2.5, low: 1, high: 4 }],
    [[10, 9, 100], { median: 10, low: 9, high: 100 }],
  ])('of %j is its median and range', (values, figure) => {
    expect(figureOf(values)).toEqual(figure);
  });

  test('of nothing is none, not zero', () => {
    expect(figureOf([])).toBeNull();
  });

  test('leaves the values in their order', () => {
    const values = [3, 1, 2];
    figureOf(values);
    expect(values).toEqual([3, 1, 2]);
  });
});

describe('a percentile', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

  test.each([
    [0, 1],
    [0.5, 50],
    [0.99, 99],
    [0.991, 100],
    [1, 100],
  ])('%d of 1 to 100 is %d', (share, value) => {
    expect(percentile(hundred, share)).toBe(value);
  });

  test('of nothing is an error, not a good result', () => {
    expect(() => percentile([], 0.99)).toThrow('nothing');
  });
});

test.each([
  [100, 100, false],
  [100, 115, false],
  [115, 100, false],
  [100, 115.1, true],
  [115.1, 100, true],
])('a baseline of %d and then %d has drifted: %s', (before, after, drifted) => {
  expect(hasDrifted(before, after)).toBe(drifted);
});

test('a ratio relates to the baselines on both sides', () => {
  expect(ratioTo({ before: 90, after: 110 }, 50)).toBe(0.5);
});

test('quotients compare the same round only, and skip what was thrown away', () => {
  expect(quotients([0.4, null, 0.4, 0.5], [0.8, 0.5, null])).toEqual([0.5]);
});

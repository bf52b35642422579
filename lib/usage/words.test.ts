import { describe, expect, test } from 'vitest';
import type { FirstRequest, RefusalReason } from './schema';
import { latestRefusal, refusalsText, refusalWords } from './words';

const answer = (counts: Partial<Record<RefusalReason, number>>): FirstRequest => ({
  accepted: false,
  caller: null,
  refusals: Object.entries(counts).map(([reason, requests]) => ({ reason: reason as RefusalReason, requests })),
});

test('refusals are listed by reason, with their numbers', () => {
  expect(refusalsText(answer({ invalid_credential: 1200, key_inactive: 1 }).refusals)).toBe(
    '1,200 wrong secret, 1 key inactive',
  );
  expect(refusalsText([])).toBe('');
});

test('every reason has a cause and an advice that are sentences', () => {
  for (const { label, cause, advice } of Object.values(refusalWords)) {
    expect(label).toMatch(/^\S.*[^.]$/);
    expect(cause).toMatch(/^\S.*\.$/);
    expect(advice).toMatch(/^[A-Z].*\.$/);
  }
});

describe('the latest refusal', () => {
  test('is the reason whose count grew since the answer before', () => {
    const before = answer({ invalid_credential: 5 });
    const now = answer({ invalid_credential: 5, key_inactive: 1 });
    expect(latestRefusal(before, now, 'invalid_credential')).toBe('key_inactive');
  });

  test('is the most frequent one when there was no answer before', () => {
    expect(latestRefusal(null, answer({ rate_limited: 4, key_inactive: 1 }), null)).toBe('rate_limited');
  });

  test('stays while nothing is refused, and is none before anything was', () => {
    const same = answer({ key_inactive: 1 });
    expect(latestRefusal(same, same, 'key_inactive')).toBe('key_inactive');
    expect(latestRefusal(null, answer({}), null)).toBeNull();
  });
});

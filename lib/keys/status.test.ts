import { describe, expect, test } from 'vitest';
import {
  allowedActions,
  expiresSoon,
  isInOverlap,
  isKept,
  isKnownToFormerOwner,
  type KeyStatus,
  type KeyTimes,
  statusOf,
} from './status';

const now = new Date('2026-06-01T12:00:00.000Z');
const day = 24 * 60 * 60 * 1000;
const at = (milliseconds: number) => new Date(now.getTime() + milliseconds);
const never: KeyTimes = { expiresAt: null, deactivatedAt: null, deactivatedUntil: null, revokedAt: null };

describe('status', () => {
  // Each fact in all its relations to now, in every combination.
  const expiries = { none: null, past: at(-1), now: at(0), future: at(1) };
  const pauses = {
    none: [null, null],
    open: [at(-day), null],
    'over 1 ms ago': [at(-day), at(-1)],
    'over now': [at(-day), at(0)],
    'for 1 ms more': [at(-day), at(1)],
  } as const;
  const revocations = { none: null, past: at(-1), now: at(0) };
  const combinations = Object.entries(expiries).flatMap(([expiry, expiresAt]) =>
    Object.entries(pauses).flatMap(([pause, [deactivatedAt, deactivatedUntil]]) =>
      Object.entries(revocations).map(([revocation, revokedAt]) => {
        const lasting = pause === 'open' || pause === 'for 1 ms more';
        const alive = expiry === 'none' || expiry === 'future';
        const living: KeyStatus = lasting ? 'Inactive' : 'Active';
        const expected: KeyStatus = revocation !== 'none' ? 'Revoked' : alive ? living : 'Expired';
        return { expiry, pause, revocation, expected, key: { expiresAt, deactivatedAt, deactivatedUntil, revokedAt } };
      }),
    ),
  );

  test.each(combinations)('expiry $expiry, pause $pause, revocation $revocation: $expected', ({ key, expected }) => {
    expect(statusOf(key, now)).toBe(expected);
  });

  test('a key is valid until the millisecond before its expiry', () => {
    const key = { ...never, expiresAt: now };
    expect([-1, 0, 1].map((offset) => statusOf(key, at(offset)))).toEqual(['Active', 'Expired', 'Expired']);
  });

  test('a timed pause ends by itself at its instant', () => {
    const key = { ...never, deactivatedAt: at(-day), deactivatedUntil: now };
    expect([-1, 0, 1].map((offset) => statusOf(key, at(offset)))).toEqual(['Inactive', 'Active', 'Active']);
  });
});

describe('expires soon', () => {
  const key = (lifeInDays: number) => ({ ...never, mintedAt: now, expiresAt: at(lifeInDays * day) });
  const offsets = [-1, 0, 1];

  test('from 7 days before the expiry of a long life', () => {
    const from = 90 * day - 7 * day;
    expect(offsets.map((offset) => expiresSoon(key(90), at(from + offset)))).toEqual([false, true, true]);
  });

  test('from a quarter of a life shorter than 28 days', () => {
    const from = 8 * day - 2 * day;
    expect(offsets.map((offset) => expiresSoon(key(8), at(from + offset)))).toEqual([false, true, true]);
    expect(expiresSoon(key(7), now)).toBe(false);
  });

  test('not once it has expired, was revoked, or never expires', () => {
    expect(offsets.map((offset) => expiresSoon(key(90), at(90 * day + offset)))).toEqual([true, false, false]);
    expect(expiresSoon({ ...key(90), revokedAt: now }, at(89 * day))).toBe(false);
    expect(expiresSoon({ ...key(90), expiresAt: null }, at(89 * day))).toBe(false);
  });

  test('also while it is inactive', () => {
    expect(expiresSoon({ ...key(90), deactivatedAt: now }, at(89 * day))).toBe(true);
  });
});

describe('after its owner left', () => {
  test('a kept key works until the millisecond before its date', () => {
    expect([-1, 0, 1].map((offset) => isKept({ keptUntil: now }, at(offset)))).toEqual([true, false, false]);
  });

  test('a key without a date is not kept', () => {
    expect(isKept({ keptUntil: null }, at(-day))).toBe(false);
  });

  test('a former owner knows the secret that was minted before the key was handed over, and at that very moment', () => {
    const known = (offset: number) => isKnownToFormerOwner({ handedOverAt: now, mintedAt: at(offset) });
    expect([-1, 0, 1].map(known)).toEqual([true, true, false]);
  });

  test('a key that always had one owner is known to no former one', () => {
    expect(isKnownToFormerOwner({ handedOverAt: null, mintedAt: at(-day) })).toBe(false);
  });
});

test.each([
  ['Active', true, ['edit', 'deactivate', 'rotate', 'retire']],
  ['Active', false, ['edit', 'deactivate', 'rotate', 'retire', 'delete']],
  ['Inactive', true, ['edit', 'activate', 'rotate', 'retire', 'delete']],
  ['Inactive', false, ['edit', 'activate', 'rotate', 'retire', 'delete']],
  ['Expired', true, ['edit', 'delete']],
  ['Expired', false, ['edit', 'delete']],
  ['Revoked', true, ['delete']],
  ['Revoked', false, ['delete']],
] as const)('%s, deactivate before delete %s: %j', (status, deactivateBeforeDelete, actions) => {
  expect(allowedActions(status, { deactivateBeforeDelete })).toEqual(actions);
});

test('the replaced secret is in its overlap until the end, and at no time without one', () => {
  const end = new Date('2026-11-21T12:00:00.000Z');
  const at = (milliseconds: number) => new Date(end.getTime() + milliseconds);
  expect([-1, 0, 1].map((offset) => isInOverlap({ endsAt: end }, at(offset)))).toEqual([true, false, false]);
  expect([isInOverlap({ endsAt: null }, end), isInOverlap(null, end), isInOverlap(undefined, end)]).toEqual([
    false,
    false,
    false,
  ]);
});

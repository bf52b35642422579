import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decideExpiry, defaultExpiryInDays, expiryPresetsInDays, lowestFreeName } from './policy';

const now = new Date('2026-06-01T12:00:00.000Z');
const day = 24 * 60 * 60 * 1000;
const at = (milliseconds: number) => new Date(now.getTime() + milliseconds);
const beyond = (days: string) => ({
  status: 'refused',
  message: `Expiry can be at most ${days} from now: your tenant's maximum.`,
});
const accepted = (expiresAt: Date | null) => ({ status: 'accepted', expiresAt });

describe('expiry', () => {
  test('none is accepted where there is no maximum, and refused where there is one', () => {
    expect(decideExpiry({ kind: 'never' }, null, now)).toEqual(accepted(null));
    expect(decideExpiry({ kind: 'never' }, 30, now)).toEqual(beyond('30 days'));
    expect(decideExpiry({ kind: 'never' }, 1, now)).toEqual(beyond('1 day'));
  });

  test.each(expiryPresetsInDays)('%d days count from the minting', (days) => {
    expect(decideExpiry({ kind: 'days', days }, null, now)).toEqual(accepted(at(days * day)));
    expect(decideExpiry({ kind: 'days', days }, days, now)).toEqual(accepted(at(days * day)));
    if (days > 1) expect(decideExpiry({ kind: 'days', days }, days - 1, now)).toEqual(beyond(`${days - 1} days`));
  });

  test('an instant may be the last millisecond of the maximum and no later', () => {
    const decide = (offset: number) => decideExpiry({ kind: 'at', at: at(30 * day + offset) }, 30, now);
    expect(decide(-1)).toEqual(accepted(at(30 * day - 1)));
    expect(decide(0)).toEqual(accepted(at(30 * day)));
    expect(decide(1)).toEqual(beyond('30 days'));
  });

  test('an instant must lie in the future', () => {
    const decide = (offset: number) => decideExpiry({ kind: 'at', at: at(offset) }, null, now);
    const past = { status: 'refused', message: 'Expiry must be in the future.' };
    expect([decide(-1), decide(0), decide(1)]).toEqual([past, past, accepted(at(1))]);
  });

  test('nothing after the year 9999, and no invalid date', () => {
    const decide = (text: string) => decideExpiry({ kind: 'at', at: new Date(text) }, null, now).status;
    expect(decide('9999-12-31T23:59:59.999Z')).toBe('accepted');
    expect(decide('+010000-01-01T00:00:00.000Z')).toBe('refused');
    expect(decide('no date')).toBe('refused');
    expect(decideExpiry({ kind: 'days', days: 3_650_000 }, null, now).status).toBe('refused');
    expect(decideExpiry({ kind: 'days', days: 2 ** 31 }, 2 ** 31, now).status).toBe('refused');
  });

  test('whatever is accepted lies after now and within the maximum', () => {
    const choice = fc.oneof(
      fc.record({ kind: fc.constant('days' as const), days: fc.integer() }),
      fc.record({ kind: fc.constant('at' as const), at: fc.date({ noInvalidDate: false }) }),
      fc.constant({ kind: 'never' as const }),
    );
    const maximum = fc.option(fc.integer({ min: 1, max: 10_000_000 }));
    fc.assert(
      fc.property(
        choice,
        maximum,
        fc.date({ min: new Date(0), max: at(1000 * day), noInvalidDate: true }),
        (c, m, t) => {
          const decision = decideExpiry(c, m, t);
          if (decision.status === 'refused') return;
          if (m !== null) expect(decision.expiresAt).not.toBeNull();
          if (decision.expiresAt === null) return;
          expect(decision.expiresAt.getTime()).toBeGreaterThan(t.getTime());
          if (m !== null) expect(decision.expiresAt.getTime()).toBeLessThanOrEqual(t.getTime() + m * day);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

test.each([
  [null, 90],
  [365, 90],
  [90, 90],
  [89, 89],
  [1, 1],
])('with a maximum of %s days the form starts with %d', (maximum, days) => {
  expect(defaultExpiryInDays(maximum)).toBe(days);
});

test('a blank name becomes the lowest free one', () => {
  expect(lowestFreeName(new Set())).toBe('API key 1');
  expect(lowestFreeName(new Set(['api key 1', 'api key 2', 'api key 4']))).toBe('API key 3');
  expect(lowestFreeName(new Set(['api key 2', 'something else']))).toBe('API key 1');
});

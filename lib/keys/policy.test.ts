import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { countCharacters, foldName } from '../display-text';
import {
  agentLifetimeInDays,
  decideExpiry,
  defaultExpiryInDays,
  earlier,
  endOfLife,
  expiryPresetsInDays,
  freeNameLike,
  lowestFreeName,
} from './policy';
import { nameMaximum } from './schema';

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

describe('a key that moves to another owner', () => {
  const taken = (...names: string[]) => new Set(names.map(foldName));

  test('keeps its name where it is free', () => {
    expect(freeNameLike('Laptop', taken())).toBe('Laptop');
    expect(freeNameLike('Laptop', taken('Desktop', 'Laptop (2)'))).toBe('Laptop');
  });

  test('gets the lowest free number where the new owner has one like it', () => {
    expect(freeNameLike('Laptop', taken('LAPTOP'))).toBe('Laptop (2)');
    expect(freeNameLike('Laptop', taken('laptop', 'laptop (2)', 'laptop (4)'))).toBe('Laptop (3)');
    expect(freeNameLike('Laptop (2)', taken('laptop (2)'))).toBe('Laptop (2) (2)');
  });

  test('is cut so that the number fits into 50 characters, without a space before it', () => {
    const long = 'x'.repeat(50);
    expect(freeNameLike(long, taken(long))).toBe(`${'x'.repeat(46)} (2)`);
    const spaced = `${'x'.repeat(45)} ${'y'.repeat(4)}`;
    expect(freeNameLike(spaced, taken(spaced))).toBe(`${'x'.repeat(45)} (2)`);
    const keys = '🔑'.repeat(50);
    expect(freeNameLike(keys, taken(keys))).toBe(`${'🔑'.repeat(46)} (2)`);
    const ten = Array.from({ length: 8 }, (_, index) => `${'x'.repeat(46)} (${index + 2})`);
    expect(freeNameLike(long, taken(long, ...ten))).toBe(`${'x'.repeat(45)} (10)`);
  });

  test('always gets a name that is free and not too long', () => {
    const name = fc
      .string({
        unit: fc.constantFrom('a', 'A', 'ß', '🔑', ' ', '(', '2', ')', 'e\u0301', 'ﬁ'),
        minLength: 1,
        maxLength: 50,
      })
      .map((text) => [...text.normalize('NFC').trim()].slice(0, 50).join('').trim())
      .filter((text) => text !== '');
    fc.assert(
      fc.property(name, fc.integer({ min: 0, max: 12 }), (like, others) => {
        const names = new Set<string>();
        for (let count = 0; count <= others; count++) {
          const free = freeNameLike(like, names);
          expect(names.has(foldName(free))).toBe(false);
          expect(countCharacters(free)).toBeLessThanOrEqual(nameMaximum);
          expect(free.trim()).not.toBe('');
          names.add(foldName(free));
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('a lifetime', () => {
  const begin = new Date('2026-11-21T12:00:00.000Z');

  test('ends so many days after it began; without days, and beyond the calendar, never', () => {
    expect(endOfLife(begin, 90)).toEqual(new Date('2027-02-19T12:00:00.000Z'));
    expect(endOfLife(begin, null)).toBeNull();
    expect(endOfLife(begin, Number.POSITIVE_INFINITY)).toBeNull();
    expect(endOfLife(begin, 999_999_999)).toBeNull();
  });

  test('of an agent key is the shorter of its own and the maximum', () => {
    expect(agentLifetimeInDays({ agentKeyLifetimeInDays: 90, maximumExpirationInDays: null })).toBe(90);
    expect(agentLifetimeInDays({ agentKeyLifetimeInDays: 90, maximumExpirationInDays: 30 })).toBe(30);
    expect(agentLifetimeInDays({ agentKeyLifetimeInDays: 30, maximumExpirationInDays: 90 })).toBe(30);
  });

  test('counts from the minting of the secret, not from the change', () => {
    const now = new Date('2026-12-01T12:00:00.000Z');
    const last = new Date('2026-12-21T12:00:00.000Z');
    expect(decideExpiry({ kind: 'at', at: last }, 30, now, begin)).toEqual({ status: 'accepted', expiresAt: last });
    expect(decideExpiry({ kind: 'at', at: new Date(last.getTime() + 1) }, 30, now, begin)).toEqual({
      status: 'refused',
      message: "Expiry can be at most 30 days from the minting of the secret: your tenant's maximum.",
    });
  });

  test('of two expiries the earlier one is no later than either; none is the latest', () => {
    const later = new Date(begin.getTime() + 1);
    expect([earlier(begin, later), earlier(later, begin)]).toEqual([begin, begin]);
    expect([earlier(begin, null), earlier(null, begin), earlier(null, null)]).toEqual([begin, begin, null]);
  });
});

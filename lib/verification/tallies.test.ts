import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { KeyRow } from './rows';
import { openTallies, type Tally } from './tallies';

const within = 5_000;
const origin = { address: '203.0.113.7', userAgent: 'curl/8.9.1' };
const now = new Date('2026-11-21T12:00:00Z');

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function key(keyId: string): KeyRow {
  return { keyId, previous: null } as KeyRow;
}

test('keys that come one after the other are written little by little, each in time', async () => {
  const written: Array<{ keyId: string; age: number }> = [];
  const sizes: number[] = [];
  const { count } = openTallies(within, async (part: Tally[]) => {
    sizes.push(part.length);
    for (const { keyId, since } of part) written.push({ keyId, age: performance.now() - since });
  });
  for (let index = 0; index < 1_000; index++) {
    count(key(`key-${index}`), 'accepted', origin, now);
    await vi.advanceTimersByTimeAsync(1);
  }
  await vi.advanceTimersByTimeAsync(within);

  expect(written).toHaveLength(1_000);
  expect(new Set(written.map(({ keyId }) => keyId)).size).toBe(1_000);
  expect(Math.max(...written.map(({ age }) => age))).toBeLessThanOrEqual(within);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(150);
});

test('a request that comes while its key is being written is counted in the next batch', async () => {
  const requests: number[] = [];
  let finish = () => {};
  const { count, flush } = openTallies(within, (part) => {
    requests.push(part[0]?.requests.accepted ?? 0);
    return new Promise<void>((resolve) => {
      finish = resolve;
    });
  });
  count(key('one'), 'accepted', origin, now);
  const first = flush();
  await vi.advanceTimersByTimeAsync(0);
  count(key('one'), 'accepted', origin, now);
  count(key('one'), 'accepted', origin, now);
  finish();
  await first;
  await vi.advanceTimersByTimeAsync(within);

  expect(requests).toEqual([1, 2]);
});

test('what could not be written is written later, together with what came meanwhile', async () => {
  const stored: number[] = [];
  let broken = true;
  const { count } = openTallies(within, async (part) => {
    if (broken) throw new Error('the database is away');
    for (const { requests } of part) stored.push(requests.accepted ?? 0);
  });
  count(key('one'), 'accepted', origin, now);
  await vi.advanceTimersByTimeAsync(within);
  count(key('one'), 'accepted', origin, now);
  broken = false;
  await vi.advanceTimersByTimeAsync(2 * within);

  expect(stored).toEqual([2]);
});

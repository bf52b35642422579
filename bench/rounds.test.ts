import { expect, test } from 'vitest';
import type { Load } from './load';
import { measureRounds } from './rounds';

/** Runs whose figures are given, in the order of the calls. */
function scripted(figures: Record<string, number[]>) {
  const asked: string[] = [];
  const run = async (name: string): Promise<Load> => {
    asked.push(name);
    return { requestsPerSecond: figures[name]?.shift() ?? 100, p50: 1, p99: 2, errors: 0 };
  };
  const speed = (load: Load) => load.requestsPerSecond;
  return { asked, plan: { baseline: 'a', rounds: 1, tries: 2, run, figure: speed, steadiness: speed } };
}

test('every contestant is measured between two baselines, round by round', async () => {
  const { asked, plan } = scripted({});
  await measureRounds({ ...plan, contestants: ['b', 'c'], rounds: 2 });
  expect(asked.join('')).toBe('abacabaca');
});

test('a pair around which the baseline drifted is thrown away and measured again', async () => {
  const { plan } = scripted({ a: [100, 130, 120], b: [10, 50] });
  const { contestants } = await measureRounds({ ...plan, contestants: ['b'] });
  expect(contestants.get('b')).toMatchObject({
    ratios: [0.4],
    thrownAway: 1,
    loads: [{ requestsPerSecond: 50 }],
  });
});

test('a contestant without a steady pair has no ratio in that round, and the others keep theirs', async () => {
  const { plan } = scripted({ a: [100, 200, 100, 100], b: [10, 10], c: [70] });
  const { contestants } = await measureRounds({ ...plan, contestants: ['b', 'c'] });
  expect(contestants.get('b')).toEqual({ ratios: [null], thrownAway: 2, loads: [] });
  expect(contestants.get('c')?.ratios).toEqual([0.7]);
});

import { expect, test } from 'vitest';
import { type Name, names } from './contestants';
import type { Load } from './load';
import { type Results, table, verificationGoals, withResults } from './report';
import type { Rounds, Series } from './rounds';

const load: Load = { requestsPerSecond: 12_345, p50: 0.5, p99: 1, errors: 0 };

/** Rounds in which these contestants reached these ratios, and the others none. */
function rounds(ratios: Partial<Record<Name, Array<number | null>>>): Rounds<Name> {
  const series = (name: Name): Series => ({
    ratios: ratios[name] ?? [],
    loads: (ratios[name] ?? []).map(() => load),
    thrownAway: 0,
  });
  return { baseline: [load], contestants: new Map(names.map((name) => [name, series(name)])) };
}

const results: Results = {
  many: rounds({
    map: [0.8, 1, 0.5],
    verifier: [0.4, 0.6, null],
    betterAuthDatabase: [0.02, 0.02, 0.02],
    betterAuthMemory: [0.1, null, 0.1],
  }),
  one: rounds({}),
  fixedRate: rounds({ verifier: [1.5, 1.2, 9] }),
};

test('the goals are medians of what was reached in the same round, and null where nothing was', () => {
  expect(verificationGoals(results)).toEqual({
    ofBare: 0.5,
    ofMap: 0.55,
    overBetterAuthDatabase: 25,
    overBetterAuthMemory: 4,
    overNextRoute: null,
    p99OfMapAt1000: 1.5,
  });
});

test('the table has a row for everybody, and a dash for what was not measured', () => {
  const lines = table(results).split('\n');
  const cells = lines.map((line) => line.split('|').length);
  expect(lines).toHaveLength(2 + names.length);
  expect(new Set(cells).size).toBe(1);
  expect(lines.find((line) => line.includes('better-auth api-key, database'))).toContain('12,345 (12,345–12,345)');
  expect(lines.find((line) => line.includes('a Next route handler'))).toContain('| – | – |');
});

test('results take the place of earlier ones, and nothing around them changes', () => {
  const document = 'before <!-- bench: begin -->\n\nold\n\n<!-- bench: end --> after\n';
  const once = withResults(document, 'new');
  expect(once).toBe('before <!-- bench: begin -->\n\nnew\n\n<!-- bench: end --> after\n');
  expect(withResults(once, 'new')).toBe(once);
  expect(() => withResults('a document without marks', 'new')).toThrow('no place');
});

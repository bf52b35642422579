/** The arithmetic of the comparison: pure, so that its rules can be tested. */

/** A figure over several rounds. */
export type Figure = { median: number; low: number; high: number };

/** Baselines on both sides of a measurement that lie further apart than this say that the machine was busy elsewhere. */
const driftLimit = 0.15;

/** @returns null for no values at all: every pair was thrown away */
export function figureOf(values: readonly number[]): Figure | null {
  const sorted = values.toSorted((left, right) => left - right);
  const [low, high] = [sorted[0], sorted.at(-1)];
  if (low === undefined || high === undefined) return null;
  const middle = (sorted.length - 1) / 2;
  const median = ((sorted[Math.floor(middle)] as number) + (sorted[Math.ceil(middle)] as number)) / 2;
  return { median, low, high };
}

/** The nearest-rank percentile: the smallest value that at least `share` of all values do not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  if (value === undefined) throw new Error('There is no percentile of nothing.');
  return value;
}

/** Whether the baseline moved too far between the measurements before and after a contestant. */
export function hasDrifted(before: number, after: number): boolean {
  return Math.max(before, after) / Math.min(before, after) - 1 > driftLimit;
}

/** A contestant's value as a multiple of the baseline around it. */
export function ratioTo(baselines: { before: number; after: number }, value: number): number {
  return value / ((baselines.before + baselines.after) / 2);
}

/** Round by round, one contestant's ratios as multiples of another's; rounds that lack either are left out. */
export function quotients(left: readonly (number | null)[], right: readonly (number | null)[]): number[] {
  return left.flatMap((value, round) => {
    const other = right[round];
    return value === null || other === null || other === undefined ? [] : [value / other];
  });
}

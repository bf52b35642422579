import type { Load } from './load';
import { hasDrifted, ratioTo } from './statistics';

/** What became of one contestant: a ratio per round, null where no pair held; loads and latencies of the pairs that did. */
export type Series = { loads: Load[]; ratios: Array<number | null>; thrownAway: number };

export type Rounds<Name> = { baseline: Load[]; contestants: Map<Name, Series> };

type Plan<Name> = {
  contestants: readonly Name[];
  baseline: Name;
  rounds: number;
  /** How often a pair is tried before the round goes without it. */
  tries: number;
  run: (name: Name) => Promise<Load>;
  /** What is compared. */
  figure: (load: Load) => number;
  /** What must not drift in the baseline. */
  steadiness: (load: Load) => number;
};

/** A B A C A …: every contestant between two measurements of the baseline, thrown away when these two differ too much. */
export async function measureRounds<Name>(plan: Plan<Name>): Promise<Rounds<Name>> {
  const { baseline, run, figure, steadiness } = plan;
  const contestants = new Map<Name, Series>();
  for (const name of plan.contestants) contestants.set(name, { loads: [], ratios: [], thrownAway: 0 });
  const measured: Load[] = [await run(baseline)];

  const pair = async (name: Name, series: Series): Promise<number | null> => {
    for (let attempt = 0; attempt < plan.tries; attempt++) {
      const before = measured.at(-1) as Load;
      const load = await run(name);
      const after = await run(baseline);
      measured.push(after);
      if (!hasDrifted(steadiness(before), steadiness(after))) {
        series.loads.push(load);
        return ratioTo({ before: figure(before), after: figure(after) }, figure(load));
      }
      series.thrownAway++;
    }
    return null;
  };
  for (let round = 0; round < plan.rounds; round++) {
    for (const [name, series] of contestants) series.ratios.push(await pair(name, series));
  }
  return { baseline: measured, contestants };
}

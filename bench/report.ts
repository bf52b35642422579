/** What is printed of a run. */
import { type Name, names, type PageName, titles } from './contestants';
import type { Load } from './load';
import type { Lists } from './measure-lists';
import type { Memory } from './memory';
import type { Rounds, Series } from './rounds';
import { type Figure, figureOf, quotients } from './statistics';

export type Results = { many: Rounds<Name>; one: Rounds<Name>; fixedRate: Rounds<Name> };

/** @returns the ratios that the goals speak of; null where no pair held */
export function verificationGoals({ many, fixedRate }: Results) {
  const ratios = (name: Name) => many.contestants.get(name)?.ratios ?? [];
  const over = (name: Name) => rounded(figureOf(quotients(ratios('verifier'), ratios(name)))?.median);
  return {
    ofBare: rounded(ratioFigure(many, 'verifier')?.median),
    ofMap: over('map'),
    overBetterAuthDatabase: over('betterAuthDatabase'),
    overBetterAuthMemory: over('betterAuthMemory'),
    overNextRoute: over('nextRoute'),
    p99OfMapAt1000: rounded(ratioFigure(fixedRate, 'verifier')?.median),
  };
}

/** The table, in Markdown. */
export function table(results: Results): string {
  const { many, one, fixedRate } = results;
  const row = (name: Name) => {
    const ofMap = quotients(many.contestants.get(name)?.ratios ?? [], many.contestants.get('map')?.ratios ?? []);
    const cells = [
      figure(loads(many, name), (load) => load.requestsPerSecond, 0),
      ratio(ratioFigure(many, name), name === 'bare'),
      name === 'bare' ? '' : ratio(figureOf(ofMap), name === 'map'),
      figure(loads(many, name), (load) => load.p99, 1),
      figure(loads(one, name), (load) => load.requestsPerSecond, 0),
      ratio(ratioFigure(one, name), name === 'bare'),
      figure(loads(fixedRate, name), (load) => load.p50, 2),
      figure(loads(fixedRate, name), (load) => load.p99, 2),
      ratio(ratioFigure(fixedRate, name), name === 'map'),
    ];
    return `| ${[titles[name], ...cells].join(' | ')} |`;
  };
  return [
    '| | requests/s, 32 connections | of bare | of Map | p99 ms | requests/s, 1 connection | of bare | p50 ms at 1,000/s | p99 ms at 1,000/s | p99 of Map |',
    `|---|${'---:|'.repeat(9)}`,
    ...names.map(row),
  ].join('\n');
}

/** @returns the key page's speed as a share of the bare page's; null where no pair held */
export function pageGoals(pages: Rounds<PageName>) {
  return { ofBarePage: rounded(pageRatio(pages)?.median) };
}

export function pagesSentence(pages: Rounds<PageName>): string {
  const speed = (load: Load) => load.requestsPerSecond;
  const bare = figure(pages.baseline, speed, 0);
  const keys = figure(pages.contestants.get('keysPage')?.loads ?? [], speed, 0);
  return `Pages of 25 rows, 8 connections: a bare Next page ${bare} pages/s, a member's API keys ${keys}; ratio ${ratio(pageRatio(pages), false)}.`;
}

const listKinds = ['page', 'filter', 'search', 'short'] as const;
const listWords: Record<(typeof listKinds)[number], string> = {
  page: 'any page in any order',
  filter: 'the first page of a filter in any order',
  search: 'a search of three characters or more',
  short: 'a shorter one',
};

/** @returns the database time of the most expensive page of each kind, in milliseconds */
export function listGoals({ costs }: Lists) {
  return Object.fromEntries(listKinds.map((kind) => [kind, rounded(dearest(costs, kind)?.milliseconds)]));
}

export function listsSentence({ size, costs }: Lists): string {
  const { tenants, keysOfBig, keysOfEach } = size;
  const number = (value: number) => value.toLocaleString('en');
  const total = number(keysOfBig + (tenants - 1) * keysOfEach);
  const kinds = listKinds.map((kind) => {
    const median =
      figureOf(costs.filter((cost) => cost.kind === kind).map(({ milliseconds }) => milliseconds))?.median ?? 0;
    const most = dearest(costs, kind);
    return `${listWords[kind]} ${median.toFixed(2)} ms, at most ${most?.milliseconds.toFixed(1)} (${most?.what})`;
  });
  return `The admin's list of keys, planning and execution in the database, of a tenant with ${number(keysOfBig)} of ${total} keys and ${number(tenants)} tenants: ${kinds.join('; ')}.`;
}

function dearest(costs: Lists['costs'], kind: (typeof listKinds)[number]): Lists['costs'][number] | undefined {
  return costs
    .filter((cost) => cost.kind === kind)
    .toSorted((left, right) => right.milliseconds - left.milliseconds)[0];
}

export function memorySentence({ keys, before, after }: Memory): string {
  if (before === null || after === null) return 'This system does not say how much memory a process holds.';
  const distinct = keys.toLocaleString('en');
  return `The verifier's resident memory: ${before.toFixed(0)} MiB after its start, ${after.toFixed(0)} MiB after ${distinct} distinct keys were presented.`;
}

export function thrownAway({ many, one, fixedRate }: Results): number {
  return [many, one, fixedRate]
    .flatMap(({ contestants }) => [...contestants.values()])
    .reduce((sum, series) => sum + series.thrownAway, 0);
}

/** Puts a run between the marks of the document. */
export function withResults(
  document: string,
  results: string,
  mark: 'bench' | 'growth' | 'audit' | 'gateway' = 'bench',
): string {
  const begin = `<!-- ${mark}: begin -->`;
  const end = `<!-- ${mark}: end -->`;
  const [before, rest] = document.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error('The document has no place for the results.');
  return `${before}${begin}\n\n${results}\n\n${end}${after}`;
}

function loads({ baseline, contestants }: Rounds<Name>, name: Name): Load[] {
  return contestants.get(name)?.loads ?? baseline;
}

function ratioFigure(rounds: Rounds<Name>, name: Name): Figure | null {
  return heldRatios(rounds.contestants.get(name));
}

function pageRatio(pages: Rounds<PageName>): Figure | null {
  return heldRatios(pages.contestants.get('keysPage'));
}

function heldRatios(series: Series | undefined): Figure | null {
  return figureOf((series?.ratios ?? []).filter((value) => value !== null));
}

function figure(from: Load[], of: (load: Load) => number, digits: number): string {
  return spread(figureOf(from.map(of)), (value) =>
    value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits }),
  );
}

function ratio(found: Figure | null, itself: boolean): string {
  return itself ? '1' : spread(found, (value) => (value < 0.1 ? value.toFixed(3) : value.toFixed(2)));
}

function spread(found: Figure | null, text: (value: number) => string): string {
  return found ? `${text(found.median)} (${text(found.low)}–${text(found.high)})` : '–';
}

function rounded(value: number | undefined): number | null {
  return value === undefined ? null : Number(value.toPrecision(3));
}

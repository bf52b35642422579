/** The comparison itself; run.mjs has installed and built everything. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type Contestant, findPages, type Name, names, type PageName, startContestants } from './contestants';
import { closedLoop, type Load, openLoop, type Target } from './load';
import { measureLists } from './measure-lists';
import { measureMemory } from './memory';
import {
  listGoals,
  listsSentence,
  memorySentence,
  pageGoals,
  pagesSentence,
  type Results,
  table,
  thrownAway,
  verificationGoals,
  withResults,
} from './report';
import { measureRounds, type Rounds } from './rounds';
import { conditions, versions } from './versions';
import { prepareWorld } from './world';

const { quick, json } = parseArgs({ options: { quick: { type: 'boolean' }, json: { type: 'boolean' } } }).values;

const keys = 100_000;
// Counts are written every 5 s: each look at latency meets that once.
const scale = quick
  ? {
      rounds: 1,
      tries: 2,
      seconds: 1,
      latencySeconds: 1,
      warmUp: 1,
      keysPresented: 10_000,
      tenants: 100,
      keysOfBig: 20_000,
    }
  : {
      rounds: 3,
      tries: 3,
      seconds: 3,
      latencySeconds: 5,
      warmUp: 4,
      keysPresented: keys,
      tenants: 1_000,
      keysOfBig: 200_000,
    };
const document = 'docs/performance.md';

// Leaving through `exit` is what ends the children and removes the database, whatever the reason.
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => process.exit(1));
const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-bench-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

/** Requests that were not answered with 200, of whom. */
const errors = new Map<string, number>();

say(`Listing the keys of a tenant with ${scale.keysOfBig} of them`);
const lists = await measureLists({ tenants: scale.tenants, keysOfBig: scale.keysOfBig, keysOfEach: 801 });
say(`Starting PostgreSQL, and filling it with ${keys} keys for each product`);
const { world, secrets } = await prepareWorld(folder, keys);
say('Starting the contestants');
const contestants = await startContestants(world);
const results = await measureAll(contestants);
const pages = await measurePages(await findPages(world, contestants));
say(`Presenting ${scale.keysPresented} distinct keys to a verifier`);
const memory = await measureMemory(world, secrets.slice(0, scale.keysPresented));
count('memory', memory.errors);

const drifted = `${thrownAway(results)} pairs were thrown away because the baseline drifted by more than 15 %.`;
const text = [
  table(results),
  pagesSentence(pages),
  listsSentence(lists),
  `${memorySentence(memory)} ${drifted}`,
  conditions(),
].join('\n\n');
console.log(`\n${text}\n`);
if (json)
  console.log(
    JSON.stringify({
      verification: verificationGoals(results),
      lists: listGoals(lists),
      pages: pageGoals(pages),
      memory,
      versions: versions(),
    }),
  );
for (const [name, number] of errors) console.error(`${name}: ${number} requests were not answered with 200.`);
if (errors.size > 0) console.error('So these figures mean nothing.');
else if (!quick) writeFileSync(document, withResults(readFileSync(document, 'utf8'), text));
process.exit(errors.size === 0 ? 0 : 1);

async function measureAll(contestants: Record<Name, Contestant>): Promise<Results> {
  const measure = (title: string, load: (contestant: Contestant) => Promise<Load>) => async (name: Name) => {
    const measured = await load(contestants[name]);
    count(name, measured.errors);
    const { requestsPerSecond, p99 } = measured;
    say(`  ${title}: ${name}, ${requestsPerSecond.toFixed(0)}/s, p99 ${p99.toFixed(2)} ms`);
    return measured;
  };
  const many = measure('32 connections', (contestant) => closedLoop(contestant, 32, scale.seconds));
  const one = measure('1 connection', (contestant) => closedLoop(contestant, 1, scale.seconds));
  const fixedRate = measure('1,000/s', (contestant) => openLoop(contestant, 1_000, scale.latencySeconds));
  const warmUp = measure('warm-up', (contestant) => closedLoop(contestant, 32, scale.warmUp));
  for (const name of names) await warmUp(name);

  const { rounds, tries } = scale;
  const speed = (load: Load) => load.requestsPerSecond;
  const toBare = { baseline: 'bare' as const, contestants: names.filter((name) => name !== 'bare'), rounds, tries };
  const toMap = { baseline: 'map' as const, contestants: names.filter((name) => name !== 'map'), rounds, tries };
  return {
    many: await measureRounds({ ...toBare, run: many, figure: speed, steadiness: speed }),
    one: await measureRounds({ ...toBare, run: one, figure: speed, steadiness: speed }),
    // The baseline's slowest hundredth moves by itself; its median says whether the machine was quiet.
    fixedRate: await measureRounds({
      ...toMap,
      run: fixedRate,
      figure: ({ p99 }) => p99,
      steadiness: ({ p50 }) => p50,
    }),
  };
}

/** Pages are rendered in the process that serves them, one after the other. */
async function measurePages(targets: Record<PageName, Target>): Promise<Rounds<PageName>> {
  const run = async (name: PageName) => {
    const measured = await closedLoop(targets[name], 8, scale.seconds);
    count(name, measured.errors);
    say(`  pages: ${name}, ${measured.requestsPerSecond.toFixed(0)}/s`);
    return measured;
  };
  for (const target of Object.values(targets)) await closedLoop(target, 8, scale.warmUp);
  const speed = (load: Load) => load.requestsPerSecond;
  const { rounds, tries } = scale;
  return measureRounds({
    baseline: 'barePage',
    contestants: ['keysPage'],
    rounds,
    tries,
    run,
    figure: speed,
    steadiness: speed,
  });
}

function count(name: string, further: number): void {
  if (further > 0) errors.set(name, (errors.get(name) ?? 0) + further);
}

/** Progress; what is printed on standard output is the result. */
function say(line: string): void {
  console.error(line);
}

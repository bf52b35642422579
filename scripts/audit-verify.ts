/** npm run audit:verify [-- --tenant acme] [-- --witness latchkey.log]: whether the audit logs are what was written. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { checkLogs, type Report } from '../lib/audit/integrity/check';
import { hasLog } from '../lib/audit/integrity/queries';
import { hearWitnesses, type Testimony } from '../lib/audit/integrity/witnesses';
import { ConfigurationError, env } from '../lib/env';
import { runScript } from './run-script';

const usage = 'Usage: npm run audit:verify -- [--tenant acme] [--witness latchkey.log]';
const help = `${usage}

Recomputes the audit log of each tenant, or of one, and names the first line that is not what was written.
--witness compares it also with what Latchkey logged ("-" = standard input; other lines may stand between).

It exits with 0 when everything is intact, with 1 when something is broken, with 2 when it could not look.

It cannot notice changed e-mail addresses, which can be erased; without --witness, a tail that was cut together with the
log's end, or a log rewritten by somebody who has the audit key; and with it, either of them behind the last witness.
`;
const progressInterval = 5_000;

await runScript(
  async () => {
    const { tenant, witness, help: helpWanted } = options();
    if (helpWanted) return process.stdout.write(help);
    // Nothing is looked at under keys that are not there.
    env();
    if (!(await hasLog())) {
      throw new ConfigurationError(
        'The database is not one of this version of Latchkey. Run npm run db:migrate first.',
      );
    }
    const testimonies = witness === undefined ? undefined : await readWitnesses(witness);
    let found = false;
    let broken = false;
    const watched = testimonies ? { testimonies } : {};
    for await (const report of checkLogs({ tenant, onProgress: sayProgress(), ...watched })) {
      found = true;
      process.stdout.write(`${sentenceOf(report, testimonies !== undefined)}\n`);
      broken ||= report.broken !== null;
    }
    if (tenant !== undefined && !found) throw new ConfigurationError(`There is no tenant with the slug ${tenant}.`);
    return broken ? 1 : 0;
  },
  { failure: 2 },
);

function options() {
  const text = { type: 'string' } as const;
  const flags = { tenant: text, witness: text, help: { type: 'boolean', short: 'h' } } as const;
  try {
    return parseArgs({ options: flags, allowPositionals: false }).values;
  } catch (error) {
    throw new ConfigurationError(`${(error as Error).message}\n${usage}`);
  }
}

async function readWitnesses(file: string): Promise<Map<string, Testimony>> {
  const input = file === '-' ? process.stdin : createReadStream(file);
  // A file that cannot be opened says so before its first line is asked for.
  await new Promise<void>((resolve, reject) => {
    if (input === process.stdin) resolve();
    input.once('open', () => resolve()).once('error', reject);
  }).catch((error: Error) => {
    throw new ConfigurationError(`--witness: ${error.message}\n${usage}`);
  });
  const testimonies = await hearWitnesses(createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY }));
  if (testimonies.size === 0) throw new ConfigurationError(`--witness: ${file} has no line about an audit event.`);
  return testimonies;
}

/** `demo: 1,234 events, intact`, or what is wrong. */
function sentenceOf({ tenant, events, broken, witnessedUpTo }: Report, witnessesAsked: boolean): string {
  if (broken) return `${tenant}: broken at ${broken.sequence.toLocaleString('en')}: ${broken.reason}`;
  const amount = `${events.toLocaleString('en')} ${events === 1 ? 'event' : 'events'}`;
  if (!witnessesAsked) return `${tenant}: ${amount}, intact`;
  const witnessed = witnessedUpTo === null ? 'not witnessed' : `witnessed up to ${witnessedUpTo.toLocaleString('en')}`;
  return `${tenant}: ${amount}, intact, ${witnessed}`;
}

function sayProgress() {
  let said = performance.now();
  return (tenant: string, checked: number, events: number) => {
    if (performance.now() - said < progressInterval) return;
    said = performance.now();
    process.stderr.write(`${tenant}: ${checked.toLocaleString('en')} of ${events.toLocaleString('en')}\n`);
  };
}

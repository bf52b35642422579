/**
 * verify-key <secret>: authenticates without a pause, and after each line on standard input starts twenty more at once
 * and prints their verdicts in one line.
 */

import { createInterface } from 'node:readline';
import { authenticate } from '@/lib/verification/authenticate';
import { askedWith } from '@/tests/support/requests';

const [secret = ''] = process.argv.slice(2);
const verify = async () => {
  const verdict = await authenticate(askedWith(secret));
  return verdict.status === 'refused' ? verdict.reason : verdict.status;
};

let stopped = false;
const hammer = async () => {
  while (!stopped) await verify();
};
const hammering = [hammer(), hammer()];
process.stdout.write(`${await verify()}\n`);
for await (const _ of createInterface({ input: process.stdin })) {
  const verdicts = await Promise.all(Array.from({ length: 20 }, verify));
  process.stdout.write(`${[...new Set(verdicts)].join(' ')}\n`);
}
stopped = true;
await Promise.all(hammering);
process.exit();

/**
 * run-revocation <session id> <revocation id>: runs a bulk revoke to its end, after a line on standard input, and prints how
 * many keys are done after each batch that was acknowledged.
 */

import { findViewer } from '@/lib/auth/queries';
import { closeDatabase } from '@/lib/db/connection';
import { disconnectPrisma } from '@/lib/db/prisma';
import { doneOf } from '@/lib/revocations/schema';
import { continueFor } from '@/tests/support/revocations';
import { testAddress } from '@/tests/support/world';

const [session = '', revocation = ''] = process.argv.slice(2);
const say = (line: string) => process.stdout.write(`${line}\n`);

const viewer = await findViewer(session, testAddress);
if (!viewer) throw new Error('No such session.');
say('ready');
await new Promise((resolve) => process.stdin.once('data', resolve));
for (let finished = false; !finished; ) {
  const progress = await continueFor(viewer, revocation);
  finished = progress.finished;
  say(`${doneOf(progress)}`);
}
await disconnectPrisma();
await closeDatabase();
process.exit();

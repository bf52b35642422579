/**
 * create-keys <session id | new> <count> <at once>: creates keys, `at once` of them at a time, after a line on standard
 * input, and prints each result when it is known: `created <client ID>` or the refusal's status. `new` makes a member.
 */

import { findViewer } from '@/lib/auth/queries';
import { closeDatabase } from '@/lib/db/connection';
import { disconnectPrisma } from '@/lib/db/prisma';
import { ConfigurationError } from '@/lib/env';
import { createKey } from '@/lib/keys/creation';
import { createInput, createViewer, testAddress } from '@/tests/support/world';

const [session = '', count = '', atOnce = ''] = process.argv.slice(2);
const say = (line: string) => process.stdout.write(`${line}\n`);

async function createAll(): Promise<void> {
  const viewer =
    session === 'new'
      ? (await createViewer({ maximumKeysPerUser: 1000 })).viewer
      : await findViewer(session, testAddress);
  if (!viewer) throw new Error('No such session.');
  say('ready');
  await new Promise((resolve) => process.stdin.once('data', resolve));
  let left = Number(count);
  const createSome = async () => {
    while (left-- > 0) {
      const result = await createKey(viewer, createInput());
      say(result.status === 'created' ? `created ${result.clientId}` : result.status);
    }
  };
  await Promise.all(Array.from({ length: Number(atOnce) }, createSome));
  await disconnectPrisma();
  await closeDatabase();
}

try {
  await createAll();
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error;
  say(error.message);
}
process.exit();

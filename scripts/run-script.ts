import { closeDatabase } from '../lib/db/connection';
import { disconnectPrisma } from '../lib/db/prisma';
import { ConfigurationError } from '../lib/env';

/** Runs an operator's task: closes the database behind it, and says what an operator can mend in a sentence. */
export async function runScript(task: () => Promise<void>): Promise<void> {
  try {
    await task();
  } catch (error) {
    process.exitCode = 1;
    process.stderr.write(error instanceof ConfigurationError ? `${error.message}\n` : `${(error as Error).stack}\n`);
  } finally {
    await disconnectPrisma();
    await closeDatabase().catch(() => {});
  }
}

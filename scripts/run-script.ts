import { closeDatabase } from '../lib/db/connection';
import { disconnectPrisma } from '../lib/db/prisma';
import { ConfigurationError } from '../lib/env';

/**
 * Runs an operator's task: closes the database behind it, and says what an operator can mend in a sentence.
 * @param task resolves to the exit code where that is not 0
 * @param failure the exit code when it could not be done
 */
export async function runScript(task: () => Promise<unknown>, { failure = 1 } = {}): Promise<void> {
  let exitCode = 0;
  try {
    const result = await task();
    if (typeof result === 'number') exitCode = result;
  } catch (error) {
    exitCode = failure;
    process.stderr.write(error instanceof ConfigurationError ? `${error.message}\n` : `${(error as Error).stack}\n`);
  } finally {
    await disconnectPrisma();
    await closeDatabase().catch(() => {});
    // Last, since PGlite sets one of its own as it opens and as it closes.
    process.exitCode = exitCode;
  }
}

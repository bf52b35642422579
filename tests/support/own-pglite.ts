/** Gives a test file an embedded database of its own. */
import { cpSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, inject } from 'vitest';
import { closeDatabase } from '@/lib/db/connection';
import { disconnectPrisma } from '@/lib/db/prisma';
import { flushUsage } from '@/lib/verification/usage';
import { makeMemoryFolder } from './memory-folder';
import { testSettings } from './settings';

// A thousand small files: one after the other costs a fifth of what it costs to have Node do them at once.
const directory = makeMemoryFolder('latchkey-test-');
cpSync(path.join(inject('pgliteTemplate'), 'pglite'), path.join(directory, 'pglite'), { recursive: true });
Object.assign(process.env, testSettings, { DATABASE_URL: '', LATCHKEY_DATA_DIR: directory });

afterAll(async () => {
  // What was counted is written while there is a database, or its timer would open it again.
  await flushUsage();
  await disconnectPrisma();
  await closeDatabase();
  rmSync(directory, { recursive: true, force: true });
});

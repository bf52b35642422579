/** Gives a test file an embedded database of its own. */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, inject } from 'vitest';
import { closeDatabase } from '@/lib/db/connection';
import { disconnectPrisma } from '@/lib/db/prisma';
import { flushUsage } from '@/lib/verification/usage';
import { testSettings } from './settings';

const directory = await mkdtemp(path.join(tmpdir(), 'latchkey-test-'));
await cp(path.join(inject('pgliteTemplate'), 'pglite'), path.join(directory, 'pglite'), { recursive: true });
Object.assign(process.env, testSettings, { DATABASE_URL: '', LATCHKEY_DATA_DIR: directory });

afterAll(async () => {
  // What was counted is written while there is a database, or its timer would open it again.
  await flushUsage();
  await disconnectPrisma();
  await closeDatabase();
  await rm(directory, { recursive: true, force: true });
});

/** Gives a test file a database of its own on the PostgreSQL server of the run. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, inject } from 'vitest';
import { closeDatabase } from '@/lib/db/connection';
import { disconnectPrisma } from '@/lib/db/prisma';
import { flushUsage } from '@/lib/verification/usage';
import { testSettings } from './settings';

const name = `test_${randomBytes(8).toString('hex')}`;
const client = new pg.Client({ connectionString: inject('postgresUrl') });
await client.connect();
await client.query(`CREATE DATABASE ${name} TEMPLATE template_latchkey`);
await client.end();
const url = new URL(inject('postgresUrl'));
url.pathname = `/${name}`;
Object.assign(process.env, testSettings, { DATABASE_URL: url.href });

afterAll(async () => {
  // What was counted is written while there is a database, or its timer would open it again.
  await flushUsage();
  await disconnectPrisma();
  await closeDatabase();
});

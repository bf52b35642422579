/** npm run db:migration -- <name>: writes the next migration from the difference between the migrations and the schema. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { diffMigrationsToSchema } from './schema-engine';

const name = process.argv[2];
if (!name || !/^[a-z0-9_]+$/.test(name)) {
  console.error('Name the migration in lower case: npm run db:migration -- add_rate_limit');
  process.exit(2);
}
const sql = await diffMigrationsToSchema();
if (!sql) {
  console.log('The migrations already agree with prisma/schema.prisma. Nothing written.');
} else {
  const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
  const directory = path.resolve('prisma/migrations', `${stamp}_${name}`);
  mkdirSync(directory, { recursive: true });
  writeFileSync(path.join(directory, 'migration.sql'), `${sql}\n`);
  console.log(`Wrote ${path.relative('.', directory)}/migration.sql. Read it, and add what the schema cannot say.`);
}

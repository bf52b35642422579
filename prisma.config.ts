import { defineConfig } from 'prisma/config';

// `prisma generate` never runs the schema engine, but Prisma's command line insists on downloading it. Any executable
// satisfies the check. Not for `migrate`: there it would print nothing and seem to succeed.
if (process.argv.includes('generate')) process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath;

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations', seed: 'npm run db:seed' },
  ...(process.env.DATABASE_URL ? { datasource: { url: process.env.DATABASE_URL } } : {}),
});

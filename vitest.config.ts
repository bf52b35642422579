import { availableParallelism } from 'node:os';
import path from 'node:path';
import { configDefaults, defineConfig } from 'vitest/config';

// The package `server-only` throws without it.
const conditions = ['react-server', 'module', 'node', 'development|production'];
const root = path.resolve(import.meta.dirname);

const shared = {
  resolve: { alias: { '@': root }, conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
};
const options = {
  // As many processes as workers, not one per file: a fifth of the time went into starting those.
  pool: 'forks' as const,
  isolate: false,
  execArgv: ['--conditions=react-server'],
  env: { NODE_ENV: 'test' as const, LOG_LEVEL: 'silent' },
};

// What a file left in the process is taken away before the next one gets its database.
const fresh = 'tests/support/fresh-process.ts';
const sequence = { setupFiles: 'list' as const };

// Nothing waits that long; it is for machines with much else to do.
const patience = { testTimeout: 180_000, hookTimeout: 180_000 };
const needsDatabase = ['lib/**/*.db.test.ts', 'lib/**/*.pg.test.ts', 'lib/**/*.pglite.test.ts'];

// Where `npm test` reads the numbers from.
const report = process.env.LATCHKEY_TEST_REPORT;

export default defineConfig({
  test: {
    // Vitest would leave one core free, which on two cores is half of them.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
    projects: [
      {
        ...shared,
        test: {
          ...options,
          name: 'unit',
          include: ['lib/**/*.test.ts', 'bench/**/*.test.ts', 'demo/**/*.test.ts', 'tests/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...needsDatabase],
          ...patience,
        },
      },
      {
        ...shared,
        test: {
          ...options,
          name: 'pglite',
          include: ['lib/**/*.db.test.ts', 'lib/**/*.pglite.test.ts', 'prisma/**/*.db.test.ts'],
          sequence,
          globalSetup: 'tests/support/template-pglite.ts',
          setupFiles: [fresh, 'tests/support/own-pglite.ts'],
          ...patience,
        },
      },
      {
        ...shared,
        test: {
          ...options,
          name: 'postgres',
          include: ['lib/**/*.db.test.ts', 'lib/**/*.pg.test.ts', 'prisma/**/*.db.test.ts'],
          sequence,
          globalSetup: 'tests/support/template-postgres.ts',
          setupFiles: [fresh, 'tests/support/own-postgres.ts'],
          ...patience,
        },
      },
    ],
  },
});

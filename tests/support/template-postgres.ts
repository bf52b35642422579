import type { TestProject } from 'vitest/node';
import { startPostgres } from './postgres';
import { runScript } from './script';
import { testSettings } from './settings';

declare module 'vitest' {
  interface ProvidedContext {
    /** The server's database for administration; each file makes one of its own from `template_latchkey`. */
    postgresUrl: string;
  }
}

export default async function setup(project: TestProject) {
  const server = await startPostgres();
  try {
    await server.run('CREATE DATABASE template_latchkey');
    await runScript('tests/scripts/migrate.ts', [], { ...testSettings, DATABASE_URL: server.url('template_latchkey') });
  } catch (error) {
    await server.remove();
    throw error;
  }
  project.provide('postgresUrl', server.url());
  return () => server.remove();
}

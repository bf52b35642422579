import { appendFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { makeMemoryFolder } from './memory-folder';
import { runScript } from './script';
import { testSettings } from './settings';

declare module 'vitest' {
  interface ProvidedContext {
    /** A migrated data folder, to be copied, never opened. */
    pgliteTemplate: string;
  }
}

export default async function setup(project: TestProject) {
  const template = makeMemoryFolder('latchkey-template-');
  await runScript('tests/scripts/migrate.ts', [], {
    ...testSettings,
    DATABASE_URL: '',
    LATCHKEY_DATA_DIR: template,
  });
  // Its 128 MB are filled with zeros whenever a database is opened, which took longer than everything else about that.
  appendFileSync(path.join(template, 'pglite/postgresql.conf'), `\nshared_buffers = '16MB'\n`);
  project.provide('pgliteTemplate', template);
  return () => rmSync(template, { recursive: true, force: true });
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { runScript } from './script';
import { testSettings } from './settings';

declare module 'vitest' {
  interface ProvidedContext {
    /** A migrated data folder, to be copied, never opened. */
    pgliteTemplate: string;
  }
}

export default async function setup(project: TestProject) {
  const template = mkdtempSync(path.join(tmpdir(), 'latchkey-template-'));
  await runScript('tests/scripts/migrate.ts', [], {
    ...testSettings,
    DATABASE_URL: '',
    LATCHKEY_DATA_DIR: template,
  });
  project.provide('pgliteTemplate', template);
  return () => rmSync(template, { recursive: true, force: true });
}

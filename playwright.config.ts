import { defineConfig } from '@playwright/test';
import { headlessShell } from './e2e/chromium';

const report = process.env.LATCHKEY_TEST_REPORT;

export default defineConfig({
  testDir: 'e2e',
  globalSetup: './e2e/global-setup.ts',
  fullyParallel: true,
  workers: 2,
  forbidOnly: true,
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: report ? [['list'], ['json', { outputFile: report }]] : [['list']],
  outputDir: 'test-results',
  use: {
    browserName: 'chromium',
    viewport: { width: 1280, height: 800 },
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    // A browser with a window lets the page in front copy; a headless shell does not.
    permissions: ['clipboard-write'],
    // What moves is waited for, and painted again and again: so they are asked not to move.
    contextOptions: { reducedMotion: 'reduce' },
    // A trace of every action costs a third of the time. Ask for one where it is wanted: --trace retain-on-failure
    trace: 'off',
    launchOptions: await headlessShell(),
  },
});

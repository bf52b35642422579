import { defineConfig } from '@playwright/test';
import { chromiumArguments, findChromium } from './e2e/chromium';

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
    // A trace of every action costs a third of the time; CI keeps none.
    trace: process.env.CI ? 'off' : 'retain-on-failure',
    launchOptions: {
      executablePath: await findChromium(),
      args: chromiumArguments,
      // Playwright switches this cache off; a secret in it is one of the things to be proved absent.
      ignoreDefaultArgs: ['--disable-back-forward-cache'],
    },
  },
});

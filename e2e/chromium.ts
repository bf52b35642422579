import { existsSync } from 'node:fs';
import { chromium } from '@playwright/test';

const installed = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
];

/**
 * A Chromium to test with: LATCHKEY_CHROMIUM, then an installed one, then Playwright's own, then the one inside the npm
 * package @sparticuz/chromium, which needs no download.
 */
export async function findChromium(): Promise<string> {
  const chosen = process.env.LATCHKEY_CHROMIUM;
  if (chosen) {
    if (existsSync(chosen)) return chosen;
    throw new Error(`LATCHKEY_CHROMIUM names ${chosen}, which does not exist.`);
  }
  const found = [...installed, chromium.executablePath()].find((candidate) => existsSync(candidate));
  if (found) return found;
  try {
    const { default: packaged } = await import('@sparticuz/chromium');
    return await packaged.executablePath();
  } catch (error) {
    const help = 'No browser is to be had. Install one (apt-get install chromium), or name it in LATCHKEY_CHROMIUM.';
    throw new Error(help, { cause: error });
  }
}

/** Quiet, and without the sandbox where we are root, which Chromium refuses otherwise. */
export const chromiumArguments = [
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

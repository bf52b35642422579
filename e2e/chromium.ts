import { existsSync } from 'node:fs';
import { chromium } from '@playwright/test';

const installed = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
];

type Launch = { executablePath: string; args: string[]; ignoreDefaultArgs: string[] };

/**
 * What almost every test runs in: the headless shell inside the npm package @sparticuz/chromium, which needs no download and
 * a third of a whole Chromium's time, since it has no windows to paint. LATCHKEY_CHROMIUM names another browser for all tests.
 */
export async function headlessShell(): Promise<Launch> {
  const packaged = process.platform === 'linux' && process.arch === 'x64' && !process.env.LATCHKEY_CHROMIUM;
  return launchOf(packaged ? await packagedShell() : await findChromium());
}

/** For what a headless shell does not do: keep a page as it was left, for the Back button. */
export async function wholeChromium(): Promise<Launch> {
  return launchOf(await findChromium());
}

function launchOf(executablePath: string): Launch {
  return {
    executablePath,
    // Quiet, and without the sandbox where we are root, which Chromium refuses otherwise.
    args: [
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
    // Playwright switches this cache off; a secret in it is one of the things to be proved absent.
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
  };
}

/** LATCHKEY_CHROMIUM, then an installed one, then Playwright's own, then the packaged shell. */
async function findChromium(): Promise<string> {
  const chosen = process.env.LATCHKEY_CHROMIUM;
  if (chosen) {
    if (existsSync(chosen)) return chosen;
    throw new Error(`LATCHKEY_CHROMIUM names ${chosen}, which does not exist.`);
  }
  const found = [...installed, chromium.executablePath()].find((candidate) => existsSync(candidate));
  if (found) return found;
  try {
    return await packagedShell();
  } catch (error) {
    const help = 'No browser is to be had. Install one (apt-get install chromium), or name it in LATCHKEY_CHROMIUM.';
    throw new Error(help, { cause: error });
  }
}

async function packagedShell(): Promise<string> {
  const { default: packaged } = await import('@sparticuz/chromium');
  return packaged.executablePath();
}

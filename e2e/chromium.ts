import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
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

/**
 * The package unpacks to one fixed path in the temporary directory, for every version, user and checkout, and takes what is
 * there for whole. So it gets a directory of its own, which has its name only when it is complete: two runs may start at once.
 */
async function packagedShell(): Promise<string> {
  const { devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
  const folder = path.resolve(`node_modules/.cache/chromium-${devDependencies['@sparticuz/chromium']}`);
  const shell = path.join(folder, 'chromium');
  if (existsSync(shell)) return shell;
  mkdirSync(path.dirname(folder), { recursive: true });
  const unpacking = mkdtempSync(`${folder}-`);
  const { TMPDIR } = process.env;
  try {
    process.env.TMPDIR = unpacking;
    const { default: packaged } = await import('@sparticuz/chromium');
    await packaged.executablePath();
    renameSync(unpacking, folder);
  } catch (error) {
    rmSync(unpacking, { recursive: true, force: true });
    // Unless another run was first.
    if (!existsSync(shell)) throw error;
  } finally {
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
  }
  return shell;
}

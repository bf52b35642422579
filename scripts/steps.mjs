/** What `quickstart` and `test` share. Plain Node without packages: it runs before anything is installed. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Prints a sentence and ends. @param {string} sentence @returns {never} */
export function fail(sentence) {
  process.stderr.write(`\n${sentence}\n`);
  process.exit(1);
}

/** Everything runs in the project's root, on a Node that is new enough. */
export function checkPlace() {
  process.chdir(path.resolve(import.meta.dirname ?? '.', '..'));
  const { engines } = JSON.parse(readFileSync('package.json', 'utf8'));
  const [wantedMajor, wantedMinor] = engines.node.match(/\d+/g).map(Number);
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < wantedMajor || (major === wantedMajor && minor < wantedMinor)) {
    fail(
      `Latchkey needs Node ${wantedMajor}.${wantedMinor} or newer; this is ${process.versions.node}. Install it from nodejs.org, then try again.`,
    );
  }
}

/**
 * Runs a command with a line of progress, keeping its output for the case of a failure.
 * @param {string} title @param {string} command @param {string[]} args
 * @param {{env?: Record<string, string>, show?: boolean, alone?: boolean}} [options] show: pass the output through; alone:
 *   nothing else runs meanwhile, so that its line may be written over
 * @returns {Promise<{code: number, output: string}>}
 */
export function step(title, command, args, { env = {}, show = false, alone = true } = {}) {
  const started = Date.now();
  const seconds = () => `${Math.round((Date.now() - started) / 1000)} s`;
  const live = process.stdout.isTTY && !show && alone;
  process.stdout.write(live ? `… ${title}` : `… ${title}\n`);
  const timer = setInterval(
    () => process.stdout.write(live ? `\r… ${title} (${seconds()})` : `  … ${title}, still at it (${seconds()})\n`),
    live ? 1_000 : 30_000,
  );
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', show ? 'inherit' : 'pipe', show ? 'inherit' : 'pipe'],
    });
    let output = '';
    child.stdout?.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr?.on('data', (chunk) => {
      output += chunk;
    });
    child.on('error', (error) => {
      output += error.message;
    });
    child.on('close', (code) => {
      clearInterval(timer);
      process.stdout.write(`${live ? '\r' : ''}${code === 0 ? '✓' : '✗'} ${title} (${seconds()})      \n`);
      resolve({ code: code ?? 1, output });
    });
  });
}

/** Like `step`, but a failure prints what the command said, and ends. @param {string} hint what to do about it
 * @param {string} title @param {string} command @param {string[]} args @param {{env?: Record<string, string>}} [options] */
export async function required(hint, title, command, args, options) {
  const { code, output } = await step(title, command, args, options);
  if (code !== 0) fail(`${output.trim().split('\n').slice(-40).join('\n')}\n\n${hint}`);
  return output;
}

const stamp = 'node_modules/.latchkey-installed';

/** Installs the packages of the lock file, unless exactly these are installed. */
export async function install() {
  const wanted = createHash('sha256').update(readFileSync('package-lock.json')).update(process.version).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  const hint = 'The packages could not be installed. Check that the npm registry can be reached, then try again.';
  // Not `npm ci`: it refuses a lock file without the binaries of platforms that a registry mirror does not carry.
  await required(
    hint,
    'Installing packages (a minute or two)',
    'npm',
    ['install', '--no-save', '--no-audit', '--no-fund', '--include=dev'],
    { env: { NODE_ENV: 'development' } },
  );
  writeFileSync(stamp, wanted);
}

const sources = [
  'app',
  'components',
  'lib',
  'prisma',
  'public',
  'server.ts',
  'next-pages.ts',
  'next.config.mjs',
  'postcss.config.mjs',
  'package-lock.json',
  'scripts/build-server.mjs',
];

/** Builds, unless the build is newer than every source. */
export async function build() {
  if (existsSync('dist/server.mjs') && newest(sources) < statSync('dist/server.mjs').mtimeMs) return;
  await required('The build failed; its last lines are above.', 'Building (about a minute)', 'npm', ['run', 'build']);
}

/** @param {string[]} paths @returns {number} the latest modification below them, in ms */
function newest(paths) {
  return Math.max(
    0,
    ...paths.map((entry) => {
      const stat = statSync(entry);
      if (!stat.isDirectory()) return stat.mtimeMs;
      return Math.max(stat.mtimeMs, newest(readdirSync(entry).map((name) => path.join(entry, name))));
    }),
  );
}

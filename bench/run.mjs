/**
 * npm run bench [-- --quick] [-- --json]: installs and builds what it needs, then compares Latchkey with its peers. Ten
 * minutes; --quick, a minute and a half and nothing to quote. Only a full run is written into docs/performance.md. With
 * --growth it compares a small database with a large one instead, with --audit creating keys with and without events, with
 * --gateway calls through the gateway with direct ones and with nginx.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { build, checkPlace, install, required } from '../scripts/steps.mjs';

checkPlace();
await install();
await build();
const other = ['growth', 'audit', 'gateway'].find((name) => process.argv.includes(`--${name}`));
if (!other) {
  await installPeers();
  await buildNextApp();
}
// Only now may packages be imported.
const { tsImport } = await import('tsx/esm/api');
await tsImport(`./${other ?? 'bench'}.ts`, import.meta.url);

/** The peers stay out of the product's packages; their folder's .npmrc says how they are installed. */
async function installPeers() {
  const stamp = 'bench/node_modules/.latchkey-installed';
  const wanted = createHash('sha256').update(readFileSync('bench/package-lock.json')).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  const hint = 'The peers could not be installed. Check that the npm registry can be reached, then try again.';
  await required(hint, 'Installing the peers', 'npm', ['install', '--no-save', '--prefix', 'bench']);
  writeFileSync(stamp, wanted);
}

async function buildNextApp() {
  const files = ['next.config.mjs', 'app/layout.mjs', 'app/rows/page.mjs', 'app/verify/route.mjs'];
  const sources = ['package-lock.json', ...files.map((file) => `bench/next-app/${file}`)];
  const stamp = 'bench/next-app/.next/latchkey-built-from';
  const wanted = sources.map((file) => createHash('sha256').update(readFileSync(file)).digest('hex')).join('\n');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  const next = ['node_modules/next/dist/bin/next', 'build', 'bench/next-app'];
  const env = { NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' };
  await required('The bare Next application could not be built.', 'Building a bare Next application', 'node', next, {
    env,
  });
  writeFileSync(stamp, wanted);
}

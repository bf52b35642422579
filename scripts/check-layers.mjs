/**
 * npm run check:layers: who imports whom. A checker that reads nothing would report success, so a minimum of modules is
 * asserted, and in a copy of the tree a planted violation of each rule must be seen.
 */
import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { cruise } from 'dependency-cruiser';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import configuration from '../.dependency-cruiser.mjs';

const places = ['app', 'components', 'lib', 'server.ts'];
const root = process.cwd();
/** A change in the number of modules is expected; a fall to nearly none is a broken checker. */
const fewestModules = 40;

/** @type {Array<[rule: string, file: string, statement: string]>} */
const planted = [
  ['nothing-imports-app', 'lib/keys/planted.ts', `import '@/app/planted';`],
  ['app-imports-components-and-lib', 'app/planted.ts', `import '@/scripts/run-script';`],
  ['components-know-only-schemas', 'components/planted.tsx', `import '@/lib/auth/permissions';`],
  ['components-reach-no-database', 'components/planted-too.tsx', `import '@/lib/keys/queries';`],
  ['only-data-access-imports-db', 'lib/keys/planted-too.ts', `import '../db/sql';`],
  ['verification-loads-no-orm', 'lib/verification/planted.ts', `import '../keys/mutations';`],
  ['pure-stays-pure', 'lib/keys/policy.ts', `import 'node:fs';`],
  ['next-only-at-the-edge', 'lib/http/planted.ts', `import 'next/headers';`],
  ['verification-runs-on-plain-node', 'lib/verification/planted-too.ts', `import '../auth/viewer';`],
  ['no-circular', 'lib/http/circle.ts', `import './circle-too';`],
];

const { violations, modules } = await check(root);
for (const violation of violations) console.error(`${violation.rule.name}: ${violation.from} → ${violation.to}`);
if (violations.length > 0) process.exit(1);
if (modules < fewestModules) throw new Error(`Only ${modules} modules were read, so nothing is proved.`);

const copy = mkdtempSync(path.join(tmpdir(), 'latchkey-layers-'));
try {
  for (const place of [...places, 'scripts', 'generated', 'tsconfig.json', 'package.json']) {
    if (existsSync(place)) cpSync(place, path.join(copy, place), { recursive: true });
  }
  symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'));
  for (const [, file, statement] of planted)
    writeFileSync(path.join(copy, file), `${statement}\nexport {};\n`, { flag: 'a' });
  writeFileSync(path.join(copy, 'lib/http/circle-too.ts'), `import './circle';\nexport {};\n`);
  process.chdir(copy);
  const seen = new Set((await check(copy)).violations.map((violation) => `${violation.rule.name} ${violation.from}`));
  const missed = planted.filter(
    ([rule, file]) => ![...seen].some((line) => line.startsWith(`${rule} ${file.replace(/\.tsx?$/, '')}`)),
  );
  if (missed.length > 0) throw new Error(`Planted violations went unseen: ${missed.map(([rule]) => rule).join(', ')}`);
} finally {
  process.chdir(root);
  rmSync(copy, { recursive: true, force: true });
}
console.log(`${modules} modules keep the rules, and ${planted.length} planted violations were seen.`);

/** @param {string} baseDir */
async function check(baseDir) {
  const { options, forbidden = [] } = configuration;
  const result = await cruise(places, { ...options, baseDir, ruleSet: { forbidden }, validate: true }, undefined, {
    tsConfig: extractTSConfig(path.join(baseDir, 'tsconfig.json')),
  });
  if (typeof result.output === 'string') throw new Error('dependency-cruiser answered with text.');
  const own = result.output.modules.filter((module) => !module.source.startsWith('node_modules'));
  return { violations: result.output.summary.violations, modules: own.length };
}

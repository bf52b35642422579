/** npm test: from a fresh clone, every check. Ends with one line `N passed, N failed`, and how many were skipped, if any. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { checkPlace, install, required, step } from './steps.mjs';

checkPlace();
await install();
await required('The data client could not be generated; the reason is above.', 'Generating the data client', 'npm', [
  'run',
  '--silent',
  'generate',
]);

const reports = mkdtempSync(path.join(tmpdir(), 'latchkey-reports-'));
let passed = 0;
let failed = 0;
let skipped = 0;

// The types take about as long as the three others, each on one processor.
await Promise.all([check('Types', 'typecheck', false), checkSources()]);
await suite('Unit tests', 'test:unit', countVitest);
await suite('Integration tests on PGlite and PostgreSQL', 'test:integration', countVitest);
if (await check('Build', 'build')) {
  await check('Bundles', 'check:bundles');
  await suite('End-to-end tests in Chromium', 'test:e2e', countPlaywright);
}

rmSync(reports, { recursive: true, force: true });
// A test that was skipped proved nothing: it is said, where there is one.
console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exit(failed === 0 ? 0 : 1);

async function checkSources() {
  await check('Lint and format', 'lint', false);
  await check('Layers', 'check:layers', false);
  await check('Unused code', 'check:unused', false);
}

/** @param {string} title @param {string} script @param {boolean} [alone] whether nothing else runs meanwhile */
async function check(title, script, alone = true) {
  const { code, output } = await step(title, 'npm', ['run', '--silent', script], { alone });
  if (code === 0) passed++;
  else {
    failed++;
    console.log(output);
  }
  return code === 0;
}

/** A suite counts its tests; one that fails without a failed test counts as one failure.
 * @param {string} title @param {string} script @param {(report: any) => {passed: number, failed: number, skipped: number}} count */
async function suite(title, script, count) {
  const report = path.join(reports, `${script.replace(':', '-')}.json`);
  const { code } = await step(title, 'npm', ['run', '--silent', script], {
    env: { LATCHKEY_TEST_REPORT: report },
    show: true,
  });
  let result = { passed: 0, failed: 0, skipped: 0 };
  try {
    result = count(JSON.parse(readFileSync(report, 'utf8')));
  } catch (error) {
    console.log(`${title} left no report: ${error}`);
  }
  passed += result.passed;
  skipped += result.skipped;
  failed += result.failed || (code === 0 && result.passed > 0 ? 0 : 1);
}

/** @param {{numPassedTests: number, numFailedTests: number, numPendingTests: number}} report */
function countVitest(report) {
  return { passed: report.numPassedTests, failed: report.numFailedTests, skipped: report.numPendingTests };
}

/** @param {{stats: {expected: number, unexpected: number, flaky: number, skipped: number}}} report */
function countPlaywright({ stats }) {
  return { passed: stats.expected, failed: stats.unexpected + stats.flaky, skipped: stats.skipped };
}

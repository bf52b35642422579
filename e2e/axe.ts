import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { expect } from '@playwright/test';
import type Axe from 'axe-core';

const source = readFileSync('node_modules/axe-core/axe.min.js', 'utf8');
const standards = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/**
 * No violation of the standards in what the page shows now, so wait for it first.
 * @param what is looked at, for the message
 * @param further tags of rules
 */
export async function expectNoViolations(page: Page, what: string, further: string[] = []): Promise<void> {
  // Once for each document: bringing axe in takes longer than looking.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(source);
  const { violations, passes } = await page.evaluate(
    async (values) => {
      const { axe } = window as unknown as { axe: typeof Axe };
      // Of what is in order one example is enough: to describe all of it takes as long as to look.
      const results = await axe.run({ runOnly: { type: 'tag', values }, resultTypes: ['violations'] });
      return {
        violations: results.violations.map(({ id, nodes }) => ({
          id,
          nodes: nodes.map((node) => node.failureSummary),
        })),
        passes: results.passes.length,
      };
    },
    [...standards, ...further],
  );
  expect.soft(violations, `axe: ${what}`).toEqual([]);
  // Who looks at nothing finds nothing.
  expect(passes, `axe: ${what}`).toBeGreaterThan(5);
}

/** The one tooltip of the page: when it opens, what closes it, and where it is. */
import type { Locator, Page } from '@playwright/test';
import { createKeyFor } from '../tests/support/world';
import { expect, test } from './fixtures';
import { createThroughDialog, keysPath, open, rowOf, secretDialog, tabTo, tooltip } from './key-page';

test.use({ policy: { maximumKeysPerUser: 10 } });

const mustDeactivate = 'You must deactivate the API Key before you can delete it.';
const button = (page: Page, action: string) => page.getByRole('button', { name: `${action} Export` });

test('neighbours say what they do one at a time, to Tab and to the pointer', async ({ page, viewer }) => {
  await createKeyFor(viewer, { name: 'Export' });
  await open(page, keysPath);
  await tabTo(page, button(page, 'Edit'));
  for (const action of ['Edit', 'Deactivate', 'Rotate']) {
    await expect(page.getByRole('tooltip')).toHaveText([action]);
    await page.keyboard.press('Tab');
  }
  await expect(page.getByRole('tooltip')).toHaveText([mustDeactivate]);
  await page.keyboard.press('Tab');
  await expect(page.getByRole('tooltip')).toHaveCount(0);
  for (const action of ['Edit', 'Deactivate', 'Rotate']) {
    await button(page, action).hover();
    await expect(page.getByRole('tooltip')).toHaveText([action]);
  }
});

test('a tooltip stays for the pointer that comes to it, however slowly', async ({ page, viewer }) => {
  await createKeyFor(viewer, { name: 'Export' });
  await page.clock.install();
  await open(page, keysPath);
  await button(page, 'Delete').hover();
  await expect(tooltip(page, mustDeactivate)).toBeVisible();
  await page.clock.pauseAt(Date.now() + 3_600_000);
  const [from, to] = [await middleOf(button(page, 'Delete')), await middleOf(tooltip(page, mustDeactivate))];
  // As a hand does: over the gap, and a corner of the neighbour.
  for (let part = 0.05; part < 1; part += 0.05) {
    await page.mouse.move(from.x + (to.x - from.x) * part, from.y + (to.y - from.y) * part);
    await page.clock.runFor(100);
  }
  await page.clock.runFor(10_000);
  await expect(tooltip(page, mustDeactivate)).toBeVisible();
  await page.mouse.move(0, 0);
  await page.clock.runFor(1_000);
  await expect(page.getByRole('tooltip')).toHaveCount(0);
});

test('a tooltip goes when its control is scrolled away from under the pointer, and only then', async ({
  page,
  viewer,
}) => {
  for (const name of ['Import', 'Backup', 'Laptop', 'Export']) await createKeyFor(viewer, { name });
  await page.setViewportSize({ width: 1280, height: 480 });
  await open(page, keysPath);
  await button(page, 'Rotate').hover();
  await expect(tooltip(page, 'Rotate')).toBeVisible();
  const scroll = (distance: number) =>
    page.evaluate(async (distance) => {
      const scrolled = new Promise((resolve) => document.addEventListener('scroll', resolve, { once: true }));
      scrollBy({ top: distance, behavior: 'instant' });
      await scrolled;
    }, distance);
  await scroll(3);
  await expect(tooltip(page, 'Rotate')).toBeVisible();
  await scroll(60);
  await expect(page.getByRole('tooltip')).toHaveCount(0);
});

test('a click on a button that does something closes its tooltip', async ({ page, viewer }) => {
  await createKeyFor(viewer, { name: 'Export' });
  await open(page, keysPath);
  await button(page, 'Rotate').hover();
  await expect(tooltip(page, 'Rotate')).toBeVisible();
  await button(page, 'Rotate').click();
  await expect(page.getByRole('dialog', { name: 'Rotate' })).toBeVisible();
  await expect(page.getByRole('tooltip')).toHaveCount(0);
});

async function middleOf(element: Locator): Promise<{ x: number; y: number }> {
  const box = await element.boundingBox();
  if (!box) throw new Error('It is not on the page.');
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

test('in a dialog Escape closes the tooltip first, then asks to close the dialog', async ({ page }) => {
  await open(page, keysPath);
  const dialog = await createThroughDialog(page, 'Export');
  await tabTo(page, dialog.getByRole('button', { name: 'Show client secret' }));
  // Inside the dialog, or screen readers would not find it.
  await expect(dialog.getByRole('tooltip')).toHaveText('Show');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('tooltip')).toHaveCount(0);
  await expect(secretDialog(page)).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('alertdialog')).toHaveAccessibleName('Close without saving the secret?');
});

test('screen readers hear why a button does nothing without the focus on it', async ({ page, viewer }) => {
  await createKeyFor(viewer, { name: 'Export' });
  await open(page, keysPath);
  await expect(button(page, 'Delete')).toHaveAccessibleDescription(mustDeactivate);
  await expect(button(page, 'Edit')).toHaveAccessibleDescription('');
});

test('an open tooltip follows what its button says now, and goes with the button', async ({ page, viewer }) => {
  await createKeyFor(viewer, { name: 'Export' });
  await open(page, keysPath);
  await tabTo(page, button(page, 'Delete'));
  await expect(tooltip(page, mustDeactivate)).toBeVisible();
  const change = (change: string) => button(page, 'Delete').evaluate(new Function('b', change) as () => void);
  await change("b.setAttribute('aria-description', 'Another reason.')");
  await expect(page.getByRole('tooltip')).toHaveText(['Another reason.']);
  await change('b.remove()');
  await expect(page.getByRole('tooltip')).toHaveCount(0);
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });

  test('a tap on a button that does nothing says why, within the screen; another tap closes it', async ({
    page,
    viewer,
  }) => {
    await createKeyFor(viewer, { name: 'Export' });
    await open(page, keysPath);
    await button(page, 'Delete').tap({ force: true });
    await expect(tooltip(page, mustDeactivate)).toBeInViewport({ ratio: 1 });
    await rowOf(page, 'Export').getByText('Active').tap();
    await expect(page.getByRole('tooltip')).toHaveCount(0);
  });
});

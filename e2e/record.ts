import type { Page } from '@playwright/test';

export type Exchange = { method: string; request: string; response: string; flight: boolean; action: boolean };

/** Stands between the page and the server, and keeps all that either says: the browser itself forgets unread answers. */
export async function record(page: Page): Promise<Exchange[]> {
  const exchanges: Exchange[] = [];
  await page.route('**/*', async (route) => {
    const request = route.request();
    const response = await route.fetch({ maxRedirects: 0 });
    const sent = request.headers();
    exchanges.push({
      method: request.method(),
      request: [request.url(), JSON.stringify(sent), request.postData()].join('\n'),
      response: [JSON.stringify(response.headersArray()), await response.text()].join('\n'),
      flight: 'rsc' in sent,
      action: 'next-action' in sent,
    });
    await route.fulfill({ response });
  });
  return exchanges;
}

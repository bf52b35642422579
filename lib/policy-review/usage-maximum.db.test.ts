/** What a review says of a tenant with more usage than it looks at. */
import { expect, test, vi } from 'vitest';
import { countRequests } from '@/tests/support/usage';
import { createKeyFor, createViewer } from '@/tests/support/world';
import { findPolicyReview } from './queries';

vi.mock('./schema', async (original) => ({ ...(await original<object>()), usageMaximum: 3 }));

test('a week of more usage than is looked at is said to be more, and one of just as much is not', async () => {
  const { viewer } = await createViewer({}, { roles: ['developer', 'admin'] });
  const { clientId } = await createKeyFor(viewer);
  const review = async () => {
    const found = await findPolicyReview(viewer, { apiKeysEnabled: false, rateLimitPerMinute: 1 });
    return [found?.effects.apiKeysEnabled?.isMore, found?.effects.rateLimitPerMinute?.isMore];
  };
  for (const hoursAgo of [0, 1, 2]) await countRequests(clientId, { hoursAgo, requests: 61 });
  expect(await review()).toEqual([false, false]);
  await countRequests(clientId, { hoursAgo: 3, requests: 61 });
  expect(await review()).toEqual([true, true]);
  const found = await findPolicyReview(viewer, { apiKeysEnabled: false, rateLimitPerMinute: 1 });
  expect(found?.effects.apiKeysEnabled).toMatchObject({ personal: { keys: 1, members: 1 }, requests: 4 * 61 });
  expect(found?.effects.rateLimitPerMinute).toMatchObject({ keys: 1 });
});

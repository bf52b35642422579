import { expect, test } from 'vitest';
import { requestWith } from '@/tests/support/requests';
import { createKeyFor, createViewer, sql } from '@/tests/support/world';
import { secretFor } from '../keys/secret';
import { answerEndpoint } from './endpoints';

async function prepare(limit: number | null) {
  const { viewer, tenant } = await createViewer();
  await setLimit(tenant.id, limit);
  return { tenant, ...(await createKeyFor(viewer)), second: await createKeyFor(viewer) };
}
const setLimit = (tenantId: string, limit: number | null) =>
  sql('UPDATE tenant SET rate_limit_per_minute = $2 WHERE id = $1', [tenantId, limit]);
const authorize = (secret: string, query = '') => answerEndpoint(requestWith(secret, '/api/v1/authorize', query));
const statuses = async (secret: string, count: number) => {
  const replies = await Promise.all(Array.from({ length: count }, () => authorize(secret)));
  return replies.map(({ status }) => status).sort();
};

test('without a limit nothing is limited, and no field speaks of one', async () => {
  const { secret } = await prepare(null);
  expect(new Set(await statuses(secret, 200))).toEqual(new Set([200]));
  expect(Object.keys((await authorize(secret)).headers).filter((name) => /rate/i.test(name))).toEqual([]);
});

test('a key makes as many requests in a minute as the policy says, its neighbour as many of its own', async () => {
  const { secret, second } = await prepare(5);
  expect(await statuses(secret, 8)).toEqual([200, 200, 200, 200, 200, 429, 429, 429]);
  const { status, headers, body } = await authorize(secret);
  expect(status).toBe(429);
  expect(headers).toMatchObject({ 'RateLimit-Policy': '"key";q=5;w=60', 'Cache-Control': 'no-store' });
  expect(headers.RateLimit).toMatch(/^"key";r=0;t=([1-9]|[1-5]\d|60)$/);
  expect(Number(headers['Retry-After'])).toBeGreaterThan(50);
  expect(JSON.parse(body)).toMatchObject({ type: 'urn:latchkey:problem:rate_limited', status: 429 });
  const accepted = await authorize(second.secret);
  expect(accepted).toMatchObject({ status: 200, headers: { 'RateLimit-Policy': '"key";q=5;w=60' } });
  expect(accepted.headers.RateLimit).toMatch(/^"key";r=4;t=60$/);
});

test('a new limit holds at once, for the minute that has begun too', async () => {
  const { secret, tenant } = await prepare(5);
  expect(await statuses(secret, 6)).toEqual([200, 200, 200, 200, 200, 429]);
  await setLimit(tenant.id, 100);
  expect((await authorize(secret)).status).toBe(200);
  await setLimit(tenant.id, 3);
  expect((await authorize(secret)).status).toBe(429);
  await setLimit(tenant.id, null);
  expect((await authorize(secret)).status).toBe(200);
});

test('nobody without the secret can use a key’s limit up', async () => {
  const { secret, clientId } = await prepare(3);
  const wrong = secretFor(clientId.slice(6), 'w'.repeat(32));
  for (let count = 0; count < 20; count++) expect((await authorize(wrong)).status).toBe(401);
  expect(await statuses(secret, 3)).toEqual([200, 200, 200]);
});

test('a request for a missing scope counts like any other', async () => {
  const { secret } = await prepare(2);
  expect((await authorize(secret, 'scope=reports:read')).status).toBe(403);
  expect((await authorize(secret, 'scope=reports:read')).headers.RateLimit).toMatch(/^"key";r=0;/);
  expect((await authorize(secret, 'scope=reports:read')).status).toBe(429);
});

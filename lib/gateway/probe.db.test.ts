import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { insertConnection, insertProviderKey, type NewConnection } from '@/tests/support/connections';
import { createTenant } from '@/tests/support/world';
import { env } from '../env';
import { testConnection } from './probe';

const secret = 'sk-0123456789abcdef';
const cleanUps: Array<() => void> = [];

afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});

/** An upstream on this machine, which the operator has listed unless told otherwise. */
async function startUpstream(answer: RequestListener, listed = true): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const allowed = env().gatewayAllow as Set<string>;
  if (listed) allowed.add(host);
  cleanUps.push(() => {
    allowed.delete(host);
    server.close();
    server.closeAllConnections();
  });
  return `http://${host}`;
}

/** What a test of a new connection to this URL finds. */
async function found(connection: Partial<NewConnection> & { url: string }, key: string | null = secret) {
  const { id: tenantId } = await createTenant();
  const providerKeyId = key === null ? null : await insertProviderKey(tenantId, 'Key', key);
  await insertConnection(tenantId, { slug: 'tested', providerKeyId, ...connection });
  return testConnection(tenantId, 'tested');
}

const provider: RequestListener = (request, response) => {
  const known = request.headers.authorization === `Bearer ${secret}` && request.url === '/v1/models';
  response.writeHead(known ? 200 : 401).end();
};

test('an LLM provider is asked for its models, with the provider key', async () => {
  const url = `${await startUpstream(provider)}/v1`;
  expect(await found({ url })).toEqual({ status: 'answered', httpStatus: 200, milliseconds: expect.any(Number) });
  expect(await found({ url }, 'sk-another-0123456789')).toEqual({ status: 'key_refused', httpStatus: 401 });
});

test('a workflow is asked for its options: nothing runs', async () => {
  const methods: unknown[] = [];
  const url = await startUpstream((request, response) => {
    methods.push(request.method, request.url);
    response.writeHead(204).end();
  });
  expect(await found({ url: `${url}/hook/`, kind: 'workflow', method: 'POST' })).toMatchObject({ httpStatus: 204 });
  expect(methods).toEqual(['OPTIONS', '/hook/']);
});

test('an upstream that is not there, may not be called, sends elsewhere or has no provider key is told apart', async () => {
  const failed = (reason: string) => ({ status: 'failed', reason });
  const elsewhere = await startUpstream((_, response) => {
    response.writeHead(302, { Location: 'http://127.0.0.1/' }).end();
  });
  expect(await found({ url: elsewhere })).toEqual(failed('upstream_redirected'));
  expect(await found({ url: await startUpstream(provider, false) })).toEqual(failed('upstream_blocked'));
  const gone = await startUpstream((request) => request.socket.destroy());
  expect(await found({ url: gone })).toEqual(failed('upstream_reset'));
  expect(await found({ url: elsewhere }, null)).toEqual(failed('provider_key_missing'));
  expect(await found({ url: 'https://nowhere.invalid' })).toEqual(failed('upstream_unreachable'));
});

test('another tenant’s connection is asked nothing', async () => {
  let asked = 0;
  const url = await startUpstream((_, response) => {
    asked++;
    response.end();
  });
  const [mine, theirs] = [await createTenant(), await createTenant()];
  await insertConnection(theirs.id, { slug: 'theirs', url, authStyle: 'none' });
  expect(await testConnection(mine.id, 'theirs')).toEqual({ status: 'failed', reason: 'upstream_unreachable' });
  expect(asked).toBe(0);
  expect(await testConnection(theirs.id, 'theirs')).toMatchObject({ status: 'answered' });
});

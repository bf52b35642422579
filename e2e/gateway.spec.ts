/** The gateway, between callers and upstreams on this machine: on the server with its pages and on the verifier. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { get as httpGet, request as httpRequest, type IncomingMessage, type RequestListener } from 'node:http';
import OpenAI from 'openai';
import type { Viewer } from '@/lib/auth/queries';
import { insertConnection, insertProviderKey, type NewConnection } from '../tests/support/connections';
import { createKeyFor, createScopes, sql } from '../tests/support/world';
import { expect, test } from './fixtures';
import { bearer } from './key-page';
import { exchange, exchangeBytes, statusOf } from './raw-http';
import { freePort, type RunningServer, startSecondServer, startServer } from './server';
import { echo, type RawUpstream, startRawUpstream, startUpstream, textOf, type Upstream } from './upstream';

// One worker: its servers are told beforehand which upstreams they may call.
test.describe.configure({ mode: 'default' });

let upstream: Upstream;
let raw: RawUpstream;
let closedPort: number;
let servers: RunningServer[] = [];
const origins = { server: '', verifier: '' };
const programs = ['verifier', 'server'] as const;

// biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures from this pattern.
test.beforeAll(async ({}, info) => {
  [upstream, raw, closedPort] = await Promise.all([startUpstream(), startRawUpstream(), freePort()]);
  const hosts = [upstream.port, raw.port, closedPort].map((port) => `127.0.0.1:${port}`);
  const further = { LATCHKEY_GATEWAY_ALLOW: [...hosts, 'nowhere.invalid:443'].join(), LOG_LEVEL: 'info' };
  const port = String(await freePort());
  const shared = ['DATABASE_URL', 'NEXTAUTH_SECRET', 'LATCHKEY_PEPPERS', 'LATCHKEY_AUDIT_KEY', 'LATCHKEY_VAULT_KEYS'];
  const settings = Object.fromEntries(shared.map((name) => [name, process.env[name] ?? '']));
  const [server, verifier] = await Promise.all([
    startSecondServer(further, info.outputPath('server.log')),
    startServer({ ...settings, PORT: port, ...further }, info.outputPath('verifier.log'), 'verifier'),
  ]);
  servers = [server, verifier];
  Object.assign(origins, {
    server: server.origin.replace('localhost', '127.0.0.1'),
    verifier: `http://127.0.0.1:${port}`,
  });
});

test.afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop('SIGKILL')));
  upstream.close();
  raw.close();
});

const providerSecret = 'sk-upstream-0123456789abcdefghijklmnopqrstuvwxyz';

/** A connection of the viewer's tenant to a route of the upstream that is the test's own, and a key to call it with. */
async function connected(viewer: Viewer, answer: RequestListener, options: Partial<NewConnection> = {}) {
  const route = randomUUID();
  upstream.on(route, answer);
  const slug = options.slug ?? `c-${route.slice(0, 8)}`;
  const providerKeyId =
    options.authStyle === 'none' ? null : await insertProviderKey(viewer.tenantId, `Key ${route}`, providerSecret);
  const url = `${upstream.origin}/${route}/v1`;
  const id = await insertConnection(viewer.tenantId, { slug, url, providerKeyId, ...options });
  const { secret, clientId } = await createKeyFor(viewer);
  return { id, slug, route, secret, clientId, providerKeyId, path: `/api/v1/connect/${slug}` };
}

/** A connection to the upstream that speaks bytes. */
async function connectedRaw(viewer: Viewer, answer: RawUpstream['answer'], options: Partial<NewConnection> = {}) {
  raw.answer = answer;
  return connected(viewer, () => {}, { url: `${raw.origin}/v1`, ...options });
}

const typeOf = async (response: Response) =>
  String(((await response.json()) as { type?: string }).type).replace('urn:latchkey:problem:', '');
const outcome = async (response: Response) => `${response.status} ${await typeOf(response)}`;

type Echoed = { method: string; url: string; rawHeaders: string[]; body: string };
function valuesOf({ rawHeaders }: Echoed, name: string): string[] {
  return rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name);
}

for (const program of programs) {
  test.describe(`the ${program}`, () => {
    const call = (path: string, secret: string, init: RequestInit = {}) =>
      fetch(`${origins[program]}${path}`, {
        redirect: 'manual',
        ...init,
        headers: { ...bearer(secret), ...(init.headers as Record<string, string>) },
      });

    test('method, path, query and body reach the upstream with the provider key in place of the caller’s', async ({
      viewer,
    }) => {
      const { path, secret, route, slug } = await connected(viewer, echo);
      for (const [method, body] of [
        ['POST', '{"model":"m"}'],
        ['POST', 'x'.repeat(300_000)],
        ['PUT', 'text'],
        ['PATCH', ''],
        ['DELETE', 'why'],
        ['GET', null],
        ['OPTIONS', null],
      ] as const) {
        const response = await call(`${path}/chat/completions?a=1&b=%20`, secret, { method, body });
        expect(response.status, method).toBe(200);
        expect(response.headers.get('x-latchkey-connection')).toBe(slug);
        const arrived = (await response.json()) as Echoed;
        expect(arrived).toMatchObject({ method, url: `/${route}/v1/chat/completions?a=1&b=%20`, body: body ?? '' });
        expect(valuesOf(arrived, 'authorization')).toEqual([`Bearer ${providerSecret.replace(/./g, '*')}`]);
        expect(JSON.stringify(arrived)).not.toContain('lk_sk_');
      }
    });
  });
}

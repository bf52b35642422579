/**
 * The one HTTP server. It answers the machines' endpoints itself, on plain objects, and hands the rest to Next; nothing
 * reaches Next but with forwarding headers that this server wrote and, where it changes something, with our own Origin.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import next from 'next';
import { closeDatabase } from './lib/db/connection';
import { migrate } from './lib/db/migrate';
import { disconnectPrisma } from './lib/db/prisma';
import { query } from './lib/db/sql';
import { ConfigurationError, env, exportForNextAuth } from './lib/env';
import { clientAddress, overwriteForwarding } from './lib/http/forwarding';
import { originAllowed, redirectToOrigin } from './lib/http/origin';
import { problem, type Reply } from './lib/http/problem';
import { contentSecurityPolicy, securityHeaders } from './lib/http/security-headers';
import { log } from './lib/log';
import { answerEndpoint } from './lib/verification/endpoints';

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

async function main(): Promise<void> {
  const settings = env();
  exportForNextAuth();
  const applied = await migrate();
  if (applied.length > 0) log().info({ migrations: applied }, 'database migrated');
  await checkDatabase();

  const { development: dev, host, port } = settings;
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 65_000 });
  // In development Next serves its hot reload on the server's upgrades. In production it would swallow every upgrade,
  // so that whoever offers one (h2c) never gets an answer: there it gets a server that nobody connects to.
  const app = next({ dev, hostname: host, port, httpServer: dev ? server : createServer() });
  // Listening first: a taken port should be said before half a minute of preparation.
  const preparing = app.prepare();
  preparing.catch(() => {});
  server.on(
    'request',
    handler(async (request, response) => {
      await preparing;
      await app.getRequestHandler()(request, response);
    }),
  );
  await listen(server, port, host);
  await preparing;
  stopGracefully(server);
  process.stdout.write(`Latchkey is ready at ${settings.origin}\n`);
}

/** What must hold before the first request; each failure is a sentence. */
async function checkDatabase(): Promise<void> {
  const [commit] = await query<{ mode: string }>('commit-mode', `SELECT current_setting('synchronous_commit') AS mode`);
  if (commit?.mode === 'off') {
    throw new ConfigurationError('The database has synchronous_commit off: a crash could undo a revoke. Switch it on.');
  }
  const [demo] = await query<{ slug: string }>('demo-tenant', 'SELECT slug FROM tenant WHERE demo LIMIT 1');
  const local = ['127.0.0.1', '::1', 'localhost'].includes(env().host);
  if (demo && !local && !env().demoMayBePublic) {
    throw new ConfigurationError(
      `The demo's passwords are public, so it is not served on HOST=${env().host}. Use another database, or set LATCHKEY_DEMO_PUBLIC=1.`,
    );
  }
}

function handler(pages: Handler): (request: IncomingMessage, response: ServerResponse) => void {
  const origin = new URL(env().origin);
  const always = securityHeaders(origin);
  return (request, response) => {
    for (const [name, value] of Object.entries(always)) response.setHeader(name, value);
    route(request, response, origin, pages).catch((error: unknown) => {
      const reply = problem({ status: 500, type: 'internal', title: 'Something broke', detail: 'See the log.' });
      log().error({ err: error, requestId: reply.headers['X-Request-Id'] }, 'a request failed');
      if (response.headersSent) response.destroy();
      else send(response, reply);
    });
  };
}

async function route(request: IncomingMessage, response: ServerResponse, origin: URL, pages: Handler): Promise<void> {
  const { method = 'GET', url = '/' } = request;
  const [path = '/', search = ''] = url.split(/\?(.*)/s);
  const source = {
    authorization: valuesOf(request, 'authorization'),
    clientId: valuesOf(request, 'x-client-id'),
    clientSecret: valuesOf(request, 'x-client-secret'),
    query: search,
  };
  const reply = await answerEndpoint({ method, path, source });
  if (reply) return send(response, reply);

  const elsewhere = redirectToOrigin(method, request.headers.host, url, origin);
  if (elsewhere) return send(response, { status: 307, headers: { Location: elsewhere }, body: '' });
  if (!originAllowed(method, valuesOf(request, 'origin'), origin.origin)) {
    const detail = `This request must come from ${origin.origin}. Open Latchkey there, or correct LATCHKEY_URL.`;
    return send(response, problem({ status: 403, type: 'foreign_origin', title: 'Foreign Origin', detail }));
  }

  const nonce = randomBytes(16).toString('base64');
  const policy = contentSecurityPolicy(nonce, env().development);
  const address = clientAddress(
    request.socket.remoteAddress,
    request.headers['x-forwarded-for'] as string | undefined,
    env().trustedHops,
  );
  overwriteForwarding(request.headers, { address, origin, path: url, nonce, contentSecurityPolicy: policy });
  response.setHeader('Content-Security-Policy', policy);
  await pages(request, response);
}

/** Every occurrence of a header: Node itself would keep the first and hide the rest. */
function valuesOf({ rawHeaders }: IncomingMessage, name: string): string[] {
  const values: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.toLowerCase() === name) values.push(rawHeaders[index + 1] ?? '');
  }
  return values;
}

function send(response: ServerResponse, { status, headers, body }: Reply): void {
  response.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = `Port ${port} is taken by another program. Stop it, or set PORT to a free one.`;
      reject(error.code === 'EADDRINUSE' ? new ConfigurationError(taken) : error);
    });
    server.listen(port, host, resolve);
  });
}

/** Answers what is under way, then leaves; a second signal leaves at once. */
function stopGracefully(server: Server): void {
  const underWay = new Set<ServerResponse>();
  let stopping = false;
  server.prependListener('request', (_request, response: ServerResponse) => {
    // A connection that is kept alive brings further requests: each is answered, and is its last.
    if (stopping) response.setHeader('Connection', 'close');
    underWay.add(response);
    response.once('close', () => underWay.delete(response));
  });
  const stop = async () => {
    stopping = true;
    process.once('SIGINT', () => process.exit(130));
    setTimeout(() => process.exit(1), 10_000).unref();
    const closed = new Promise((resolve) => server.close(resolve));
    while (underWay.size > 0) await Promise.all([...underWay].map((response) => once(response, 'close')));
    // Browsers keep spare connections on which they asked nothing; they would hold up the end.
    server.closeAllConnections();
    await closed;
    await disconnectPrisma();
    await closeDatabase();
    process.exit(0);
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

main().catch((error: unknown) => {
  process.stderr.write(error instanceof ConfigurationError ? `${error.message}\n` : `${(error as Error).stack}\n`);
  process.exit(1);
});

/**
 * The one HTTP server. It answers the machines' endpoints itself, on plain objects, and hands the rest to Next.
 *
 * It is built twice: as `dist/server.mjs` with the pages, and as `dist/verifier.mjs` without them (`withPages` is set by
 * the build), which loads neither Next nor React nor the ORM and knows the machines' endpoints only.
 */
import cluster from 'node:cluster';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { closeDatabase } from './lib/db/connection';
import { migrate } from './lib/db/migrate';
import { query } from './lib/db/sql';
import { ConfigurationError, env } from './lib/env';
import { answerConnect } from './lib/gateway/gateway';
import { flushFailures } from './lib/gateway/mutations';
import { isConnect } from './lib/gateway/path';
import { addressOf } from './lib/http/forwarding';
import { notFound, problem } from './lib/http/problem';
import { send } from './lib/http/send';
import { stopGracefully } from './lib/http/stop';
import { supervise } from './lib/http/supervisor';
import { log } from './lib/log';
import { readHeaders } from './lib/verification/credentials';
import { answerEndpoint, isEndpoint } from './lib/verification/endpoints';
import { closeRateLimits } from './lib/verification/rate-limit';
import { warmUp } from './lib/verification/rows';
import { flushUsage } from './lib/verification/usage';
import type { Pages } from './next-pages';

/** Replaced by the build. */
declare const withPages: boolean;

async function main(): Promise<void> {
  const { databaseUrl, verifierProcesses, host, port } = env();
  if (!withPages && !databaseUrl) {
    throw new ConfigurationError('The verifier works beside the server, on its PostgreSQL: set DATABASE_URL.');
  }
  if (!withPages && verifierProcesses > 1 && cluster.isPrimary) return supervise(verifierProcesses, sayReady);
  const applied = await migrate();
  if (applied.length > 0) log().info({ migrations: applied }, 'database migrated');
  await checkDatabase();
  // A replica refuses: then every answer is 503 until it is promoted.
  await warmUp().catch((error: Error) => log().warn(error.message));

  const server = createServer({
    headersTimeout: 10_000,
    // Of pages only, see `route`: what the gateway sends on may take as long as its connection allows.
    requestTimeout: 0,
    keepAliveTimeout: 65_000,
    // How often the first two are looked at: a slow sender is cut off when it is due.
    connectionsCheckingInterval: 1_000,
  });
  const pages = withPages ? (await import('./next-pages')).openPages(server) : null;
  server.on('request', (request, response) => {
    route(request, response, pages).catch((error: unknown) => fail(request, response, error));
  });
  // Asked first, the gateway looks whether anybody wants the body; the others have no reason to wait.
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    server.emit('request', request, response);
  });
  // Nobody reaches another server through this one.
  server.on('connect', (_request, socket) =>
    socket.end('HTTP/1.1 405 Method Not Allowed\r\nConnection: close\r\n\r\n'),
  );
  // Listening first: a taken port should be said before half a minute of preparation.
  await listen(server, port, host);
  await pages?.prepared;
  const jobs = withPages ? (await import('./lib/background/jobs')).startJobs() : null;
  stopGracefully(server, async () => {
    await Promise.all([flushUsage(), flushFailures(), jobs?.stop()]);
    closeRateLimits();
    await pages?.close();
    await closeDatabase();
  });
  if (cluster.isPrimary) sayReady();
}

function sayReady(): void {
  const { origin, host, port } = env();
  process.stdout.write(
    withPages ? `Latchkey is ready at ${origin}\n` : `The verifier is ready at http://${host}:${port}\n`,
  );
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

async function route(request: IncomingMessage, response: ServerResponse, pages: Pages | null): Promise<void> {
  const { method = 'GET' } = request;
  const url = originForm(request.url ?? '/');
  // Next reads it from the request.
  request.url = url;
  const question = url.indexOf('?');
  const path = question < 0 ? url : url.slice(0, question);
  if (!isEndpoint(path)) return pages ? answerPage(request, response, url, pages) : send(request, response, notFound());
  const { source, userAgent } = readHeaders(request.rawHeaders, question < 0 ? '' : url.slice(question + 1));
  const origin = { address: addressOf(request), userAgent };
  if (isConnect(path)) return answerConnect({ request, response, method, path, source, origin });
  send(request, response, await answerEndpoint({ method, path, source, origin }));
}

/** How long a page's form may take to arrive. */
const bodyPatience = 30_000;

async function answerPage(
  request: IncomingMessage,
  response: ServerResponse,
  url: string,
  pages: Pages,
): Promise<void> {
  const { 'content-length': length, 'transfer-encoding': coding, expect } = request.headers;
  if (length !== undefined || coding !== undefined) {
    const alarm = setTimeout(() => request.destroy(), bodyPatience).unref();
    // Of the request, not of the answer: a page does not wait for a body that nobody reads.
    request.once('close', () => clearTimeout(alarm));
    if (expect !== undefined) response.writeContinue();
  }
  await pages.answer(request, response, url);
}

/** A path with its query, also where a client names the whole URL, as for a proxy (RFC 9112 section 3.2.2). */
function originForm(target: string): string {
  return target.startsWith('/') ? target : target.replace(/^https?:\/\/[^/?#]*/i, '').replace(/^(?!\/)/, '/');
}

function fail(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  const reply = problem({ status: 500, type: 'internal', title: 'Something broke', detail: 'See the log.' });
  log().error({ err: error, requestId: reply.headers['X-Request-Id'] }, 'a request failed');
  if (response.headersSent) response.destroy();
  else send(request, response, reply);
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

main().catch((error: unknown) => {
  process.stderr.write(error instanceof ConfigurationError ? `${error.message}\n` : `${(error as Error).stack}\n`);
  process.exit(1);
});

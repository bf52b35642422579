/**
 * What the demo's connections lead to: a small provider that speaks OpenAI's chat protocol and a workflow, each on a port of
 * its own, in a process that the quickstart and the tests start beside Latchkey. Their keys are public and they cost nothing,
 * so they listen on this machine only and are not for production.
 */
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { answerChat, demoModel } from './chat';

const host = '127.0.0.1';
const providerKeys = { provider: 'demo-provider-key', workflow: 'demo-workflow-key' };

async function main(): Promise<void> {
  if (process.env.NODE_ENV === 'production') {
    fail('The demo upstreams stand in for a provider, so they do not start with NODE_ENV=production.');
  }
  const servers = await Promise.all([
    listen('LATCHKEY_DEMO_LLM_PORT', answerProvider),
    listen('LATCHKEY_DEMO_WORKFLOW_PORT', answerWorkflow),
  ]);
  process.stdout.write('The demo upstreams are ready at their ports\n');
  stopGracefully(servers);
}

function listen(variable: string, answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>) {
  const port = Number(process.env[variable]);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) fail(`${variable} must be a port.`);
  const listener: RequestListener = (request, response) => {
    response.setHeader('Cache-Control', 'no-store');
    // Whoever called has gone, or sent more than a demonstration needs.
    answer(request, response).catch(() => response.destroy());
  };
  const server = createServer(listener);
  server.once('error', (error: NodeJS.ErrnoException) =>
    fail(
      error.code === 'EADDRINUSE'
        ? `Port ${port} is taken by another program, so the demo upstreams cannot start. Set ${variable} to a free one.`
        : `The demo upstreams cannot listen on port ${port} (${error.code}).`,
    ),
  );
  return new Promise<Server>((resolve) => server.listen(port, host, () => resolve(server)));
}

/** `GET /v1/models` and `POST /v1/chat/completions`. */
async function answerProvider(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://upstream');
  const refuse = (status: number, code: string, message: string) =>
    sendJson(response, status, { error: { message, type: 'invalid_request_error', param: null, code } });
  if (!hasKey(request, providerKeys.provider)) return refuse(401, 'invalid_api_key', 'Incorrect API key provided.');
  if (pathname === '/v1/models' && request.method === 'GET') {
    return sendJson(response, 200, { object: 'list', data: [{ id: demoModel, object: 'model', owned_by: 'demo' }] });
  }
  if (pathname !== '/v1/chat/completions' || request.method !== 'POST') {
    return refuse(404, 'unknown_url', `Unknown request URL: ${request.method} ${pathname}.`);
  }
  const asked = parsed(await bodyOf(request));
  const wrong = await answerChat(asked, response);
  if (wrong) refuse(wrong.status, wrong.code, wrong.message);
}

/** Anything that is sent to it comes back, with what Latchkey said about the caller. */
async function answerWorkflow(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (!hasKey(request, providerKeys.workflow))
    return sendJson(response, 401, { error: 'This workflow needs its key.' });
  const { pathname } = new URL(request.url ?? '/', 'http://upstream');
  if (pathname !== '/' && pathname !== '/run') return sendJson(response, 404, { error: 'There is only /run.' });
  const body = await bodyOf(request);
  const caller = Object.entries(request.headers)
    .filter(([name]) => name.startsWith('x-latchkey-'))
    .map(([name, value]) => [name.replace('x-latchkey-', ''), value]);
  sendJson(response, 200, {
    message: 'The demo workflow ran.',
    method: request.method,
    received: parsed(body) ?? body,
    caller: Object.fromEntries(caller),
  });
}

function hasKey(request: IncomingMessage, key: string): boolean {
  return request.headers.authorization === `Bearer ${key}`;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > 1_000_000) throw new Error('Too long.');
  }
  return Buffer.concat(chunks).toString();
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
}

function stopGracefully(servers: Server[]): void {
  const stop = () => process.exit(0);
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  // Whoever started it as a part of itself has ended, however abruptly.
  process.once('disconnect', stop);
  for (const server of servers) server.on('close', stop);
}

function fail(sentence: string): never {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

main();

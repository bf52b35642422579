import type { IncomingMessage, ServerResponse } from 'node:http';
import { env } from '../env';
import type { Reply } from './problem';
import { securityHeaders } from './security-headers';

let always: string[] | undefined;

/** The headers of every response, names and values in turn. */
export function securityFields(): readonly string[] {
  always ??= Object.entries(securityHeaders(new URL(env().origin))).flat();
  return always;
}

/** Sends the whole answer. A body that is still arriving is not waited for: the connection ends with the answer. */
export function send(request: IncomingMessage, response: ServerResponse, reply: Reply): void {
  writeHead(request, response, reply);
  response.end(reply.body);
}

/** How long who is refused may go on sending. */
const linger = 5_000;

/**
 * The same, but the connection stays until the body has arrived, for some seconds: a client that is busy sending would
 * otherwise meet the connection's end, and never read why.
 */
export function sendAndLinger(request: IncomingMessage, response: ServerResponse, reply: Reply): void {
  if (request.complete || response.destroyed) {
    send(request, response, reply);
    return;
  }
  writeHead(request, response, reply);
  response.write(reply.body);
  const end = () => {
    clearTimeout(alarm);
    response.end();
  };
  const alarm = setTimeout(end, linger).unref();
  request.once('end', end).once('close', end).resume();
}

function writeHead(request: IncomingMessage, response: ServerResponse, { status, headers, body }: Reply): void {
  // Names and values in turn, which Node writes as they are: measurably cheaper than an object or setHeader.
  const fields = securityFields().slice();
  for (const name in headers) fields.push(name, headers[name] as string);
  fields.push('Content-Length', String(Buffer.byteLength(body)));
  if (!request.complete) fields.push('Connection', 'close');
  response.writeHead(status, fields);
}

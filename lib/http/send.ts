import type { IncomingMessage, ServerResponse } from 'node:http';
import { env } from '../env';
import type { Reply } from './problem';
import { securityHeaders } from './security-headers';

let always: Record<string, string> | undefined;

/** The headers that every response of this process carries. */
export function headersOfAll(): Record<string, string> {
  always ??= securityHeaders(new URL(env().origin));
  return always;
}

/** Sends the whole answer. A body that is still arriving is not waited for: the connection ends with the answer. */
export function send(request: IncomingMessage, response: ServerResponse, { status, headers, body }: Reply): void {
  const all: Record<string, string | number> = {
    ...headersOfAll(),
    ...headers,
    'Content-Length': Buffer.byteLength(body),
  };
  if (!request.complete) all.Connection = 'close';
  response.writeHead(status, all);
  response.end(body);
}

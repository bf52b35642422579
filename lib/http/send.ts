import type { IncomingMessage, ServerResponse } from 'node:http';
import { env } from '../env';
import type { Reply } from './problem';
import { securityHeaders } from './security-headers';

let always: string[] | undefined;

/** Sends the whole answer. A body that is still arriving is not waited for: the connection ends with the answer. */
export function send(request: IncomingMessage, response: ServerResponse, { status, headers, body }: Reply): void {
  always ??= Object.entries(securityHeaders(new URL(env().origin))).flat();
  // Names and values in turn, which Node writes as they are: measurably cheaper than an object or setHeader.
  const fields = always.slice();
  for (const name in headers) fields.push(name, headers[name] as string);
  fields.push('Content-Length', String(Buffer.byteLength(body)));
  if (!request.complete) fields.push('Connection', 'close');
  response.writeHead(status, fields);
  response.end(body);
}

/**
 * Everything that Next answers: the pages, and the routes that belong to them. Nothing reaches it but with forwarding
 * headers that this process wrote and, where it changes something, with our own Origin.
 */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import next from 'next';
import { disconnectPrisma } from './lib/db/prisma';
import { env, exportForNextAuth } from './lib/env';
import { addressOf, overwriteForwarding } from './lib/http/forwarding';
import { originAllowed, redirectToOrigin } from './lib/http/origin';
import { problem } from './lib/http/problem';
import { browserHeaders, contentSecurityPolicy, securityHeaders } from './lib/http/security-headers';
import { send } from './lib/http/send';

export type Pages = {
  /** @param url of the request, from its path on */
  answer(request: IncomingMessage, response: ServerResponse, url: string): Promise<void>;
  /** Resolves when the pages can be served; a request that comes earlier waits. */
  prepared: Promise<void>;
  close(): Promise<void>;
};

export function openPages(server: Server): Pages {
  exportForNextAuth();
  const { development: dev, host, port } = env();
  // In development Next serves its hot reload on the server's upgrades. In production it would swallow every upgrade,
  // so that whoever offers one (h2c) never gets an answer: there it gets a server that nobody connects to.
  const app = next({ dev, hostname: host, port, httpServer: dev ? server : createServer() });
  const prepared = app.prepare();
  // Whoever waits for it hears of a failure; nobody may be waiting yet.
  prepared.catch(() => {});
  const origin = new URL(env().origin);
  const always = { ...securityHeaders(origin), ...browserHeaders };
  return {
    prepared,
    close: disconnectPrisma,
    async answer(request, response, url) {
      const { method = 'GET', headers } = request;
      for (const [name, value] of Object.entries(always)) response.setHeader(name, value);
      const elsewhere = redirectToOrigin(method, headers.host, url, origin);
      if (elsewhere) return send(request, response, { status: 307, headers: { Location: elsewhere }, body: '' });
      if (!originAllowed(method, request.headersDistinct.origin ?? [], origin.origin)) {
        const detail = `This request must come from ${origin.origin}. Open Latchkey there, or correct LATCHKEY_URL.`;
        return send(
          request,
          response,
          problem({ status: 403, type: 'foreign_origin', title: 'Foreign Origin', detail }),
        );
      }
      const nonce = randomBytes(16).toString('base64');
      const policy = contentSecurityPolicy(nonce, dev);
      const address = addressOf(request);
      overwriteForwarding(headers, { address, origin, path: url, nonce, contentSecurityPolicy: policy });
      response.setHeader('Content-Security-Policy', policy);
      await prepared;
      await app.getRequestHandler()(request, response);
    },
  };
}

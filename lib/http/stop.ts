import { once } from 'node:events';
import type { Server, ServerResponse } from 'node:http';

/**
 * On SIGTERM or SIGINT: answers what is under way, then leaves; a second signal leaves at once.
 * @param last what to do when everything is answered
 */
export function stopGracefully(server: Server, last: () => Promise<void>): void {
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
    await last();
    process.exit(0);
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

import type { Server, ServerResponse } from 'node:http';

/**
 * On SIGTERM or SIGINT: answers what is under way, then leaves; a second signal leaves at once.
 * @param last what to do when everything is answered
 */
export function stopGracefully(server: Server, last: () => Promise<void>): void {
  // A number and one listener for all of them: a set of the responses keeps each alive for longer, and costs a fifth of the
  // verifier's speed in garbage collection.
  let underWay = 0;
  let stopping = false;
  let allAnswered = () => {};
  const left = () => {
    underWay--;
    if (underWay === 0) allAnswered();
  };
  server.prependListener('request', (_request, response: ServerResponse) => {
    // A connection that is kept alive brings further requests: each is answered, and is its last.
    if (stopping) response.setHeader('Connection', 'close');
    underWay++;
    response.on('close', left);
  });
  const stop = async () => {
    stopping = true;
    process.once('SIGINT', () => process.exit(130));
    setTimeout(() => process.exit(1), 10_000).unref();
    const closed = new Promise((resolve) => server.close(resolve));
    if (underWay > 0) {
      await new Promise<void>((resolve) => {
        allAnswered = resolve;
      });
    }
    // Browsers keep spare connections on which they asked nothing; they would hold up the end.
    server.closeAllConnections();
    await closed;
    await last();
    process.exit(0);
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

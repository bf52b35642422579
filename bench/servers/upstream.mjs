/** What the gateway's benchmark calls: a small JSON answer, and below /stream as many bytes as the path says. */
import { createServer } from 'node:http';

const answer = JSON.stringify({ id: 'one', choices: [{ message: { content: 'x'.repeat(900) } }] });
const block = Buffer.alloc(65_536, 'x');

createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  const [, bytes] = /\/stream\/(\d+)$/.exec(request.url ?? '') ?? [];
  if (!bytes) {
    response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': answer.length }).end(answer);
    return;
  }
  let left = Number(bytes);
  const more = () => {
    while (left > 0) {
      const part = block.subarray(0, Math.min(left, block.length));
      left -= part.length;
      if (!response.write(part)) return;
    }
    response.end();
  };
  response.on('drain', more);
  more();
}).listen(Number(process.env.PORT), '127.0.0.1');

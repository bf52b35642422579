/** Upstreams for the gateway's tests: what they answer is each test's own, by the first segment of the path. */
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer as createRawServer, type Socket } from 'node:net';

export type Upstream = {
  port: number;
  origin: string;
  /** Answers what comes below `/name/`. */
  on(name: string, answer: RequestListener): void;
  /** Requests that are not answered yet. */
  underWay(): number;
  close(): void;
};

export async function startUpstream(): Promise<Upstream> {
  const answers = new Map<string, RequestListener>();
  let underWay = 0;
  const server = createServer((request, response) => {
    underWay++;
    response.on('close', () => underWay--);
    const answer = answers.get(request.url?.split(/[/?]/)[1] ?? '');
    if (answer) answer(request, response);
    else response.writeHead(404).end('no such route');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    on: (name, answer) => void answers.set(name, answer),
    underWay: () => underWay,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

export type RawUpstream = {
  port: number;
  origin: string;
  answer: (socket: Socket, head: string) => void;
  close(): void;
};

/** One that speaks no HTTP but what a test writes. */
export async function startRawUpstream(): Promise<RawUpstream> {
  const sockets = new Set<Socket>();
  const upstream: RawUpstream = { port: 0, origin: '', answer: (socket) => socket.destroy(), close };
  const server = createRawServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    let head = '';
    socket.on('data', function read(chunk) {
      head += chunk.toString('latin1');
      // Whoever greets it with TLS hears at once that it speaks none.
      if (chunk[0] === 0x16) return socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
      if (!head.includes('\r\n\r\n')) return;
      socket.off('data', read);
      socket.resume();
      upstream.answer(socket, head);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  upstream.port = (server.address() as AddressInfo).port;
  upstream.origin = `http://127.0.0.1:${upstream.port}`;
  function close() {
    server.close();
    for (const socket of sockets) socket.destroy();
  }
  return upstream;
}

export async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** Answers with what arrived: method, target, headers as they were, body. */
export async function echo(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method, url, rawHeaders } = request;
  const body = await textOf(request).catch(() => 'broken');
  response.setHeader('Content-Type', 'application/json').end(JSON.stringify({ method, url, rawHeaders, body }));
}

/** Answers with the length of the body. */
export async function measure(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await textOf(request).catch(() => 'broken');
  response.end(String(body.length));
}

import { connect } from 'node:net';

export type RawAnswer = { status: number; headers: string; body: string };

/** Raw bytes on a socket, and everything that comes back until it is closed: no client library between a test and the grammar. */
export function exchangeBytes(origin: string, bytes: string, patience = 5_000): Promise<string> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    let answer = '';
    socket.setTimeout(patience, () => socket.destroy(new Error(`no answer within ${patience} ms`)));
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
    });
    socket.on('error', (error) => (answer ? undefined : reject(error)));
    socket.on('close', () => resolve(answer));
    socket.write(Buffer.from(bytes, 'latin1'));
  });
}

/** One request, by its lines; the connection is closed after it. */
export async function exchange(origin: string, lines: string[]): Promise<RawAnswer> {
  const answer = await exchangeBytes(origin, [...lines, 'Connection: close', '', ''].join('\r\n'));
  const [headers = '', ...body] = answer.split('\r\n\r\n');
  return { status: statusOf(headers), headers, body: body.join('\r\n\r\n') };
}

export function statusOf(answer: string): number {
  return Number(/^HTTP\/1\.[01] (\d+)/.exec(answer)?.[1]);
}

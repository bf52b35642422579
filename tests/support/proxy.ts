/** A TCP proxy whose connections can be slowed down, cut or left hanging, as networks do. */
import { connect, createServer, type Socket } from 'node:net';

export type Proxy = {
  port: number;
  /** Nothing more passes on the connections of now, which stay open; new ones work. */
  silence(): void;
  /** Resets the connections of now. */
  reset(): void;
  /** Holds back every answer by so many milliseconds, on all connections. */
  delay(milliseconds: number): void;
  close(): Promise<void>;
};

export async function startProxy(target: { host: string; port: number }): Promise<Proxy> {
  const pairs = new Set<{ client: Socket; upstream: Socket; silent: boolean }>();
  let held = 0;
  const server = createServer((client) => {
    const upstream = connect(target.port, target.host);
    const pair = { client, upstream, silent: false };
    pairs.add(pair);
    client.on('data', (chunk) => {
      if (!pair.silent) upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      if (pair.silent) return;
      if (held === 0) client.write(chunk);
      else setTimeout(() => client.destroyed || client.write(chunk), held);
    });
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      from.on('error', () => {});
      from.on('close', () => {
        pairs.delete(pair);
        to.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('The proxy has no port.');
  const reset = () => {
    for (const { client } of pairs) client.resetAndDestroy();
  };
  return {
    port: address.port,
    silence() {
      for (const pair of pairs) pair.silent = true;
    },
    reset,
    delay(milliseconds) {
      held = milliseconds;
    },
    async close() {
      reset();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

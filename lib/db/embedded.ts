import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import path from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { ConfigurationError } from '../env';

export type Embedded = { pglite: PGlite; close: () => Promise<void> };

/**
 * Opens the embedded database in `directory`, after taking the folder's lock: two processes on one folder would
 * corrupt it.
 * @throws ConfigurationError when another living process has the folder
 */
export async function openEmbedded(directory: string): Promise<Embedded> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const lock = await takeLock(directory);
  const pglite = await PGlite.create(path.join(directory, 'pglite'));
  return {
    pglite,
    async close() {
      await pglite.close();
      await new Promise((resolve) => lock.close(resolve));
    },
  };
}

/**
 * A Unix socket that somebody answers proves that the owner lives. A process id would prove nothing: containers that
 * share a folder do not share process ids, and ids are reused.
 */
async function takeLock(directory: string): Promise<Server> {
  const socket = shortestPath(path.join(directory, 'lock.sock'));
  for (let attempt = 0; attempt < 5; attempt++) {
    const server = await listen(socket);
    if (server) return server;
    if (await answers(socket)) break;
    // Left behind by a process that was killed. The rename lets only one of several starters remove it, and the second
    // look makes sure that it did not remove the lock which another starter took in between.
    const stale = `${socket}.${process.pid}`;
    try {
      renameSync(socket, stale);
    } catch {
      continue;
    }
    if (await answers(stale)) {
      renameSync(stale, socket);
      break;
    }
    rmSync(stale, { force: true });
  }
  throw new ConfigurationError(
    `The data folder ${directory} is in use by another Latchkey process. Stop that one, or set LATCHKEY_DATA_DIR to another folder.`,
  );
}

/** Socket paths may have about 100 bytes; a relative path is often shorter. */
function shortestPath(absolute: string) {
  const relative = path.relative(process.cwd(), absolute);
  const shortest = relative.length < absolute.length ? relative : absolute;
  if (Buffer.byteLength(shortest) > 100) {
    throw new ConfigurationError(`LATCHKEY_DATA_DIR is too long (${absolute}). Use a shorter path.`);
  }
  return shortest;
}

function listen(socket: string): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    const server = createServer((connection) => connection.end());
    // The lock must not keep the process alive by itself.
    server.unref();
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(null) : reject(error),
    );
    server.listen(socket, () => resolve(server));
  });
}

function answers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket, () => {
      connection.destroy();
      resolve(true);
    });
    connection.once('error', () => resolve(false));
  });
}

import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { PGlite } from '@electric-sql/pglite';
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
  // Loaded only where it is used: a process on PostgreSQL does without its code.
  const [{ PGlite }, extensions] = await Promise.all([import('@electric-sql/pglite'), embeddedExtensions()]);
  const pglite = await PGlite.create(path.join(directory, 'pglite'), { extensions });
  // It takes the host's time zone, and Prisma's adapter drops the offset of what it reads: every time would be off by it.
  await pglite.exec(`SET TIME ZONE 'UTC'`);
  return {
    pglite,
    async close() {
      await pglite.close();
      await new Promise((resolve) => lock.close(resolve));
    },
  };
}

/** The extensions that migrations may create. */
export async function embeddedExtensions() {
  const [{ pg_trgm }, { btree_gin }] = await Promise.all([
    import('@electric-sql/pglite/contrib/pg_trgm'),
    import('@electric-sql/pglite/contrib/btree_gin'),
  ]);
  return { pg_trgm, btree_gin };
}

/** A server on a Unix socket of its own in the folder; it tells whoever connects how far it is. */
type Lock = { server: Server; name: string; state: 'starting' | 'holder' };

/**
 * A Unix socket that somebody answers proves that its process lives. A process id would prove nothing: containers that
 * share a folder do not share process ids, and ids are reused.
 *
 * Every starter first listens on a socket whose name nobody else ever uses, then looks for the others'. Of two starters at
 * least one therefore sees the other, and a socket that nobody answers can be removed without harming a living one.
 */
async function takeLock(directory: string): Promise<Server> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const lock = await listen(directory);
    for (;;) {
      const others = await findOthers(directory, lock.name);
      if (others.length === 0) {
        lock.state = 'holder';
        return lock.server;
      }
      const held = others.some((other) => other.state === 'holder');
      // Of starters at the same time, the one with the first name stays; the rest come back later.
      if (held || others.some((other) => other.name < lock.name)) {
        await new Promise((resolve) => lock.server.close(resolve));
        if (held) throw inUse(directory);
        break;
      }
      await setTimeout(10);
    }
    await setTimeout(20);
  }
  throw inUse(directory);
}

function inUse(directory: string) {
  return new ConfigurationError(
    `The data folder ${directory} is in use by another Latchkey process. Stop that one, or set LATCHKEY_DATA_DIR to another folder.`,
  );
}

/** The living sockets of other processes; dead ones are removed. */
async function findOthers(directory: string, own: string) {
  const names = readdirSync(directory).filter((name) => /^lock-.+\.sock$/.test(name) && name !== own);
  const found = await Promise.all(names.map(async (name) => ({ name, state: await ask(directory, name) })));
  return found.filter((other) => other.state !== 'dead');
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

function listen(directory: string): Promise<Lock> {
  const name = `lock-${randomBytes(6).toString('hex')}.sock`;
  return new Promise((resolve, reject) => {
    const server = createServer((connection) => connection.on('error', () => {}).end(lock.state));
    const lock: Lock = { server, name, state: 'starting' };
    // The lock must not keep the process alive by itself.
    server.unref();
    server.once('error', reject);
    server.listen(shortestPath(path.join(directory, name)), () => resolve(lock));
  });
}

/** A process that does not answer in time lives, perhaps stopped for a while: it counts as the holder. */
function ask(directory: string, name: string): Promise<Lock['state'] | 'dead'> {
  const socket = shortestPath(path.join(directory, name));
  return new Promise((resolve) => {
    let said = '';
    const connection = connect(socket);
    connection.setTimeout(1_000, () => connection.destroy());
    connection.on('data', (chunk) => {
      said += chunk.toString();
    });
    connection.once('error', (error: NodeJS.ErrnoException) => {
      const dead = error.code === 'ECONNREFUSED' || error.code === 'ENOENT';
      if (dead) rmSync(socket, { force: true });
      resolve(dead ? 'dead' : 'holder');
    });
    connection.once('close', () => resolve(said === 'starting' ? 'starting' : 'holder'));
  });
}

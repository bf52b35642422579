import { AsyncLocalStorage } from 'node:async_hooks';
import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaPGlite } from 'pglite-prisma-adapter';
import { Prisma, PrismaClient } from '@/generated/prisma/client';
import { database, sessionOptions } from './connection';

export type Tx = Prisma.TransactionClient;

/** Connections that transactions and page queries may use. */
const poolSize = 8;

type Client = { prisma: PrismaClient; slots: Slots };
const holder = globalThis as typeof globalThis & { latchkeyPrisma?: Promise<Client> };

async function createClient(): Promise<Client> {
  const open = await database();
  if (open.kind === 'embedded') {
    return { prisma: new PrismaClient({ adapter: new PrismaPGlite(open.pglite) }), slots: new Slots(1) };
  }
  const adapter = new PrismaPg({
    connectionString: open.url,
    max: poolSize,
    connectionTimeoutMillis: 5_000,
    query_timeout: 15_000,
    keepAlive: true,
    application_name: 'latchkey-prisma',
    ...sessionOptions('10s'),
  });
  return { prisma: new PrismaClient({ adapter }), slots: new Slots(poolSize - 2) };
}

function client(): Promise<Client> {
  holder.latchkeyPrisma ??= createClient();
  return holder.latchkeyPrisma;
}

/** The client for reads outside a transaction. */
export async function prisma(): Promise<PrismaClient> {
  if (insideTransaction.getStore())
    throw new Error('Inside a transaction use its own client: the outer one would wait for it.');
  return (await client()).prisma;
}

/** For the end of the process; the database itself is closed by `closeDatabase`. */
export async function disconnectPrisma(): Promise<void> {
  const open = holder.latchkeyPrisma;
  delete holder.latchkeyPrisma;
  await (await open)?.prisma.$disconnect();
}

const insideTransaction = new AsyncLocalStorage<true>();
const commitHooks = new WeakMap<Tx, Array<() => void>>();

/**
 * Runs `work` in one READ COMMITTED transaction; it commits when `work` resolves and rolls back when it throws.
 *
 * Callers wait here for a free connection, in order, instead of failing in Prisma's own short wait: the embedded
 * database has a single connection. Inside, use only `tx`: another client would wait for this transaction, so `prisma()`
 * and a nested call throw.
 */
export async function inTransaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
  if (insideTransaction.getStore()) throw new Error('A transaction is already open here: pass its tx instead.');
  const { prisma, slots } = await client();
  const hooks: Array<() => void> = [];
  const release = await slots.take();
  try {
    const result = await insideTransaction.run(true, () =>
      prisma.$transaction(
        (tx) => {
          commitHooks.set(tx, hooks);
          return work(tx);
        },
        { maxWait: 5_000, timeout: 15_000, isolationLevel: Prisma.TransactionIsolationLevel.ReadCommitted },
      ),
    );
    for (const hook of hooks) hook();
    return result;
  } finally {
    release();
  }
}

/** Runs `hook` once `tx` is committed, never when it rolls back. It must not throw. */
export function afterCommit(tx: Tx, hook: () => void): void {
  commitHooks.get(tx)?.push(hook);
}

/** A counting semaphore, first come, first served. */
class Slots {
  #free: number;
  readonly #waiting: Array<() => void> = [];

  constructor(count: number) {
    this.#free = count;
  }

  async take(): Promise<() => void> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return () => {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free++;
    };
  }
}

/** Barriers for tests of races on PostgreSQL: a lock held from another connection, and the knowledge that somebody waits. */
import { setTimeout } from 'node:timers/promises';
import pg from 'pg';

export type Barrier = {
  /** Runs a statement in the transaction that holds the lock. */
  run(sql: string, values?: unknown[]): Promise<unknown>;
  /** Resolves once `count` other connections wait for a lock; rejects when they never do. */
  waited(count?: number): Promise<void>;
  /** Commits, so that the waiting ones go on. */
  release(): Promise<void>;
};

/** Opens a transaction whose locks everybody else has to wait for; by its own way to the database, if one is given. */
export async function openBarrier(url = process.env.DATABASE_URL): Promise<Barrier> {
  const connect = async () => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    return client;
  };
  const holder = await connect();
  const observer = await connect();
  await holder.query('BEGIN');
  return {
    run: (sql, values) => holder.query(sql, values),
    async waited(count = 1) {
      const deadline = performance.now() + 15_000;
      while (performance.now() < deadline) {
        const found = await observer.query<{ waiting: number }>(
          `SELECT count(*)::int AS waiting FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        );
        if ((found.rows[0]?.waiting ?? 0) >= count) return;
        await setTimeout(2);
      }
      await holder.end();
      throw new Error(`Nobody waits for the lock, or fewer than ${count}.`);
    },
    async release() {
      await holder.query('COMMIT');
      await holder.end();
      await observer.end();
    },
  };
}

/**
 * Creates keys as fast as it can, as a server's process would, for whoever started it. Bundled twice: with the audit log and
 * without. One message asks for a run, one answers.
 */
import { randomUUID } from 'node:crypto';
import type { Viewer } from '../lib/auth/queries';
import { createKey } from '../lib/keys/creation';
import { createInput, createMember, createTenant, sql, viewerFor } from '../tests/support/world';
import { percentile } from './statistics';

export type CreationTask = { tenants: number; concurrency: number; seconds: number };
/** Latencies in milliseconds. */
export type CreationResult = { created: number; events: number; seconds: number; p50: number; p99: number };

process.on('message', (task: CreationTask) => {
  run(task).then(
    (result) => process.send?.(result),
    (error: unknown) => {
      throw error;
    },
  );
});

async function run({ tenants, concurrency, seconds }: CreationTask): Promise<CreationResult> {
  const { viewers, tenantIds } = await prepare(tenants, concurrency);
  const latencies: number[] = [];
  const begin = performance.now();
  const end = begin + seconds * 1_000;
  let next = 0;
  const createSome = async () => {
    while (performance.now() < end) {
      const viewer = viewers[next++ % viewers.length] as Viewer;
      const started = performance.now();
      const { status } = await createKey(viewer, createInput({ name: randomUUID() }));
      if (status !== 'created') throw new Error(`A create was answered with ${status}.`);
      latencies.push(performance.now() - started);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, createSome));
  const took = (performance.now() - begin) / 1_000;
  const [row] = await sql<{ events: number }>(
    `SELECT count(*)::int AS events FROM event WHERE tenant_id = ANY ($1::uuid[]) AND action = 'key.created'`,
    [tenantIds],
  );
  const [p50, p99] = [percentile(latencies, 0.5), percentile(latencies, 0.99)];
  return { created: latencies.length, events: row?.events ?? 0, seconds: took, p50, p99 };
}

/** New tenants for each run, with as many members as create at once, so that none waits for their own lock. */
async function prepare(tenants: number, concurrency: number) {
  const viewers: Viewer[] = [];
  const tenantIds: string[] = [];
  for (let count = 0; count < tenants; count++) {
    const tenant = await createTenant({ maximumKeysPerUser: 1_000 });
    tenantIds.push(tenant.id);
    const members = Math.ceil(concurrency / tenants);
    for (let member = 0; member < members; member++) viewers.push(await viewerFor(await createMember(tenant)));
  }
  return { viewers, tenantIds };
}

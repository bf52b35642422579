import { expect, test } from 'vitest';
import { expectIntact } from '@/tests/support/audit';
import { openBarrier } from '@/tests/support/locks';
import { startScript } from '@/tests/support/script';
import { countRequests } from '@/tests/support/usage';
import { createKeyFor, createViewer, sql } from '@/tests/support/world';
import { raiseUsageAlerts } from './mutations';

async function createUnusualKeys(count: number) {
  const { tenant, viewer } = await createViewer({ maximumKeysPerUser: 1000 });
  const clientIds: string[] = [];
  for (let key = 0; key < count; key++) {
    const { clientId } = await createKeyFor(viewer);
    await countRequests(clientId, { requests: 5_000 });
    clientIds.push(clientId);
  }
  await sql(`UPDATE key SET created_at = clock_timestamp() - interval '9 days' WHERE tenant_id = $1`, [tenant.id]);
  return { tenant, clientIds };
}
const eventsOf = async ({ id }: { id: string }) =>
  (await expectIntact(id)).filter(({ action }) => action === 'key.usage_unusual').map(({ clientId }) => clientId);

test('two processes at once write one event for each key', async () => {
  const { tenant, clientIds } = await createUnusualKeys(25);
  const scripts = Array.from({ length: 2 }, () => startScript('tests/scripts/raise-usage-alerts.ts'));
  for (const script of scripts) expect((await script.lines.next()).value).toBe('ready');
  for (const script of scripts) script.process.stdin?.end('go\n');
  await Promise.all(scripts.map(({ ended }) => ended));
  expect((await eventsOf(tenant)).sort()).toEqual(clientIds.sort());
});

test('looks that found the same before either wrote it write one event', async () => {
  const { tenant, clientIds } = await createUnusualKeys(3);
  // Both have found the keys and wait for the end of the log, or for the one that does.
  const barrier = await openBarrier();
  await barrier.run('SELECT 1 FROM audit_head WHERE tenant_id = $1 FOR UPDATE', [tenant.id]);
  const looks = Promise.all([raiseUsageAlerts(), raiseUsageAlerts()]);
  await barrier.waited(2);
  await barrier.release();
  await looks;
  expect((await eventsOf(tenant)).sort()).toEqual(clientIds.sort());
});

test('a key that is deleted between the look and the event takes no other key’s event along', async () => {
  const { tenant, clientIds } = await createUnusualKeys(2);
  const [gone = '', stays = ''] = clientIds;
  const barrier = await openBarrier();
  await barrier.run('DELETE FROM key WHERE client_id = $1', [gone]);
  const looking = raiseUsageAlerts();
  await barrier.waited();
  await barrier.release();
  await looking;
  expect(await eventsOf(tenant)).toEqual([stays]);
});

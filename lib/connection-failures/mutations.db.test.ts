import { describe, expect, test } from 'vitest';
import { expectIntact } from '@/tests/support/audit';
import { insertConnection } from '@/tests/support/connections';
import { createTenant, sql } from '@/tests/support/world';
import { reportConnectionFailures } from './mutations';

async function failing(count = 1) {
  const tenant = await createTenant();
  const id = await insertConnection(tenant.id, { slug: 'llm', url: 'https://api.example.test/v1' });
  for (let reason = 0; reason < count; reason++) await fail(tenant.id, id, `reason_${reason}`);
  return { tenant, id };
}
const fail = (tenantId: string, id: string, reason: string, daysAgo = 0) =>
  sql(
    `INSERT INTO connection_failure (tenant_id, connection_id, hour, reason, requests, client_id, key_name, address, last_at)
     VALUES ($1, $2, date_trunc('hour', clock_timestamp()) - make_interval(days => $4), $3, 7, 'lk_id_x', 'Laptop', '203.0.113.9', clock_timestamp())`,
    [tenantId, id, reason, daysAgo],
  );
const eventsOf = (tenantId: string) =>
  sql<{ details: unknown }>(
    `SELECT action, actor_kind::text AS actor, client_id AS "clientId", key_name AS "keyName", address, details
       FROM event WHERE tenant_id = $1 AND action = 'connection.failed' ORDER BY sequence`,
    [tenantId],
  );

describe('failures of a connection', () => {
  test('become one event an hour and reason, with the first key and address', async () => {
    const { tenant, id } = await failing();
    await reportConnectionFailures();
    const event = {
      action: 'connection.failed',
      actor: 'system',
      clientId: 'lk_id_x',
      keyName: 'Laptop',
      address: '203.0.113.9',
      details: { connection: 'llm', reason: 'reason_0', requests: 7 },
    };
    expect(await eventsOf(tenant.id)).toEqual([event]);
    await sql('UPDATE connection_failure SET requests = 99 WHERE connection_id = $1', [id]);
    await reportConnectionFailures();
    expect(await eventsOf(tenant.id)).toEqual([event]);
    await fail(tenant.id, id, 'upstream_timeout');
    await reportConnectionFailures();
    expect(await eventsOf(tenant.id)).toHaveLength(2);
    await expectIntact(tenant.id);
  });

  test('are reported once, however many processes look at the same time', async () => {
    const { tenant } = await failing(20);
    await Promise.all(Array.from({ length: 5 }, () => reportConnectionFailures()));
    expect(await eventsOf(tenant.id)).toHaveLength(20);
    await expectIntact(tenant.id);
  });

  test('are forgotten after 35 days, whether reported or not', async () => {
    const { tenant, id } = await failing();
    await fail(tenant.id, id, 'old', 36);
    await fail(tenant.id, id, 'younger', 34);
    await reportConnectionFailures();
    const kept = await sql<{ reason: string }>(
      'SELECT reason FROM connection_failure WHERE tenant_id = $1 ORDER BY 1',
      [tenant.id],
    );
    expect(kept.map(({ reason }) => reason)).toEqual(['reason_0', 'younger']);
  });

  test('of a connection that is deleted meanwhile go with it', async () => {
    const { tenant, id } = await failing();
    await sql('DELETE FROM connection WHERE id = $1', [id]);
    await reportConnectionFailures();
    expect(await eventsOf(tenant.id)).toEqual([]);
  });
});

import { afterEach, describe, expect, test } from 'vitest';
import { acceptEvents, expectIntact, refuseEvents } from '@/tests/support/audit';
import {
  agentInput,
  createInput,
  createKeyFor,
  createMember,
  createViewer,
  everythingStored,
  rotateKeyFor,
  sql,
  viewerFor,
} from '@/tests/support/world';
import { inTransaction } from '../db/prisma';
import { createAgentKey, createKey } from '../keys/creation';
import { activateKey, deactivateKey, deleteKey, editKey } from '../keys/mutations';
import { retireSecret } from '../keys/rotation';
import { updatePolicy } from '../tenants/mutations';
import { appendEvent } from './mutations';

test('every change writes one event with its actor, address and key, and the chain holds', async () => {
  const { viewer, member, tenant } = await createViewer({}, { roles: ['admin', 'developer'] });
  const { clientId } = await createKeyFor(viewer, { name: 'Laptop', expiry: { kind: 'never' } });
  await editKey(viewer, { clientId, name: 'Desktop', description: 'New' });
  await deactivateKey(viewer, clientId);
  await activateKey(viewer, clientId);
  await rotateKeyFor(viewer, clientId);
  await retireSecret(viewer, clientId);
  await rotateKeyFor(viewer, clientId, { leaked: true });
  await updatePolicy(viewer, {
    apiKeysEnabled: true,
    maximumKeysPerUser: 5,
    maximumExpirationInDays: 30,
    deactivateBeforeDelete: false,
  });
  await deleteKey(viewer, clientId);
  const events = await expectIntact(tenant.id);
  expect(events.slice(1).map(({ action, keyName, details }) => ({ action, keyName, details }))).toEqual([
    {
      action: 'key.created',
      keyName: 'Laptop',
      details: { kind: 'personal', expiresAt: null, scopes: [], biasProfileId: null },
    },
    {
      action: 'key.updated',
      keyName: 'Desktop',
      details: { before: { name: 'Laptop', description: '' }, after: { name: 'Desktop', description: 'New' } },
    },
    { action: 'key.deactivated', keyName: 'Desktop', details: { until: null } },
    { action: 'key.activated', keyName: 'Desktop', details: {} },
    {
      action: 'key.rotated',
      keyName: 'Desktop',
      details: { leaked: false, previousEndsAt: expect.stringMatching(/Z$/), endedOlder: false, expiresAt: null },
    },
    { action: 'key.secret_retired', keyName: 'Desktop', details: {} },
    { action: 'key.leak_reported', keyName: 'Desktop', details: {} },
    {
      action: 'key.rotated',
      keyName: 'Desktop',
      details: { leaked: true, previousEndsAt: null, endedOlder: false, expiresAt: null },
    },
    {
      action: 'policy.updated',
      keyName: null,
      details: {
        before: { maximumKeysPerUser: 2, maximumExpirationInDays: null, deactivateBeforeDelete: true },
        after: { maximumKeysPerUser: 5, maximumExpirationInDays: 30, deactivateBeforeDelete: false },
      },
    },
    { action: 'key.deleted', keyName: 'Desktop', details: {} },
  ]);
  for (const event of events.slice(1)) {
    expect(event).toMatchObject({
      actorKind: 'member',
      actorId: member.id,
      actorEmail: member.email,
      address: viewer.address,
    });
    expect(event.clientId).toBe(event.action === 'policy.updated' ? null : clientId);
  }
});

test('60 changes of three members at once leave no gap and no fork in the sequence', async () => {
  const { tenant, viewer } = await createViewer({ maximumKeysPerUser: 1000 });
  const viewers = [viewer, await viewerFor(await createMember(tenant)), await viewerFor(await createMember(tenant))];
  await Promise.all(Array.from({ length: 60 }, (_, index) => createKeyFor(viewers[index % 3] ?? viewer)));
  expect(await expectIntact(tenant.id)).toHaveLength(61);
});

test('the chains of two tenants are independent', async () => {
  const [left, right] = [await createViewer(), await createViewer()];
  await Promise.all([left, right, left, right].map(({ viewer }) => createKeyFor(viewer)));
  expect(await expectIntact(left.tenant.id)).toHaveLength(3);
  expect(await expectIntact(right.tenant.id)).toHaveLength(3);
});

test('an edited event no longer fits the chain', async () => {
  const { viewer, tenant } = await createViewer();
  await createKeyFor(viewer);
  await sql(`UPDATE event SET address = '198.51.100.1' WHERE tenant_id = $1 AND sequence = 2`, [tenant.id]);
  await expect(expectIntact(tenant.id)).rejects.toThrow();
});

test('a transaction that fails after its event leaves neither', async () => {
  const { tenant } = await createViewer();
  const before = await everythingStored();
  const failing = inTransaction(async (tx) => {
    await appendEvent(tx, { tenantId: tenant.id, action: 'key.created', actor: 'system', address: null });
    throw new Error('on purpose');
  });
  await expect(failing).rejects.toThrow('on purpose');
  expect(await everythingStored()).toBe(before);
});

describe('when the event cannot be written', () => {
  afterEach(acceptEvents);

  test('no key is created and no secret returned', async () => {
    const { viewer } = await createViewer();
    await refuseEvents();
    const before = await everythingStored();
    await expect(createKey(viewer, createInput())).rejects.toThrow();
    expect(await everythingStored()).toBe(before);
    await acceptEvents();
    expect((await createKey(viewer, createInput())).status).toBe('created');
  });

  test('nothing is changed, and the policy stays', async () => {
    const { viewer } = await createViewer({ deactivateBeforeDelete: false }, { roles: ['admin', 'developer'] });
    const active = await createKeyFor(viewer);
    const inactive = await createKeyFor(viewer);
    await deactivateKey(viewer, inactive.clientId);
    await rotateKeyFor(viewer, active.clientId);
    await refuseEvents();
    const before = await everythingStored();
    const changes = [
      () => editKey(viewer, { clientId: active.clientId, name: 'Renamed' }),
      () => deactivateKey(viewer, active.clientId),
      () => activateKey(viewer, inactive.clientId),
      () => rotateKeyFor(viewer, active.clientId, { endOlder: true }),
      () => retireSecret(viewer, active.clientId),
      () => createAgentKey(viewer, agentInput()),
      () => deleteKey(viewer, active.clientId),
      () =>
        updatePolicy(viewer, {
          apiKeysEnabled: false,
          maximumKeysPerUser: 1,
          maximumExpirationInDays: 1,
          deactivateBeforeDelete: true,
        }),
    ];
    for (const change of changes) await expect(change()).rejects.toThrow();
    expect(await everythingStored()).toBe(before);
  });

  test('a tenant without an audit log cannot change anything', async () => {
    const { viewer, tenant } = await createViewer();
    await sql('DELETE FROM audit_head WHERE tenant_id = $1', [tenant.id]);
    const before = await everythingStored();
    await expect(createKey(viewer, createInput())).rejects.toThrow('has no audit log');
    expect(await everythingStored()).toBe(before);
  });
});

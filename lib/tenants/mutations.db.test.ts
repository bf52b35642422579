import { describe, expect, test } from 'vitest';
import { createMember, createViewer, everythingStored, sql, viewerFor } from '@/tests/support/world';
import { updatePolicy } from './mutations';
import { findPolicy } from './queries';
import type { Policy } from './schema';

const initial: Policy = {
  apiKeysEnabled: true,
  maximumKeysPerUser: 2,
  maximumExpirationInDays: null,
  agentKeyLifetimeInDays: 90,
  deactivateBeforeDelete: true,
  keepOneKey: false,
  rateLimitPerMinute: null,
  joinRoles: [],
  joinLicensed: false,
};
const createAdmin = () => createViewer({}, { roles: ['admin'], licensed: false });

describe('an admin', () => {
  test.each<Partial<Policy>>([
    { apiKeysEnabled: false },
    { maximumKeysPerUser: 1000 },
    { maximumExpirationInDays: 30 },
    { agentKeyLifetimeInDays: 7 },
    { deactivateBeforeDelete: false },
    { keepOneKey: true },
    { rateLimitPerMinute: 600 },
  ])('changes %j and nothing else', async (change) => {
    const { viewer, tenant } = await createAdmin();
    const other = await createAdmin();
    expect(await updatePolicy(viewer, { ...initial, ...change })).toEqual({ status: 'saved' });
    expect(await findPolicy(viewer)).toEqual({ ...initial, ...change });
    expect(await findPolicy(other.viewer)).toEqual(initial);
    const events = await sql<{ details: unknown }>(
      `SELECT details FROM event WHERE tenant_id = $1 AND action = 'policy.updated'`,
      [tenant.id],
    );
    const [field] = Object.keys(change) as Array<keyof Policy>;
    expect(events).toEqual([
      { details: { before: { [field as string]: initial[field as keyof Policy] }, after: change } },
    ]);
  });

  test('who saves without a change writes nothing', async () => {
    const { viewer } = await createAdmin();
    const before = await everythingStored();
    expect(await updatePolicy(viewer, initial)).toEqual({ status: 'saved' });
    expect(await everythingStored()).toBe(before);
  });

  test('may act while the switch is off', async () => {
    const { viewer } = await createAdmin();
    await updatePolicy(viewer, { ...initial, apiKeysEnabled: false });
    expect(await updatePolicy(viewer, initial)).toEqual({ status: 'saved' });
  });
});

describe('anybody else', () => {
  test('is refused in the words of the rule, and sees no policy', async () => {
    const { viewer } = await createViewer();
    const before = await everythingStored();
    expect(await updatePolicy(viewer, { ...initial, maximumKeysPerUser: 1000 })).toEqual({
      status: 'refused',
      message: 'You need the role admin. Ask your administrator.',
    });
    expect(await findPolicy(viewer)).toBeNull();
    expect(await everythingStored()).toBe(before);
  });

  test('an admin who was demoted meanwhile is refused, with the viewer of before', async () => {
    const { viewer, member } = await createAdmin();
    await sql(`UPDATE member SET roles = '{developer}' WHERE id = $1`, [member.id]);
    expect(viewer.roles).toEqual(['admin']);
    expect((await updatePolicy(viewer, { ...initial, maximumKeysPerUser: 3 })).status).toBe('refused');
    expect(await findPolicy(viewer)).toBeNull();
  });

  test('whose session ended or who was disabled is signed out', async () => {
    const { viewer, member } = await createAdmin();
    await sql('UPDATE session SET ended_at = clock_timestamp() WHERE id = $1', [viewer.sessionId]);
    expect(await updatePolicy(viewer, { ...initial, maximumKeysPerUser: 3 })).toEqual({ status: 'signed_out' });
    const again = await viewerFor(member);
    await sql('UPDATE member SET disabled_at = clock_timestamp() WHERE id = $1', [member.id]);
    expect(await updatePolicy(again, { ...initial, maximumKeysPerUser: 3 })).toEqual({ status: 'signed_out' });
  });

  test('an admin of another tenant reaches nothing with this tenant’s id', async () => {
    const { tenant, viewer: own } = await createAdmin();
    const stranger = await createAdmin();
    await createMember(tenant);
    const forged = { ...stranger.viewer, tenantId: tenant.id };
    expect(await updatePolicy(forged, { ...initial, maximumKeysPerUser: 3 })).toEqual({ status: 'signed_out' });
    expect(await findPolicy(forged)).toBeNull();
    expect(await findPolicy(own)).toEqual(initial);
  });
});

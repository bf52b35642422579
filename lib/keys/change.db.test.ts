import { describe, expect, test } from 'vitest';
import type { Viewer } from '@/lib/auth/queries';
import { createKeyFor, createMember, createViewer, everythingStored, sql, viewerFor } from '@/tests/support/world';
import { activateKey, type ChangeKeyResult, deactivateKey, deleteKey, editKey } from './mutations';
import { getKeyPage } from './queries';
import type { KeyAction } from './status';

const change: Record<KeyAction, (viewer: Viewer, clientId: string) => Promise<ChangeKeyResult>> = {
  edit: (viewer, clientId) => editKey(viewer, { clientId, name: 'Renamed', description: 'Changed' }),
  deactivate: deactivateKey,
  activate: activateKey,
  delete: deleteKey,
};
const actions = Object.keys(change) as KeyAction[];
const refused = (message: string) => ({ status: 'refused', message });

/** What the change says, and that it left every row as it was. */
async function refusedChange(action: KeyAction, viewer: Viewer, clientId: string) {
  const before = await everythingStored();
  const result = await change[action](viewer, clientId);
  expect(await everythingStored()).toBe(before);
  return result;
}

const setKey = (clientId: string, assignment: string) =>
  sql(`UPDATE key SET ${assignment} WHERE client_id = $1`, [clientId]);
const setStatus = {
  Active: 'deactivated_at = NULL',
  Inactive: 'deactivated_at = clock_timestamp()',
  Expired: `expires_at = clock_timestamp() - interval '1 ms'`,
  Revoked: 'revoked_at = clock_timestamp()',
};
type Status = keyof typeof setStatus;
const statuses = Object.keys(setStatus) as Status[];

async function findKey(clientId: string) {
  const [row] = await sql<{ name: string; description: string; inactive: boolean; touched: boolean }>(
    `SELECT name, description, deactivated_at IS NOT NULL AS inactive, updated_at > created_at AS touched
       FROM key WHERE client_id = $1`,
    [clientId],
  );
  return row;
}

describe('what each status allows', () => {
  // As in the product's table of statuses, with "Deactivate before delete" on and off.
  const allowed: Record<Status, KeyAction[]> = {
    Active: ['edit', 'deactivate'],
    Inactive: ['edit', 'activate', 'delete'],
    Expired: ['edit', 'delete'],
    Revoked: ['delete'],
  };
  const cases = [true, false].flatMap((deactivateBeforeDelete) =>
    statuses.flatMap((status) =>
      actions.map((action) => {
        const policyAllows = status === 'Active' && action === 'delete' && !deactivateBeforeDelete;
        return { deactivateBeforeDelete, status, action, done: allowed[status].includes(action) || policyAllows };
      }),
    ),
  );

  test.each(cases)(
    '$action of a key that is $status, deactivate before delete $deactivateBeforeDelete: $done',
    async ({ deactivateBeforeDelete, status, action, done }) => {
      const { viewer } = await createViewer({ deactivateBeforeDelete });
      const { clientId } = await createKeyFor(viewer);
      await setKey(clientId, setStatus[status]);
      if (done) expect(await change[action](viewer, clientId)).toEqual({ status: 'done' });
      else {
        const said =
          action === 'delete'
            ? 'You must deactivate the API Key before you can delete it.'
            : `This key is ${status} now`;
        expect(await refusedChange(action, viewer, clientId)).toEqual({
          status: 'refused',
          message: expect.stringContaining(said),
        });
      }
    },
  );
});

describe('edit', () => {
  test('changes name and description, one of them, or nothing', async () => {
    const { viewer } = await createViewer();
    const { clientId } = await createKeyFor(viewer, { name: 'Laptop', description: 'Mine' });
    await editKey(viewer, { clientId, name: 'Desktop' });
    expect(await findKey(clientId)).toMatchObject({ name: 'Desktop', description: 'Mine', touched: true });
    await editKey(viewer, { clientId, description: '' });
    expect(await findKey(clientId)).toMatchObject({ name: 'Desktop', description: '' });
    const before = await everythingStored();
    expect(await editKey(viewer, { clientId, name: 'Desktop', description: '' })).toEqual({ status: 'done' });
    expect(await everythingStored()).toBe(before);
  });

  test.each(['laptop', 'Ｌaptop', 'lap\u00adtop'])(
    'a rename to another key’s name, as “%s”, is refused',
    async (name) => {
      const { viewer } = await createViewer();
      await createKeyFor(viewer, { name: 'Laptop' });
      const { clientId } = await createKeyFor(viewer, { name: 'Desktop' });
      const before = await everythingStored();
      expect(await editKey(viewer, { clientId, name, description: 'x' })).toMatchObject({
        status: 'invalid',
        field: 'name',
      });
      expect(await everythingStored()).toBe(before);
    },
  );

  test('a key may change the case of its own name', async () => {
    const { viewer } = await createViewer();
    const { clientId } = await createKeyFor(viewer, { name: 'laptop' });
    expect(await editKey(viewer, { clientId, name: 'LAPTOP' })).toEqual({ status: 'done' });
    expect((await findKey(clientId))?.name).toBe('LAPTOP');
  });

  test('two renames to one name at once: one wins', async () => {
    const { viewer } = await createViewer();
    const keys = [await createKeyFor(viewer), await createKeyFor(viewer)];
    const results = await Promise.all(keys.map(({ clientId }) => editKey(viewer, { clientId, name: 'Same' })));
    expect(results.map((result) => result.status).sort()).toEqual(['done', 'invalid']);
  });
});

describe('deactivate and activate', () => {
  test('a deactivated key is inactive until it is activated', async () => {
    const { viewer } = await createViewer();
    const { clientId } = await createKeyFor(viewer);
    await deactivateKey(viewer, clientId);
    expect((await getKeyPage(viewer)).keys[0]?.status).toBe('Inactive');
    await activateKey(viewer, clientId);
    expect((await getKeyPage(viewer)).keys[0]?.status).toBe('Active');
  });

  test('of ten deactivations at once one is done', async () => {
    const { viewer } = await createViewer();
    const { clientId } = await createKeyFor(viewer);
    const results = await Promise.all(Array.from({ length: 10 }, () => deactivateKey(viewer, clientId)));
    expect(results.filter((result) => result.status === 'done')).toHaveLength(1);
  });

  test('activating may exceed no maximum, since inactive keys count', async () => {
    const { viewer, tenant } = await createViewer({ maximumKeysPerUser: 1 });
    const { clientId } = await createKeyFor(viewer);
    await deactivateKey(viewer, clientId);
    await sql('UPDATE tenant SET maximum_keys_per_user = 1 WHERE id = $1', [tenant.id]);
    expect(await activateKey(viewer, clientId)).toEqual({ status: 'done' });
  });
});

test('a deleted key leaves no row of it but its events', async () => {
  const { viewer } = await createViewer();
  const { clientId, secret } = await createKeyFor(viewer, { name: 'Laptop' });
  await sql(`INSERT INTO key_last_use SELECT tenant_id, id, clock_timestamp() FROM key WHERE client_id = $1`, [
    clientId,
  ]);
  await deactivateKey(viewer, clientId);
  await deleteKey(viewer, clientId);
  const [rows] = await sql<{ secrets: number; uses: number }>(
    `SELECT (SELECT count(*)::int FROM key_secret WHERE tenant_id = $1) AS secrets,
            (SELECT count(*)::int FROM key_last_use WHERE tenant_id = $1) AS uses`,
    [viewer.tenantId],
  );
  expect(rows).toEqual({ secrets: 0, uses: 0 });
  expect(await change.delete(viewer, clientId)).toEqual({ status: 'not_found' });
  const events = await sql<{ action: string; name: string }>(
    'SELECT action, key_name AS name FROM event WHERE client_id = $1 ORDER BY sequence',
    [clientId],
  );
  expect(events).toEqual([
    { action: 'key.created', name: 'Laptop' },
    { action: 'key.deactivated', name: 'Laptop' },
    { action: 'key.deleted', name: 'Laptop' },
  ]);
  expect(await everythingStored()).not.toContain(secret);
});

describe('somebody else’s key looks exactly like one that does not exist', () => {
  test.each(actions)('%s', async (action) => {
    const owner = await createViewer({ deactivateBeforeDelete: false });
    const colleague = await viewerFor(await createMember(owner.tenant));
    const admin = await viewerFor(await createMember(owner.tenant, { roles: ['admin', 'developer'] }));
    const stranger = await createViewer({ deactivateBeforeDelete: false });
    const { clientId } = await createKeyFor(owner.viewer);
    // A status in which the owner could do it.
    if (action === 'activate') await deactivateKey(owner.viewer, clientId);
    for (const viewer of [colleague, admin, stranger.viewer]) {
      expect(await refusedChange(action, viewer, clientId)).toEqual({ status: 'not_found' });
    }
    for (const unknown of ['lk_id_0000000000000000', '', "' OR true --", clientId.toLowerCase(), `${clientId} `]) {
      expect(await refusedChange(action, owner.viewer, unknown)).toEqual({ status: 'not_found' });
    }
    // A viewer whose ids do not belong together is nobody.
    const forged = { ...stranger.viewer, tenantId: owner.tenant.id, memberId: owner.member.id };
    expect(await refusedChange(action, forged, clientId)).toEqual({ status: 'signed_out' });
    expect(await change[action](owner.viewer, clientId)).toEqual({ status: 'done' });
  });

  test('a key of the tenant is nobody’s personal key', async () => {
    const { viewer } = await createViewer();
    const { clientId } = await createKeyFor(viewer);
    await setKey(clientId, 'owner_id = NULL');
    for (const action of actions)
      expect(await refusedChange(action, viewer, clientId)).toEqual({ status: 'not_found' });
    expect((await getKeyPage(viewer)).keys).toEqual([]);
  });
});

describe('roles, licence and switch', () => {
  const developer = refused('You need the role developer. Ask your administrator.');
  const prepared = async (status: Status = 'Inactive') => {
    const world = await createViewer({ deactivateBeforeDelete: false });
    const { clientId } = await createKeyFor(world.viewer);
    await setKey(clientId, setStatus[status]);
    return { ...world, clientId };
  };

  test('without the role developer an owner can still deactivate, and nothing else', async () => {
    const { viewer, member, clientId } = await prepared('Inactive');
    await sql(`UPDATE member SET roles = '{admin}', licensed = false WHERE id = $1`, [member.id]);
    expect(await refusedChange('edit', viewer, clientId)).toEqual(developer);
    expect(await refusedChange('delete', viewer, clientId)).toEqual(developer);
    await setKey(clientId, setStatus.Active);
    expect(await deactivateKey(viewer, clientId)).toEqual({ status: 'done' });
  });

  test('activating needs switch, licence and role, in this order', async () => {
    const { viewer, member, tenant, clientId } = await prepared('Inactive');
    await sql('UPDATE member SET roles = $2::member_role[], licensed = false WHERE id = $1', [member.id, []]);
    await sql('UPDATE tenant SET api_keys_enabled = false WHERE id = $1', [tenant.id]);
    const attempt = () => refusedChange('activate', viewer, clientId);
    expect(await attempt()).toEqual(refused('API keys are switched off by your administrator.'));
    await sql('UPDATE tenant SET api_keys_enabled = true WHERE id = $1', [tenant.id]);
    expect(await attempt()).toEqual(refused('You need a licence. Ask your administrator.'));
    await sql('UPDATE member SET licensed = true WHERE id = $1', [member.id]);
    expect(await attempt()).toEqual(developer);
  });

  test('with the switch off an owner can still edit, deactivate and delete', async () => {
    const { viewer, tenant, clientId } = await prepared('Active');
    await sql('UPDATE tenant SET api_keys_enabled = false WHERE id = $1', [tenant.id]);
    for (const action of ['edit', 'deactivate', 'delete'] as const)
      expect(await change[action](viewer, clientId)).toEqual({ status: 'done' });
  });

  test.each(actions)('an ended session or a disabled member: no %s', async (action) => {
    const { viewer, member, clientId } = await prepared(action === 'activate' ? 'Inactive' : 'Active');
    await sql('UPDATE session SET ended_at = clock_timestamp() WHERE id = $1', [viewer.sessionId]);
    expect(await refusedChange(action, viewer, clientId)).toEqual({ status: 'signed_out' });
    const again = await viewerFor(member);
    await sql('UPDATE member SET disabled_at = clock_timestamp() WHERE id = $1', [member.id]);
    expect(await refusedChange(action, again, clientId)).toEqual({ status: 'signed_out' });
  });
});

describe('the page', () => {
  test('shows the viewer’s own keys, newest first, and never a digest', async () => {
    const { viewer, tenant } = await createViewer();
    await createKeyFor(await viewerFor(await createMember(tenant)), { name: 'Not mine' });
    const first = await createKeyFor(viewer, { name: 'First', description: 'One' });
    await createKeyFor(viewer, { name: 'Second' });
    const page = await getKeyPage(viewer);
    expect(page.keys.map((key) => key.name)).toEqual(['Second', 'First']);
    expect(page.keys[1]).toMatchObject({
      clientId: first.clientId,
      description: 'One',
      mask: { firstFour: 'lk_s', lastFour: first.secret.slice(-4) },
      status: 'Active',
      hints: [],
      actions: ['edit', 'deactivate'],
      lastUsedAt: null,
      expiresAt: first.expiresAt?.toISOString(),
    });
    expect(page.createRefusal).toBe('You have 2 API keys; the maximum is 2. Delete one to create another.');
    expect(JSON.stringify(page)).not.toMatch(/digest|pepper/);
  });

  test('says why nothing can be created, activated or edited, and that the switch is off', async () => {
    const { viewer, tenant, member } = await createViewer();
    await createKeyFor(viewer);
    await sql('UPDATE tenant SET api_keys_enabled = false WHERE id = $1', [tenant.id]);
    await sql(`UPDATE member SET roles = '{}' WHERE id = $1`, [member.id]);
    const page = await getKeyPage(await viewerFor(member));
    const off = 'API keys are switched off by your administrator.';
    expect(page).toMatchObject({ createRefusal: off, activateRefusal: off, editRefusal: developerSentence });
    expect(page.keys[0]?.hints).toEqual(['Disabled by your administrator']);
  });

  test('warns of an expiry from 7 days before it', async () => {
    const { viewer } = await createViewer();
    const { clientId } = await createKeyFor(viewer);
    await sql(`UPDATE key_secret SET minted_at = clock_timestamp() - interval '80 days' WHERE tenant_id = $1`, [
      viewer.tenantId,
    ]);
    await setKey(clientId, `expires_at = clock_timestamp() + interval '7 days 1 hour'`);
    expect((await getKeyPage(viewer)).keys[0]?.hints).toEqual([]);
    await setKey(clientId, `expires_at = clock_timestamp() + interval '6 days 23 hours'`);
    expect((await getKeyPage(viewer)).keys[0]?.hints).toEqual(['Expires soon']);
  });
});

const developerSentence = 'You need the role developer. Ask your administrator.';

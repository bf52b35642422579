import { describe, expect, test } from 'vitest';
import type { Viewer } from '@/lib/auth/queries';
import {
  createAgentKeyFor,
  createKeyFor,
  createMember,
  createViewer,
  everythingStored,
  rotateInput,
  rotateKeyFor,
  sql,
  viewerFor,
} from '@/tests/support/world';
import { activateKey, deactivateKey, deleteKey, type EditKeyResult, editKey } from './mutations';
import { getAgentKeyPage, getKeyPage } from './queries';
import { type RotateKeyResult, retireSecret, rotateKey } from './rotation';
import type { KeyAction } from './status';

type ChangeResult = EditKeyResult | RotateKeyResult;
const change: Record<KeyAction, (viewer: Viewer, clientId: string) => Promise<ChangeResult>> = {
  edit: (viewer, clientId) => editKey(viewer, { clientId, name: 'Renamed', description: 'Changed' }),
  deactivate: (viewer, clientId) => deactivateKey(viewer, clientId),
  activate: activateKey,
  rotate: (viewer, clientId) => rotateKey(viewer, rotateInput(clientId, { endOlder: true })),
  retire: retireSecret,
  delete: deleteKey,
};
const actions = Object.keys(change) as KeyAction[];
const refused = (message: string) => ({ status: 'refused', message });
const done = { status: expect.stringMatching(/^(done|rotated)$/) };

type Kind = 'personal' | 'agent';
/** A key within the overlap of a rotation, so that each status decides alone what can be done with it. */
async function createChangeable(viewer: Viewer, kind: Kind = 'personal') {
  const { clientId } = await (kind === 'personal' ? createKeyFor(viewer) : createAgentKeyFor(viewer));
  await rotateKeyFor(viewer, clientId);
  return clientId;
}

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

describe('what each status allows', () => {
  // As in the product's table of statuses, with "Deactivate before delete" on and off.
  const allowed: Record<Status, KeyAction[]> = {
    Active: ['edit', 'deactivate', 'rotate', 'retire'],
    Inactive: ['edit', 'activate', 'rotate', 'retire', 'delete'],
    Expired: ['edit', 'delete'],
    Revoked: ['delete'],
  };
  const cases = [true, false].flatMap((deactivateBeforeDelete) =>
    statuses.flatMap((status) =>
      actions.map((action) => {
        const policyAllows = status === 'Active' && action === 'delete' && !deactivateBeforeDelete;
        return { deactivateBeforeDelete, status, action, allows: allowed[status].includes(action) || policyAllows };
      }),
    ),
  );

  test.each(cases)(
    '$action of a key that is $status, deactivate before delete $deactivateBeforeDelete: $allows',
    async ({ deactivateBeforeDelete, status, action, allows }) => {
      const { viewer } = await createViewer({ deactivateBeforeDelete });
      const clientId = await createChangeable(viewer);
      await setKey(clientId, setStatus[status]);
      if (allows) expect(await change[action](viewer, clientId)).toMatchObject(done);
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
    const clientId = await createChangeable(owner.viewer);
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
    expect(await change[action](owner.viewer, clientId)).toMatchObject(done);
  });

  test.each(actions)('%s of another tenant’s agent key, though every developer of its tenant may', async (action) => {
    const creator = await createViewer({ deactivateBeforeDelete: false });
    const colleague = await viewerFor(await createMember(creator.tenant));
    const stranger = await createViewer({ deactivateBeforeDelete: false }, { roles: ['admin', 'developer'] });
    const clientId = await createChangeable(creator.viewer, 'agent');
    if (action === 'activate') await deactivateKey(creator.viewer, clientId);
    expect(await refusedChange(action, stranger.viewer, clientId)).toEqual({ status: 'not_found' });
    expect(await change[action](colleague, clientId)).toMatchObject(done);
  });

  test('a key of the tenant is on nobody’s own page, and a member’s not on the tenant’s', async () => {
    const { viewer } = await createViewer();
    const agent = await createAgentKeyFor(viewer);
    const own = await createKeyFor(viewer);
    expect((await getKeyPage(viewer)).keys.map((key) => key.clientId)).toEqual([own.clientId]);
    expect((await getAgentKeyPage(viewer)).keys.map((key) => key.clientId)).toEqual([agent.clientId]);
  });
});

describe('roles, licence and switch', () => {
  const lacks = {
    switch: {
      sentence: 'API keys are switched off by your administrator.',
      table: 'tenant',
      assignment: 'api_keys_enabled = false',
    },
    licence: {
      sentence: 'You need a licence. Ask your administrator.',
      table: 'member',
      assignment: 'licensed = false',
    },
    developer: {
      sentence: 'You need the role developer. Ask your administrator.',
      table: 'member',
      assignment: `roles = '{admin}'`,
    },
  };
  type Need = keyof typeof lacks;
  const all: Need[] = ['switch', 'licence', 'developer'];
  const needs: Record<Kind, Record<KeyAction, Need[]>> = {
    personal: { edit: ['developer'], deactivate: [], activate: all, rotate: all, retire: [], delete: ['developer'] },
    agent: {
      edit: ['developer'],
      deactivate: ['developer'],
      activate: all,
      rotate: all,
      retire: ['developer'],
      delete: ['developer'],
    },
  };
  const take = async (need: Need, { id, tenantId }: { id: string; tenantId: string }) => {
    const { table, assignment } = lacks[need];
    await sql(`UPDATE ${table} SET ${assignment} WHERE id = $1`, [table === 'tenant' ? tenantId : id]);
  };
  const cases = (['personal', 'agent'] as const).flatMap((kind) =>
    actions.map((action) => ({ kind, action, needed: needs[kind][action] })),
  );

  test.each(cases)('$action of a key that is $kind needs $needed', async ({ kind, action, needed }) => {
    for (const lack of all) {
      const { viewer, member } = await createViewer({ deactivateBeforeDelete: false });
      const clientId = await createChangeable(viewer, kind);
      if (action === 'activate') await setKey(clientId, setStatus.Inactive);
      await take(lack, member);
      if (needed.includes(lack)) {
        expect(await refusedChange(action, viewer, clientId)).toEqual(refused(lacks[lack].sentence));
      } else {
        expect(await change[action](viewer, clientId)).toMatchObject(done);
      }
    }
  });

  test.each(['activate', 'rotate'] as const)('%s names what is missing in this order', async (action) => {
    const { viewer, member, tenant } = await createViewer();
    const clientId = await createChangeable(viewer);
    await setKey(clientId, setStatus.Inactive);
    for (const lack of all) await take(lack, member);
    const attempt = () => refusedChange(action, viewer, clientId);
    expect(await attempt()).toEqual(refused(lacks.switch.sentence));
    await sql('UPDATE tenant SET api_keys_enabled = true WHERE id = $1', [tenant.id]);
    expect(await attempt()).toEqual(refused(lacks.licence.sentence));
    await sql('UPDATE member SET licensed = true WHERE id = $1', [member.id]);
    expect(await attempt()).toEqual(refused(lacks.developer.sentence));
  });

  test.each(actions)('an ended session or a disabled member: no %s', async (action) => {
    const { viewer, member } = await createViewer({ deactivateBeforeDelete: false });
    const clientId = await createChangeable(viewer);
    if (action === 'activate') await setKey(clientId, setStatus.Inactive);
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
      actions: ['edit', 'deactivate', 'rotate', 'retire'],
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

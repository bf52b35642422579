import { describe, expect, test } from 'vitest';
import type { Viewer } from '@/lib/auth/queries';
import { expectIntact } from '@/tests/support/audit';
import { requestWith } from '@/tests/support/requests';
import {
  agentInput,
  createAgentKeyFor,
  createInput,
  createKeyFor,
  createMember,
  createTenant,
  createViewer,
  everythingStored,
  rotateInput,
  rotateKeyFor,
  sql,
  viewerFor,
} from '@/tests/support/world';
import { offboardMember } from '../offboarding/mutations';
import { answerEndpoint } from '../verification/endpoints';
import { createAgentKey, createKey } from './creation';
import { activateKey, deactivateKey, deleteKey, editKey } from './mutations';
import { getAgentKeyPage, getKeyPage } from './queries';
import { retireSecret, rotateKey } from './rotation';
import type { CreateAgentKeyInput } from './schema';

const day = 24 * 60 * 60 * 1000;
const done = { status: 'done' };
const taken = (name: string) => ({
  status: 'invalid',
  field: 'name',
  message: `Your tenant already has an agent key named “${name}”. Choose another name.`,
});
const developerSentence = 'You need the role developer. Ask your administrator.';

/** What it says, and that it wrote nothing. */
async function unchanged<T>(work: () => Promise<T>): Promise<T> {
  const before = await everythingStored();
  const result = await work();
  expect(await everythingStored()).toBe(before);
  return result;
}
const refusedCreate = (viewer: Viewer, input: Partial<CreateAgentKeyInput> = {}) =>
  unchanged(() => createAgentKey(viewer, agentInput(input)));

async function call(secret: string) {
  const { status, body } = await answerEndpoint(requestWith(secret));
  return { status, body: JSON.parse(body) };
}

describe('an agent key', () => {
  test('belongs to the tenant: /me names no owner, the page and the event say who created it', async () => {
    const { viewer, tenant, member } = await createViewer();
    const { clientId, secret, expiresAt } = await createAgentKeyFor(viewer, { name: 'Nightly', description: 'Builds' });
    expect(await call(secret)).toMatchObject({
      status: 200,
      body: {
        clientId,
        name: 'Nightly',
        kind: 'agent',
        tenant: { id: tenant.id },
        owner: null,
        expiresAt: expiresAt?.toISOString(),
      },
    });
    const page = await getAgentKeyPage(viewer);
    expect(page).toMatchObject({ kind: 'agent', createRefusal: null, maximumExpirationInDays: 90 });
    expect(page.keys).toMatchObject([
      {
        clientId,
        name: 'Nightly',
        description: 'Builds',
        mask: { firstFour: 'lk_s', lastFour: secret.slice(-4) },
        createdBy: member.email,
        status: 'Active',
        lastKeyRefusal: null,
      },
    ]);
    expect(JSON.stringify(page)).not.toMatch(/digest|pepper/);
    expect((await expectIntact(tenant.id)).at(-1)).toMatchObject({
      action: 'key.created',
      actorId: member.id,
      clientId,
      keyName: 'Nightly',
      details: { kind: 'agent', expiresAt: expiresAt?.toISOString(), scopes: [], biasProfileId: null },
    });
    expect(await everythingStored()).not.toContain(secret.slice(22, 54));
  });

  test.each([
    ['the lifetime of agent keys', 90, null, 90],
    ['a shorter one', 30, null, 30],
    ['the maximum for every secret, which wins', 90, 7, 7],
    ['the lifetime where the maximum is longer', 30, 365, 30],
  ])('expires after %s', async (_, agentKeyLifetimeInDays, maximumExpirationInDays, days) => {
    const { viewer } = await createViewer({ agentKeyLifetimeInDays, maximumExpirationInDays });
    const { clientId } = await createAgentKeyFor(viewer);
    const [row] = await sql<{ life: number }>(
      `SELECT (extract(epoch FROM k.expires_at - s.minted_at) * 1000)::float8 AS life
         FROM key k JOIN key_secret s ON s.key_id = k.id WHERE client_id = $1`,
      [clientId],
    );
    expect(row?.life).toBe(days * day);
    expect((await getAgentKeyPage(viewer)).maximumExpirationInDays).toBe(days);
  });

  test('counts for nobody’s maximum, and is bound by none', async () => {
    const { viewer } = await createViewer({ maximumKeysPerUser: 1 });
    for (let count = 0; count < 3; count++) await createAgentKeyFor(viewer);
    await createKeyFor(viewer);
    expect((await createKey(viewer, createInput())).status).toBe('refused');
    expect((await createAgentKey(viewer, agentInput())).status).toBe('created');
  });

  test('is exempt from keep-one-key: the only one can be stopped and deleted', async () => {
    const { viewer } = await createViewer({ keepOneKey: true, deactivateBeforeDelete: false });
    const { clientId } = await createAgentKeyFor(viewer);
    expect(await deactivateKey(viewer, clientId, '15m')).toEqual(done);
    expect(await activateKey(viewer, clientId)).toEqual(done);
    expect(await deleteKey(viewer, clientId)).toEqual(done);
  });

  test('must be deactivated before it is deleted, where the policy says so', async () => {
    const { viewer } = await createViewer();
    const { clientId } = await createAgentKeyFor(viewer);
    expect(await unchanged(() => deleteKey(viewer, clientId))).toMatchObject({ status: 'refused' });
    await deactivateKey(viewer, clientId);
    expect(await deleteKey(viewer, clientId)).toEqual(done);
  });
});

describe('its name', () => {
  test.each(['nightly', 'NIGHTLY', 'Ｎｉｇｈｔｌｙ', 'night\u00adly'])(
    'is unique in the tenant, whoever asks: “Nightly” again as “%s”',
    async (name) => {
      const { viewer, tenant } = await createViewer();
      const colleague = await viewerFor(await createMember(tenant));
      await createAgentKeyFor(viewer, { name: 'Nightly' });
      const other = await createAgentKeyFor(viewer, { name: 'Hourly' });
      expect(await refusedCreate(colleague, { name })).toEqual(taken(name));
      expect(await unchanged(() => editKey(colleague, { clientId: other.clientId, name }))).toEqual(taken(name));
    },
  );

  test('may be that of a member’s key, or of another tenant’s agent key', async () => {
    const { viewer } = await createViewer();
    const elsewhere = await createViewer();
    await createKeyFor(viewer, { name: 'Nightly' });
    await createAgentKeyFor(elsewhere.viewer, { name: 'Nightly' });
    const { clientId } = await createAgentKeyFor(viewer, { name: 'Nightly' });
    await createKeyFor(elsewhere.viewer, { name: 'Nightly' });
    expect(await editKey(viewer, { clientId, name: 'NIGHTLY' })).toEqual(done);
  });

  test('stays taken while an expired or revoked key has it, and is free when that is deleted', async () => {
    const { viewer } = await createViewer();
    const { clientId } = await createAgentKeyFor(viewer, { name: 'Nightly' });
    await sql('UPDATE key SET revoked_at = clock_timestamp() WHERE client_id = $1', [clientId]);
    expect(await refusedCreate(viewer, { name: 'Nightly' })).toEqual(taken('Nightly'));
    await deleteKey(viewer, clientId);
    expect((await createAgentKey(viewer, agentInput({ name: 'Nightly' }))).status).toBe('created');
  });

  test('is asked for by several members at once: one gets it, as its creator or by a rename', async () => {
    const { viewer, tenant } = await createViewer();
    const colleague = await viewerFor(await createMember(tenant));
    const other = await createAgentKeyFor(viewer);
    const results = await Promise.all([
      ...Array.from({ length: 6 }, (_, index) =>
        createAgentKey(index % 2 ? viewer : colleague, agentInput({ name: 'Same' })),
      ),
      editKey(colleague, { clientId: other.clientId, name: 'same' }),
    ]);
    expect(results.filter(({ status }) => status === 'created' || status === 'done')).toHaveLength(1);
    expect(results.filter(({ status }) => status === 'invalid')).toHaveLength(6);
    const names = (await getAgentKeyPage(viewer)).keys.filter((key) => key.name.toLowerCase() === 'same');
    expect(names).toHaveLength(1);
  });
});

describe('who may do what', () => {
  test('any developer of the tenant edits, stops, rotates and deletes it', async () => {
    const { viewer, tenant } = await createViewer();
    const colleague = await viewerFor(await createMember(tenant));
    const { clientId } = await createAgentKeyFor(viewer);
    expect(await editKey(colleague, { clientId, description: 'Ours' })).toEqual(done);
    await rotateKeyFor(colleague, clientId);
    expect(await retireSecret(colleague, clientId)).toEqual(done);
    expect(await deactivateKey(colleague, clientId)).toEqual(done);
    expect(await activateKey(colleague, clientId)).toEqual(done);
    await deactivateKey(colleague, clientId);
    expect(await deleteKey(colleague, clientId)).toEqual(done);
  });

  test('every member sees the list; who is no developer is told so before the click and after it', async () => {
    const { viewer, tenant } = await createViewer({ deactivateBeforeDelete: false });
    const { clientId } = await createAgentKeyFor(viewer);
    const member = await viewerFor(await createMember(tenant, { roles: ['admin'] }));
    const page = await getAgentKeyPage(member);
    expect(page.keys.map((key) => key.clientId)).toEqual([clientId]);
    expect(page).toMatchObject({
      createRefusal: developerSentence,
      activateRefusal: developerSentence,
      rotateRefusal: developerSentence,
      editRefusal: developerSentence,
      deactivateRefusal: developerSentence,
    });
    const attempts = [
      () => createAgentKey(member, agentInput()),
      () => editKey(member, { clientId, name: 'Mine' }),
      () => deactivateKey(member, clientId),
      () => rotateKey(member, rotateInput(clientId)),
      () => retireSecret(member, clientId),
      () => deleteKey(member, clientId),
    ];
    for (const attempt of attempts) {
      expect(await unchanged<{ status: string }>(attempt)).toEqual({ status: 'refused', message: developerSentence });
    }
  });

  test.each([
    [{ apiKeysEnabled: false }, {}, 'API keys are switched off by your administrator.'],
    [{}, { licensed: false }, 'You need a licence. Ask your administrator.'],
  ])('creating needs the switch and a licence: %o %o', async (policy, options, message) => {
    const { viewer } = await createViewer(policy, options);
    expect(await refusedCreate(viewer)).toEqual({ status: 'refused', message });
  });

  test('another tenant’s is on no page, and its bias profile and scopes are unknown', async () => {
    const { viewer } = await createViewer();
    const stranger = await createViewer();
    await createAgentKeyFor(viewer);
    expect((await getAgentKeyPage(stranger.viewer)).keys).toEqual([]);
    const foreign = await createTenant();
    const [profile] = await sql<{ id: string }>(
      `INSERT INTO bias_profile (id, tenant_id, name, name_key, settings)
       VALUES (gen_random_uuid(), $1, 'x', 'x', '{}') RETURNING id`,
      [foreign.id],
    );
    expect(await refusedCreate(viewer, { biasProfileId: profile?.id ?? null })).toMatchObject({
      field: 'biasProfileId',
    });
    expect(await refusedCreate(viewer, { scopes: ['reports:read'] })).toMatchObject({ field: 'scopes' });
  });
});

test('a key outlives its creator: removed, they are still named, and the key goes on', async () => {
  const { viewer, tenant, member } = await createViewer();
  const admin = await viewerFor(await createMember(tenant, { roles: ['admin'] }));
  const agent = await createAgentKeyFor(viewer, { name: 'Nightly' });
  const own = await createKeyFor(viewer);
  const removed = await offboardMember(admin, {
    memberId: member.id,
    mode: 'remove',
    decisions: [{ clientId: own.clientId, decision: 'stop' }],
  });
  expect(removed).toEqual(done);
  expect(await call(agent.secret)).toMatchObject({ status: 200, body: { kind: 'agent', owner: null } });
  expect((await call(own.secret)).status).toBe(401);
  expect((await getAgentKeyPage(admin)).keys).toMatchObject([{ name: 'Nightly', createdBy: member.email, hints: [] }]);
  expect((await getKeyPage(admin)).keys).toEqual([]);
  const developer = await viewerFor(await createMember(tenant));
  expect(await editKey(developer, { clientId: agent.clientId, name: 'Ours' })).toEqual(done);
});

test('the same request again is already created, also beside one for a member’s own key', async () => {
  const { viewer } = await createViewer();
  const input = agentInput({ name: 'Nightly' });
  const { clientId } = await createAgentKeyFor(viewer, input);
  expect(await unchanged(() => createAgentKey(viewer, input))).toEqual({ status: 'already_created', clientId });
  const own = createInput({ name: 'Nightly', idempotencyValue: input.idempotencyValue });
  expect(await unchanged(() => createKey(viewer, own))).toMatchObject({ field: 'idempotencyValue' });
});

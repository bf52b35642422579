/**
 * Every entry point, crossed with everybody who must not get through it. The entry points are read from the build: one
 * without a row here fails the first test.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { encode } from 'next-auth/jwt';
import type { Viewer } from '@/lib/auth/queries';
import { insertConnection, insertProviderKey } from '../tests/support/connections';
import {
  createBiasProfile,
  createKeyFor,
  createMember,
  createScopes,
  createTenant,
  sql,
  type TestMember,
  type TestTenant,
  viewerFor,
} from '../tests/support/world';
import { expect, test } from './fixtures';

type Target = {
  clientId: string;
  sessionId: string;
  memberId: string;
  scope: string;
  profileId: string;
  revocationId: string;
  providerKeyId: string;
  connectionId: string;
};
type Row = {
  page: string;
  /** The arguments, aimed at somebody's objects. */
  input: (target: Target) => unknown;
  /** Whose the object that the input names must be: the caller's own, or their tenant's; false: it names none. */
  aimed: 'own' | 'tenant' | false;
  /** For people who are not signed in, with what their link says. */
  open?: true;
  /** Roles or licence without which it is refused, with the sentence. */
  needs?: { roles: [] | ['developer']; licensed: boolean; sentence: string };
};

const noDeveloper = {
  roles: [] as [],
  licensed: true,
  sentence: 'You need the role developer. Ask your administrator.',
};
const noAdmin = {
  roles: ['developer'] as ['developer'],
  licensed: true,
  sentence: 'You need the role admin. Ask your administrator.',
};
/** What is only looked at: to who is no admin it does not exist. */
const noLook = { ...noAdmin, sentence: 'This member does not exist any more. Reload the page.' };
const noScopeLook = { ...noAdmin, sentence: 'This scope does not exist any more. Reload the page.' };
const noProfileLook = { ...noAdmin, sentence: 'This bias profile does not exist any more. Reload the page.' };
const noProviderKeyLook = {
  ...noDeveloper,
  sentence: 'This provider key does not exist any more. Reload the page.',
};
const keysPage = '/account/api-keys';
const securityPage = '/account/security';
const membersPage = '/tenant/members';
const allKeysPage = '/tenant/api-keys';
const linkPage = '/set-password';
const ofScope = { page: '/tenant/settings', aimed: 'tenant', needs: noAdmin } as const;
const profilesPage = '/tenant/bias-profiles';
const ofProfile = { page: profilesPage, aimed: 'tenant', needs: noAdmin } as const;
const providerKeysPage = '/account/provider-keys';
const ofProviderKey = { page: providerKeysPage, aimed: 'tenant', needs: noDeveloper } as const;
const connectionsPage = '/account/connections';
const ofConnection = { page: connectionsPage, aimed: 'tenant', needs: noDeveloper } as const;
/** When each target's connection was changed last. */
const seenAt = '2026-01-01T00:00:00.000Z';
const connectionSettings = {
  ...{ name: 'Changed', url: 'https://127.0.0.1.example.com/v1', method: 'POST', authStyle: 'none', authHeader: '' },
  ...{ providerKeyId: null, scopes: [], models: [], timeoutInSeconds: 1, sizeLimitInMegabytes: 1 },
};
const ofMember = { page: membersPage, aimed: 'tenant', needs: noAdmin } as const;

const actions: Record<string, Row> = {
  createKeyAction: {
    page: keysPage,
    input: () => ({
      name: 'New',
      description: '',
      expiry: { kind: 'days', days: 7 },
      scopes: [],
      idempotencyValue: randomUUID(),
    }),
    aimed: false,
    needs: noDeveloper,
  },
  editKeyAction: {
    page: keysPage,
    input: ({ clientId }) => ({ clientId, name: 'Renamed' }),
    aimed: 'own',
    needs: noDeveloper,
  },
  createAgentKeyAction: {
    page: keysPage,
    input: () => ({ name: `New ${randomUUID()}`, description: '', idempotencyValue: randomUUID() }),
    aimed: false,
    needs: noDeveloper,
  },
  rotateKeyAction: {
    page: keysPage,
    input: ({ clientId }) => ({
      clientId,
      overlap: 'none',
      leaked: false,
      endOlder: true,
      idempotencyValue: randomUUID(),
    }),
    aimed: 'own',
    needs: noDeveloper,
  },
  retireSecretAction: { page: keysPage, input: ({ clientId }) => clientId, aimed: 'own' },
  deactivateKeyAction: { page: keysPage, input: ({ clientId }) => clientId, aimed: 'own' },
  activateKeyAction: { page: keysPage, input: ({ clientId }) => clientId, aimed: 'own', needs: noDeveloper },
  deleteKeyAction: { page: keysPage, input: ({ clientId }) => clientId, aimed: 'own', needs: noDeveloper },
  endSessionAction: { page: securityPage, input: ({ sessionId }) => ({ sessionId }), aimed: 'own' },
  changePasswordAction: {
    page: securityPage,
    input: () => ({
      currentPassword: 'guessed',
      newPassword: 'a new long password',
      repeatedPassword: 'a new long password',
    }),
    aimed: false,
  },
  updatePolicyAction: {
    page: '/tenant/settings',
    input: () => ({
      apiKeysEnabled: true,
      maximumKeysPerUser: '1000',
      maximumExpirationInDays: '',
      deactivateBeforeDelete: false,
    }),
    aimed: false,
    needs: noAdmin,
  },
  reviewPolicyAction: {
    page: '/tenant/settings',
    input: () => ({ apiKeysEnabled: false, maximumKeysPerUser: '1' }),
    aimed: false,
    needs: noAdmin,
  },
  createScopeAction: {
    page: '/tenant/settings',
    input: () => ({ name: `new-${randomUUID()}`, description: '' }),
    aimed: false,
    needs: noAdmin,
  },
  editScopeAction: { ...ofScope, input: ({ scope }) => ({ name: scope, description: 'Changed' }) },
  reviewScopeAction: { ...ofScope, input: ({ scope }) => ({ name: scope }), needs: noScopeLook },
  deleteScopeAction: { ...ofScope, input: ({ scope }) => ({ name: scope }) },
  createBiasProfileAction: {
    page: profilesPage,
    input: () => ({ name: `New ${randomUUID()}`, description: '', settings: '{}' }),
    aimed: false,
    needs: noAdmin,
  },
  editBiasProfileAction: {
    ...ofProfile,
    input: ({ profileId }) => ({
      id: profileId,
      name: 'Changed',
      description: '',
      settings: '{}',
      seen: { name: 'Seen', description: '', settings: '{}' },
    }),
  },
  reviewBiasProfileAction: { ...ofProfile, input: ({ profileId }) => ({ id: profileId }), needs: noProfileLook },
  deleteBiasProfileAction: { ...ofProfile, input: ({ profileId }) => ({ id: profileId, replacementId: null }) },
  createProviderKeyAction: {
    page: providerKeysPage,
    input: () => ({ name: `New ${randomUUID()}`, value: 'sk-a-value-of-theirs' }),
    aimed: false,
    needs: noDeveloper,
  },
  editProviderKeyAction: {
    ...ofProviderKey,
    input: ({ providerKeyId }) => ({ id: providerKeyId, name: 'Changed', value: 'sk-another-value' }),
  },
  testProviderKeyAction: {
    ...ofProviderKey,
    input: ({ providerKeyId }) => ({ id: providerKeyId }),
    needs: noProviderKeyLook,
  },
  reviewProviderKeyAction: {
    ...ofProviderKey,
    input: ({ providerKeyId }) => ({ id: providerKeyId }),
    needs: noProviderKeyLook,
  },
  deleteProviderKeyAction: { ...ofProviderKey, input: ({ providerKeyId }) => ({ id: providerKeyId }) },
  createConnectionAction: {
    page: connectionsPage,
    input: () => ({ slug: `n-${randomUUID()}`, kind: 'workflow', ...connectionSettings }),
    aimed: false,
    needs: noDeveloper,
  },
  editConnectionAction: {
    ...ofConnection,
    input: ({ connectionId }) => ({ id: connectionId, seenUpdatedAt: seenAt, ...connectionSettings }),
  },
  testConnectionAction: { ...ofConnection, input: ({ connectionId }) => ({ id: connectionId }) },
  deleteConnectionAction: { ...ofConnection, input: ({ connectionId }) => ({ id: connectionId }) },
  // Harmless to everybody: they can only end the sessions of whoever calls them.
  signOutAction: { page: keysPage, input: () => undefined, aimed: false },
  signOutEverywhereAction: { page: securityPage, input: () => undefined, aimed: false },
  inviteMemberAction: {
    page: membersPage,
    input: () => ({ email: `${randomUUID()}@example.test`, name: '', roles: ['admin'], licensed: true }),
    aimed: false,
    needs: noAdmin,
  },
  changeMemberAction: { ...ofMember, input: ({ memberId }) => ({ memberId, admin: true }) },
  issueLinkAction: { ...ofMember, input: ({ memberId }) => ({ memberId }) },
  signOutMemberAction: { ...ofMember, input: ({ memberId }) => ({ memberId }) },
  enableMemberAction: { ...ofMember, input: ({ memberId }) => ({ memberId }) },
  linkIdentityAction: {
    ...ofMember,
    input: ({ memberId }) => ({ memberId, issuer: 'https://idp.example', subject: `new-${memberId}` }),
  },
  unlinkIdentityAction: {
    ...ofMember,
    input: ({ memberId }) => ({ memberId, issuer: 'https://idp.example', subject: memberId }),
  },
  reviewOffboardingAction: { ...ofMember, input: ({ memberId }) => ({ memberId }), needs: noLook },
  offboardMemberAction: {
    ...ofMember,
    input: ({ memberId, clientId }) => ({
      memberId,
      mode: 'remove',
      decisions: [{ clientId, decision: 'revoke' }],
    }),
  },
  findKeyBySecretAction: {
    page: allKeysPage,
    input: () => `lk_sk_${'0'.repeat(54)}`,
    aimed: false,
  },
  revokeKeyAction: { page: allKeysPage, input: ({ clientId }) => clientId, aimed: 'tenant', needs: noAdmin },
  // Keys that are not there are named in the answer as they were asked for: that another tenant's look like them is tested
  // where the review is made.
  reviewRevocationAction: {
    page: allKeysPage,
    input: () => ({ kind: 'matching', filter: { search: '', status: null, risk: null } }),
    aimed: false,
    needs: noAdmin,
  },
  startRevocationAction: {
    page: allKeysPage,
    input: () => ({
      id: randomUUID(),
      selection: { kind: 'matching', filter: { search: '', status: null, risk: null } },
      reviewed: '',
      typed: '',
    }),
    aimed: false,
    needs: noAdmin,
  },
  continueRevocationAction: {
    page: allKeysPage,
    input: ({ revocationId }) => ({ id: revocationId }),
    aimed: 'tenant',
    needs: noAdmin,
  },
  findLinkAction: { page: linkPage, input: () => 'made-up', aimed: false, open: true },
  redeemLinkAction: {
    page: linkPage,
    input: () => ({ token: 'made-up', newPassword: 'a new long password', repeatedPassword: 'a new long password' }),
    aimed: false,
    open: true,
  },
};

/** Pages, and whom they are for. */
const pages: Record<string, 'everybody' | 'members' | 'admins'> = {
  '/': 'members',
  '/_not-found': 'everybody',
  '/_global-error': 'everybody',
  '/account': 'members',
  '/account/agent-keys': 'members',
  '/account/api-keys': 'members',
  '/account/connect': 'members',
  '/account/connections': 'members',
  '/account/connections/[slug]': 'members',
  '/account/provider-keys': 'members',
  '/account/security': 'members',
  '/api/auth/[...nextauth]': 'everybody',
  '/docs/use-api-keys': 'everybody',
  '/icon.svg': 'everybody',
  '/set-password': 'everybody',
  '/sign-in': 'everybody',
  '/tenant': 'members',
  '/tenant/api-keys': 'admins',
  '/tenant/api-keys/[clientId]': 'admins',
  '/tenant/bias-profiles': 'admins',
  '/tenant/events': 'admins',
  '/tenant/events/export': 'admins',
  '/tenant/members': 'admins',
  '/tenant/settings': 'admins',
};

/** GETs that a page's own code asks, about a key of the viewer's, or of the tenant's that the viewer administers. */
const ownQuestions = ['/account/api-keys/traffic', '/account/api-keys/first-request', '/account/api-keys/overlap'];
const adminQuestions = ['/tenant/api-keys/traffic'];
const questions = [...ownQuestions, ...adminQuestions];

const manifest = (name: string) => JSON.parse(readFileSync(`.next/server/${name}`, 'utf8'));
const built: Record<string, { exportedName: string }> = manifest('server-reference-manifest.json').node;
const actionIds = new Map(Object.entries(built).map(([id, { exportedName }]) => [exportedName, id]));

test('every entry point of the build has a row here', () => {
  expect([...actionIds.keys()].sort()).toEqual(Object.keys(actions).sort());
  const routes = Object.keys(manifest('app-paths-manifest.json')).map(
    (name) => name.replace(/\/(page|route)$/, '') || '/',
  );
  expect(routes.filter((route) => !(route in pages || questions.includes(route)))).toEqual([]);
  expect(questions.filter((route) => !routes.includes(route))).toEqual([]);
  expect(routes.length).toBeGreaterThan(7);
});

type Answer = { status: number; redirect: string | null; text: string };

async function call(origin: string, name: string, input: unknown, cookie: string | null): Promise<Answer> {
  const row = actions[name] as Row;
  const response = await fetch(origin + row.page, {
    method: 'POST',
    headers: {
      origin,
      'next-action': actionIds.get(name) as string,
      'content-type': 'text/plain;charset=UTF-8',
      ...(cookie ? { cookie } : {}),
    },
    body: JSON.stringify(input === undefined ? [] : [input]),
    redirect: 'manual',
  });
  return { status: response.status, redirect: response.headers.get('x-action-redirect'), text: await response.text() };
}

async function cookieOf(viewer: Pick<Viewer, 'sessionId'>): Promise<string> {
  const token = await encode({ token: { sessionId: viewer.sessionId }, secret: process.env.NEXTAUTH_SECRET as string });
  return `latchkey.session=${token}`;
}

/** Nobody, forgers, and people whose session or membership is over. */
async function cookiesOfStrangers(tenant: TestTenant, viewer: Viewer): Promise<Array<string | null>> {
  const ended = await viewerFor(await createMember(tenant));
  await sql('UPDATE session SET ended_at = clock_timestamp() WHERE id = $1', [ended.sessionId]);
  const disabled = await createMember(tenant);
  const disabledViewer = await viewerFor(disabled);
  await sql('UPDATE member SET disabled_at = clock_timestamp() WHERE id = $1', [disabled.id]);
  const forged = `latchkey.session=${await encode({ token: { sessionId: viewer.sessionId }, secret: 'another secret' })}`;
  return [null, forged, 'latchkey.session=x', await cookieOf(ended), await cookieOf(disabledViewer)];
}

/** All rows of a tenant, but the times at which its sessions were seen. */
async function stored(tenant: TestTenant): Promise<string> {
  const [row] = await sql<{ rows: string }>(
    `SELECT json_build_array(
       (SELECT to_json(t) FROM tenant t WHERE id = $1),
       (SELECT json_agg(m ORDER BY id) FROM member m WHERE tenant_id = $1),
       (SELECT json_agg(k ORDER BY id) FROM key k WHERE tenant_id = $1),
       (SELECT json_agg(c ORDER BY name) FROM scope c WHERE tenant_id = $1),
       (SELECT json_agg(b ORDER BY id) FROM bias_profile b WHERE tenant_id = $1),
       (SELECT json_agg(p ORDER BY id) FROM provider_key p WHERE tenant_id = $1),
       (SELECT json_agg(n ORDER BY id) FROM connection n WHERE tenant_id = $1),
       (SELECT json_agg(o ORDER BY connection_id, name) FROM connection_model o WHERE tenant_id = $1),
       (SELECT json_agg(s ORDER BY key_id) FROM key_secret s WHERE tenant_id = $1),
       (SELECT json_agg(i ORDER BY issuer, subject) FROM identity i WHERE tenant_id = $1),
       (SELECT json_agg(l ORDER BY member_id) FROM one_time_link l WHERE tenant_id = $1),
       (SELECT json_agg(json_build_array(id, ended_at) ORDER BY id) FROM session WHERE tenant_id = $1),
       (SELECT json_agg(v ORDER BY id) FROM revocation v WHERE tenant_id = $1),
       (SELECT json_agg(v ORDER BY revocation_id, key_id) FROM revocation_key v WHERE tenant_id = $1),
       (SELECT json_agg(e ORDER BY sequence) FROM event e WHERE tenant_id = $1),
       (SELECT json_agg(r ORDER BY value) FROM idempotent_request r WHERE tenant_id = $1))::text AS rows`,
    [tenant.id],
  );
  return row?.rows ?? '';
}

/** What an action answered, without what differs from call to call. */
const result = (answer: Answer) => /\{"status":.*\}/.exec(answer.text)?.[0] ?? answer.text;

/** A bulk revoke of this key that nobody has gone on with. @returns its id */
async function createRevocation({ id: memberId, tenantId }: TestMember, clientId: string): Promise<string> {
  const id = randomUUID();
  await sql('INSERT INTO revocation (id, tenant_id, member_id, selected) VALUES ($1, $2, $3, 1)', [
    id,
    tenantId,
    memberId,
  ]);
  await sql(
    `INSERT INTO revocation_key (tenant_id, revocation_id, key_id, client_id, key_name)
     SELECT tenant_id, $1, id, client_id, name FROM key WHERE client_id = $2`,
    [id, clientId],
  );
  return id;
}

/** Everything of one member that an input can name. */
async function targetOf(member: TestMember, viewer: Viewer): Promise<Target> {
  const profileId = await createBiasProfile({ id: member.tenantId }, { name: randomUUID() });
  const { clientId } = await createKeyFor(viewer, { biasProfileId: profileId });
  await sql(
    `INSERT INTO identity (tenant_id, issuer, subject, member_id, email, name)
     VALUES ($1, 'https://idp.example', $2::uuid::text, $2::uuid, '', '')`,
    [member.tenantId, member.id],
  );
  const scope = `s-${randomUUID()}`;
  await createScopes({ id: member.tenantId }, scope);
  const revocationId = await createRevocation(member, clientId);
  const providerKeyId = await insertProviderKey(member.tenantId, randomUUID(), 'sk-a-value-of-theirs');
  const url = 'https://127.0.0.1:1/v1';
  const models = [{ name: 'large' }];
  const connectionId = await insertConnection(member.tenantId, {
    slug: `c-${randomUUID()}`,
    url,
    providerKeyId,
    models,
  });
  await sql('UPDATE connection SET updated_at = $2 WHERE id = $1', [connectionId, seenAt]);
  const ofKeys = { clientId, scope, profileId, revocationId };
  return { ...ofKeys, sessionId: viewer.sessionId, memberId: member.id, providerKeyId, connectionId };
}

const nowhere = (): Target => ({
  clientId: 'lk_id_0000000000000000',
  sessionId: randomUUID(),
  memberId: randomUUID(),
  scope: `s-${randomUUID()}`,
  profileId: randomUUID(),
  revocationId: randomUUID(),
  providerKeyId: randomUUID(),
  connectionId: randomUUID(),
});

const success =
  /"status":"(started|continued|done|created|saved|changed|deleted|ended|issued|ready|redeemed|valid|tested)"/;

for (const [name, row] of Object.entries(actions)) {
  test(`${name}: somebody who is not signed in ${row.open ? 'can do nothing without a link' : 'is sent to sign in'}, and nothing changes`, async ({
    tenant,
    member,
    viewer,
    origin,
  }) => {
    const target = await targetOf(member, viewer);
    const strangers = await cookiesOfStrangers(tenant, viewer);
    const before = await stored(tenant);
    const input = row.input(target);
    for (const cookie of strangers) {
      const answer = await call(origin, name, input, cookie);
      if (row.open) expect(answer.text).toContain('{"status":"unknown"}');
      else expect(answer.redirect).toMatch(/^\/sign-in/);
      expect(answer.text).not.toContain(target.clientId);
    }
    expect(await stored(tenant)).toBe(before);
  });

  if (row.aimed) {
    test.describe(() => {
      test.use({ roles: ['developer', 'admin'] });
      test(`${name}: ${row.aimed === 'own' ? 'another' : 'another tenant'}'s object looks exactly like one that does not exist`, async ({
        tenant,
        viewer,
        origin,
      }) => {
        const elsewhere = await createTenant();
        const targets: Target[] = [];
        for (const place of row.aimed === 'own' ? [tenant, elsewhere] : [elsewhere]) {
          const victim = await createMember(place);
          targets.push(await targetOf(victim, await viewerFor(victim)));
        }
        const before = (await stored(tenant)) + (await stored(elsewhere));
        const cookie = await cookieOf(viewer);
        const missing = await call(origin, name, row.input(nowhere()), cookie);
        for (const target of targets) {
          const answer = await call(origin, name, row.input(target), cookie);
          expect(answer.status).toBe(missing.status);
          expect(result(answer)).toBe(result(missing));
          expect(result(answer)).not.toMatch(success);
        }
        for (const odd of [
          '\0',
          { clientId: '\0', name: 'x' },
          { memberId: '\0' },
          { memberId: { not: '' } },
          { name: '\0' },
          { id: '\0', replacementId: { not: '' } },
          { name: { not: '' } },
          undefined,
          null,
          7,
          { $ne: null },
          ['x'],
          'x'.repeat(5_000),
          { clientId: { contains: '' } },
        ]) {
          expect((await call(origin, name, odd, cookie)).status).toBeLessThan(500);
        }
        expect((await stored(tenant)) + (await stored(elsewhere))).toBe(before);
      });
    });
  }

  const { needs } = row;
  if (needs) {
    test.describe(() => {
      test.use({ roles: needs.roles, licensed: needs.licensed });
      test(`${name}: a missing role is refused in the words of the rule, and nothing changes`, async ({
        tenant,
        member,
        viewer,
        origin,
      }) => {
        // Their own key, or a colleague of theirs.
        const colleague = row.aimed === 'tenant' ? await createMember(tenant) : member;
        await sql(`UPDATE member SET roles = '{developer}' WHERE id = $1`, [colleague.id]);
        const target = await targetOf(colleague, colleague === member ? viewer : await viewerFor(colleague));
        await sql('UPDATE member SET roles = $2::text[]::member_role[] WHERE id = $1', [colleague.id, needs.roles]);
        const before = await stored(tenant);
        const answer = await call(origin, name, row.input(target), await cookieOf(viewer));
        expect(answer.text).toContain(needs.sentence);
        expect(await stored(tenant)).toBe(before);
      });
    });
  }

  const sample = row.input(nowhere());
  if (typeof sample !== 'object') continue;
  test.describe(() => {
    // Nothing else may be the reason of the refusal.
    test.use({ roles: ['developer', 'admin'] });
    test(`${name}: input that names an owner, a tenant or roles is refused whole`, async ({
      tenant,
      member,
      viewer,
      origin,
    }) => {
      const own = await targetOf(member, viewer);
      const colleague = await createMember(tenant);
      const input = row.input(row.aimed === 'tenant' ? await targetOf(colleague, await viewerFor(colleague)) : own);
      const elsewhere = await createTenant();
      const before = (await stored(tenant)) + (await stored(elsewhere));
      for (const extra of [
        { ownerId: randomUUID() },
        { userId: randomUUID() },
        { tenantId: elsewhere.id },
        { roles: ['admin'], more: true },
        { licensed: true, more: true },
        { passwordDigest: 'x' },
      ]) {
        const answer = await call(origin, name, { ...(input as object), ...extra }, await cookieOf(viewer));
        expect(answer.status).toBeLessThan(500);
        expect(answer.text).not.toMatch(success);
      }
      expect((await stored(tenant)) + (await stored(elsewhere))).toBe(before);
    });
  });
}

for (const [path, audience] of Object.entries(pages)) {
  if (audience === 'everybody') continue;
  test(`${path}: opens for ${audience} alone`, async ({ tenant, viewer, origin }) => {
    await insertConnection(tenant.id, { slug: 'chat', url: 'https://api.example.com/v1' });
    const { clientId } = await createKeyFor(viewer);
    const address = origin + path.replace('[clientId]', clientId).replace('[slug]', 'chat');
    const visit = async (cookie: string | null) => {
      const headers = cookie ? { cookie } : {};
      const response = await fetch(address, { headers, redirect: 'manual' });
      // A request for a flight payload is sent on to an address of its own first.
      const flight = await fetch(address, { headers: { ...headers, rsc: '1' }, redirect: 'follow' });
      return { response, text: `${await response.text()} ${await flight.text()}` };
    };
    const { response, text } = await visit(null);
    expect(`${response.headers.get('location')} ${text}`).toMatch(/\/sign-in|\/account|\/tenant/);
    expect(text).not.toContain(tenant.slug);
    expect(text).not.toMatch(
      /Manage API Keys|Maximum API keys per user|Current password|New provider key|New connection|Your command|api\.example\.com|Search members|Tenant created/,
    );
    if (audience === 'admins') {
      const member = await visit(await cookieOf(viewer));
      expect(member.response.status).toBe(404);
      expect(member.text).not.toMatch(/Maximum API keys per user|Search members|Tenant created/);
      const admin = await viewerFor(await createMember(tenant, { roles: ['admin'] }));
      expect((await visit(await cookieOf(admin))).response.status).toBe(200);
    }
  });
}

async function ask(origin: string, path: string, clientId: string | null, cookie: string | null) {
  const query = clientId === null ? '' : `?clientId=${encodeURIComponent(clientId)}`;
  const headers = { origin, ...(cookie ? { cookie } : {}) };
  const response = await fetch(origin + path + query, { headers, redirect: 'manual' });
  expect(response.headers.get('cache-control')).toBe('no-store');
  const { requestId: _, ...body } = await response.json();
  return { status: response.status, body };
}
const oddClientIds = [null, '', '\0', '%', "' OR ''='", 'x'.repeat(5_000), '{"$ne":null}'];

for (const path of adminQuestions) {
  test(`${path}: is answered to the admins of the key's tenant alone; for anybody else the key is missing`, async ({
    tenant,
    viewer,
    origin,
  }) => {
    const { clientId } = await createKeyFor(viewer);
    for (const cookie of await cookiesOfStrangers(tenant, viewer)) {
      const answer = await ask(origin, path, clientId, cookie);
      expect(answer).toMatchObject({ status: 401, body: { type: 'urn:latchkey:problem:signed_out' } });
    }
    const cookie = await cookieOf(await viewerFor(await createMember(tenant, { roles: ['admin'] })));
    expect(await ask(origin, path, clientId, cookie)).toMatchObject({ status: 200 });
    const missing = await ask(origin, path, nowhere().clientId, cookie);
    expect(missing).toMatchObject({ status: 404, body: { type: 'urn:latchkey:problem:not_found' } });
    const elsewhere = await viewerFor(await createMember(await createTenant(), { roles: ['admin'] }));
    // Its owner is no admin.
    for (const other of [viewer, elsewhere]) {
      expect(await ask(origin, path, clientId, await cookieOf(other))).toEqual(missing);
    }
    for (const odd of oddClientIds) expect(await ask(origin, path, odd, cookie), `${odd}`).toEqual(missing);
  });
}

for (const path of ownQuestions) {
  test(`${path}: is answered to the key's owner alone; for anybody else the key is missing`, async ({
    tenant,
    viewer,
    origin,
  }) => {
    const { clientId } = await createKeyFor(viewer);
    for (const cookie of await cookiesOfStrangers(tenant, viewer)) {
      const answer = await ask(origin, path, clientId, cookie);
      expect(answer).toMatchObject({ status: 401, body: { type: 'urn:latchkey:problem:signed_out' } });
    }
    const cookie = await cookieOf(viewer);
    expect(await ask(origin, path, clientId, cookie)).toMatchObject({ status: 200 });
    const missing = await ask(origin, path, nowhere().clientId, cookie);
    expect(missing).toMatchObject({ status: 404, body: { type: 'urn:latchkey:problem:not_found' } });
    const admin = await viewerFor(await createMember(tenant, { roles: ['admin', 'developer'] }));
    const elsewhere = await viewerFor(await createMember(await createTenant()));
    for (const other of [admin, elsewhere]) {
      const { clientId: theirs } = await createKeyFor(other);
      expect(await ask(origin, path, theirs, cookie)).toEqual(missing);
      expect(await ask(origin, path, clientId, await cookieOf(other))).toEqual(missing);
    }
    for (const odd of oddClientIds) {
      expect(await ask(origin, path, odd, cookie), `${odd}`).toEqual(missing);
    }
  });
}

test('a replayed create makes one key, answers its secret once, and says so a hundred times', async ({
  tenant,
  viewer,
  origin,
}) => {
  const input = (actions.createKeyAction as Row).input(nowhere());
  const cookie = await cookieOf(viewer);
  const answers = await Promise.all(Array.from({ length: 100 }, () => call(origin, 'createKeyAction', input, cookie)));
  expect(answers.filter((answer) => answer.text.includes('"status":"created"'))).toHaveLength(1);
  expect(answers.filter((answer) => answer.text.includes('"status":"already_created"'))).toHaveLength(99);
  expect(answers.filter((answer) => answer.text.includes('lk_sk_'))).toHaveLength(1);
  expect(await sql('SELECT id FROM key WHERE tenant_id = $1', [tenant.id])).toHaveLength(1);
});

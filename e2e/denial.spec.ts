/**
 * Every entry point, crossed with everybody who must not get through it. The entry points are read from the build: one
 * without a row here fails the first test.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { encode } from 'next-auth/jwt';
import type { Viewer } from '@/lib/auth/queries';
import { createKeyFor, createMember, createTenant, sql, type TestTenant, viewerFor } from '../tests/support/world';
import { expect, test } from './fixtures';

type Target = { clientId: string; sessionId: string };
type Row = {
  page: string;
  /** The arguments, aimed at somebody's objects. */
  input: (target: Target) => unknown;
  /** Whether the input names an object that must be the caller's own. */
  aimed: boolean;
  /** Roles or licence without which it is refused, with the sentence. */
  needs?: { roles: [] | ['developer']; licensed: boolean; sentence: string | null };
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
const keysPage = '/account/api-keys';
const securityPage = '/account/security';

const actions: Record<string, Row> = {
  createKeyAction: {
    page: keysPage,
    input: () => ({ name: 'New', description: '', expiry: { kind: 'days', days: 7 }, idempotencyValue: randomUUID() }),
    aimed: false,
    needs: noDeveloper,
  },
  editKeyAction: {
    page: keysPage,
    input: ({ clientId }) => ({ clientId, name: 'Renamed' }),
    aimed: true,
    needs: noDeveloper,
  },
  deactivateKeyAction: { page: keysPage, input: ({ clientId }) => clientId, aimed: true },
  activateKeyAction: { page: keysPage, input: ({ clientId }) => clientId, aimed: true, needs: noDeveloper },
  deleteKeyAction: { page: keysPage, input: ({ clientId }) => clientId, aimed: true, needs: noDeveloper },
  endSessionAction: { page: securityPage, input: ({ sessionId }) => ({ sessionId }), aimed: true },
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
  // Harmless to everybody: it can only end the session of whoever calls it.
  signOutAction: { page: keysPage, input: () => undefined, aimed: false },
};

/** Pages, and whom they are for. */
const pages: Record<string, 'everybody' | 'members' | 'admins'> = {
  '/': 'members',
  '/_not-found': 'everybody',
  '/_global-error': 'everybody',
  '/account': 'members',
  '/account/api-keys': 'members',
  '/account/security': 'members',
  '/api/auth/[...nextauth]': 'everybody',
  '/icon.svg': 'everybody',
  '/sign-in': 'everybody',
  '/tenant': 'members',
  '/tenant/settings': 'admins',
};

const manifest = (name: string) => JSON.parse(readFileSync(`.next/server/${name}`, 'utf8'));
const built: Record<string, { exportedName: string }> = manifest('server-reference-manifest.json').node;
const actionIds = new Map(Object.entries(built).map(([id, { exportedName }]) => [exportedName, id]));

test('every entry point of the build has a row here', () => {
  expect([...actionIds.keys()].sort()).toEqual(Object.keys(actions).sort());
  const routes = Object.keys(manifest('app-paths-manifest.json')).map(
    (name) => name.replace(/\/(page|route)$/, '') || '/',
  );
  expect(routes.filter((route) => !(route in pages))).toEqual([]);
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

/** All rows of a tenant, but the times at which its sessions were seen. */
async function stored(tenant: TestTenant): Promise<string> {
  const [row] = await sql<{ rows: string }>(
    `SELECT json_build_array(
       (SELECT to_json(t) FROM tenant t WHERE id = $1),
       (SELECT json_agg(m ORDER BY id) FROM member m WHERE tenant_id = $1),
       (SELECT json_agg(k ORDER BY id) FROM key k WHERE tenant_id = $1),
       (SELECT json_agg(s ORDER BY key_id) FROM key_secret s WHERE tenant_id = $1),
       (SELECT json_agg(json_build_array(id, ended_at) ORDER BY id) FROM session WHERE tenant_id = $1),
       (SELECT json_agg(e ORDER BY sequence) FROM event e WHERE tenant_id = $1),
       (SELECT json_agg(r ORDER BY value) FROM idempotent_request r WHERE tenant_id = $1))::text AS rows`,
    [tenant.id],
  );
  return row?.rows ?? '';
}

/** What an action answered, without what differs from call to call. */
const result = (answer: Answer) => /\{"status":.*\}/.exec(answer.text)?.[0] ?? answer.text;

for (const [name, row] of Object.entries(actions)) {
  test(`${name}: somebody who is not signed in is sent to sign in, and nothing changes`, async ({
    tenant,
    viewer,
    origin,
  }) => {
    const { clientId } = await createKeyFor(viewer);
    const ended = await viewerFor(await createMember(tenant));
    await sql('UPDATE session SET ended_at = clock_timestamp() WHERE id = $1', [ended.sessionId]);
    const disabled = await createMember(tenant);
    const disabledViewer = await viewerFor(disabled);
    await sql('UPDATE member SET disabled_at = clock_timestamp() WHERE id = $1', [disabled.id]);
    const before = await stored(tenant);
    const input = row.input({ clientId, sessionId: viewer.sessionId });
    const forged = `latchkey.session=${await encode({ token: { sessionId: viewer.sessionId }, secret: 'another secret' })}`;
    const strangers = [null, forged, 'latchkey.session=x', await cookieOf(ended), await cookieOf(disabledViewer)];
    for (const cookie of strangers) {
      const answer = await call(origin, name, input, cookie);
      expect(answer.redirect).toMatch(/^\/sign-in/);
      expect(answer.text).not.toContain(clientId);
    }
    expect(await stored(tenant)).toBe(before);
  });

  if (row.aimed) {
    test(`${name}: another's object looks exactly like one that does not exist`, async ({ tenant, viewer, origin }) => {
      const elsewhere = await createTenant();
      const targets: Target[] = [];
      for (const place of [tenant, elsewhere]) {
        const victim = await viewerFor(await createMember(place));
        targets.push({ clientId: (await createKeyFor(victim)).clientId, sessionId: victim.sessionId });
      }
      const before = (await stored(tenant)) + (await stored(elsewhere));
      const cookie = await cookieOf(viewer);
      const missing = await call(
        origin,
        name,
        row.input({ clientId: 'lk_id_0000000000000000', sessionId: randomUUID() }),
        cookie,
      );
      for (const target of targets) {
        const answer = await call(origin, name, row.input(target), cookie);
        expect(answer.status).toBe(missing.status);
        expect(result(answer)).toBe(result(missing));
        expect(result(answer)).not.toContain('"status":"done"');
      }
      for (const odd of [
        '\0',
        { clientId: '\0', name: 'x' },
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
        await sql(`UPDATE member SET roles = '{developer}' WHERE id = $1`, [member.id]);
        const { clientId } = await createKeyFor(viewer);
        await sql('UPDATE member SET roles = $2::text[]::member_role[] WHERE id = $1', [member.id, needs.roles]);
        const before = await stored(tenant);
        const answer = await call(
          origin,
          name,
          row.input({ clientId, sessionId: viewer.sessionId }),
          await cookieOf(viewer),
        );
        expect(answer.text).toContain(needs.sentence);
        expect(await stored(tenant)).toBe(before);
      });
    });
  }

  const sample = row.input({ clientId: '', sessionId: '' });
  if (typeof sample !== 'object') continue;
  test(`${name}: input that names an owner, a tenant or roles is refused whole`, async ({ tenant, viewer, origin }) => {
    const { clientId } = await createKeyFor(viewer);
    const input = row.input({ clientId, sessionId: viewer.sessionId }) as object;
    const elsewhere = await createTenant();
    const before = (await stored(tenant)) + (await stored(elsewhere));
    for (const extra of [
      { ownerId: randomUUID() },
      { userId: randomUUID() },
      { tenantId: elsewhere.id },
      { roles: ['admin'] },
      { licensed: true },
    ]) {
      const answer = await call(origin, name, { ...input, ...extra }, await cookieOf(viewer));
      expect(answer.status).toBeLessThan(500);
      expect(answer.text).not.toMatch(/"status":"(done|created|saved|changed|ended)"/);
    }
    expect((await stored(tenant)) + (await stored(elsewhere))).toBe(before);
  });
}

for (const [path, audience] of Object.entries(pages)) {
  if (audience === 'everybody') continue;
  test(`${path}: opens for ${audience} alone`, async ({ tenant, viewer, origin }) => {
    const visit = async (cookie: string | null) => {
      const headers = cookie ? { cookie } : {};
      const response = await fetch(origin + path, { headers, redirect: 'manual' });
      const flight = await fetch(origin + path, { headers: { ...headers, rsc: '1' }, redirect: 'manual' });
      return { response, text: `${await response.text()} ${await flight.text()}` };
    };
    const { response, text } = await visit(null);
    expect(`${response.headers.get('location')} ${text}`).toMatch(/\/sign-in|\/account|\/tenant/);
    expect(text).not.toContain(tenant.slug);
    expect(text).not.toMatch(/Manage API Keys|Maximum API keys per user|Current password/);
    if (audience === 'admins') {
      const member = await visit(await cookieOf(viewer));
      expect(member.response.status).toBe(404);
      expect(member.text).not.toContain('Maximum API keys per user');
      const admin = await viewerFor(await createMember(tenant, { roles: ['admin'] }));
      expect((await visit(await cookieOf(admin))).response.status).toBe(200);
    }
  });
}

test('a replayed create makes one key, answers its secret once, and says so a hundred times', async ({
  tenant,
  viewer,
  origin,
}) => {
  const input = (actions.createKeyAction as Row).input({ clientId: '', sessionId: '' });
  const cookie = await cookieOf(viewer);
  const answers = await Promise.all(Array.from({ length: 100 }, () => call(origin, 'createKeyAction', input, cookie)));
  expect(answers.filter((answer) => answer.text.includes('"status":"created"'))).toHaveLength(1);
  expect(answers.filter((answer) => answer.text.includes('"status":"already_created"'))).toHaveLength(99);
  expect(answers.filter((answer) => answer.text.includes('lk_sk_'))).toHaveLength(1);
  expect(await sql('SELECT id FROM key WHERE tenant_id = $1', [tenant.id])).toHaveLength(1);
});

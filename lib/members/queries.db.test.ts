import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Viewer } from '@/lib/auth/queries';
import {
  createIdentity,
  createKeyFor,
  createMember,
  createTenant,
  createViewer,
  sql,
  type TestTenant,
  viewerFor,
} from '@/tests/support/world';
import { inviteMember } from './mutations';
import { listMembers } from './queries';
import { type MembersPageView, membersPerPage, membersQuerySchema } from './schema';

/** An admin whose address comes after every other one in the list. */
async function createAdmin(email = `zz-${randomUUID()}@example.test`) {
  const tenant = await createTenant();
  const member = await createMember(tenant, { roles: ['admin'], licensed: false, email, name: 'Zoe Admin' });
  return { tenant, member, viewer: await viewerFor(member) };
}

/** The page behind a link, as the page asks for it. */
async function page(viewer: Viewer, parameters: Record<string, unknown> = {}): Promise<MembersPageView> {
  const view = await listMembers(viewer, membersQuerySchema.parse(parameters));
  if (!view) throw new Error('No page.');
  return view;
}
const emails = (view: MembersPageView) => view.members.map((member) => member.email);

/** Members `m-000@…` and so on, in one statement. */
async function createMany(tenant: TestTenant, count: number, domain: string): Promise<void> {
  await sql(
    `INSERT INTO member (id, tenant_id, email, email_key, login_email, name, roles, licensed, password_digest)
     SELECT gen_random_uuid(), $1, e, e, e, 'Member ' || n, '{developer}', n % 2 = 0, 'x'
       FROM (SELECT n, 'm-' || lpad(n::text, 5, '0') || '@' || $2 AS e FROM generate_series(0, $3::int - 1) n) numbered`,
    [tenant.id, domain, count],
  );
}

describe('a row', () => {
  test('says who somebody is, how they sign in, and what they have', async () => {
    const { viewer, tenant } = await createAdmin();
    const email = `a-${randomUUID()}@example.test`;
    const member = await createMember(tenant, {
      email,
      name: 'Ada',
      roles: ['developer', 'admin'],
      password: 'a password',
    });
    const identity = await createIdentity(member);
    const session = await viewerFor(member);
    await createKeyFor(session);
    await createKeyFor(session);
    await sql('UPDATE key SET revoked_at = clock_timestamp() WHERE owner_id = $1', [member.id]);
    await sql(`UPDATE session SET last_seen_at = '2026-02-03T04:05:06Z' WHERE id = $1`, [session.sessionId]);
    const [row] = (await page(viewer)).members;
    expect(row).toEqual({
      id: member.id,
      email,
      name: 'Ada',
      state: 'Active',
      hasPassword: true,
      takesLinks: true,
      identities: [{ ...identity, provider: identity.issuer, email, name: 'Sam' }],
      waitingIdentities: [],
      linkExpiresAt: null,
      roles: ['developer', 'admin'],
      licensed: true,
      keys: 2,
      lastSeenAt: '2026-02-03T04:05:06.000Z',
      self: false,
      lastAdminRefusal: null,
    });
  });

  test('last seen is the latest of all sessions, ended ones too; null for who never came', async () => {
    const { viewer, tenant } = await createAdmin();
    const member = await createMember(tenant, { email: `a-${randomUUID()}@example.test` });
    expect((await page(viewer)).members[0]?.lastSeenAt).toBeNull();
    const [first, second] = [await viewerFor(member), await viewerFor(member)];
    await sql(`UPDATE session SET last_seen_at = '2026-02-02T00:00:00Z', ended_at = now() WHERE id = $1`, [
      first.sessionId,
    ]);
    await sql(`UPDATE session SET last_seen_at = '2026-02-01T00:00:00Z' WHERE id = $1`, [second.sessionId]);
    expect((await page(viewer)).members[0]?.lastSeenAt).toBe('2026-02-02T00:00:00.000Z');
  });

  test.each<[string, string, string]>([
    ['Active', 'a password', `UPDATE member SET password_digest = 'x' WHERE id = $1`],
    [
      'Active',
      'an identity',
      `INSERT INTO identity (tenant_id, issuer, subject, member_id, email, name)
       SELECT tenant_id, 'i', id::text, id, email, 'n' FROM member WHERE id = $1`,
    ],
    ['Invited', 'neither', 'SELECT id FROM member WHERE id = $1'],
    [
      'Invited',
      'only an identity that waits',
      `INSERT INTO identity (tenant_id, issuer, subject, member_id, email, name)
       SELECT tenant_id, 'i', id::text, NULL, email_key, 'n' FROM member WHERE id = $1`,
    ],
    [
      'Disabled',
      'a password, but disabled',
      `UPDATE member SET password_digest = 'x', disabled_at = now() WHERE id = $1`,
    ],
    [
      'Active',
      'no way to sign in since their identity was unlinked',
      'UPDATE member SET login_email = NULL WHERE id = $1',
    ],
    ['Disabled', 'neither, and disabled', 'UPDATE member SET disabled_at = now() WHERE id = $1'],
  ])('is %s with %s', async (state, _, statement) => {
    const { viewer, tenant } = await createAdmin();
    const member = await createMember(tenant, { email: `a-${randomUUID()}@example.test` });
    await sql(statement, [member.id]);
    expect((await page(viewer)).members[0]?.state).toBe(state);
  });

  test('shows until when a link can be used, as long as it can', async () => {
    const { viewer } = await createAdmin();
    const email = `a-${randomUUID()}@example.test`;
    const invited = await inviteMember(viewer, { email, name: '', roles: [], licensed: false });
    if (invited.status !== 'invited') throw new Error(invited.status);
    const linkExpiresAt = async () => (await page(viewer)).members[0]?.linkExpiresAt;
    expect(await linkExpiresAt()).toBe(invited.expiresAt.toISOString());
    const setLink = (assignment: string) =>
      sql(`UPDATE one_time_link SET ${assignment} WHERE member_id = (SELECT id FROM member WHERE email_key = $1)`, [
        email,
      ]);
    await setLink('used_at = clock_timestamp()');
    expect(await linkExpiresAt()).toBeNull();
    await setLink('used_at = NULL, expires_at = clock_timestamp()');
    expect(await linkExpiresAt()).toBeNull();
  });

  test('never holds a digest, a token or a session id', async () => {
    const { viewer, tenant } = await createAdmin();
    const member = await createMember(tenant, { password: 'a password' });
    await viewerFor(member);
    const text = JSON.stringify(await page(viewer));
    expect(text).not.toMatch(/argon2|digest|token/i);
    expect(text).not.toContain(viewer.sessionId);
  });
});

describe('identities that wait', () => {
  test('stand beside the member with their e-mail, of the same tenant only', async () => {
    const { viewer, tenant } = await createAdmin();
    const other = await createTenant();
    const email = `a-${randomUUID()}@example.test`;
    await createMember(tenant, { email });
    await createMember(tenant, { email: `b-${randomUUID()}@example.test` });
    const here = await createIdentity({ tenantId: tenant.id, waitingFor: email });
    await createIdentity({ tenantId: other.id, waitingFor: email });
    await createIdentity({ tenantId: tenant.id, waitingFor: `nobody-${randomUUID()}@example.test` });
    const { members } = await page(viewer);
    expect(members.map(({ waitingIdentities }) => waitingIdentities.map(({ subject }) => subject))).toEqual([
      [here.subject],
      [],
      [],
    ]);
    expect(members.flatMap(({ identities }) => identities)).toEqual([]);
  });

  test('no longer wait once they are somebody else’s', async () => {
    const { viewer, tenant } = await createAdmin();
    const email = `a-${randomUUID()}@example.test`;
    await createMember(tenant, { email });
    const other = await createMember(tenant, { email: `b-${randomUUID()}@example.test` });
    const { subject } = await createIdentity({ tenantId: tenant.id, waitingFor: email });
    await sql('UPDATE identity SET member_id = $1 WHERE subject = $2', [other.id, subject]);
    const [first, second] = (await page(viewer)).members;
    expect(first?.waitingIdentities).toEqual([]);
    expect(second?.identities.map((identity) => identity.subject)).toEqual([subject]);
  });
});

describe('who cannot be demoted', () => {
  const lastAdmin = 'This is the last admin. Make somebody else an admin first.';

  test('is the viewer as the last admin, and nobody else', async () => {
    const { viewer, tenant } = await createAdmin();
    const other = await createMember(tenant, { roles: ['admin'] });
    const refusals = async () =>
      (await page(viewer)).members.map(({ self, lastAdminRefusal }) => ({ self, lastAdminRefusal }));
    // An admin who cannot sign in is no other admin.
    expect(await refusals()).toEqual([
      { self: false, lastAdminRefusal: null },
      { self: true, lastAdminRefusal: lastAdmin },
    ]);
    await sql(`UPDATE member SET password_digest = 'x' WHERE id = $1`, [other.id]);
    expect((await refusals()).map(({ lastAdminRefusal }) => lastAdminRefusal)).toEqual([null, null]);
  });
});

describe('search', () => {
  async function searched(people: Array<[email: string, name: string]>) {
    const { viewer, tenant } = await createAdmin(`zz-${randomUUID()}@zz.test`);
    const domain = `${randomUUID()}.test`;
    for (const [email, name] of people) await createMember(tenant, { email: `${email}@${domain}`, name });
    return async (search: string) => {
      const view = await page(viewer, { search });
      expect(view.count).toBe(view.members.length);
      return view.members.map((member) => member.email.replace(`@${domain}`, ''));
    };
  }

  test('looks into name and e-mail, anywhere, ignoring case, width and spaces around it', async () => {
    const find = await searched([
      ['ada', 'Augusta King'],
      ['grace', 'Grace Hopper'],
      ['king', 'Somebody'],
    ]);
    for (const search of ['king', 'KING', ' king ', 'ｋｉｎｇ', 'kin'])
      expect(await find(search)).toEqual(['ada', 'king']);
    expect(await find('GRACE@')).toEqual(['grace']);
    expect(await find('hop')).toEqual(['grace']);
    expect(await find('nobody like this')).toEqual([]);
  });

  test('ignores case in every script', async () => {
    const find = await searched([
      ['a', 'Émile Zola'],
      ['b', 'ÖZGÜR Ağa'],
      ['c', 'Ольга Иванова'],
      ['d', 'ΟΔΥΣΣΕΥΣ'],
      ['e', 'Hans Groß'],
      ['f', 'İpek'],
    ]);
    for (const search of ['émile', 'ÉMILE', 'É', 'e\u0301mile']) expect(await find(search)).toEqual(['a']);
    expect(await find('özgür AĞA')).toEqual(['b']);
    for (const search of ['ольга', 'ОЛЬГА']) expect(await find(search)).toEqual(['c']);
    for (const search of ['οδυσσευς', 'ΟΔΥΣ']) expect(await find(search)).toEqual(['d']);
    expect(await find('groß')).toEqual(['e']);
    expect(await find('İpek')).toEqual(['f']);
  });

  test.each([
    ['%', ['percent']],
    ['_', ['under_score']],
    ['\\', ['backslash']],
    ['100%', ['percent']],
    ['r_s', ['under_score']],
    ['a\\b', ['backslash']],
    ['%%', []],
    ['(', ['brackets']],
    ['[x', ['brackets']],
    ['x](', ['brackets']],
    ['.*', []],
    ['^', []],
    ['***:', []],
    ['+{2}', ['brackets']],
    ["'", ['quote']],
    ["' OR '1'='1", []],
  ])('takes %j to the letter', async (search, expected) => {
    const find = await searched([
      ['backslash', 'a\\b'],
      ['brackets', '[x](y)+{2}$|?'],
      ['percent', '100% sure'],
      ['plain', 'rxs'],
      ['quote', "O'Hara"],
      ['under_score', 'plain'],
    ]);
    expect(await find(search)).toEqual(expected);
  });

  test.each(['', '   ', '\0', '\t'])('for %j shows everybody', async (search) => {
    const find = await searched([['ada', 'Ada']]);
    expect((await find(search)).slice(0, 1)).toEqual(['ada']);
  });

  test('finds neither another tenant’s nor a removed member', async () => {
    const { viewer, tenant } = await createAdmin();
    const name = randomUUID();
    await createMember(await createTenant(), { name });
    const gone = await createMember(tenant, { name });
    await sql(
      'UPDATE member SET disabled_at = now(), removed_at = now(), email_key = NULL, login_email = NULL WHERE id = $1',
      [gone.id],
    );
    expect(await page(viewer, { search: name })).toMatchObject({ members: [], count: 0, before: null, after: null });
    expect((await page(viewer)).count).toBe(1);
  });
});

describe('pages', () => {
  /** Every page from the first to the last, or back. */
  async function walk(viewer: Viewer, direction: 'after' | 'before', start: Record<string, unknown>, search = '') {
    const pages: string[][] = [];
    let view = await page(viewer, { search, ...start });
    for (;;) {
      pages.push(emails(view));
      const place = view[direction];
      if (!place) return pages;
      view = await page(viewer, { search, [direction]: place });
    }
  }

  test('show 60 members in order, each once, forward and back', async () => {
    const { viewer, tenant, member } = await createAdmin();
    await createMany(tenant, 59, `${randomUUID()}.test`);
    const forward = await walk(viewer, 'after', {});
    expect(forward.map((emails) => emails.length)).toEqual([25, 25, 10]);
    const all = forward.flat();
    expect(new Set(all).size).toBe(60);
    expect(all).toEqual([...all].sort());
    const last = await page(viewer, { after: (await page(viewer, { after: (await page(viewer)).after })).after });
    expect(last.members.at(-1)?.id).toBe(member.id);
    expect(last.after).toBeNull();
    const back = await walk(viewer, 'before', { before: last.before });
    expect([...back.reverse().flat(), ...emails(last)]).toEqual(all);
  });

  test('of exactly one page have no neighbours, and of one member more have one', async () => {
    const { viewer, tenant } = await createAdmin();
    const domain = `${randomUUID()}.test`;
    await createMany(tenant, membersPerPage - 1, domain);
    expect(await page(viewer)).toMatchObject({ before: null, after: null, count: membersPerPage });
    await createMember(tenant, { email: `n@${domain}` });
    const first = await page(viewer);
    expect(first).toMatchObject({ before: null, after: expect.any(String), count: membersPerPage + 1 });
    const second = await page(viewer, { after: first.after });
    expect(second).toMatchObject({ after: null, before: expect.any(String) });
    expect(second.members).toHaveLength(1);
    const again = await page(viewer, { before: second.before });
    expect(again).toMatchObject({ before: null, after: first.after });
    expect(emails(again)).toEqual(emails(first));
  });

  test('keep to the search', async () => {
    const { viewer, tenant } = await createAdmin();
    await createMany(tenant, 80, `${randomUUID()}.test`);
    await sql(`UPDATE member SET name = 'Odd one' WHERE tenant_id = $1 AND email_key LIKE 'm-%' AND licensed`, [
      tenant.id,
    ]);
    const found = await walk(viewer, 'after', {}, 'odd ONE');
    expect(found.map((emails) => emails.length)).toEqual([25, 15]);
    expect(found.flat()).toEqual([...found.flat()].sort());
    expect((await page(viewer, { search: 'odd one' })).count).toBe(40);
  });

  test('lose nobody when others come and go meanwhile', async () => {
    const { viewer, tenant } = await createAdmin();
    const domain = `${randomUUID()}.test`;
    await createMany(tenant, 40, domain);
    const first = await page(viewer);
    await createMember(tenant, { email: `a-early@${domain}` });
    await sql('DELETE FROM member WHERE tenant_id = $1 AND email_key = $2', [tenant.id, `m-00003@${domain}`]);
    const second = await page(viewer, { after: first.after });
    expect(emails(second)[0]).toBe(`m-00025@${domain}`);
    expect(emails(second)).toHaveLength(16);
  });

  test.each<[string, (tenant: TestTenant) => Promise<string>]>([
    [
      'who was removed meanwhile',
      async (tenant) => {
        const { id } = await createMember(tenant, { email: `m-x-${randomUUID()}@x.test` });
        await sql(
          'UPDATE member SET disabled_at = now(), removed_at = now(), email_key = NULL, login_email = NULL WHERE id = $1',
          [id],
        );
        return id;
      },
    ],
    [
      'of another tenant',
      async () => (await createMember(await createTenant(), { email: `a-${randomUUID()}@x.test` })).id,
    ],
    ['who never was', async () => randomUUID()],
    ['that is nonsense', async () => `nonsense'; --`],
  ])('behind or before a member %s start over', async (_, make) => {
    const { viewer, tenant } = await createAdmin();
    await createMany(tenant, 30, `${randomUUID()}.test`);
    const first = await page(viewer);
    const place = await make(tenant);
    for (const parameters of [{ after: place }, { before: place }, { after: place, before: place }]) {
      const view = await page(viewer, parameters);
      expect(emails(view)).toEqual(emails(first));
      expect({ before: view.before, after: view.after }).toEqual({ before: null, after: first.after });
    }
  });

  test('before the first and behind the last member start over, too', async () => {
    const { viewer, tenant, member } = await createAdmin();
    await createMany(tenant, 30, `${randomUUID()}.test`);
    const first = await page(viewer);
    expect(emails(await page(viewer, { before: first.members[0]?.id }))).toEqual(emails(first));
    expect(emails(await page(viewer, { after: member.id }))).toEqual(emails(first));
  });
});

test('the database’s time comes with the page', async () => {
  const { viewer } = await createViewer({}, { roles: ['admin'] });
  const [clock] = await sql<{ now: Date }>('SELECT clock_timestamp() AS now');
  expect(Date.parse((await page(viewer)).now)).toBeGreaterThanOrEqual(clock?.now.getTime() ?? Number.NaN);
});

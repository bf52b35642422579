import { randomUUID } from 'node:crypto';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { type MailServer, startMailServer } from '@/tests/support/mail-server';
import { day, daysBefore, expiryMailsAt, useMailServer } from '@/tests/support/notices';
import { createKeyFor, createMember, createTenant, createViewer, sql, viewerFor } from '@/tests/support/world';
import type { Viewer } from '../auth/queries';
import { createAgentKey } from '../keys/creation';
import { deactivateKey, deleteKey, editKey } from '../keys/mutations';
import type { ExpiryChoice } from '../keys/policy';
import { rotateKey } from '../keys/rotation';
import { claimExpiryNotices } from './mutations';

/** The address that the mail server knows nobody at. */
const nobody = 'nobody@example.test';
let attemptsAtNobody = 0;
const server: MailServer = await startMailServer({
  onRcptTo({ address }, _, done) {
    if (address !== nobody) return done();
    attemptsAtNobody++;
    done(new Error('no such mailbox'));
  },
});
afterAll(() => server.close());

beforeEach(async () => {
  await sql('DELETE FROM key');
  server.received.length = 0;
  useMailServer(server);
});

const keyFor = async (viewer: Viewer, days: number, name = 'Nightly export') => {
  const { clientId, expiresAt } = await createKeyFor(viewer, { name, expiry: { kind: 'days', days } });
  if (!expiresAt) throw new Error('It should expire.');
  return { clientId, expiresAt };
};
const agentKeyFor = async (viewer: Viewer, name = 'Robot') => {
  const input = { name, description: '', scopes: [], biasProfileId: null, idempotencyValue: randomUUID() };
  const result = await createAgentKey(viewer, input);
  if (result.status !== 'created' || !result.expiresAt) throw new Error(JSON.stringify(result));
  return { clientId: result.clientId, expiresAt: result.expiresAt };
};
const rotate = (viewer: Viewer, clientId: string, expiry?: ExpiryChoice) => {
  const how = { overlap: 'none', leaked: false, endOlder: false, idempotencyValue: randomUUID() } as const;
  return rotateKey(viewer, { clientId, ...how, ...(expiry ? { expiry } : {}) });
};
const mailsAt = (now: Date) => expiryMailsAt(server, now);

test('the owner is told 30, 7 and 1 days before and when it has expired, once each: which key, when, what to do', async () => {
  const { viewer, member } = await createViewer();
  const { clientId, expiresAt } = await keyFor(viewer, 90);
  const millisecond = 1 / day;
  for (const days of [30, 7, 1, 0]) {
    expect(await mailsAt(daysBefore(expiresAt, days + millisecond))).toEqual([]);
    const [mail, ...others] = await mailsAt(daysBefore(expiresAt, days));
    expect(others).toEqual([]);
    const when = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(expiresAt);
    expect(mail).toMatchObject({
      to: member.email,
      subject: `The API key “Nightly export” ${days === 0 ? 'has expired' : `expires on ${when}`}`,
    });
    for (const part of ['Hello Someone,', clientId, viewer.tenantName, when, 'http://localhost:3000/account/api-keys'])
      expect(mail?.body).toContain(part);
    expect(mail?.body).not.toContain('lk_sk_');
    expect(await mailsAt(daysBefore(expiresAt, days))).toEqual([]);
  }
  expect(await mailsAt(daysBefore(expiresAt, -6))).toEqual([]);
});

test.each([
  [1, [0]],
  [7, [1, 0]],
  [8, [7, 1, 0]],
  [30, [7, 1, 0]],
  [31, [30, 7, 1, 0]],
])('a key that lives %d days is told of at %j', async (life, told) => {
  const { viewer } = await createViewer();
  const { expiresAt } = await keyFor(viewer, life);
  const at: number[] = [];
  for (const days of [30, 7, 1, 0]) if ((await mailsAt(daysBefore(expiresAt, days))).length > 0) at.push(days);
  expect(at).toEqual(told);
});

describe('after a time in which nobody ran', () => {
  test('only the most urgent mail is sent, and the others are not made up for', async () => {
    const { viewer } = await createViewer();
    const { expiresAt } = await keyFor(viewer, 90);
    expect(await mailsAt(daysBefore(expiresAt, 0.5))).toHaveLength(1);
    expect(await mailsAt(daysBefore(expiresAt, 0.4))).toEqual([]);
    const [expired, ...others] = await mailsAt(daysBefore(expiresAt, -3));
    expect(expired?.subject).toContain('has expired');
    expect(others).toEqual([]);
  });

  test('a key that expired more than a week ago is no news', async () => {
    const { viewer } = await createViewer();
    const { expiresAt } = await keyFor(viewer, 90);
    expect(await mailsAt(daysBefore(expiresAt, -7.1))).toEqual([]);
  });
});

describe('whom it goes to', () => {
  test('an agent key: its creator and the tenant’s acting admins, each once', async () => {
    const tenant = await createTenant();
    const admin = { roles: ['admin' as const] };
    const [creator, other, disabled] = [
      await createMember(tenant, { roles: ['developer', 'admin'] }),
      await createMember(tenant, admin),
      await createMember(tenant, admin),
    ];
    await createMember(tenant);
    await createMember(await createTenant(), admin);
    await sql('UPDATE member SET disabled_at = now() WHERE id = $1', [disabled.id]);
    const { expiresAt } = await agentKeyFor(await viewerFor(creator));
    const byAnyone = await createMember(tenant);
    await agentKeyFor(await viewerFor(byAnyone), 'Another');
    const mails = await mailsAt(daysBefore(expiresAt, 6));
    const of = (name: string) => mails.filter(({ subject }) => subject.includes(name)).map(({ to }) => to);
    expect(of('Robot').sort()).toEqual([creator.email, other.email].sort());
    expect(of('Another').sort()).toEqual([creator.email, other.email, byAnyone.email].sort());
    expect(mails[0]?.body).toContain('http://localhost:3000/account/agent-keys');
    expect(mails[0]?.subject).toMatch(/^The agent API key/);
  });

  test('an agent key whose creator is disabled or removed: the admins alone; without any, nobody', async () => {
    const { viewer, member, tenant } = await createViewer();
    const { expiresAt } = await agentKeyFor(viewer);
    await sql(
      `UPDATE member SET removed_at = now(), disabled_at = now(), email_key = NULL, login_email = NULL WHERE id = $1`,
      [member.id],
    );
    expect(await mailsAt(daysBefore(expiresAt, 6))).toEqual([]);
    const admin = await createMember(tenant, { roles: ['admin'] });
    expect((await mailsAt(daysBefore(expiresAt, 6))).map(({ to }) => to)).toEqual([admin.email]);
  });

  test('a personal key: no admin, and nobody while its owner is disabled', async () => {
    const { viewer, member, tenant } = await createViewer();
    await createMember(tenant, { roles: ['admin'] });
    const { expiresAt } = await keyFor(viewer, 90);
    await sql('UPDATE member SET disabled_at = now() WHERE id = $1', [member.id]);
    expect(await mailsAt(daysBefore(expiresAt, 6))).toEqual([]);
    await sql('UPDATE member SET disabled_at = NULL WHERE id = $1', [member.id]);
    expect((await mailsAt(daysBefore(expiresAt, 6))).map(({ to }) => to)).toEqual([member.email]);
  });
});

test('an Inactive key is told of; a revoked, a deleted and an unlimited one never', async () => {
  const { viewer } = await createViewer({ maximumKeysPerUser: 10 });
  const inactive = await keyFor(viewer, 90, 'Inactive');
  const [revoked, deleted] = [await keyFor(viewer, 90, 'Revoked'), await keyFor(viewer, 90, 'Deleted')];
  await createKeyFor(viewer, { name: 'Unlimited', expiry: { kind: 'never' } });
  for (const { clientId } of [inactive, deleted]) await deactivateKey(viewer, clientId);
  await deleteKey(viewer, deleted.clientId);
  await sql('UPDATE key SET revoked_at = now() WHERE client_id = $1', [revoked.clientId]);
  for (const days of [6, -1]) {
    const mails = await mailsAt(daysBefore(inactive.expiresAt, days));
    expect(mails.map(({ subject }) => subject)).toEqual([expect.stringContaining('“Inactive”')]);
  }
});

describe('another expiry is another matter', () => {
  test('an edited one, and one that a rotation chose, are told of anew', async () => {
    const { viewer, member } = await createViewer();
    const { clientId, expiresAt } = await keyFor(viewer, 90);
    expect(await mailsAt(daysBefore(expiresAt, 6))).toHaveLength(1);
    const later = new Date(expiresAt.getTime() + 10 * day);
    expect((await editKey(viewer, { clientId, expiry: { kind: 'at', at: later } })).status).toBe('done');
    // The mail was sent at a time that the new expiry's thresholds have not reached yet.
    expect(await mailsAt(daysBefore(later, 31))).toEqual([]);
    expect((await mailsAt(daysBefore(later, 6))).map(({ to }) => to)).toEqual([member.email]);
    const latest = new Date(later.getTime() + 100 * day);
    expect((await rotate(viewer, clientId, { kind: 'at', at: latest })).status).toBe('rotated');
    expect(await mailsAt(daysBefore(later, 1))).toEqual([]);
    expect(await mailsAt(daysBefore(latest, 6))).toHaveLength(1);
  });

  test('a rotation that keeps the expiry tells nothing twice', async () => {
    const { viewer } = await createViewer();
    const { clientId, expiresAt } = await keyFor(viewer, 90);
    expect(await mailsAt(daysBefore(expiresAt, 6))).toHaveLength(1);
    expect((await rotate(viewer, clientId)).status).toBe('rotated');
    expect(await mailsAt(daysBefore(expiresAt, 6))).toEqual([]);
  });
});

describe('what could not be sent', () => {
  const claims = () => sql(`SELECT id FROM key_notice WHERE claimed_at IS NOT NULL AND sent_at IS NULL`);

  test('while the server is down is sent once it is back, once', async () => {
    const gone = await startMailServer();
    await gone.close();
    const { viewer } = await createViewer({ maximumKeysPerUser: 10 });
    let expiresAt = new Date(0);
    for (const name of ['a', 'b', 'c', 'd', 'e']) ({ expiresAt } = await keyFor(viewer, 90, name));
    const now = daysBefore(expiresAt, 6);
    useMailServer(gone);
    expect(await mailsAt(now)).toEqual([]);
    // Nothing waits for a claim to run out.
    expect(await claims()).toEqual([]);
    const back = await startMailServer({}, Number(new URL(gone.url).port));
    expect(await expiryMailsAt(back, now)).toHaveLength(5);
    expect(await expiryMailsAt(back, now)).toEqual([]);
    await back.close();
  });

  test('because the server refuses one address holds up nobody, and is tried again later, ever more rarely', async () => {
    const tenant = await createTenant();
    const viewer = await viewerFor(await createMember(tenant));
    const { expiresAt } = await agentKeyFor(viewer);
    await createMember(tenant, { roles: ['admin'], email: nobody });
    await createMember(tenant, { roles: ['admin'] });
    const now = daysBefore(expiresAt, 6);
    const minutesLater = (minutes: number) => new Date(now.getTime() + minutes * 60_000);
    attemptsAtNobody = 0;
    expect(await mailsAt(now)).toHaveLength(2);
    const attempts: number[] = [];
    for (let minute = 0; minute <= 70; minute++) {
      const before = attemptsAtNobody;
      expect(await mailsAt(minutesLater(minute))).toEqual([]);
      if (attemptsAtNobody > before) attempts.push(minute);
    }
    expect(attempts).toEqual([10, 30, 70]);
  });

  test('because its process died is taken over by another one after 10 minutes', async () => {
    const { viewer } = await createViewer();
    const { clientId, expiresAt } = await keyFor(viewer, 90);
    const now = daysBefore(expiresAt, 6);
    const [key] = await sql<{ id: string }>('SELECT id FROM key WHERE client_id = $1', [clientId]);
    expect(await claimExpiryNotices([key?.id ?? ''], now)).toHaveLength(1);
    expect(await mailsAt(new Date(now.getTime() + 599_999))).toEqual([]);
    expect(await mailsAt(new Date(now.getTime() + 600_000))).toHaveLength(1);
    expect(await mailsAt(new Date(now.getTime() + 3_600_000))).toEqual([]);
  });
});

test('without a mail server nothing is claimed', async () => {
  const { viewer } = await createViewer();
  const { expiresAt } = await keyFor(viewer, 90);
  useMailServer(null);
  expect(await mailsAt(daysBefore(expiresAt, 6))).toEqual([]);
  expect(await sql('SELECT id FROM key_notice')).toEqual([]);
});

test('more keys than one page and one batch hold are all told of', async () => {
  const { member, tenant } = await createViewer();
  await sql(
    `WITH made AS (
       INSERT INTO key (id, tenant_id, owner_id, client_id, name, name_key, expires_at)
       SELECT gen_random_uuid(), $1, $2, 'lk_id_' || substr(md5($2::uuid::text || n), 1, 16), 'Key ' || n, 'key ' || n,
              clock_timestamp() + interval '6 days' + n % 10 * interval '1 second'
         FROM generate_series(1, 530) n RETURNING tenant_id, id)
     INSERT INTO key_secret (tenant_id, key_id, position, digest, pepper_version, first_four, last_four, minted_at)
     SELECT tenant_id, id, 'current', sha256('x'), 1, 'lk_s', 'xxxx', clock_timestamp() - interval '90 days' FROM made`,
    [tenant.id, member.id],
  );
  // All but a few were told of already.
  await sql(
    `INSERT INTO key_notice (tenant_id, key_id, expires_at, days, member_id, claimed_at, sent_at)
     SELECT tenant_id, id, expires_at, 7, owner_id, now(), now() FROM key ORDER BY expires_at, id LIMIT 505`,
  );
  const [clock] = await sql<{ now: Date }>('SELECT clock_timestamp() AS now');
  expect(new Set((await mailsAt(clock?.now ?? new Date(0))).map(({ subject }) => subject)).size).toBe(25);
});

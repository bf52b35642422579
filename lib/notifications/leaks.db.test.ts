import { randomUUID } from 'node:crypto';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type MailServer, startMailServer } from '@/tests/support/mail-server';
import { day, useMailServer } from '@/tests/support/notices';
import { createKeyFor, createMember, createTenant, createViewer, sql, viewerFor } from '@/tests/support/world';
import type { Viewer } from '../auth/queries';
import { startJobs } from '../background/jobs';
import { database } from '../db/connection';
import { deactivateKey, deleteKey } from '../keys/mutations';
import { rotateKey } from '../keys/rotation';
import { log } from '../log';
import { sendLeakNotices } from './delivery';
import { findLeakReports } from './queries';

const server: MailServer = await startMailServer();
afterAll(() => server.close());
beforeEach(() => useMailServer(server));

/** A key of a member whose tenant has one admin. */
async function createWorld() {
  const { viewer, member, tenant } = await createViewer();
  const admin = await createMember(tenant, { roles: ['admin'], name: 'Ada' });
  const { clientId, secret } = await createKeyFor(viewer, { name: 'Nightly export' });
  return { viewer, member, tenant, admin, clientId, secret };
}
const report = (viewer: Viewer, clientId: string, leaked = true) =>
  rotateKey(viewer, { clientId, overlap: 'none', leaked, endOlder: true, idempotencyValue: randomUUID() });
const mailsNow = async (now?: Date) => {
  await sendLeakNotices(now ? { now } : {});
  return server.received.splice(0);
};
const clock = async () => (await sql<{ now: Date }>('SELECT clock_timestamp() AS now'))[0]?.now ?? new Date(0);

describe('a leak that is reported', () => {
  test('is mailed to every acting admin of the tenant, once: who, which key, when, and that the secret was ended', async () => {
    const { viewer, member, tenant, admin, clientId, secret } = await createWorld();
    const disabled = await createMember(tenant, { roles: ['admin'] });
    await sql('UPDATE member SET disabled_at = now() WHERE id = $1', [disabled.id]);
    await createMember(await createTenant(), { roles: ['admin'] });
    const rotated = await report(viewer, clientId);
    if (rotated.status !== 'rotated') throw new Error(rotated.status);
    const [mail, ...others] = await mailsNow();
    expect(others).toEqual([]);
    expect(mail).toMatchObject({ to: admin.email, subject: 'A leak of the API key “Nightly export” was reported' });
    const today = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(await clock());
    for (const part of ['Hello Ada,', member.email, clientId, today, 'The old secret was ended at once'])
      expect(mail?.body).toContain(part);
    for (const each of [secret, rotated.secret, 'lk_sk_']) expect(mail?.body).not.toContain(each);
    expect(await mailsNow()).toEqual([]);
  });

  test('is mailed although the key was deleted, and the server was down, meanwhile', async () => {
    const { viewer, admin, clientId } = await createWorld();
    await report(viewer, clientId);
    useMailServer({ url: 'smtp://127.0.0.1:9' });
    expect(await mailsNow()).toEqual([]);
    await deactivateKey(viewer, clientId);
    expect((await deleteKey(viewer, clientId)).status).toBe('done');
    useMailServer(server);
    expect((await mailsNow()).map(({ to }) => to)).toEqual([admin.email]);
    expect(await mailsNow()).toEqual([]);
  });

  test('is no news after a week; an ordinary rotation is none at all', async () => {
    const { viewer, clientId } = await createWorld();
    await report(viewer, clientId, false);
    expect(await mailsNow()).toEqual([]);
    await report(viewer, clientId);
    expect(await mailsNow(new Date((await clock()).getTime() + 7 * day))).toEqual([]);
    expect(await mailsNow()).toHaveLength(1);
  });

  test('is shown to the tenant’s admins for a week, newest first, at most five, and to nobody else', async () => {
    const { viewer, member, tenant, admin, clientId } = await createWorld();
    const ada = await viewerFor(admin);
    expect(await findLeakReports(ada)).toBeNull();
    await report(viewer, clientId);
    expect(await findLeakReports(ada)).toMatchObject({
      reports: [{ clientId, keyName: 'Nightly export', reportedBy: member.email }],
      more: 0,
    });
    for (let further = 0; further < 6; further++) await report(viewer, clientId);
    const shown = await findLeakReports(ada);
    expect(shown?.more).toBe(2);
    const times = shown?.reports.map(({ reportedAt }) => reportedAt) ?? [];
    expect(times).toEqual([...times].sort().reverse());
    expect(await findLeakReports(viewer)).toBeNull();
    const stranger = await createViewer({}, { roles: ['admin'] });
    expect(await findLeakReports(stranger.viewer)).toBeNull();
    expect(await findLeakReports({ ...stranger.viewer, tenantId: tenant.id })).toBeNull();
    await sql(`UPDATE event SET at = at - interval '7 days' WHERE tenant_id = $1`, [tenant.id]);
    expect(await findLeakReports(ada)).toBeNull();
  });
});

describe('in the background', () => {
  test('a look that fails is logged and ends nothing; after the stop there are no more', async () => {
    const warn = vi.spyOn(log(), 'warn').mockImplementation(() => {});
    await sql('ALTER TABLE leak_notice RENAME TO away');
    const jobs = startJobs({ firstDelay: 0, interval: 10 });
    await vi.waitFor(() => expect(warn).toHaveBeenCalled(), { timeout: 30_000 });
    await sql('ALTER TABLE away RENAME TO leak_notice');
    const { viewer, admin, clientId } = await createWorld();
    await report(viewer, clientId);
    await vi.waitFor(() => expect(server.received.map(({ to }) => to)).toEqual([admin.email]), { timeout: 30_000 });
    await jobs.stop();
    const looks = vi.spyOn(
      await database().then((open) => (open.kind === 'embedded' ? open.pglite : open.pagePool)),
      'query',
    );
    await report(viewer, clientId);
    expect(looks.mock.calls.filter(([text]) => JSON.stringify(text).includes('leak_notice'))).toEqual([]);
    expect(server.received).toHaveLength(1);
    vi.restoreAllMocks();
    server.received.length = 0;
  });
});

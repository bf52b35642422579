import { describe, expect, test } from 'vitest';
import { growLog } from '@/tests/support/events';
import {
  createAgentKeyFor,
  createBiasProfile,
  createKeyFor,
  createMember,
  createTenant,
  createViewer,
  sql,
  viewerFor,
} from '@/tests/support/world';
import { inTransaction } from '../db/prisma';
import { deactivateKey, deleteKey, editKey } from '../keys/mutations';
import { appendEvent } from './mutations';
import { exportEvents, listEvents } from './queries';
import { type EventFilter, type EventPlace, eventsPerPage } from './schema';

const none: EventFilter = { action: null, actor: null, key: null, from: null, to: null };
const createAdmin = () => createViewer({ deactivateBeforeDelete: false }, { roles: ['admin', 'developer'] });
type Admin = Awaited<ReturnType<typeof createAdmin>>;

async function list({ viewer }: Admin, filter: Partial<EventFilter> = {}, place: EventPlace = {}) {
  const view = await listEvents(viewer, { ...none, ...filter }, place);
  if (!view) throw new Error('Not an admin.');
  return { ...view, sequences: view.events.map(({ sequence }) => sequence) };
}

async function exportAll({ viewer }: Admin, filter: Partial<EventFilter> = {}) {
  const found = await exportEvents(viewer, { ...none, ...filter });
  const sequences: number[] = [];
  for await (const batch of found?.batches ?? []) sequences.push(...batch.map(({ sequence }) => sequence));
  return sequences;
}

const down = (from: number, to: number) => Array.from({ length: from - to + 1 }, (_, index) => from - index);

describe('whose log it is', () => {
  test('only an admin reads it, and only their own tenant’s', async () => {
    const admin = await createAdmin();
    const other = await createAdmin();
    await createKeyFor(other.viewer);
    const developer = await viewerFor(await createMember(admin.tenant));
    expect(await listEvents(developer, none, {})).toBeNull();
    expect(await exportEvents(developer, none)).toBeNull();
    expect((await list(admin)).events.map(({ action }) => action)).toEqual(['tenant.created']);
    expect((await list(admin, { actor: other.member.email })).events).toEqual([]);
    expect(await exportAll(admin)).toEqual([1]);
  });

  test('who is demoted during an export gets no further batch', async () => {
    const admin = await createAdmin();
    await growLog(admin.tenant, 1_500);
    const found = await exportEvents(admin.viewer, none);
    expect((await found?.batches.next())?.value).toHaveLength(1_000);
    await sql(`UPDATE member SET roles = '{developer}' WHERE id = $1`, [admin.member.id]);
    await expect(found?.batches.next()).rejects.toThrow('no admin');
  });
});

test('an event shows its key, and whether that was deleted', async () => {
  const admin = await createAdmin();
  const { viewer, member } = admin;
  const kept = await createKeyFor(viewer, { name: 'Kept' });
  const gone = await createKeyFor(viewer, { name: 'Gone' });
  await deleteKey(viewer, gone.clientId);
  const { events } = await list(admin);
  expect(events.map(({ action, keyName, clientId, keyDeleted }) => [action, keyName, clientId, keyDeleted])).toEqual([
    ['key.deleted', 'Gone', gone.clientId, true],
    ['key.created', 'Gone', gone.clientId, true],
    ['key.created', 'Kept', kept.clientId, false],
    ['tenant.created', null, null, false],
  ]);
  expect(events[0]).toMatchObject({
    sequence: 4,
    at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    actorKind: 'member',
    actorEmail: member.email,
    address: viewer.address,
    details: {},
  });
});

test('ids in the details come with what they are called, of this tenant only', async () => {
  const admin = await createAdmin();
  const biasProfileId = await createBiasProfile(admin.tenant, { name: 'Careful' });
  const elsewhere = await createBiasProfile(await createTenant(), { name: 'Foreign' });
  await createKeyFor(admin.viewer, { biasProfileId });
  await inTransaction((tx) =>
    appendEvent(tx, {
      tenantId: admin.tenant.id,
      action: 'key.handed_over',
      actor: 'system',
      address: null,
      details: { to: admin.member.id, biasProfileId: elsewhere },
    }),
  );
  expect((await list(admin)).names).toEqual({ [biasProfileId]: 'Careful', [admin.member.id]: admin.member.email });
});

describe('pages', () => {
  test('lead from the newest event to the first and back, and none is missing or twice', async () => {
    const admin = await createAdmin();
    const size = 2 * eventsPerPage + 7;
    await growLog(admin.tenant, size);
    const seen: number[][] = [];
    for (let place: EventPlace | null = {}; place; ) {
      const { sequences, after, before } = await list(admin, {}, place);
      expect(before).toBe(seen.length === 0 ? null : sequences[0]);
      seen.push(sequences);
      place = after === null ? null : { after };
    }
    expect(seen.map(({ length }) => length)).toEqual([eventsPerPage, eventsPerPage, 7]);
    expect(seen.flat()).toEqual(down(size, 1));
    const [first, second, third] = seen;
    const back = await list(admin, {}, { before: third?.[0] });
    expect(back.sequences).toEqual(second);
    expect((await list(admin, {}, { before: back.before ?? 0 })).sequences).toEqual(first);
  });

  test.each([
    { after: 0 },
    { after: 1 },
    { after: 10 ** 14 },
    { before: 10 ** 14 },
    { before: 30 },
    { before: 29, after: 3 },
  ])('a place at the end, or behind it, is the first page: %j', async (place) => {
    const admin = await createAdmin();
    await growLog(admin.tenant, 30);
    const page = await list(admin, {}, place);
    expect(page.sequences).toEqual(down(30, 6));
    expect([page.before, page.after]).toEqual([null, 6]);
  });
});

describe('filters', () => {
  test('action, key and actor, alone and together', async () => {
    const admin = await createAdmin();
    const { viewer, tenant } = admin;
    const dana = await createMember(tenant);
    const danaViewer = await viewerFor(dana);
    const laptop = await createKeyFor(danaViewer, { name: 'Laptop' });
    await createAgentKeyFor(viewer, { name: 'LAPTOP 2' });
    await editKey(danaViewer, { clientId: laptop.clientId, name: 'Desktop' });
    await deactivateKey(danaViewer, laptop.clientId);
    await deleteKey(danaViewer, laptop.clientId);
    const actions = async (filter: Partial<EventFilter>) =>
      (await list(admin, filter)).events.map(({ action }) => action);
    expect(await actions({ action: 'key.created' })).toEqual(['key.created', 'key.created']);
    expect(await actions({ action: 'key.revoked' })).toEqual([]);
    const ofKey = ['key.deleted', 'key.deactivated', 'key.updated', 'key.created'];
    expect(await actions({ key: laptop.clientId })).toEqual(ofKey);
    // By the name that it had then, in any case, and whole.
    expect(await actions({ key: 'lapTop' })).toEqual(['key.created']);
    expect(await actions({ key: 'desktop' })).toEqual(['key.deleted', 'key.deactivated', 'key.updated']);
    for (const key of ['Lap', 'Lap%', '_aptop', "Laptop' OR ''='"]) expect(await actions({ key })).toEqual([]);
    expect(await actions({ actor: dana.email })).toEqual(ofKey);
    expect(await actions({ actor: viewer.email })).toEqual(['key.created']);
    expect(await actions({ actor: '%' })).toEqual([]);
    expect(await actions({ actor: 'Latchkey' })).toEqual(['tenant.created']);
    expect(await actions({ actor: dana.email, action: 'key.created', key: 'Laptop' })).toEqual(['key.created']);
    expect(await actions({ actor: viewer.email, key: laptop.clientId })).toEqual([]);
  });

  test('an e-mail finds the events of everybody who had it, also of removed members', async () => {
    const admin = await createAdmin();
    const { tenant } = admin;
    const former = await createMember(tenant);
    await createKeyFor(await viewerFor(former));
    await sql(
      'UPDATE member SET removed_at = clock_timestamp(), disabled_at = clock_timestamp(), email_key = NULL, login_email = NULL WHERE id = $1',
      [former.id],
    );
    const present = await createMember(tenant, { email: former.email });
    await createKeyFor(await viewerFor(present));
    expect((await list(admin, { actor: former.email })).sequences).toEqual([3, 2]);
  });

  test('an erased e-mail is a former member, and does not become the system', async () => {
    const admin = await createAdmin();
    await createKeyFor(admin.viewer);
    await sql('UPDATE event SET actor_email = NULL WHERE tenant_id = $1 AND sequence = 2', [admin.tenant.id]);
    const { events } = await list(admin);
    expect(events.map(({ actorKind, actorEmail }) => [actorKind, actorEmail])).toEqual([
      ['member', null],
      ['system', null],
    ]);
    expect((await list(admin, { actor: 'Latchkey' })).sequences).toEqual([1]);
  });

  test('days are whole, in UTC, and both inclusive', async () => {
    const admin = await createAdmin();
    await growLog(admin.tenant, 12);
    const times = [
      '2026-02-27T00:00:00.000Z',
      '2026-02-27T23:59:59.999Z',
      '2026-02-28T00:00:00.000Z',
      '2026-02-28T12:00:00.000Z',
      '2026-02-28T23:59:59.999Z',
      '2026-03-01T00:00:00.000Z',
      '2026-03-01T00:00:00.000Z',
      '2026-03-01T00:00:00.000Z',
      '2026-03-02T08:00:00.000Z',
      '2026-03-05T08:00:00.000Z',
      '2026-03-05T23:59:59.999Z',
      '2026-03-06T00:00:00.000Z',
    ];
    for (const [index, at] of times.entries()) {
      await sql('UPDATE event SET at = $3 WHERE tenant_id = $1 AND sequence = $2', [admin.tenant.id, index + 1, at]);
    }
    const days = [
      '2026-02-26',
      '2026-02-27',
      '2026-02-28',
      '2026-03-01',
      '2026-03-02',
      '2026-03-03',
      '2026-03-05',
      '2026-03-07',
    ];
    for (const from of [null, ...days]) {
      for (const to of [null, ...days]) {
        const expected = times
          .map((at, index) => ({ day: at.slice(0, 10), sequence: index + 1 }))
          .filter(({ day }) => (from === null || day >= from) && (to === null || day <= to))
          .map(({ sequence }) => sequence)
          .reverse();
        expect((await list(admin, { from, to })).sequences, `${from} to ${to}`).toEqual(expected);
      }
    }
    expect((await list(admin, { from: '1970-01-01', to: '9999-12-31' })).sequences).toEqual(down(12, 1));
    // A line that somebody deleted misleads nobody about the others.
    await sql('DELETE FROM event WHERE tenant_id = $1 AND sequence IN (6, 7)', [admin.tenant.id]);
    expect((await list(admin, { from: '2026-03-01', to: '2026-03-02' })).sequences).toEqual([9, 8]);
  });

  test('pages stay within the filter', async () => {
    const admin = await createAdmin();
    await growLog(admin.tenant, 100, { action: `CASE WHEN n % 2 = 0 THEN 'key.created' ELSE 'key.deleted' END` });
    const first = await list(admin, { action: 'key.created' });
    expect(first.sequences).toEqual(down(50, 26).map((half) => half * 2));
    const second = await list(admin, { action: 'key.created' }, { after: first.after ?? 0 });
    expect(second.sequences).toEqual(down(25, 1).map((half) => half * 2));
    expect(second.after).toBeNull();
    const back = await list(admin, { action: 'key.created' }, { before: second.before ?? 0 });
    expect(back.sequences).toEqual(first.sequences);
  });
});

describe('an export', () => {
  test('holds every match once, newest first, beyond one batch', async () => {
    const admin = await createAdmin();
    await growLog(admin.tenant, 2_300, { action: `CASE WHEN n % 2 = 0 THEN 'key.created' ELSE 'key.deleted' END` });
    expect(await exportAll(admin)).toEqual(down(2_300, 1));
    expect(await exportAll(admin, { action: 'key.created' })).toEqual(down(1_150, 1).map((half) => half * 2));
    expect(await exportAll(admin, { from: '2026-01-01', to: '2026-01-01' })).toEqual(down(1_439, 1));
    expect(await exportAll(admin, { action: 'key.revoked' })).toEqual([]);
  });

  test('leaves out what is written after it began', async () => {
    const admin = await createAdmin();
    const found = await exportEvents(admin.viewer, none);
    await createKeyFor(admin.viewer);
    expect((await found?.batches.next())?.value?.map(({ sequence }) => sequence)).toEqual([1]);
    expect(found?.tenantSlug).toBe(admin.tenant.slug);
  });
});

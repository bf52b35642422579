import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { acceptEvents, expectIntact, refuseEvents } from '@/tests/support/audit';
import { createManyKeys } from '@/tests/support/many-keys';
import { askedWith } from '@/tests/support/requests';
import { checked, continueFor, everything, finishFor, reviewOf, startFor } from '@/tests/support/revocations';
import { createAgentKeyFor, createMember, createTenant, everythingStored, sql, viewerFor } from '@/tests/support/world';
import type { Viewer } from '../auth/queries';
import { deactivateKey, deleteKey } from '../keys/mutations';
import { authenticate } from '../verification/authenticate';
import { continueRevocation, startRevocation } from './mutations';
import { listUnfinishedRevocations } from './queries';
import type { Selection, StartRevocationInput } from './schema';

async function prepare(keys = 0) {
  const tenant = await createTenant({ maximumKeysPerUser: 1000 });
  const owner = await createMember(tenant);
  const admin = await createMember(tenant, { roles: ['admin'], licensed: false });
  return {
    tenant,
    owner,
    admin,
    credentials: await createManyKeys(owner, keys),
    owning: await viewerFor(owner),
    viewer: await viewerFor(admin),
  };
}
/** What verification says; on a machine with much else to do it may have to be asked again. */
async function verdictOf(secret: string): Promise<string> {
  const verdict = await authenticate(askedWith(secret));
  if (verdict.status === 'unavailable') return verdictOf(secret);
  return verdict.status === 'refused' ? verdict.reason : verdict.status;
}
async function verdictsOf(credentials: Array<{ secret: string }>): Promise<Set<string>> {
  const verdicts = new Set<string>();
  for (const { secret } of credentials) verdicts.add(await verdictOf(secret));
  return verdicts;
}
async function unchanged<T>(work: () => Promise<T>): Promise<T> {
  const before = await everythingStored();
  const result = await work();
  expect(await everythingStored()).toBe(before);
  return result;
}
const setKey = (clientId: string, assignment: string) =>
  sql(`UPDATE key SET ${assignment} WHERE client_id = $1`, [clientId]);
const inputFor = async (viewer: Viewer, selection: Selection, input: Partial<StartRevocationInput> = {}) => {
  const { digest, count } = await reviewOf(viewer, selection);
  return { id: randomUUID(), selection, reviewed: digest, typed: String(count), ...input };
};

afterEach(acceptEvents);

// The embedded database takes three times as long, and three batches show there what ten do.
const many = process.env.DATABASE_URL ? 1_000 : 300;

test(`of ${many} keys each is refused as soon as its batch is acknowledged; as many events and one summary say so`, async () => {
  const { tenant, admin, viewer, credentials } = await prepare(many);
  const bystander = await prepare(1);
  const secretOf = new Map(credentials.map(({ clientId, secret }) => [clientId, secret]));
  // What is kept in memory by verification is there before the first batch.
  expect(await verdictsOf(credentials.slice(0, 50))).toEqual(new Set(['accepted']));
  const id = await startFor(viewer, everything);
  expect(await verdictOf(credentials[0]?.secret ?? '')).toBe('accepted');
  const refused = new Set<string>();
  for (let finished = false; !finished; ) {
    ({ finished } = await continueFor(viewer, id));
    const revoked = await sql<{ clientId: string }>(
      'SELECT client_id AS "clientId" FROM key WHERE tenant_id = $1 AND revoked_at IS NOT NULL',
      [tenant.id],
    );
    const fresh = revoked.filter(({ clientId }) => !refused.has(clientId));
    expect(fresh).toHaveLength(100);
    const secrets = fresh.map(({ clientId }) => ({ secret: secretOf.get(clientId) ?? '' }));
    expect(await verdictsOf(secrets)).toEqual(new Set(['key_revoked']));
    for (const { clientId } of fresh) refused.add(clientId);
  }
  expect(refused.size).toBe(many);
  const events = (await expectIntact(tenant.id)).filter(({ action }) => /revoked/.test(action));
  const summary = events.pop();
  expect(summary).toMatchObject({
    action: 'keys.revoked',
    actorId: admin.id,
    clientId: null,
    details: { selected: many, revoked: many, alreadyRevoked: 0, expired: 0, deleted: 0 },
  });
  expect(new Set(events.map(({ clientId }) => clientId))).toEqual(refused);
  expect(events).toHaveLength(many);
  expect(await verdictsOf(bystander.credentials)).toEqual(new Set(['accepted']));
});

test('what changed since the confirmation is answered key by key', async () => {
  const { owning, viewer, credentials } = await prepare(5);
  const [revoked, expired, deleted, inactive, active] = credentials.map(({ clientId }) => clientId) as [
    string,
    string,
    string,
    string,
    string,
  ];
  const id = await startFor(viewer, checked(...credentials.map(({ clientId }) => clientId)));
  await setKey(revoked, 'revoked_at = clock_timestamp()');
  await setKey(expired, 'expires_at = clock_timestamp()');
  await deactivateKey(owning, inactive);
  await deactivateKey(owning, deleted);
  await deleteKey(owning, deleted);
  const progress = await finishFor(viewer, id);
  expect(progress).toMatchObject({
    selected: 5,
    counts: { revoked: 2, already_revoked: 1, expired: 1, deleted: 1 },
    finished: true,
  });
  expect(Object.fromEntries(progress.keys.map(({ clientId, result }) => [clientId, result]))).toEqual({
    [revoked]: 'already_revoked',
    [expired]: 'expired',
    [deleted]: 'deleted',
    [inactive]: 'revoked',
    [active]: 'revoked',
  });
  // Those that need to be read come first; names are those of the confirmation.
  expect(progress.keys.map(({ name }) => name)).toEqual(['Key 1', 'Key 2', 'Key 3', 'Key 4', 'Key 5']);
  // The answer that was lost is given again, and nothing happens twice.
  expect(await unchanged(() => continueFor(viewer, id))).toEqual(progress);
});

test('the last batch’s events say who went on with it, and the summary what became of all', async () => {
  const { tenant, viewer, owning, credentials } = await prepare(150);
  const colleague = await createMember(tenant, { roles: ['admin'] });
  const agent = await createAgentKeyFor(owning);
  const id = await startFor(viewer, everything);
  const first = await continueFor(viewer, id);
  expect(first).toMatchObject({ selected: 151, counts: { revoked: 100 }, finished: false, keys: [] });
  expect(await finishFor(await viewerFor(colleague), id)).toMatchObject({ counts: { revoked: 151 }, finished: true });
  const events = (await expectIntact(tenant.id)).filter(({ action }) => /revoked/.test(action));
  expect(events).toHaveLength(152);
  expect(events.filter(({ actorId }) => actorId === colleague.id)).toHaveLength(52);
  expect(events.find(({ clientId }) => clientId === agent.clientId)?.subjectId).toBeNull();
  expect(await verdictsOf([...credentials, agent])).toEqual(new Set(['key_revoked']));
});

test('a batch whose events cannot be written does nothing, and goes on when they can', async () => {
  const { tenant, viewer, credentials } = await prepare(12);
  const id = await startFor(viewer, everything);
  await refuseEvents();
  await unchanged(() => expect(continueRevocation(viewer, id)).rejects.toThrow(/audit log is full/));
  expect(await verdictsOf(credentials)).toEqual(new Set(['accepted']));
  await acceptEvents();
  expect(await finishFor(viewer, id)).toMatchObject({ counts: { revoked: 12 } });
  expect((await expectIntact(tenant.id)).filter(({ action }) => action === 'key.revoked')).toHaveLength(12);
});

describe('a confirmation', () => {
  test('that is repeated begins nothing twice', async () => {
    const { viewer } = await prepare(3);
    // As browsers write it.
    const input = await inputFor(viewer, everything, { id: randomUUID().replaceAll('-', '') });
    expect(await startRevocation(viewer, input)).toEqual({ status: 'started', selected: 3 });
    await continueFor(viewer, input.id);
    expect(await unchanged(() => startRevocation(viewer, input))).toEqual({ status: 'started', selected: 3 });
  });

  test.each<[string, (world: Awaited<ReturnType<typeof prepare>>) => Promise<unknown>]>([
    ['one more key matches', ({ owner }) => createManyKeys(owner, 1, 'Another')],
    ['one of them is revoked', ({ credentials }) => setKey(credentials[0]?.clientId ?? '', 'revoked_at = now()')],
    [
      'there is another one in place of one of them',
      async ({ owner, credentials }) => {
        await createManyKeys(owner, 1, 'Another');
        await setKey(credentials[0]?.clientId ?? '', 'expires_at = clock_timestamp()');
      },
    ],
    ['none is left', ({ tenant }) => sql('UPDATE key SET revoked_at = now() WHERE tenant_id = $1', [tenant.id])],
  ])('is not obeyed when %s than what was reviewed', async (_, change) => {
    const world = await prepare(3);
    const input = await inputFor(world.viewer, everything);
    await change(world);
    expect(await unchanged(() => startRevocation(world.viewer, input))).toEqual({ status: 'changed' });
  });

  test('of nothing is none', async () => {
    const { viewer } = await prepare();
    const input = await inputFor(viewer, everything);
    expect(await unchanged(() => startRevocation(viewer, input))).toEqual({ status: 'changed' });
  });

  test('of more than 10 keys needs their number, however it is separated', async () => {
    const { viewer } = await prepare(11);
    const input = await inputFor(viewer, everything);
    for (const typed of ['', '10', '12', '11 keys', '１１', '-11', '1e1', '99999999999999']) {
      expect(await unchanged(() => startRevocation(viewer, { ...input, typed }))).toEqual({
        status: 'invalid',
        field: 'typed',
        message: 'Type 11 to confirm.',
      });
    }
    expect(await startRevocation(viewer, { ...input, typed: ' 1,1 ' })).toEqual({ status: 'started', selected: 11 });
  });

  test('of 10 keys needs none', async () => {
    const { viewer } = await prepare(10);
    const input = await inputFor(viewer, everything, { typed: '' });
    expect(await startRevocation(viewer, input)).toEqual({ status: 'started', selected: 10 });
  });

  test('takes none of another tenant’s keys, whatever is checked', async () => {
    const { viewer, credentials } = await prepare(1);
    const other = await prepare(1);
    const ids = [...credentials, ...other.credentials].map(({ clientId }) => clientId);
    const id = await startFor(viewer, checked(...ids, 'lk_id_0000000000000000', '\0'));
    expect(await finishFor(viewer, id)).toMatchObject({ selected: 1, counts: { revoked: 1 } });
    expect(await verdictsOf(other.credentials)).toEqual(new Set(['accepted']));
  });

  test('of a filter takes what it finds', async () => {
    const { owner, viewer, credentials } = await prepare(2);
    const found = await createManyKeys(owner, 2, 'Legacy');
    const id = await startFor(viewer, { kind: 'matching', filter: { search: 'legacy', status: null, risk: null } });
    await finishFor(viewer, id);
    expect(await verdictsOf(found)).toEqual(new Set(['key_revoked']));
    expect(await verdictsOf(credentials)).toEqual(new Set(['accepted']));
  });
});

test('finished ones are forgotten 24 hours later, unfinished ones never', async () => {
  const { tenant, viewer, owner } = await prepare(1);
  const finished = await startFor(viewer, everything);
  await finishFor(viewer, finished);
  await createManyKeys(owner, 1, 'Later');
  const left = await startFor(viewer, everything);
  const age = (hours: number) =>
    sql(
      `UPDATE revocation SET started_at = started_at - make_interval(hours => $2::int),
              finished_at = finished_at - make_interval(hours => $2::int) WHERE tenant_id = $1`,
      [tenant.id, hours],
    );
  await age(23);
  await startFor(viewer, everything);
  expect((await continueRevocation(viewer, finished)).status).toBe('continued');
  await age(2);
  await startFor(viewer, everything);
  expect(await continueRevocation(viewer, finished)).toEqual({ status: 'not_found' });
  expect((await continueRevocation(viewer, left)).status).toBe('continued');
});

test('what is left is listed to the admins of the tenant, with who began it, until it is finished', async () => {
  const { viewer, owning, admin, tenant } = await prepare(101);
  const elsewhere = await prepare();
  const id = await startFor(viewer, everything);
  await continueFor(viewer, id);
  const colleague = await viewerFor(await createMember(tenant, { roles: ['admin'] }));
  const expected = { id, selected: 101, done: 100, startedBy: admin.email, startedAt: expect.stringMatching(/Z$/) };
  for (const each of [viewer, colleague]) expect(await listUnfinishedRevocations(each)).toEqual([expected]);
  for (const each of [owning, elsewhere.viewer]) expect(await listUnfinishedRevocations(each)).toEqual([]);
  await sql('UPDATE member SET disabled_at = clock_timestamp() WHERE id = $1', [colleague.memberId]);
  expect(await listUnfinishedRevocations(colleague)).toEqual([]);
  await finishFor(viewer, id);
  expect(await listUnfinishedRevocations(viewer)).toEqual([]);
});

describe('nothing is written when', () => {
  const needsAdmin = { status: 'refused', message: 'You need the role admin. Ask your administrator.' };

  test('who confirms or goes on is no admin', async () => {
    const { viewer, owning } = await prepare(2);
    const input = await inputFor(viewer, everything);
    expect(await unchanged(() => startRevocation(owning, input))).toEqual(needsAdmin);
    await startRevocation(viewer, input);
    expect(await unchanged(() => continueRevocation(owning, input.id))).toEqual(needsAdmin);
  });

  test('the admin was demoted between two batches', async () => {
    const { viewer, admin } = await prepare(101);
    const id = await startFor(viewer, everything);
    await continueFor(viewer, id);
    await sql(`UPDATE member SET roles = '{developer}' WHERE id = $1`, [admin.id]);
    expect(await unchanged(() => continueRevocation(viewer, id))).toEqual(needsAdmin);
  });

  test.each([
    ['the session has ended', 'UPDATE session SET ended_at = clock_timestamp() WHERE member_id = $1'],
    ['the admin is disabled', 'UPDATE member SET disabled_at = clock_timestamp() WHERE id = $1'],
  ])('%s', async (_, statement) => {
    const { viewer, admin } = await prepare(1);
    const input = await inputFor(viewer, everything);
    const id = await startFor(viewer, everything);
    await sql(statement, [admin.id]);
    expect(await unchanged(() => startRevocation(viewer, input))).toEqual({ status: 'signed_out' });
    expect(await unchanged(() => continueRevocation(viewer, id))).toEqual({ status: 'signed_out' });
  });

  test('the revocation is another tenant’s, or is not there: they look the same', async () => {
    const { viewer } = await prepare();
    const other = await prepare(1);
    const id = await startFor(other.viewer, everything);
    for (const each of [id, randomUUID()]) {
      expect(await unchanged(() => continueRevocation(viewer, each))).toEqual({ status: 'not_found' });
    }
  });
});

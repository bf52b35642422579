import { afterEach, describe, expect, test } from 'vitest';
import { acceptEvents, expectIntact, refuseEvents } from '@/tests/support/audit';
import { requestWith } from '@/tests/support/requests';
import {
  createAgentKeyFor,
  createKeyFor,
  createMember,
  createTenant,
  everythingStored,
  rotateKeyFor,
  sql,
  viewerFor,
} from '@/tests/support/world';
import { answerEndpoint } from '../verification/endpoints';
import { activateKey, deactivateKey } from './mutations';
import { getKeyPage } from './queries';
import { revokeKey } from './revocation';

async function prepare() {
  const tenant = await createTenant({ maximumKeysPerUser: 10 });
  const owner = await createMember(tenant);
  const admin = await createMember(tenant, { roles: ['admin'], licensed: false });
  return { tenant, owner, admin, owning: await viewerFor(owner), viewer: await viewerFor(admin) };
}
const outcome = async (secret: string) => {
  const { status, body } = await answerEndpoint(requestWith(secret));
  return `${status} ${String(JSON.parse(body).type ?? '').replace('urn:latchkey:problem:', '')}`.trim();
};
async function unchanged<T>(work: () => Promise<T>): Promise<T> {
  const before = await everythingStored();
  const result = await work();
  expect(await everythingStored()).toBe(before);
  return result;
}
const setKey = (clientId: string, assignment: string) =>
  sql(`UPDATE key SET ${assignment} WHERE client_id = $1`, [clientId]);

afterEach(acceptEvents);

test('a revoked key is refused at once, with both of its secrets, and its owner sees why', async () => {
  const { tenant, owner, admin, owning, viewer } = await prepare();
  const { clientId, secret } = await createKeyFor(owning, { name: 'Service' });
  const rotated = await rotateKeyFor(owning, clientId);
  expect([await outcome(secret), await outcome(rotated.secret)]).toEqual(['200', '200']);
  expect(await revokeKey(viewer, clientId)).toEqual({ status: 'done' });
  expect([await outcome(secret), await outcome(rotated.secret)]).toEqual(['401 key_revoked', '401 key_revoked']);
  expect((await getKeyPage(owning)).keys).toMatchObject([{ clientId, status: 'Revoked', actions: ['delete'] }]);
  expect(await activateKey(owning, clientId)).toMatchObject({ status: 'refused' });
  expect((await expectIntact(tenant.id)).at(-1)).toMatchObject({
    action: 'key.revoked',
    actorId: admin.id,
    subjectId: owner.id,
    subjectEmail: owner.email,
    clientId,
    keyName: 'Service',
    details: {},
  });
});

test('an agent key is revoked likewise', async () => {
  const { tenant, owning, viewer } = await prepare();
  const { clientId, secret } = await createAgentKeyFor(owning);
  expect(await revokeKey(viewer, clientId)).toEqual({ status: 'done' });
  expect(await outcome(secret)).toBe('401 key_revoked');
  expect((await expectIntact(tenant.id)).at(-1)).toMatchObject({ action: 'key.revoked', clientId, subjectId: null });
});

test('neither a pause, nor the switch, nor keeping one key, nor an offboarding that kept it dodges a revoke', async () => {
  const { tenant, owner, owning, viewer } = await prepare();
  const paused = await createKeyFor(owning);
  await deactivateKey(owning, paused.clientId, '15m');
  const kept = await createKeyFor(owning);
  await setKey(kept.clientId, `kept_until = clock_timestamp() + interval '1 day'`);
  await sql('UPDATE member SET disabled_at = clock_timestamp() WHERE id = $1', [owner.id]);
  const setSwitch = (on: boolean) =>
    sql('UPDATE tenant SET keep_one_key = true, api_keys_enabled = $2 WHERE id = $1', [tenant.id, on]);
  await setSwitch(true);
  expect(await outcome(kept.secret)).toBe('200');
  await setSwitch(false);
  for (const { clientId } of [paused, kept]) expect(await revokeKey(viewer, clientId)).toEqual({ status: 'done' });
  await setSwitch(true);
  // A pause that ends by itself brings nothing back.
  await setKey(paused.clientId, `deactivated_until = clock_timestamp() - interval '1 s'`);
  for (const { secret } of [paused, kept]) expect(await outcome(secret)).toBe('401 key_revoked');
});

describe('nothing is written when', () => {
  test('the key is Revoked already', async () => {
    const { owning, viewer } = await prepare();
    const { clientId } = await createKeyFor(owning);
    await revokeKey(viewer, clientId);
    const again = await unchanged(() => revokeKey(viewer, clientId));
    expect(again).toEqual({ status: 'refused', message: 'This key is Revoked already.' });
  });

  test('the key has expired', async () => {
    const { owning, viewer } = await prepare();
    const { clientId } = await createKeyFor(owning);
    await setKey(clientId, 'expires_at = clock_timestamp()');
    const answer = await unchanged(() => revokeKey(viewer, clientId));
    expect(answer).toMatchObject({ status: 'refused', message: expect.stringContaining('This key is Expired now') });
  });

  test('the key is another tenant’s, or is not there: they look the same', async () => {
    const { viewer } = await prepare();
    const other = await prepare();
    const { clientId } = await createKeyFor(other.owning);
    for (const id of [clientId, 'lk_id_0000000000000000', '', '\0', '%', 'x'.repeat(5_000)]) {
      expect(await unchanged(() => revokeKey(viewer, id))).toEqual({ status: 'not_found' });
    }
  });

  test('who asks is no admin, however much the key is theirs', async () => {
    const { owning } = await prepare();
    const { clientId } = await createKeyFor(owning);
    expect(await unchanged(() => revokeKey(owning, clientId))).toEqual({
      status: 'refused',
      message: 'You need the role admin. Ask your administrator.',
    });
  });

  test.each([
    ['their session has ended', 'UPDATE session SET ended_at = clock_timestamp() WHERE member_id = $1'],
    ['they are disabled', 'UPDATE member SET disabled_at = clock_timestamp() WHERE id = $1'],
  ])('%s', async (_, statement) => {
    const { owning, viewer, admin } = await prepare();
    const { clientId } = await createKeyFor(owning);
    await sql(statement, [admin.id]);
    expect(await unchanged(() => revokeKey(viewer, clientId))).toEqual({ status: 'signed_out' });
  });

  test('the event cannot be written', async () => {
    const { owning, viewer } = await prepare();
    const { clientId, secret } = await createKeyFor(owning);
    await refuseEvents();
    await unchanged(() => expect(revokeKey(viewer, clientId)).rejects.toThrow(/audit log is full/));
    expect(await outcome(secret)).toBe('200');
  });
});

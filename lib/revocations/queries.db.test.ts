import { describe, expect, test } from 'vitest';
import { createManyKeys } from '@/tests/support/many-keys';
import { checked, everything, reviewOf } from '@/tests/support/revocations';
import { countCaller, countRequests } from '@/tests/support/usage';
import {
  createAgentKeyFor,
  createKeyFor,
  createMember,
  createTenant,
  everythingStored,
  sql,
  viewerFor,
} from '@/tests/support/world';
import { findTenantKeyTraffic } from '../usage/queries';
import { reviewRevocation } from './queries';

async function prepare() {
  const tenant = await createTenant({ maximumKeysPerUser: 20 });
  const owner = await createMember(tenant, { email: `owner-${crypto.randomUUID()}@example.test` });
  return {
    tenant,
    owner,
    owning: await viewerFor(owner),
    viewer: await viewerFor(await createMember(tenant, { roles: ['admin'], licensed: false })),
  };
}
const setKey = (clientId: string, assignment: string) =>
  sql(`UPDATE key SET ${assignment} WHERE client_id = $1`, [clientId]);

describe('a review', () => {
  test('says what would stop: keys, owners, requests and callers of the last 7 days, the busiest by name', async () => {
    const { tenant, owner, owning, viewer } = await prepare();
    const busy = await createKeyFor(owning, { name: 'Busy' });
    const quiet = await createKeyFor(owning, { name: 'Quiet' });
    const agent = await createAgentKeyFor(owning, { name: 'Agent' });
    const other = await createMember(tenant);
    const theirs = await createKeyFor(await viewerFor(other), { name: 'Theirs' });
    await countRequests(busy.clientId, { requests: 1_000 });
    await countRequests(busy.clientId, { requests: 7, outcome: 'rate_limited' });
    await countRequests(busy.clientId, { requests: 50_000, hoursAgo: 8 * 24 });
    await countRequests(agent.clientId, { requests: 20, hoursAgo: 30 });
    await countCaller(busy.clientId, { address: '203.0.113.1', client: 'curl' });
    // The same caller of two keys is one.
    await countCaller(agent.clientId, { address: '203.0.113.1', client: 'curl', daysAgo: 1 });
    await countCaller(agent.clientId, { address: '203.0.113.2', client: 'curl' });
    await countCaller(agent.clientId, { address: '203.0.113.3', client: 'curl', daysAgo: 7 });
    const before = await everythingStored();
    const review = await reviewOf(viewer, everything);
    expect(await everythingStored()).toBe(before);
    expect(review).toEqual({
      count: 4,
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      owners: [
        { email: owner.email, keys: 2 },
        { email: other.email, keys: 1 },
      ],
      ownerCount: 2,
      agentKeys: 1,
      traffic: { requests: 1_027, refused: 7, callers: 2 },
      keys: [
        { clientId: busy.clientId, name: 'Busy', owner: owner.email, requests: 1_007 },
        { clientId: agent.clientId, name: 'Agent', owner: null, requests: 20 },
        { clientId: quiet.clientId, name: 'Quiet', owner: owner.email, requests: 0 },
        { clientId: theirs.clientId, name: 'Theirs', owner: other.email, requests: 0 },
      ],
      excluded: [],
    });
  });

  test('of checked keys names those that cannot be revoked; another tenant’s looks like one that is not there', async () => {
    const { owning, viewer } = await prepare();
    const elsewhere = await prepare();
    const keys: string[] = [];
    for (const name of ['Active', 'Inactive', 'Expired', 'Revoked']) {
      keys.push((await createKeyFor(owning, { name })).clientId);
    }
    const [, inactive = '', expired = '', revoked = ''] = keys;
    await setKey(inactive, 'deactivated_at = clock_timestamp()');
    await setKey(expired, 'expires_at = clock_timestamp()');
    await setKey(revoked, 'revoked_at = clock_timestamp()');
    const foreign = (await createKeyFor(elsewhere.owning, { name: 'Foreign' })).clientId;
    const missing = 'lk_id_0000000000000000';
    const review = await reviewOf(viewer, checked(...keys, foreign, missing, missing, 'odd\0'));
    expect(review).toMatchObject({ count: 2 });
    expect(review.excluded).toEqual([
      { clientId: expired, name: 'Expired', because: 'Expired' },
      { clientId: revoked, name: 'Revoked', because: 'Revoked' },
      { clientId: foreign, name: null, because: 'not_found' },
      { clientId: missing, name: null, because: 'not_found' },
      { clientId: 'odd', name: null, because: 'not_found' },
    ]);
  });

  test('of a filter finds what the list finds and could still be revoked', async () => {
    const { owning, viewer } = await prepare();
    const { clientId } = await createKeyFor(owning, { name: 'Legacy one' });
    const gone = await createKeyFor(owning, { name: 'Legacy two' });
    await createKeyFor(owning, { name: 'Other' });
    await setKey(gone.clientId, 'revoked_at = clock_timestamp()');
    const of = (search: string, status: 'Active' | 'Revoked' | null = null) =>
      reviewOf(viewer, { kind: 'matching', filter: { search, status, risk: null } });
    expect((await of('legacy')).keys.map((key) => key.clientId)).toEqual([clientId]);
    expect((await of('leg%', 'Active')).count).toBe(0);
    expect((await of('', 'Revoked')).count).toBe(0);
    expect((await of('', 'Active')).count).toBe(2);
  });

  test('shows ten keys at most, and of 10,001 keys nothing but that they are too many', async () => {
    const { tenant, owner, viewer } = await prepare();
    await createManyKeys(owner, 11);
    const review = await reviewOf(viewer, everything);
    expect(review.count).toBe(11);
    expect(review.keys).toHaveLength(10);
    const fill = (from: number, to: number) =>
      sql(
        `INSERT INTO key (id, tenant_id, client_id, name, name_key)
         SELECT gen_random_uuid(), $1, 'lk_id_' || substr(md5($1::uuid::text || n), 1, 16), n, n
           FROM (SELECT n::text FROM generate_series($2::int, $3::int) n) numbers`,
        [tenant.id, from, to],
      );
    for (let count = 11; count < 10_000; count += 1_000) await fill(count + 1, Math.min(count + 1_000, 10_000));
    expect((await reviewOf(viewer, everything)).count).toBe(10_000);
    await fill(10_001, 10_001);
    expect(await reviewRevocation(viewer, everything)).toEqual({ status: 'too_many' });
  });

  test.each(['developer', 'disabled'])('is nothing to who is no acting admin: %s', async (who) => {
    const { tenant, owning } = await prepare();
    const { clientId } = await createKeyFor(owning);
    const member = await createMember(tenant, { roles: who === 'disabled' ? ['admin'] : ['developer'] });
    const viewer = await viewerFor(member);
    if (who === 'disabled') await sql('UPDATE member SET disabled_at = clock_timestamp() WHERE id = $1', [member.id]);
    for (const selection of [everything, checked(clientId)]) {
      expect(await reviewRevocation(viewer, selection)).toBeNull();
    }
    expect(await findTenantKeyTraffic(viewer, clientId)).toBeNull();
  });
});

test('a key’s traffic is shown to the admins of its tenant, whosever it is, and to no other tenant’s', async () => {
  const { owning, viewer } = await prepare();
  const elsewhere = await prepare();
  const { clientId } = await createKeyFor(owning);
  const agent = await createAgentKeyFor(owning);
  await countRequests(clientId, { requests: 5 });
  await countCaller(clientId, { requests: 5 });
  expect(await findTenantKeyTraffic(viewer, clientId)).toMatchObject({ callers: [{ requests: 5 }] });
  expect(await findTenantKeyTraffic(viewer, agent.clientId)).toMatchObject({ callers: [], lastUsedAt: null });
  expect(await findTenantKeyTraffic(elsewhere.viewer, clientId)).toBeNull();
  expect(await findTenantKeyTraffic(viewer, 'lk_id_0000000000000000')).toBeNull();
});

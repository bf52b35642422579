import { beforeAll, describe, expect, test } from 'vitest';
import { countRequests } from '@/tests/support/usage';
import {
  createAgentKeyFor,
  createKeyFor,
  createMember,
  createViewer,
  everythingStored,
  rotateKeyFor,
  sql,
  type TestTenant,
  viewerFor,
} from '@/tests/support/world';
import type { Viewer } from '../auth/queries';
import type { PolicyChange } from '../tenants/schema';
import { findPolicyReview } from './queries';
import type { PolicyEffects } from './schema';

const createAdmin = () => createViewer({ maximumKeysPerUser: 1000 }, { roles: ['developer', 'admin'] });

async function colleague(tenant: TestTenant, name: string): Promise<Viewer> {
  return viewerFor(await createMember(tenant, { name, email: `${name}@${tenant.slug}.test` }));
}

/** A key as the times say. @returns its client ID */
async function keyOf(owner: Viewer, name: string, times = ''): Promise<string> {
  const { clientId } = await createKeyFor(owner, { name });
  if (times) await sql(`UPDATE key SET ${times} WHERE client_id = $1`, [clientId]);
  return clientId;
}
const day = (count: number) => `clock_timestamp() + interval '${count} days'`;
const ended = {
  revoked: 'revoked_at = clock_timestamp()',
  expired: 'expires_at = clock_timestamp()',
  paused: 'deactivated_at = clock_timestamp()',
};

async function effect<Field extends keyof PolicyEffects>(viewer: Viewer, field: Field, change: PolicyChange) {
  const review = await findPolicyReview(viewer, change);
  return review?.effects[field];
}
const named = ({ name, email }: Viewer, keys: number, key: string) => ({ name, email, keys, key });

describe('a change of the policy', () => {
  test('is compared with what is stored now, writes nothing, and counts only what it changes', async () => {
    const { viewer, tenant } = await createAdmin();
    await keyOf(viewer, 'One');
    await sql('UPDATE tenant SET keep_one_key = true, rate_limit_per_minute = 5 WHERE id = $1', [tenant.id]);
    const before = await everythingStored();
    const review = await findPolicyReview(viewer, { keepOneKey: true, rateLimitPerMinute: null, joinLicensed: true });
    expect(await everythingStored()).toBe(before);
    expect(review?.changed).toEqual(['rateLimitPerMinute', 'joinLicensed']);
    expect(review?.before.rateLimitPerMinute).toBe(5);
    expect(review?.after).toMatchObject({ keepOneKey: true, rateLimitPerMinute: null, joinLicensed: true });
    expect(Object.values(review?.effects ?? {})).toEqual(Array(6).fill(null));
    expect((await findPolicyReview(viewer, {}))?.changed).toEqual([]);
  });

  test('is shown to no member without the role, whatever their viewer said before, and to no other tenant', async () => {
    const { viewer, tenant, member } = await createAdmin();
    const other = await createAdmin();
    const developer = await colleague(tenant, 'dev');
    const change = { apiKeysEnabled: false };
    expect(await findPolicyReview(developer, change)).toBeNull();
    expect(await findPolicyReview({ ...other.viewer, tenantId: tenant.id }, change)).toBeNull();
    expect(await findPolicyReview({ ...viewer, tenantId: other.tenant.id }, change)).toBeNull();
    expect(await findPolicyReview(viewer, change)).not.toBeNull();
    await sql(`UPDATE member SET roles = '{developer}' WHERE id = $1`, [member.id]);
    expect(await findPolicyReview(viewer, change)).toBeNull();
  });

  test('with nothing to count counts nothing, although another tenant has all of it', async () => {
    const { viewer } = await createAdmin();
    const other = await createAdmin();
    for (const name of ['One', 'Two', 'Three']) {
      await countRequests(await keyOf(other.viewer, name, 'expires_at = NULL'), { requests: 1000 });
    }
    await createAgentKeyFor(other.viewer);
    const change = {
      apiKeysEnabled: false,
      maximumKeysPerUser: 1,
      maximumExpirationInDays: 1,
      agentKeyLifetimeInDays: 1,
      keepOneKey: true,
      rateLimitPerMinute: 1,
    };
    const nobody = { keys: 0, members: 0, shown: [] };
    const nothing = { keys: 0, shown: [] };
    expect((await findPolicyReview(viewer, change))?.effects).toEqual({
      apiKeysEnabled: { personal: nobody, agent: nothing, requests: 0, isMore: false },
      maximumKeysPerUser: nobody,
      maximumExpirationInDays: { personal: nobody, agent: nothing },
      agentKeyLifetimeInDays: nothing,
      keepOneKey: nobody,
      rateLimitPerMinute: { ...nothing, isMore: false },
    });
  });
});

describe('the switch', () => {
  let admin: Viewer;
  let dana: Viewer;
  let left: Viewer;
  let tenant: TestTenant;

  beforeAll(async () => {
    ({ viewer: admin, tenant } = await createAdmin());
    dana = await colleague(tenant, 'dana');
    left = await colleague(tenant, 'left');
    await countRequests(await keyOf(dana, 'Runs'), { requests: 5 });
    await countRequests(await keyOf(dana, 'Resumed', `deactivated_at = now(), deactivated_until = clock_timestamp()`), {
      outcome: 'accepted_previous',
      requests: 2,
    });
    for (const [name, times] of Object.entries(ended)) await countRequests(await keyOf(dana, name, times));
    await keyOf(dana, 'Sleeps', `deactivated_at = now(), deactivated_until = ${day(1)}`);
    await countRequests(await keyOf(left, 'Kept', `kept_until = ${day(1)}`), { outcome: 'api_keys_disabled' });
    await countRequests(await keyOf(left, 'Stopped'), { requests: 100 });
    await keyOf(left, 'No longer kept', `kept_until = clock_timestamp()`);
    await sql('UPDATE member SET disabled_at = clock_timestamp() WHERE id = $1', [left.memberId]);
    const { clientId } = await createAgentKeyFor(dana, { name: 'Nightly' });
    await countRequests(clientId, { requests: 30, hoursAgo: 5 * 24 });
    await countRequests(clientId, { requests: 1000, hoursAgo: 7 * 24 });
    await countRequests(clientId, { requests: 7, outcome: 'api_keys_disabled' });
    await countRequests(clientId, { requests: 9, outcome: 'insufficient_scope' });
    await createAgentKeyFor(dana, { name: 'Daily' });
    const revoked = await createAgentKeyFor(dana);
    await sql(`UPDATE key SET ${ended.revoked} WHERE client_id = $1`, [revoked.clientId]);
  });

  const working = () => ({
    personal: { keys: 3, members: 2, shown: [named(dana, 2, 'Resumed'), named(left, 1, 'Kept')] },
    agent: { keys: 2, shown: ['Daily', 'Nightly'] },
  });

  test('stops what works now: Active, of an owner who works or kept by offboarding, and what was accepted', async () => {
    expect(await effect(admin, 'apiKeysEnabled', { apiKeysEnabled: false })).toEqual({
      ...working(),
      requests: 37,
      isMore: false,
    });
  });

  test('starts the same again, with what it refused', async () => {
    await sql('UPDATE tenant SET api_keys_enabled = false WHERE id = $1', [tenant.id]);
    expect(await effect(admin, 'apiKeysEnabled', { apiKeysEnabled: true })).toEqual({
      ...working(),
      requests: 8,
      isMore: false,
    });
  });
});

test('a maximum counts Active and Inactive personal keys, and names who has more, those with the most first', async () => {
  const { viewer, tenant } = await createAdmin();
  const [dana, sam, ed] = [
    await colleague(tenant, 'dana'),
    await colleague(tenant, 'sam'),
    await colleague(tenant, 'ed'),
  ];
  for (const name of ['A', 'B']) await keyOf(dana, name);
  await keyOf(sam, 'A');
  for (const name of ['B', 'C']) await keyOf(sam, name, ended.paused);
  await keyOf(ed, 'A');
  for (const [name, times] of [
    ['B', ended.expired],
    ['C', ended.revoked],
  ] as const)
    await keyOf(ed, name, times);
  for (let count = 0; count < 4; count++) await createAgentKeyFor(ed);
  const above = (maximumKeysPerUser: number) => effect(viewer, 'maximumKeysPerUser', { maximumKeysPerUser });
  expect(await above(1)).toEqual({ keys: 5, members: 2, shown: [named(sam, 3, 'A'), named(dana, 2, 'A')] });
  expect(await above(2)).toEqual({ keys: 3, members: 1, shown: [named(sam, 3, 'A')] });
  expect(await above(3)).toEqual({ keys: 0, members: 0, shown: [] });
});

test('names are limited to the first eight, and all are counted', async () => {
  const { viewer, tenant } = await createAdmin();
  const emails: string[] = [];
  for (let number = 10; number < 20; number++) {
    const member = await colleague(tenant, `m${number}`);
    emails.push(member.email);
    await keyOf(member, 'A');
    await keyOf(member, 'B');
    await createAgentKeyFor(member, { name: `agent ${number}` });
  }
  const found = await effect(viewer, 'apiKeysEnabled', { apiKeysEnabled: false });
  expect(found?.personal).toMatchObject({ keys: 20, members: 10 });
  expect(found?.personal.shown.map(({ email }) => email)).toEqual(emails.slice(0, 8));
  expect(found?.agent.keys).toBe(10);
  expect(found?.agent.shown).toEqual(Array.from({ length: 8 }, (_, index) => `agent ${10 + index}`));
});

describe('a lifetime', () => {
  test('concerns secrets that live longer or for ever, from their minting on, whatever the key did before', async () => {
    const { viewer, tenant } = await createAdmin();
    const dana = await colleague(tenant, 'dana');
    const exact = await keyOf(dana, 'Exactly 30');
    const longer = await keyOf(dana, 'A millisecond more');
    const ofSecret = (extra: string) =>
      `expires_at = (SELECT minted_at FROM key_secret s WHERE s.key_id = key.id) + interval '30 days' ${extra}`;
    await sql(`UPDATE key SET ${ofSecret('')} WHERE client_id = $1`, [exact]);
    await sql(`UPDATE key SET ${ofSecret(`+ interval '1 ms'`)} WHERE client_id = $1`, [longer]);
    await keyOf(dana, 'Never', 'expires_at = NULL, deactivated_at = now()');
    await keyOf(dana, 'Revoked', 'expires_at = NULL, revoked_at = now()');
    await keyOf(dana, 'Expired', 'expires_at = clock_timestamp()');
    await sql(
      `UPDATE key_secret SET minted_at = minted_at - interval '900 days' WHERE key_id IN (SELECT id FROM key WHERE name = 'Expired' AND tenant_id = $1)`,
      [tenant.id],
    );
    const rotated = await keyOf(dana, 'Old, rotated', `expires_at = ${day(20)}`);
    await sql(
      `UPDATE key_secret SET minted_at = minted_at - interval '900 days' WHERE key_id = (SELECT id FROM key WHERE client_id = $1)`,
      [rotated],
    );
    await createAgentKeyFor(dana, { name: 'Ninety' });
    const lives = (maximumExpirationInDays: number) =>
      effect(viewer, 'maximumExpirationInDays', { maximumExpirationInDays });
    const agent = { keys: 1, shown: ['Ninety'] };
    expect(await lives(30)).toEqual({
      personal: { keys: 3, members: 1, shown: [named(dana, 3, 'A millisecond more')] },
      agent,
    });
    await rotateKeyFor(dana, rotated);
    expect(await lives(30)).toEqual({
      personal: { keys: 2, members: 1, shown: [named(dana, 2, 'A millisecond more')] },
      agent,
    });
    // The longest that can be entered is more than a timestamp holds.
    expect(await lives(999_999_999)).toEqual({
      personal: { keys: 1, members: 1, shown: [named(dana, 1, 'Never')] },
      agent: { keys: 0, shown: [] },
    });
    expect(await effect(viewer, 'maximumExpirationInDays', { maximumExpirationInDays: null })).toBeNull();
  });

  test('of agent keys concerns them alone, by name', async () => {
    const { viewer } = await createAdmin();
    await keyOf(viewer, 'Personal', 'expires_at = NULL');
    for (const name of ['zeta', 'Alpha']) await createAgentKeyFor(viewer, { name });
    const paused = await createAgentKeyFor(viewer, { name: 'paused' });
    await sql(`UPDATE key SET deactivated_at = now(), expires_at = NULL WHERE client_id = $1`, [paused.clientId]);
    const gone = await createAgentKeyFor(viewer, { name: 'gone' });
    await sql(`UPDATE key SET revoked_at = now() WHERE client_id = $1`, [gone.clientId]);
    const lives = (agentKeyLifetimeInDays: number) =>
      effect(viewer, 'agentKeyLifetimeInDays', { agentKeyLifetimeInDays });
    expect(await lives(89)).toEqual({ keys: 3, shown: ['Alpha', 'paused', 'zeta'] });
    expect(await lives(91)).toEqual({ keys: 1, shown: ['paused'] });
  });
});

test('Keep one key concerns who has one Active key, however many others, and who could stop it', async () => {
  const { viewer, tenant } = await createAdmin();
  const [dana, two, left] = [
    await colleague(tenant, 'dana'),
    await colleague(tenant, 'two'),
    await colleague(tenant, 'left'),
  ];
  await keyOf(dana, 'The only one');
  for (const [name, times] of Object.entries(ended)) await keyOf(dana, name, times);
  await keyOf(two, 'A');
  await keyOf(two, 'B');
  await keyOf(left, 'A', `kept_until = ${day(1)}`);
  await sql('UPDATE member SET disabled_at = clock_timestamp() WHERE id = $1', [left.memberId]);
  await createAgentKeyFor(dana);
  expect(await effect(viewer, 'keepOneKey', { keepOneKey: true })).toEqual({
    keys: 1,
    members: 1,
    shown: [named(dana, 1, 'The only one')],
  });
});

test('a rate limit concerns keys with an hour of the week above 60 times it, by what counts against it', async () => {
  const { viewer, tenant } = await createAdmin();
  const dana = await colleague(tenant, 'dana');
  await countRequests(await keyOf(dana, 'At it'), { requests: 600 });
  const spread = await keyOf(dana, 'Two hours');
  for (const hoursAgo of [0, 1]) await countRequests(spread, { requests: 599, hoursAgo });
  const mixed = await keyOf(dana, 'Of four kinds');
  for (const outcome of ['accepted', 'accepted_previous', 'insufficient_scope', 'rate_limited'])
    await countRequests(mixed, { outcome, requests: 151 });
  await countRequests(mixed, { requests: 603, hoursAgo: 24 });
  const refused = await keyOf(dana, 'Refused');
  for (const outcome of ['invalid_credential', 'key_inactive', 'api_keys_disabled'])
    await countRequests(refused, { outcome, requests: 5000 });
  await countRequests(await keyOf(dana, 'Last week'), { requests: 5000, hoursAgo: 7 * 24 });
  await countRequests(await keyOf(dana, 'Revoked', ended.revoked), { requests: 5000 });
  await countRequests((await createAgentKeyFor(dana, { name: 'Agent' })).clientId, { requests: 9_000_000 });
  expect(await effect(viewer, 'rateLimitPerMinute', { rateLimitPerMinute: 10 })).toEqual({
    keys: 2,
    isMore: false,
    shown: [
      { name: 'Agent', owner: null, requests: 9_000_000 },
      { name: 'Of four kinds', owner: dana.email, requests: 604 },
    ],
  });
  expect(await effect(viewer, 'rateLimitPerMinute', { rateLimitPerMinute: 1_000_000 })).toMatchObject({
    keys: 0,
    shown: [],
  });
});

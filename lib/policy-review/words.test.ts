import { describe, expect, test } from 'vitest';
import type { Policy } from '../tenants/schema';
import type { AgentKeys, MemberKeys, PolicyEffects, ReviewedChange } from './schema';
import { changesOf } from './words';

const policy: Policy = {
  apiKeysEnabled: true,
  maximumKeysPerUser: 2,
  maximumExpirationInDays: null,
  agentKeyLifetimeInDays: 90,
  deactivateBeforeDelete: true,
  keepOneKey: false,
  rateLimitPerMinute: null,
  joinRoles: [],
  joinLicensed: false,
};
const nothingCounted: PolicyEffects = {
  apiKeysEnabled: null,
  maximumKeysPerUser: null,
  maximumExpirationInDays: null,
  agentKeyLifetimeInDays: null,
  keepOneKey: null,
  rateLimitPerMinute: null,
};
const dana = { name: 'Dana', email: 'dana@demo.test', keys: 1, key: 'Laptop' };
const sam = { name: 'Sam', email: 'sam@demo.test', keys: 1204, key: 'A' };
const nobody: MemberKeys = { keys: 0, members: 0, shown: [] };
const one: MemberKeys = { keys: 1, members: 1, shown: [dana] };
const many: MemberKeys = { keys: 14_000, members: 7, shown: [sam, dana] };
const agents = (keys: number): AgentKeys => ({ keys, shown: keys === 0 ? [] : ['Nightly'] });

function changed(after: Partial<Policy>, effects: Partial<PolicyEffects> = {}, before = policy): ReviewedChange[] {
  const fields = Object.keys(after) as Array<keyof Policy>;
  return changesOf({
    before,
    after: { ...before, ...after },
    changed: fields,
    effects: { ...nothingCounted, ...effects },
  });
}
function only(after: Partial<Policy>, effects?: Partial<PolicyEffects>, before?: Policy): ReviewedChange {
  const [change, ...others] = changed(after, effects, before);
  expect(others).toEqual([]);
  return change as ReviewedChange;
}

test('changes come in the order of the page, each with its label, what it is and what it becomes', () => {
  const changes = changed({
    joinLicensed: true,
    joinRoles: ['developer', 'admin'],
    rateLimitPerMinute: 1000,
    keepOneKey: true,
    deactivateBeforeDelete: false,
    agentKeyLifetimeInDays: 1,
    maximumExpirationInDays: 36_500,
    maximumKeysPerUser: 1000,
    apiKeysEnabled: false,
  });
  expect(changes.map(({ label, before, after }) => [label, before, after])).toEqual([
    ['Enable API keys', 'On', 'Off'],
    ['Maximum API keys per user', '2', '1,000'],
    ['Maximum token expiration (days)', 'No maximum', '36,500 days'],
    ['Agent key lifetime (days)', '90 days', '1 day'],
    ['Deactivate before delete', 'On', 'Off'],
    ['Keep one key', 'Off', 'On'],
    ['Rate limit (requests per minute)', 'No limit', '1,000'],
    ['New SSO members: roles', 'None', 'developer, admin'],
    ['New SSO members: licence', 'No', 'Yes'],
  ]);
  for (const { meaning } of changes) expect(meaning).toMatch(/^\S.*\.$/);
});

describe('the switch', () => {
  const off = (personal: MemberKeys, agent: AgentKeys, requests: number) =>
    only({ apiKeysEnabled: false }, { apiKeysEnabled: { personal, agent, requests, isMore: false } });
  const on = (personal: MemberKeys, agent: AgentKeys, requests: number) =>
    only({ apiKeysEnabled: true }, { apiKeysEnabled: { personal, agent, requests, isMore: false } });

  test.each([
    [
      off(many, agents(3), 1204),
      '14,000 keys of 7 members and 3 agent keys stop working at once. 1,204 requests with them were accepted in the last 7 days.',
    ],
    [
      off(one, agents(0), 1),
      '1 key of 1 member stops working at once. 1 request with it was accepted in the last 7 days.',
    ],
    [
      off(nobody, agents(1), 0),
      '1 agent key stops working at once. No request with it was accepted in the last 7 days.',
    ],
    [off(nobody, agents(0), 0), 'No key works now: none stops.'],
    [
      on(many, agents(3), 2),
      '14,000 keys of 7 members and 3 agent keys work again at once. 2 requests with them were refused because of the switch in the last 7 days.',
    ],
    [on(one, agents(0), 0), '1 key of 1 member works again at once.'],
    [on(nobody, agents(0), 0), 'There is no key that works again.'],
  ])('says what stops or works again: %#', (change, sentence) => {
    expect(change.meaning).toBe(sentence);
  });

  test('warns only where something stops', () => {
    expect(off(one, agents(0), 0).warns).toBe(true);
    expect(off(nobody, agents(0), 0).warns).toBe(false);
    expect(on(one, agents(0), 5).warns).toBe(false);
  });

  test('names the members with their keys, one key by its name, then the agent keys, and counts the others', () => {
    expect(off(many, agents(3), 0).lists).toEqual([
      {
        label: 'Members',
        lines: [
          { name: 'Sam', note: 'sam@demo.test', amount: '1,204 keys' },
          { name: 'Dana', note: 'dana@demo.test', amount: 'Laptop' },
        ],
        others: 5,
      },
      { label: 'Agent keys', lines: [{ name: 'Nightly', note: null, amount: null }], others: 2 },
    ]);
    expect(off(nobody, agents(0), 0).lists).toEqual([]);
  });
});

test.each([
  [1, one, '1 member already has more than 1 key; nothing of theirs changes.'],
  [2, many, '7 members already have more than 2 keys; nothing of theirs changes.'],
  [1000, nobody, 'No member has more than 1,000 keys.'],
])('a maximum of %i keys touches none that exist', (maximumKeysPerUser, found, sentence) => {
  expect(only({ maximumKeysPerUser }, { maximumKeysPerUser: found }).meaning).toBe(sentence);
});

test.each([
  [
    30,
    { personal: many, agent: agents(0) },
    '14,000 keys of 7 members live longer; they keep their expiry until their secret is rotated.',
  ],
  [
    30,
    { personal: one, agent: agents(0) },
    '1 key of 1 member lives longer; it keeps its expiry until its secret is rotated.',
  ],
  [
    30,
    { personal: one, agent: agents(2) },
    '1 key of 1 member and 2 agent keys live longer; they keep their expiry until their secret is rotated.',
  ],
  [30, { personal: nobody, agent: agents(0) }, 'No key is beyond it.'],
])('a maximum expiration holds for new secrets: %#', (maximumExpirationInDays, found, sentence) => {
  expect(only({ maximumExpirationInDays }, { maximumExpirationInDays: found }).meaning).toBe(sentence);
});

test('without a maximum expiration, keys keep theirs', () => {
  const before = { ...policy, maximumExpirationInDays: 30 };
  expect(only({ maximumExpirationInDays: null }, {}, before)).toMatchObject({
    before: '30 days',
    after: 'No maximum',
    meaning: 'New secrets may live as long as their owners choose. Keys that exist keep their expiry.',
  });
});

test('the lifetime of agent keys holds for new secrets, and says when the maximum wins', () => {
  const meaning = (keys: number, maximumExpirationInDays: number | null) =>
    only(
      { agentKeyLifetimeInDays: 60 },
      { agentKeyLifetimeInDays: agents(keys) },
      { ...policy, maximumExpirationInDays },
    ).meaning;
  expect(meaning(1, null)).toBe('1 agent key lives longer; it keeps its expiry until its secret is rotated.');
  expect(meaning(3, 60)).toBe('3 agent keys live longer; they keep their expiry until their secret is rotated.');
  expect(meaning(0, 30)).toBe(
    'No agent key is beyond it. The maximum token expiration of 30 days is shorter and wins.',
  );
});

test('Keep one key says who is held to it, or freed of it', () => {
  const meaning = (keepOneKey: boolean, found: MemberKeys) => only({ keepOneKey }, { keepOneKey: found }).meaning;
  expect(meaning(true, one)).toBe('1 member has just one usable key, and can neither deactivate nor delete it.');
  expect(meaning(true, many)).toBe('7 members have just one usable key, and can neither deactivate nor delete it.');
  expect(meaning(false, one)).toBe('1 member has just one usable key, and can deactivate and delete it again.');
  expect(meaning(true, nobody)).toBe('No member has just one usable key.');
});

describe('a rate limit', () => {
  const shown = [
    { name: 'Loader', owner: 'dana@demo.test', requests: 4000 },
    { name: 'Nightly', owner: null, requests: 3601 },
  ];

  test('names the keys that went beyond it, with their busiest hour, and warns', () => {
    expect(only({ rateLimitPerMinute: 60 }, { rateLimitPerMinute: { keys: 3, isMore: false, shown } })).toMatchObject({
      warns: true,
      meaning:
        'It holds for every key at once. 3 keys had an hour with more than 3,600 requests, 60 times the limit, in the last 7 days.',
      lists: [
        {
          label: 'Keys',
          lines: [
            { name: 'Loader', note: 'dana@demo.test', amount: '4,000 in an hour' },
            { name: 'Nightly', note: 'Agent key', amount: '3,601 in an hour' },
          ],
          others: 1,
        },
      ],
    });
  });

  test('that nobody met warns of nothing, nor does its end', () => {
    expect(
      only({ rateLimitPerMinute: 1 }, { rateLimitPerMinute: { keys: 0, isMore: false, shown: [] } }),
    ).toMatchObject({
      warns: false,
      meaning:
        'It holds for every key at once. No key is beyond it: none had an hour with more than 60 requests, 60 times the limit, in the last 7 days.',
      lists: [],
    });
    expect(only({ rateLimitPerMinute: null })).toMatchObject({
      warns: false,
      meaning: 'From the next request on no key is limited.',
    });
  });
});

test('what newcomers get changes nothing for who is here, and deleting at once is said', () => {
  const newcomers = 'It holds for first sign-ins from now on; nothing changes for members who are here.';
  expect(only({ joinRoles: ['admin'] }).meaning).toBe(newcomers);
  expect(only({ joinLicensed: true }).meaning).toBe(newcomers);
  expect(only({ deactivateBeforeDelete: false }).meaning).toMatch(/^Owners can delete an Active key at once/);
  expect(only({ deactivateBeforeDelete: true }).meaning).toMatch(/^Owners have to deactivate an Active key before/);
});

test('where there is more usage than is looked at, nothing is said that was not seen', () => {
  const counted = { personal: one, agent: agents(0), requests: 1204, isMore: true };
  expect(only({ apiKeysEnabled: false }, { apiKeysEnabled: counted }).meaning).toBe(
    '1 key of 1 member stops working at once. More than 1,204 requests with it were accepted in the last 7 days.',
  );
  const limit = (keys: number) =>
    only({ rateLimitPerMinute: 1 }, { rateLimitPerMinute: { keys, isMore: true, shown: [] } }).meaning;
  expect(limit(3)).toMatch(/^It holds for every key at once\. At least 3 keys had an hour with more than 60 requests/);
  expect(limit(0)).toBe('It holds for every key at once. There is too much usage to say which keys are beyond it.');
});

import { describe, expect, test } from 'vitest';
import { type Action, type Role, refusalOf, refusalOfCreate, type Standing } from './permissions';

const off = 'API keys are switched off by your administrator.';
const licence = 'You need a licence. Ask your administrator.';
const developer = 'You need the role developer. Ask your administrator.';
const admin = 'You need the role admin. Ask your administrator.';

const roleSets: Role[][] = [[], ['developer'], ['admin'], ['developer', 'admin']];
const standings: Standing[] = roleSets.flatMap((roles) =>
  [true, false].flatMap((licensed) => [true, false].map((apiKeysEnabled) => ({ roles, licensed, apiKeysEnabled }))),
);

/** "Who may do what", written a second time: in each row, the first reason that holds. */
const rules: Record<Action, (standing: Standing) => string | null> = {
  'key.create': minting,
  'key.activate': minting,
  'key.rotate': minting,
  'key.edit': ({ roles }) => (roles.includes('developer') ? null : developer),
  'key.delete': ({ roles }) => (roles.includes('developer') ? null : developer),
  'key.deactivate': () => null,
  'key.retire': () => null,
  'agent_key.deactivate': ({ roles }) => (roles.includes('developer') ? null : developer),
  'agent_key.retire': ({ roles }) => (roles.includes('developer') ? null : developer),
  'provider_keys.manage': ({ roles }) => (roles.includes('developer') ? null : developer),
  'connections.manage': ({ roles }) => (roles.includes('developer') ? null : developer),
  'policy.update': ({ roles }) => (roles.includes('admin') ? null : admin),
  'members.manage': ({ roles }) => (roles.includes('admin') ? null : admin),
};

function minting({ roles, licensed, apiKeysEnabled }: Standing): string | null {
  return !apiKeysEnabled ? off : !licensed ? licence : !roles.includes('developer') ? developer : null;
}

const matrix = (Object.keys(rules) as Action[]).flatMap((action) =>
  standings.map((standing) => ({ action, standing })),
);

describe('who may do what', () => {
  test.each(matrix)('$action with $standing', ({ action, standing }) => {
    expect(refusalOf(action, standing)).toBe(rules[action](standing));
  });

  test('a plain developer with a licence may create', () => {
    expect(refusalOf('key.create', { roles: ['developer'], licensed: true, apiKeysEnabled: true })).toBeNull();
  });

  test('an admin without the role developer may not create, even for themself', () => {
    expect(refusalOf('key.create', { roles: ['admin'], licensed: true, apiKeysEnabled: true })).toBe(developer);
  });
});

describe('one more key', () => {
  const good: Standing = { roles: ['developer'], licensed: true, apiKeysEnabled: true };
  const limit = (countedKeys: number, maximumKeysPerUser: number) => ({ countedKeys, maximumKeysPerUser });

  test.each([
    [0, 2, null],
    [1, 2, null],
    [2, 2, 'You have 2 API keys; the maximum is 2. Delete one to create another.'],
    [3, 2, 'You have 3 API keys; the maximum is 2. Delete one to create another.'],
    [1, 1, 'You have 1 API key; the maximum is 1. Delete one to create another.'],
    [999, 1000, null],
    [1000, 1000, 'You have 1000 API keys; the maximum is 1000. Delete one to create another.'],
  ])('with %d of %d: %s', (countedKeys, maximum, sentence) => {
    expect(refusalOfCreate(good, limit(countedKeys, maximum))).toBe(sentence);
  });

  test('the switch comes before the licence, the licence before the role, the role before the limit', () => {
    const full = limit(2, 2);
    expect(refusalOfCreate({ roles: [], licensed: false, apiKeysEnabled: false }, full)).toBe(off);
    expect(refusalOfCreate({ roles: [], licensed: false, apiKeysEnabled: true }, full)).toBe(licence);
    expect(refusalOfCreate({ roles: [], licensed: true, apiKeysEnabled: true }, full)).toBe(developer);
  });
});

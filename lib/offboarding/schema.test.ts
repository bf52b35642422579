import { describe, expect, test } from 'vitest';
import { offboardMemberSchema } from './schema';

const memberId = '01980000-0000-7000-8000-000000000001';
const clientId = 'lk_id_0000000000000000';
const parse = (decision: unknown) =>
  offboardMemberSchema.safeParse({ memberId, mode: 'disable', decisions: [decision] });
const firstComplaint = (decision: unknown) => parse(decision).error?.issues[0]?.message ?? null;

describe('a decision', () => {
  test.each([
    { clientId, decision: 'stop' },
    { clientId, decision: 'revoke' },
    { clientId, decision: 'keep', until: new Date('2030-01-01T00:00:00.000Z') },
    { clientId, decision: 'hand_over', receiver: 'ada@acme.test' },
  ])('%j is understood', (decision) => {
    expect(parse(decision).data?.decisions).toEqual([decision]);
  });

  test('takes a date as text, and an address in any spelling', () => {
    expect(parse({ clientId, decision: 'keep', until: '2030-01-01T12:00:00.000Z' }).data?.decisions).toEqual([
      { clientId, decision: 'keep', until: new Date('2030-01-01T12:00:00.000Z') },
    ]);
    expect(parse({ clientId, decision: 'hand_over', receiver: ' ＡＤＡ@Acme.test' }).data?.decisions).toEqual([
      { clientId, decision: 'hand_over', receiver: 'ada@acme.test' },
    ]);
  });

  test.each<[string, unknown]>([
    ['none', { clientId }],
    ['an unknown one', { clientId, decision: 'delete' }],
    ['a date for a stop', { clientId, decision: 'stop', until: '2030-01-01' }],
    ['a receiver for a keep', { clientId, decision: 'keep', until: '2030-01-01', receiver: 'ada@acme.test' }],
    ['a new owner by id', { clientId, decision: 'hand_over', receiver: 'ada@acme.test', ownerId: memberId }],
    ['no receiver', { clientId, decision: 'hand_over' }],
    ['a blank receiver', { clientId, decision: 'hand_over', receiver: '' }],
    ['two receivers', { clientId, decision: 'hand_over', receiver: 'a@acme.test, b@acme.test' }],
    ['no key', { decision: 'stop' }],
    ['a key of 65 characters', { clientId: 'x'.repeat(65), decision: 'stop' }],
    ['null', null],
  ])('is refused: %s', (_, decision) => {
    expect(firstComplaint(decision)).not.toBeNull();
  });

  test.each(['', 'tomorrow', '2030-13-01', undefined, 'Infinity'])('keep until %j asks for a date', (until) => {
    expect(firstComplaint({ clientId, decision: 'keep', until })).toBe('Choose a date.');
  });

  test('keep until the end of the year 9999 and no later', () => {
    const until = (date: string) => firstComplaint({ clientId, decision: 'keep', until: date });
    expect(until('9999-12-31')).toBeNull();
    expect(until('+010000-01-01T00:00:00.000Z')).toBe('That date is too far in the future.');
  });
});

describe('a review', () => {
  const good = { memberId, mode: 'remove', decisions: [] };
  const complaints = (fields: object) => offboardMemberSchema.safeParse({ ...good, ...fields }).error?.issues.length;

  test('names one member, what happens to them, and the decisions', () => {
    expect(offboardMemberSchema.parse(good)).toEqual(good);
  });

  test.each([
    { tenantId: memberId },
    { actor: memberId },
    { mode: 'delete' },
    { mode: undefined },
    { memberId: 'x' },
    { decisions: undefined },
    { decisions: Array.from({ length: 2_001 }, () => ({ clientId, decision: 'stop' })) },
  ])('with %j is refused', (fields) => {
    expect(complaints(fields)).toBeGreaterThan(0);
  });
});

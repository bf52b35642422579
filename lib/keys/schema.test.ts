import { describe, expect, test } from 'vitest';
import { createKeySchema, editKeySchema } from './schema';

/** The fields as a server action reads them: through a real FormData. */
function submitted(fields: Record<string, string>) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  return Object.fromEntries(form.entries());
}

const idempotencyValue = '0b9d2f0e-6a3b-4f5e-9a67-0f5f8a1f2b3c';
const create = (fields: Record<string, unknown>) =>
  createKeySchema.safeParse({ name: '', description: '', expiry: { kind: 'never' }, idempotencyValue, ...fields });
const complaint = (result: ReturnType<typeof create>) =>
  result.error?.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`) ?? null;

describe('create', () => {
  test('everything may be blank, and form text becomes numbers and dates', () => {
    const fields = submitted({ name: '  ', description: '', days: '30', at: '2030-01-01T00:00:00.000Z' });
    const { days, at, ...rest } = fields;
    const expected = { name: '', description: '', scopes: [], biasProfileId: null, idempotencyValue };
    expect(create({ ...rest, expiry: { kind: 'days', days } }).data).toEqual({
      ...expected,
      expiry: { kind: 'days', days: 30 },
    });
    expect(create({ ...rest, expiry: { kind: 'at', at } }).data).toEqual({
      ...expected,
      expiry: { kind: 'at', at: new Date('2030-01-01T00:00:00.000Z') },
    });
  });

  test('what is wrong is named with its field', () => {
    expect(complaint(create({ description: 'x'.repeat(101) }))).toEqual([
      'description: Description can have at most 100 characters; this has 101.',
    ]);
    expect(complaint(create({ name: 'x'.repeat(51), description: 'a\nb' }))).toEqual([
      'name: Name can have at most 50 characters; this has 51.',
      'description: Description cannot contain control characters or line breaks.',
    ]);
  });

  test.each([
    ['no kind', {}],
    ['an unknown kind', { kind: 'forever' }],
    ['no days', { kind: 'days' }],
    ['half a day', { kind: 'days', days: '1.5' }],
    ['text for days', { kind: 'days', days: 'soon' }],
    ['endless days', { kind: 'days', days: 'Infinity' }],
    ['text for a date', { kind: 'at', at: 'tomorrow' }],
    ['an empty date', { kind: 'at', at: '' }],
    ['days and a date', { kind: 'days', days: '1', at: '2030-01-01' }],
    ['text', 'never'],
    ['nothing', undefined],
  ])('an expiry of %s is refused', (_, expiry) => {
    expect(complaint(create({ expiry }))).toEqual(['expiry: Expiry must be a number of days, a date, or none.']);
  });

  test.each([
    ['0', 'Expiry must be at least 1 day from now.'],
    ['-1', 'Expiry must be at least 1 day from now.'],
    ['3650001', 'Expiry is too far in the future.'],
  ])('%s days are refused: %s', (days, message) => {
    expect(complaint(create({ expiry: { kind: 'days', days } }))).toEqual([`expiry.days: ${message}`]);
  });

  test.each(['', 'short', 'x'.repeat(65), 'with a space in it', 'clé-clé-clé-clé-clé', 'line\nline\nline\nline'])(
    'the idempotency value %j is refused',
    (value) => {
      expect(create({ idempotencyValue: value }).success).toBe(false);
    },
  );

  test.each(['userId', 'ownerId', 'tenantId', 'roles', 'clientId', 'id', 'revokedAt', 'scopes'])(
    'a field %s that nobody asked for is refused',
    (field) => {
      expect(create({ [field]: 'x' }).success).toBe(false);
    },
  );
});

describe('edit', () => {
  const clientId = 'lk_id_0123456789abcdef';

  test('what is absent stays absent', () => {
    expect(editKeySchema.parse(submitted({ clientId, name: ' new ' }))).toEqual({ clientId, name: 'new' });
    expect(editKeySchema.parse(submitted({ clientId, description: '' }))).toEqual({ clientId, description: '' });
  });

  test.each(['', '   ', '\u200b'])('a name cannot become blank: %j', (name) => {
    expect(editKeySchema.safeParse({ clientId, name }).success).toBe(false);
  });

  test.each(['ownerId', 'tenantId', 'expiresAt', 'deactivatedAt', 'revokedAt', 'nameKey'])(
    'a field %s is refused',
    (field) => {
      expect(editKeySchema.safeParse({ clientId, name: 'x', [field]: 'x' }).success).toBe(false);
    },
  );
});

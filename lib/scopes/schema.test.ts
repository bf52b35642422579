import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createScopeSchema, scopeList, scopesPerKeyMaximum } from './schema';

const parse = (name: unknown, description: unknown = '') => createScopeSchema.safeParse({ name, description });
const complaint = (name: unknown) => parse(name).error?.issues.map((issue) => issue.message) ?? null;
const malformed = ['Name must begin with a lower-case letter and hold only lower-case letters, digits and : . _ - /'];

describe('the name of a new scope', () => {
  test.each(['r', 'reports:read', 'a'.repeat(50), 'x-1/y_2.z:9', 'latchkeys:read', 'latch'])('may be %s', (name) => {
    expect(parse(name).data).toEqual({ name, description: '' });
  });

  test('is trimmed', () => {
    expect(parse(' reports:read\t').data?.name).toBe('reports:read');
  });

  test.each([
    'Reports:read',
    '1st',
    ':read',
    'a b',
    'a\tb',
    'a,b',
    'a"b',
    'a\\b',
    'a+b',
    'a%20b',
    'a*',
    'café',
    'ａ',
    'а',
    'a\u0000',
    'a\u202eb',
    '<b>',
    "a'--",
  ])('may not be %j', (name) => {
    expect(complaint(name)).toEqual(malformed);
  });

  test.each(['', '   '])('may not be blank: %j', (name) => {
    expect(complaint(name)).toEqual(['Name cannot be blank.']);
  });

  test('may not be too long', () => {
    expect(complaint('a'.repeat(51))).toEqual(['Name can have at most 50 characters; this has 51.']);
    expect(complaint('a'.repeat(1_000_000))?.[0]).toBe('Name can have at most 50 characters.');
  });

  test.each(['latchkey:keys', 'latchkey:introspect', 'latchkey:', 'latchkey'])('may not be the built-in %s', (name) => {
    expect(complaint(name)).toEqual(['Names that begin with latchkey: are reserved for built-in scopes.']);
  });

  test('is always a scope-token of RFC 6749, which a header and a query carry as it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-z][!-~]{0,49}$/)), (text) => {
        const name = parse(text).data?.name;
        if (name === undefined) return;
        expect(name).toMatch(/^[\x21\x23-\x5b\x5d-\x7e]+$/);
        expect(new URLSearchParams(`scope=${name}+${name}`).get('scope')).toBe(`${name} ${name}`);
      }),
    );
  });

  test.each([undefined, null, 7, ['a'], { contains: '' }])('must be text, not %j', (name) => {
    expect(complaint(name)).toEqual(['Name must be text.']);
  });
});

test('a scope takes no other field', () => {
  expect(createScopeSchema.safeParse({ name: 'a', description: '', tenantId: 'x' }).success).toBe(false);
});

describe('the scopes of a key', () => {
  test('are each once, and in order', () => {
    expect(scopeList.parse(['b', 'a:z', 'b', 'a:b'])).toEqual(['a:b', 'a:z', 'b']);
  });

  test('are few enough for one header of a proxy', () => {
    const names = Array.from({ length: scopesPerKeyMaximum }, (_, index) => `${'a'.repeat(48)}${index + 10}`);
    expect(scopeList.parse(names).join(' ').length).toBeLessThan(3_000);
    expect(scopeList.safeParse([...names, 'one-more']).error?.issues[0]?.message).toBe(
      'A key can hold at most 50 scopes.',
    );
  });

  test.each(['A', '', 'a b', 'a\0', 'a'.repeat(51)])('cannot be %j, which no tenant has', (name) => {
    expect(scopeList.safeParse([name]).error?.issues[0]?.message).toBe('There is no scope with such a name.');
  });

  test.each(['reports:read', { length: 1 }, [7], [null]])('are a list of names, not %j', (value) => {
    expect(scopeList.safeParse(value).success).toBe(false);
  });
});

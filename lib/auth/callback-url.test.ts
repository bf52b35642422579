import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { safeCallbackPath } from './callback-url';

const origin = 'https://keys.example.com';
const home = '/account/api-keys';

test.each([
  ['/account/security', '/account/security'],
  ['/tenant/settings?tab=policy', '/tenant/settings?tab=policy'],
  [`${origin}/account/security`, '/account/security'],
  ['/account/../tenant', '/tenant'],
  ['/', '/'],
])('%s leads to %s', (value, path) => {
  expect(safeCallbackPath(value, origin)).toBe(path);
});

describe('anything that could leave the site leads home', () => {
  test.each([
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/%5cevil.example',
    '/%5Cevil.example',
    '/..//evil.example',
    '/.//evil.example',
    'https://evil.example',
    'https:evil.example',
    'https:/evil.example',
    '//keys.example.com@evil.example',
    'https://keys.example.com@evil.example/',
    'https://keys.example.com.evil.example/',
    'https://keys.example.com:8443/',
    'http://keys.example.com/',
    'https://user:password@keys.example.com/',
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'data:text/html,x',
    '/\tevil',
    '\t//evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    ' //evil.example',
    '/path\r\nSet-Cookie: x=y',
    '/path%0d%0aSet-Cookie:%20x=y',
    '/path%0A',
    '/\0',
    'account',
    '',
    `/${'x'.repeat(8192)}`,
  ])('%j', (value) => {
    expect(safeCallbackPath(value, origin)).toBe(home);
  });

  test.each([undefined, null, 5, {}, ['/account'], { toString: () => '/account' }])('what is no text: %j', (value) => {
    expect(safeCallbackPath(value, origin)).toBe(home);
  });

  test.each(['/api/auth/signout', '/api/v1/me', '/sign-in', '/sign-in?callbackUrl=/x', '/account/../api/auth/signout'])(
    'what is no page to land on: %s',
    (value) => {
      expect(safeCallbackPath(value, origin)).toBe(home);
    },
  );

  test('whatever comes in, the answer stays on the site', () => {
    const part = fc.constantFrom(
      '/',
      '\\',
      '//',
      ':',
      '@',
      '.',
      '..',
      '%',
      '%2f',
      '%5c',
      'evil.example',
      'https:',
      'javascript:',
      '\t',
      '\n',
      '?',
      '#',
      origin,
      'a',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(part, { maxLength: 8 }).map((parts) => parts.join('')),
        ),
        (value) => {
          const path = safeCallbackPath(value, origin);
          expect(path).toMatch(/^\/(?!\/)/);
          expect(new URL(path, origin).origin).toBe(origin);
          expect(path).not.toMatch(/[\s\\]/);
        },
      ),
      { numRuns: 10_000 },
    );
  });
});

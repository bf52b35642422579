import { describe, expect, test } from 'vitest';
import { isSlug, refusalOfPath, splitPath } from './path';

describe('the rest of a path', () => {
  test.each([
    '',
    '/',
    '/a',
    '/a/',
    '/a/b.c',
    '/...',
    '/a..b',
    '/models/gemini-2.5:run',
    '/a%20b',
    '/%C3%A9',
    '/100%25',
    '/;x',
  ])('%s may be appended', (rest) => expect(refusalOfPath(rest)).toBeNull());
  test.each([
    ...['/.', '/..', '/../a', '/a/..', '/a/./b', '/%2e%2e/a', '/.%2E/a', '/%252e%252e/a', '/%25252e./a', '/..;a=b/c'],
    ...[
      '//a',
      '/a//b',
      '/a//',
      '/a%2fb',
      '/a%2Fb',
      '/a%252fb',
      '/a%5cb',
      '/a\\b',
      '/a%255cb',
      '/%00',
      '/a%0d%0ab',
      '/%7f',
    ],
    ...['/a%', '/a%zz', '/a%2', '/a#b', '/é', '/a b', '/a\tb'],
  ])('%s is refused', (rest) => expect(refusalOfPath(rest)).not.toBeNull());
});

test('a path is a slug and a rest', () => {
  expect(splitPath('/api/v1/connect/demo-llm/chat/x')).toEqual({ slug: 'demo-llm', rest: '/chat/x' });
  expect(splitPath('/api/v1/connect/demo-llm')).toEqual({ slug: 'demo-llm', rest: '' });
  expect(['a', 'demo-llm', 'a'.repeat(50)].every(isSlug)).toBe(true);
  expect(['', '-a', 'a-', 'A', 'a_b', 'a'.repeat(51), '%61'].some(isSlug)).toBe(false);
});

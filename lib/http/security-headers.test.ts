import { describe, expect, test } from 'vitest';
import { browserHeaders, contentSecurityPolicy, securityHeaders } from './security-headers';

const directives = (policy: string) =>
  Object.fromEntries(
    policy.split('; ').map((directive) => {
      const [name = '', ...values] = directive.split(' ');
      return [name, values];
    }),
  );

describe('content security policy', () => {
  const policy = directives(contentSecurityPolicy('abc', false));

  test('scripts run by nonce only', () => {
    expect(policy['script-src']).toEqual(["'nonce-abc'", "'strict-dynamic'"]);
    expect(policy['script-src-attr']).toBeUndefined();
    expect(policy['default-src']).toEqual(["'none'"]);
  });

  test('nobody may frame the page, move its base or take its forms', () => {
    expect(policy['frame-ancestors']).toEqual(["'none'"]);
    expect(policy['base-uri']).toEqual(["'none'"]);
    expect(policy['form-action']).toEqual(["'self'"]);
  });

  test('nothing is loaded from elsewhere', () => {
    expect(contentSecurityPolicy('abc', false)).not.toMatch(/https?:|\*|unsafe-eval/);
    expect(policy['style-src']).toEqual(["'self'", "'nonce-abc'"]);
  });

  test('only development may evaluate code', () => {
    expect(directives(contentSecurityPolicy('abc', true))['script-src']).toContain("'unsafe-eval'");
  });
});

describe('headers of every response', () => {
  test('over http', () => {
    const headers = securityHeaders(new URL('http://localhost:3000'));
    expect(headers).toMatchObject({ 'X-Content-Type-Options': 'nosniff' });
    expect(browserHeaders).toMatchObject({
      'X-Frame-Options': 'DENY',
      'Referrer-Policy': 'same-origin',
      'Cross-Origin-Opener-Policy': 'same-origin',
    });
    expect(headers).not.toHaveProperty('Strict-Transport-Security');
  });

  test('https is pinned for at least a year', () => {
    const pinned = securityHeaders(new URL('https://keys.example.com'))['Strict-Transport-Security'];
    expect(Number(/max-age=(\d+)/.exec(pinned ?? '')?.[1])).toBeGreaterThanOrEqual(365 * 24 * 3600);
  });
});

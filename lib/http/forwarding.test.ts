import { describe, expect, test } from 'vitest';
import { clientAddress, overwriteForwarding } from './forwarding';

describe('the client address', () => {
  test('without a proxy in front, nothing that the client claims is believed', () => {
    expect(clientAddress('203.0.113.7', '198.51.100.1', 0)).toBe('203.0.113.7');
    expect(clientAddress('203.0.113.7', undefined, 0)).toBe('203.0.113.7');
  });

  test('behind n proxies it is the n-th entry from the right, whatever stands left of it', () => {
    const header = '10.0.0.1, spoofed, 198.51.100.1, 192.0.2.1';
    expect(clientAddress('10.0.0.9', header, 1)).toBe('192.0.2.1');
    expect(clientAddress('10.0.0.9', header, 2)).toBe('198.51.100.1');
  });

  test('with fewer entries than proxies it is the peer', () => {
    expect(clientAddress('10.0.0.9', '198.51.100.1', 2)).toBe('10.0.0.9');
    expect(clientAddress('10.0.0.9', undefined, 1)).toBe('10.0.0.9');
    expect(clientAddress('10.0.0.9', ' , ,', 1)).toBe('10.0.0.9');
  });

  test.each([
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::FFFF:203.0.113.7', '203.0.113.7'],
    ['203.0.113.7:51234', '203.0.113.7'],
    ['[2001:db8::1]:51234', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['2001:db8::1', '2001:db8::1'],
    ['::1', '::1'],
    [undefined, 'unknown'],
  ])('%s is written %s', (peer, address) => {
    expect(clientAddress(peer, undefined, 0)).toBe(address);
  });

  test('it is never longer than its column should be', () => {
    expect(clientAddress('10.0.0.9', 'x'.repeat(10_000), 1)).toHaveLength(64);
  });
});

describe('forwarding headers', () => {
  const facts = {
    address: '203.0.113.7',
    origin: new URL('https://keys.example.com'),
    path: '/account/api-keys',
    nonce: 'the-nonce',
    contentSecurityPolicy: "default-src 'none'",
  };
  const known = {
    'x-forwarded-for': '203.0.113.7',
    'x-forwarded-host': 'keys.example.com',
    'x-forwarded-proto': 'https',
    'x-latchkey-path': '/account/api-keys',
    'x-nonce': 'the-nonce',
    'content-security-policy': "default-src 'none'",
  };

  test('what a client sends in our place is replaced or removed', () => {
    const headers: Record<string, string> = {
      forwarded: 'for=evil',
      'x-forwarded-for': 'evil',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'http',
      'x-forwarded-port': '1',
      'x-forwarded-prefix': '/evil',
      'x-real-ip': 'evil',
      'x-middleware-subrequest': 'proxy:proxy:proxy',
      'x-middleware-rewrite': '/evil',
      'x-latchkey-path': 'https://evil.example',
      'x-latchkey-anything': 'evil',
      'x-nonce': 'evil',
      'content-security-policy': 'evil',
    };
    overwriteForwarding(headers, facts);
    expect(headers).toEqual(known);
  });

  test('everything else stays', () => {
    const headers = { host: 'keys.example.com', cookie: 'a=b', 'x-client-id': 'lk_id_x', 'x-forwarded': 'odd' };
    overwriteForwarding(headers, facts);
    expect(headers).toEqual({
      host: 'keys.example.com',
      cookie: 'a=b',
      'x-client-id': 'lk_id_x',
      'x-forwarded': 'odd',
      ...known,
    });
  });
});

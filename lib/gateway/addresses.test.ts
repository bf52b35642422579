import { describe, expect, test } from 'vitest';
import { isPublicAddress, refusalOfUrl } from './addresses';

describe('a public address', () => {
  test.each([
    '8.8.8.8',
    '1.1.1.1',
    '172.15.0.1',
    '172.32.0.1',
    '100.63.255.255',
    '100.128.0.1',
    '192.0.1.1',
    '223.255.255.255',
  ])('%s is one', (address) => expect(isPublicAddress(address)).toBe(true));
  test.each(['2606:4700:4700::1111', '2a00:1450:4001::1', '2001:4860:4860::8888'])('%s is one', (address) =>
    expect(isPublicAddress(address)).toBe(true),
  );
  test.each([
    ...['127.0.0.1', '127.255.255.254', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.0.1', '169.254.169.254'],
    ...['0.0.0.0', '0.1.2.3', '100.64.0.1', '192.0.0.1', '192.0.2.1', '198.18.0.1', '198.51.100.1', '203.0.113.1'],
    ...['192.88.99.1', '224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255'],
    ...['::', '::1', '::ffff:8.8.8.8', '::ffff:127.0.0.1', '::ffff:7f00:1', '::127.0.0.1', '64:ff9b::7f00:1'],
    ...['64:ff9b:1::1', '100::1', '2001::1', '2001:db8::1', '2002:7f00:1::', '3fff::1', 'fc00::1', 'fd00:ec2::254'],
    ...['fe80::1', 'fe80::1%eth0', 'fec0::1', 'ff02::1', '2001:0:4136:e378::1', '5f00::1'],
    ...['', 'localhost', '8.8.8', '0x7f.1', '2130706433', '8.8.8.8 ', '[::1]'],
  ])('%s is none', (address) => expect(isPublicAddress(address)).toBe(false));
});

describe('a connection’s URL', () => {
  const allow = new Set(['127.0.0.1:4010', 'llm.internal:443', '[::1]:8080']);

  test.each(['https://api.openai.com/v1', 'http://127.0.0.1:4010/v1', 'https://llm.internal/v1', 'http://[::1]:8080'])(
    '%s is allowed',
    (url) => expect(refusalOfUrl(url, allow)).toBeNull(),
  );

  // However a host is written, URL reads an address from it where a socket would.
  test.each([
    ...['https://127.0.0.1', 'https://127.1', 'https://0x7f.0.0.1', 'https://0177.0.0.1', 'https://2130706433'],
    ...[
      'https://127.0.0.1.',
      'https://１２７.0.0.1',
      'https://[::1]',
      'https://[::ffff:127.0.0.1]',
      'https://[::ffff:7f00:1]',
    ],
    ...[
      'https://[64:ff9b::7f00:1]',
      'https://169.254.169.254/latest',
      'https://0',
      'https://localhost',
      'https://LOCALHOST',
    ],
    ...['https://localhost.', 'https://a.localhost', 'https://printer.local', 'https://metadata.google.internal'],
    ...['https://metadata.google.internal.', 'https://127.0.0.1:4010.', 'https://llm.internal:444'],
  ])('%s is a private address', (url) => {
    if (!URL.canParse(url)) return;
    expect(refusalOfUrl(url, allow)).toMatch(/^URL cannot be a private address\./);
  });

  test('plain http is refused, with what an operator would have to list', () => {
    expect(refusalOfUrl('http://api.example.com/v1', allow)).toMatch(/https:.*list api\.example\.com:80 in/);
  });
});

import { expect, test } from 'vitest';
import { clientNameOf } from './client-name';

test.each<[string | undefined, string]>([
  ['curl/8.5.0', 'curl'],
  ['python-requests/2.31.0', 'python-requests'],
  ['node', 'node'],
  ['okhttp/4.12.0 (Android 14)', 'okhttp'],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0', 'Firefox'],
  ['Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36 Edg/130.0', 'Edge'],
  ['Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15', 'Safari'],
  ['Mozilla/5.0 (compatible; somebot/1.0)', 'Mozilla'],
  [undefined, 'Unknown'],
  ['', 'Unknown'],
  ['(no product)', 'Unknown'],
  ['<script>alert(1)</script>', 'Unknown'],
  ['\u202eevil/1', 'Unknown'],
  [`${'a'.repeat(5_000)}/1`, 'a'.repeat(60)],
])('the program behind %o is %s', (userAgent, name) => {
  expect(clientNameOf(userAgent)).toBe(name);
  // Asked again it is the same.
  expect(clientNameOf(userAgent)).toBe(name);
});

/** Longest name kept of a program. */
const maximumLength = 60;
const unknown = 'Unknown';

/**
 * The program's name in a User-Agent field (RFC 9110 section 10.1.5: the first product is the most significant), without
 * its version, which would make a new caller of every update. Browsers all begin with `Mozilla` and name others whom they
 * resemble: for them the first that they name of this list counts.
 */
export function clientNameOf(userAgent: string | undefined): string {
  if (!userAgent) return unknown;
  const kept = names.get(userAgent);
  if (kept) return kept;
  const name = read(userAgent);
  // Whoever sends ever new ones, or huge ones, gets no memory for it.
  if (names.size >= 1_000) names.clear();
  if (userAgent.length <= 512) names.set(userAgent, name);
  return name;
}

const names = new Map<string, string>();

const browsers = { Edg: 'Edge', OPR: 'Opera', Firefox: 'Firefox', Chrome: 'Chrome', Safari: 'Safari' };

function read(userAgent: string): string {
  if (userAgent.startsWith('Mozilla/')) {
    const browser = Object.entries(browsers).find(([product]) => userAgent.includes(` ${product}/`));
    if (browser) return browser[1];
  }
  // RFC 9110 `token`, up to the version; nothing else of what a stranger sends is stored.
  const product = /^[\w!#$%&'*+.^`|~-]+/.exec(userAgent)?.[0];
  return product?.slice(0, maximumLength) ?? unknown;
}

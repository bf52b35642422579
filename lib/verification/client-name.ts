/** Longest name kept of a program. */
const maximumLength = 60;
const unknown = 'Unknown';

/**
 * The program's name in a User-Agent field (RFC 9110 section 10.1.5: the first product is the most significant), without
 * its version, which would make a new caller of every update. Browsers all begin with `Mozilla`: for them the last known
 * browser name counts.
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

function read(userAgent: string): string {
  const browser = /^Mozilla\//.test(userAgent) ? /\b(Edg|OPR|Firefox|Chrome|Safari)\//.exec(userAgent)?.[1] : undefined;
  if (browser) return { Edg: 'Edge', OPR: 'Opera' }[browser] ?? browser;
  // RFC 9110 `token`, up to the version; nothing else of what a stranger sends is stored.
  const product = /^[\w!#$%&'*+.^`|~-]+/.exec(userAgent)?.[0];
  return product?.slice(0, maximumLength) ?? unknown;
}

const prefix = '/api/v1/connect/';

/** Whether the path is the gateway's. */
export function isConnect(path: string): boolean {
  return path.startsWith(prefix);
}

/** The connection that a path of the gateway's names, and what is left for its upstream: empty, or from a slash on. */
export function splitPath(path: string): { slug: string; rest: string } {
  const slash = path.indexOf('/', prefix.length);
  return slash < 0
    ? { slug: path.slice(prefix.length), rest: '' }
    : { slug: path.slice(prefix.length, slash), rest: path.slice(slash) };
}

/** As the database has them; another one is not worth a look. */
export function isSlug(text: string): boolean {
  return /^[a-z0-9](?:[a-z0-9-]{0,48}[a-z0-9])?$/.test(text);
}

/**
 * Why the rest of a path must not be appended to an upstream's URL, in a sentence; null when it may. What one server
 * passes on as a name, the next one may read as a step upwards, out of the URL that the connection allows: so whatever means
 * a step, or a slash, to anybody is refused, also where it is escaped several times.
 */
export function refusalOfPath(rest: string): string | null {
  if (rest === '') return null;
  if (!/^[\x21-\x7e]*$/.test(rest) || /[\\#]/.test(rest)) return 'The path may hold visible ASCII without \\ and #.';
  if (/%(?![0-9a-f]{2})/i.test(rest)) return 'The path holds a % that is no escape.';
  const slashes = count(rest);
  for (let text = rest, before = ''; text !== before; ) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
    if (/[\x00-\x1f\x7f\\]/.test(text) || count(text) !== slashes)
      return 'The path may not hold escaped slashes or control characters.';
    const segments = text.slice(1).split('/');
    // Some servers cut a segment at its semicolon first.
    if (segments.some((segment) => /^\.{1,2}(;.*)?$/.test(segment)))
      return 'The path may not hold the segments . and ..';
    if (segments.slice(0, -1).includes('')) return 'The path may not hold empty segments.';
    before = text;
    text = text.replace(/%([0-9a-f]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
  }
  return null;
}

function count(text: string): number {
  return text.split('/').length;
}

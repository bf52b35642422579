const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Whether a request from a browser may change something: its Origin must be exactly ours. Next itself would accept a
 * missing one. The machines' endpoints need no such check, since they read no cookies.
 */
export function originAllowed(method: string, origin: readonly string[], expected: string): boolean {
  return safeMethods.has(method) || (origin.length === 1 && origin[0] === expected);
}

const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Where to send a page request that used another name of this machine (127.0.0.1 for localhost): its forms would be
 * refused for their Origin. Null when the name is right, or is a proxy's business.
 */
export function redirectToOrigin(method: string, host: string | undefined, path: string, expected: URL): string | null {
  if (method !== 'GET' || !host || host === expected.host || !loopbackNames.has(expected.hostname)) return null;
  const [, name = '', port = ''] = /^(.*?)(?::(\d+))?$/.exec(host) ?? [];
  if (!loopbackNames.has(name) || port !== expected.port || !path.startsWith('/') || path.startsWith('//')) return null;
  return expected.origin + path;
}

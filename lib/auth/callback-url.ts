/** Where to go after signing in, when nothing better is known. */
const home = '/account/api-keys';

/**
 * The same-origin path of a `callbackUrl`, or the home page. Anything that a browser could read as another origin, and
 * anything absurd, is replaced, never reported: the value comes from a link that anybody can write.
 */
export function safeCallbackPath(value: unknown, origin: string): string {
  if (typeof value !== 'string' || value.length > 2_000 || /[\p{Cc}\s\\]|%5c|%0[ad]/iu.test(value)) return home;
  if (!value.startsWith('/') && !value.startsWith(`${origin}/`)) return home;
  let url: URL;
  try {
    url = new URL(value, origin);
  } catch {
    return home;
  }
  if (url.origin !== origin || url.username || url.password || url.pathname.startsWith('//')) return home;
  if (url.pathname.startsWith('/api/') || url.pathname.startsWith('/sign-in')) return home;
  // Next's own parameter on requests for parts of a page; the page itself is without it.
  if (url.searchParams.has('_rsc')) url.searchParams.delete('_rsc');
  return url.pathname + url.search;
}

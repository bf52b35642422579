type Answer<Value> = { status: 'answered'; value: Value } | { status: 'missing' | 'signed_out' | 'unreachable' };

/** Longer than the server takes when all is well, however busy it is. */
const patience = 8_000;

/**
 * Asks a GET below the page of these keys about one of them. A GET and no server action: those queue, and would keep a click waiting.
 * @returns `unreachable` after `patience`, too
 */
export async function askAboutKey<Value>(
  what: 'traffic' | 'first-request' | 'overlap',
  clientId: string,
  signal: AbortSignal,
  of: 'account' | 'tenant' = 'account',
): Promise<Answer<Value>> {
  const controller = new AbortController();
  const abort = () => controller.abort();
  const timer = setTimeout(abort, patience);
  signal.addEventListener('abort', abort);
  try {
    const response = await fetch(`/${of}/api-keys/${what}?clientId=${encodeURIComponent(clientId)}`, {
      cache: 'no-store',
      signal: controller.signal,
    });
    if (response.status === 404) return { status: 'missing' };
    if (response.status === 401) return { status: 'signed_out' };
    return response.ok ? { status: 'answered', value: await response.json() } : { status: 'unreachable' };
  } catch {
    return { status: 'unreachable' };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}

/**
 * Why a sign-in failed, fit for the log. Errors of next-auth and openid-client carry tokens, codes and whole responses as
 * properties, and some of their messages repeat a state, a nonce or a piece of an answer: only the message is used, and
 * of it only what is no such value.
 * @param thrown an Error, or next-auth's object around one
 */
export function loggedReason(thrown: unknown): string {
  const error = thrown instanceof Error ? thrown : (thrown as { error?: unknown } | null | undefined)?.error;
  if (!(error instanceof Error)) return 'unknown';
  // The system's own words (ECONNREFUSED, ENOTFOUND, certificates) name the host, which is what an operator looks for.
  const { code } = error as NodeJS.ErrnoException;
  if (typeof code === 'string' && /^[A-Z_]{3,}$/.test(code)) return `${code}: ${error.message}`.slice(0, 300);
  return (
    error.message
      // "state mismatch, expected …, got: …"
      .replace(/((?:mismatch|unexpected [\w ]+)),.*$/s, '$1')
      // JSON.parse quotes what it could not read.
      .replace(/".*"/s, '"…"')
      .replace(/[\w+/=~.-]{20,}/g, '…')
      .slice(0, 300)
  );
}

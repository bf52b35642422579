export type SignInOutcome =
  | { status: 'signed_in' }
  | { status: 'wrong' }
  | { status: 'limited' }
  | { status: 'failed'; message: string };

const unreachable = 'Latchkey could not be reached. Check your connection and try again.';
const unexpected = 'Signing in did not work on our side. Try again in a moment.';

/**
 * Signs in through next-auth's endpoints for credentials (a CSRF token, then the callback). Its own client would leave the
 * page when the network fails, and hide why the server refused.
 */
export async function submitCredentials(email: string, password: string): Promise<SignInOutcome> {
  try {
    const tokenResponse = await fetch('/api/auth/csrf', { cache: 'no-store' });
    if (!tokenResponse.ok) return { status: 'failed', message: await reasonOf(tokenResponse) };
    const { csrfToken } = (await tokenResponse.json()) as { csrfToken: string };
    const response = await fetch('/api/auth/callback/credentials', {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ email, password, csrfToken, json: 'true' }),
    });
    if (!response.ok && response.status !== 401) return { status: 'failed', message: await reasonOf(response) };
    const { url } = (await response.json()) as { url: string };
    const error = new URL(url, location.origin).searchParams.get('error');
    if (response.ok && !error) return { status: 'signed_in' };
    if (error === 'TooManyAttempts') return { status: 'limited' };
    if (error === 'CredentialsSignin') return { status: 'wrong' };
    return { status: 'failed', message: unexpected };
  } catch {
    return { status: 'failed', message: unreachable };
  }
}

/** The server says why it refused, as text or as a problem document: for a wrong origin, which address to use. */
async function reasonOf(response: Response): Promise<string> {
  if (response.status !== 403) return unexpected;
  const text = await response.text();
  try {
    const problem = JSON.parse(text) as { detail?: unknown };
    if (typeof problem.detail === 'string') return problem.detail;
  } catch {
    // Not JSON: the text itself is the sentence.
  }
  return text.startsWith('<') || text.trim() === '' ? unexpected : text.trim().slice(0, 400);
}

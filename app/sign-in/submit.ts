/**
 * Signing in through next-auth's endpoints (a CSRF token, then the step itself). Its own client would leave the page when
 * the network fails, and hide why the server refused; and a form that is posted would be stopped on its way to an identity
 * provider by the page's Content-Security-Policy.
 */
type Answer =
  /** Where next-auth would lead, and the error that it says so with. */
  { status: 'answered'; accepted: boolean; url: URL; error: string | null } | { status: 'failed'; message: string };

const unreachable = 'Latchkey could not be reached. Check your connection and try again.';
const unexpected = 'Signing in did not work on our side. Try again in a moment.';

async function submit(endpoint: string, fields: Record<string, string>): Promise<Answer> {
  try {
    const tokenResponse = await fetch('/api/auth/csrf', { cache: 'no-store' });
    if (!tokenResponse.ok) return { status: 'failed', message: await reasonOf(tokenResponse) };
    const { csrfToken } = (await tokenResponse.json()) as { csrfToken: string };
    const response = await fetch(`/api/auth/${endpoint}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ ...fields, csrfToken, json: 'true' }),
    });
    if (!response.ok && response.status !== 401) return { status: 'failed', message: await reasonOf(response) };
    const answer = (await response.json()) as { url: string };
    const url = new URL(answer.url, location.origin);
    const error = url.origin === location.origin ? url.searchParams.get('error') : null;
    return { status: 'answered', accepted: response.ok && !error, url, error };
  } catch {
    return { status: 'failed', message: unreachable };
  }
}

export type CredentialsOutcome =
  | { status: 'signed_in' }
  | { status: 'wrong' }
  | { status: 'limited' }
  | { status: 'failed'; message: string };

export async function submitCredentials(email: string, password: string): Promise<CredentialsOutcome> {
  const answer = await submit('callback/credentials', { email, password });
  if (answer.status === 'failed') return answer;
  if (answer.accepted) return { status: 'signed_in' };
  if (answer.error === 'TooManyAttempts') return { status: 'limited' };
  if (answer.error === 'CredentialsSignin') return { status: 'wrong' };
  return { status: 'failed', message: unexpected };
}

export type SsoOutcome =
  | { status: 'leave'; url: string }
  | { status: 'refused'; code: string }
  | { status: 'failed'; message: string };

/** @param path where to go after signing in @returns where the provider asks who it is */
export async function startSso(providerId: string, path: string): Promise<SsoOutcome> {
  const answer = await submit(`signin/${providerId}`, { callbackUrl: path });
  if (answer.status === 'failed') return answer;
  if (answer.error) return { status: 'refused', code: answer.error };
  // The provider's own description names this address: it must not be a script.
  const leads = answer.accepted && ['https:', 'http:'].includes(answer.url.protocol);
  return leads ? { status: 'leave', url: answer.url.href } : { status: 'failed', message: unexpected };
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

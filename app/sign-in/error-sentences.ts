import type { SignInErrorCode } from '@/lib/auth/schema';

const sentences: Record<SignInErrorCode, string> = {
  AccountDisabled: 'Your account is disabled. Ask your administrator to enable it.',
  Cancelled: 'You cancelled signing in at your identity provider. Start again, or sign in another way.',
  EmailMissing:
    'Your identity provider sent no email address, and Latchkey needs one. Ask your administrator to add one to your account there.',
  EmailTaken:
    'Your email address belongs to a member who signs in another way. An administrator must link it on the Members page.',
  EmailUnverified:
    'Your identity provider has not verified your email address. Verify it there, then sign in again from this page.',
  Expired: 'This sign-in took too long, or began in another browser. Start again from this page.',
  ProviderMismatch:
    'Your identity provider answered for another organisation than yours. Choose your work account there, or tell your administrator.',
  ProviderRefused: 'Your identity provider did not sign you in. Try again. If it fails again, tell your administrator.',
  TenantMissing: 'This identity provider belongs to no tenant of Latchkey. Tell your administrator.',
  Unavailable: 'Signing in did not work on our side. Try again in a moment.',
  OAuthSignin:
    'Your identity provider cannot be reached. Try again in a moment, or sign in another way. If it stays so, tell your administrator.',
  OAuthCallback:
    'What your identity provider answered could not be accepted, so you are not signed in. Start again from this page. If it fails again, tell your administrator.',
};

/** next-auth's other codes that can reach this page. */
const foreign: Record<string, string> = {
  AccessDenied: 'You may not sign in here. Ask your administrator.',
  Callback: sentences.OAuthCallback,
  Configuration: 'Signing in is not set up correctly. Tell your administrator.',
  CredentialsSignin: 'Email or password is wrong.',
  SessionRequired: 'Sign in to see this page.',
  TooManyAttempts: 'Too many attempts. Wait 15 minutes, then try again.',
};

const byCode = new Map(Object.entries({ ...foreign, ...sentences }));

/** What happened and what to do, for `/sign-in?error=<code>`. The code comes from a link that anybody can write. */
export function errorSentence(code: string): string {
  return (
    byCode.get(code) ??
    'Signing in did not work. Start again from this page. If it fails again, tell your administrator.'
  );
}

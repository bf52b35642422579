import { z } from 'zod';
import { displayText } from '../display-text';
import { emailAddress, memberNameMaximum } from '../members/schema';
import type { IdentityProvider } from './identity-providers';

export type ReadClaims =
  /** `email` is normalized; `name` is fit to be shown, from the e-mail where the provider sends no such name. */
  | { status: 'read'; subject: string; email: string; name: string }
  /** Not what this provider was configured for. `reason` is for the log. */
  | { status: 'rejected'; reason: string }
  | { status: 'email_missing' }
  | { status: 'email_unverified' };

// OpenID Connect Core 1.0, section 2: at most 255 ASCII characters.
const subjectSchema = z.string().regex(/^[\x20-\x7e]{1,255}$/);

/**
 * What the claims of an ID token, whose signature, audience, expiry and nonce were checked, say about a person.
 *
 * The issuer is compared with the configured one here: openid-client compares it only with what the provider's own
 * discovery document claims.
 */
export function readClaims(provider: IdentityProvider, claims: Readonly<Record<string, unknown>>): ReadClaims {
  const reason = provider.kind === 'oidc' ? foreignIssuer(provider.issuer, claims) : foreignDirectory(provider, claims);
  if (reason) return { status: 'rejected', reason };
  const subject = subjectSchema.safeParse(claims.sub);
  if (!subject.success) return { status: 'rejected', reason: 'The subject is not 1 to 255 ASCII characters.' };
  const email = emailAddress.safeParse(claims.email);
  if (!email.success) return { status: 'email_missing' };
  if (!(provider.kind === 'oidc' ? claims.email_verified === true : directoryVouches(claims))) {
    return { status: 'email_unverified' };
  }
  return { status: 'read', subject: subject.data, email: email.data, name: nameOf(claims.name, email.data) };
}

function foreignIssuer(issuer: string, { iss }: Readonly<Record<string, unknown>>): string | null {
  return iss === issuer
    ? null
    : `The provider calls itself ${quote(iss)}, but the configured issuer is ${quote(issuer)}.`;
}

/**
 * Entra signs tokens of all directories with the same keys: which directory somebody belongs to is in `tid`, and `iss`
 * repeats it. With a verified domain for a directory, its id is the one in the issuer of the domain's own discovery
 * document, which openid-client has compared with `iss`.
 */
function foreignDirectory(
  { authority, directory }: Extract<IdentityProvider, { kind: 'entra' }>,
  { iss, tid }: Readonly<Record<string, unknown>>,
): string | null {
  const id = z.guid().safeParse(tid);
  if (!id.success) return 'The token names no directory (tid).';
  const found = id.data.toLowerCase();
  if (!directory.includes('.') && found !== directory)
    return `The directory is ${found}, not the configured ${directory}.`;
  if (iss !== `${authority}/${found}/v2.0`) return `The issuer ${quote(iss)} is not that of directory ${found}.`;
  return null;
}

/**
 * Entra sends no `email_verified`: the address is what the directory's administrators or its synchronisation entered. Here
 * that is enough. The directory is the tenant's own and fixed above, so that nobody can bring a directory in which they
 * are the administrator, and an address decides nothing but the name of a new member: no account is ever found by it.
 * Where the directory itself says that it does not vouch for the address, it is not taken.
 */
function directoryVouches({ email_verified, xms_edov }: Readonly<Record<string, unknown>>): boolean {
  return [email_verified, xms_edov].every(
    (word) => word === undefined || ['true', '1'].includes(String(word).toLowerCase()),
  );
}

function nameOf(name: unknown, email: string): string {
  const shown = displayText('Name', memberNameMaximum).safeParse(name);
  return shown.success && shown.data !== '' ? shown.data : email.slice(0, email.lastIndexOf('@'));
}

/** For the log: short, and on one line. */
function quote(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 200) ?? 'nothing';
}

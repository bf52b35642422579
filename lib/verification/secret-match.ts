import { hash, randomBytes } from 'node:crypto';
import { env } from '../env';
import { digestSecret, digestsEqual } from '../keys/secret';
import type { KeyRow, SecretRow } from './rows';

export type SecretMatch = 'current' | 'previous';

/**
 * Which of the key's secrets was presented; null when none was, or no key has the client ID. An unknown client ID costs
 * the same work as a wrong secret.
 * @param now the database's time: the previous secret works until its end
 */
export function matchSecret(row: KeyRow | null, clientId: string, secret: string, now: Date): SecretMatch | null {
  const proof = proofOf(secret);
  if (!row) {
    digestsEqual(digestSecret(env().peppers.current.key, noTenant, clientId, secret), noDigest);
    return null;
  }
  const { current, previous } = row;
  // The proof's salt is known to nobody, so how long these comparisons take tells nothing about it.
  if (current.proof === proof) return 'current';
  if (previous?.proof === proof) return inOverlap(previous, now);
  if (isSecret(current, row, secret, proof)) return 'current';
  // Looked at whether it is over or not, so that the answer to a wrong secret does not depend on it.
  return previous && isSecret(previous, row, secret, proof) ? inOverlap(previous, now) : null;
}

function inOverlap({ endsAt }: SecretRow, now: Date): SecretMatch | null {
  return endsAt && now < endsAt ? 'previous' : null;
}

function isSecret(stored: SecretRow, row: KeyRow, secret: string, proof: string): boolean {
  const pepper = env().peppers.byVersion.get(stored.pepperVersion);
  if (!pepper)
    throw new Error(`LATCHKEY_PEPPERS lacks version ${stored.pepperVersion}, under which secrets are stored.`);
  const matches = digestsEqual(
    digestSecret(pepper, row.tenantId, row.clientId, secret),
    Buffer.from(stored.digest, 'base64'),
  );
  if (matches) stored.proof = proof;
  return matches;
}

/**
 * A salted SHA-256 of what was presented, kept beside a digest that it matched: the next request with the same secret is
 * recognized at a third of an HMAC's cost. It lives in this process only, and only as long as the row that it stands in.
 */
function proofOf(secret: string): string {
  return hash('sha256', salt + secret, 'base64');
}

const salt = randomBytes(32).toString('latin1');
const noTenant = '00000000-0000-0000-0000-000000000000';
const noDigest = new Uint8Array(32);

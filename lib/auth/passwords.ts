import { hash, verify } from '@node-rs/argon2';

/** argon2id with OWASP's parameters: 19 MiB, 2 passes, 1 lane. */
const parameters = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** @returns a PHC string */
export function digestPassword(password: string): Promise<string> {
  return hash(password.normalize('NFC'), parameters);
}

let decoy: Promise<string> | undefined;

/** False for a wrong password, and, after the same work, for a member who does not exist or has none. */
export async function passwordMatches(password: string, digest: string | null): Promise<boolean> {
  decoy ??= digestPassword('no member has this password');
  const matches = await verify(digest ?? (await decoy), password.normalize('NFC'));
  return digest !== null && matches;
}

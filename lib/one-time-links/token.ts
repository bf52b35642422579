import { createHash, randomBytes } from 'node:crypto';

/** 256 random bits in base64url, 43 characters. */
export function mintToken(): string {
  return randomBytes(32).toString('base64url');
}

/** What is stored of a token: SHA-256, 32 bytes. Its 256 random bits need neither salt nor a slow hash. */
export function digestToken(token: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('sha256').update(token).digest());
}

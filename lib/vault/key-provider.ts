import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Keyring } from '../env';

/** A data key under the vault key of `version`. */
export type WrappedKey = { version: number; wrapped: Uint8Array };

/**
 * Who wraps data keys: today the keys of LATCHKEY_VAULT_KEYS; a key management service would implement the same two
 * functions. `context` is authenticated: unwrapping with another one fails.
 */
export type KeyProvider = {
  /** The version that new data keys are wrapped under. */
  readonly currentVersion: number;
  wrap(dataKey: Uint8Array, context: string): Promise<WrappedKey>;
  /** @throws SealBroken when the version is not configured, or the wrapped key is not what was wrapped in this context */
  unwrap(wrappedKey: WrappedKey, context: string): Promise<Buffer>;
};

/** What was stored is not what was sealed: it was altered, moved, cut, or its vault key is not configured. */
export class SealBroken extends Error {
  override name = 'SealBroken';
}

/** Wraps data keys under the keys of the keyring, each of 32 bytes: the first is for writing, all are for reading. */
export function keyringProvider({ current, byVersion }: Keyring): KeyProvider {
  return {
    currentVersion: current.version,
    async wrap(dataKey, context) {
      return { version: current.version, wrapped: encrypt(current.key, dataKey, `${context}\0${current.version}`) };
    },
    async unwrap({ version, wrapped }, context) {
      const key = byVersion.get(version);
      if (!key) throw new SealBroken(`LATCHKEY_VAULT_KEYS lacks version ${version}.`);
      return decrypt(key, wrapped, `${context}\0${version}`);
    },
  };
}

const nonceLength = 12;
// Node accepts tags of 4 bytes unless it is told.
const tag = { authTagLength: 16 };

/** AES-256-GCM (NIST SP 800-38D) under a random nonce of 96 bits: nonce, ciphertext, tag of 16 bytes. */
export function encrypt(key: Uint8Array, plain: Uint8Array, context: string): Uint8Array<ArrayBuffer> {
  const nonce = randomBytes(nonceLength);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, tag).setAAD(Buffer.from(context));
  return new Uint8Array(Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]));
}

/** @throws SealBroken when any bit of it, or of the context, is not what it was */
export function decrypt(key: Uint8Array, sealed: Uint8Array, context: string): Buffer {
  if (sealed.length < nonceLength + tag.authTagLength) throw new SealBroken('A sealed value was cut.');
  const end = sealed.length - tag.authTagLength;
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, nonceLength), tag)
    .setAAD(Buffer.from(context))
    .setAuthTag(sealed.subarray(end));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(nonceLength, end)), decipher.final()]);
  } catch (cause) {
    throw new SealBroken('A sealed value is not what was sealed here.', { cause });
  }
}

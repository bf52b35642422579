/**
 * The credential format.
 *
 *     client ID      lk_id_ + 16 base62
 *     client secret  lk_sk_ + the same 16 base62 + 32 base62 + 6 base62 checksum
 *
 * The 32 characters hold 190 random bits. The checksum is CRC-32 (ISO-HDLC, as in zlib) of everything before it, in
 * base62, left-padded with 0: it catches typing errors and lets scanners drop false hits; it authenticates nothing.
 */
import { createHmac, randomInt, timingSafeEqual } from 'node:crypto';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const clientIdPattern = /^lk_id_[0-9A-Za-z]{16}$/;
const secretPattern = /^lk_sk_[0-9A-Za-z]{54}$/;

export type Credential = { clientId: string; secret: string };

/** A new client ID and its secret. The secret exists in plaintext only here and in the response that carries it away. */
export function mintCredential(): Credential {
  const identifier = randomBase62(16);
  return { clientId: `lk_id_${identifier}`, secret: secretFor(identifier, randomBase62(32)) };
}

/** Another secret of the key with this client ID. */
export function mintSecretOf(clientId: string): string {
  return secretFor(clientId.slice('lk_id_'.length), randomBase62(32));
}

/** Completes a secret from its parts; exported for the published test vectors. */
export function secretFor(identifier: string, random: string): string {
  const body = `lk_sk_${identifier}${random}`;
  return body + checksum(body);
}

export function isClientId(text: string): boolean {
  return clientIdPattern.test(text);
}

/** True for what has a secret's prefix, length and alphabet. */
export function isSecretShaped(text: string): boolean {
  return secretPattern.test(text);
}

/** True for a well-formed secret whose checksum is right. Says nothing about whether the secret exists. */
export function isSecret(text: string): boolean {
  return secretPattern.test(text) && checksum(text.slice(0, -6)) === text.slice(-6);
}

/** The client ID that a well-formed secret carries. */
export function clientIdOf(secret: string): string {
  return `lk_id_${secret.slice(6, 22)}`;
}

/** What may be shown of a secret after its one appearance. */
export function maskOf(secret: string): { firstFour: string; lastFour: string } {
  return { firstFour: secret.slice(0, 4), lastFour: secret.slice(-4) };
}

/**
 * What is stored of a secret: HMAC-SHA-256(pepper, "lk1\0" tenantId "\0" clientId "\0" secret), 32 bytes. Bound to tenant
 * and key, so that a digest copied to another row matches nothing. A slow hash would add nothing to 190 random bits.
 */
export function digestSecret(pepper: Buffer, tenantId: string, clientId: string, secret: string): Buffer {
  return createHmac('sha256', pepper).update(`lk1\0${tenantId}\0${clientId}\0${secret}`).digest();
}

/** Compares two digests in constant time. */
export function digestsEqual(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && timingSafeEqual(left, right);
}

function randomBase62(length: number): string {
  let text = '';
  for (let index = 0; index < length; index++) text += alphabet[randomInt(62)];
  return text;
}

function checksum(text: string): string {
  let rest = crc32(text);
  let digits = '';
  for (let index = 0; index < 6; index++) {
    digits = alphabet[rest % 62] + digits;
    rest = Math.floor(rest / 62);
  }
  return digits;
}

// zlib.crc32 came with Node 20.15 but is missing from its types; a table is as short.
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function crc32(ascii: string): number {
  let value = 0xffffffff;
  for (let index = 0; index < ascii.length; index++) {
    value = (table[(value ^ ascii.charCodeAt(index)) & 0xff] as number) ^ (value >>> 8);
  }
  return (value ^ 0xffffffff) >>> 0;
}

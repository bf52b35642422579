import { randomBytes } from 'node:crypto';
import { decrypt, encrypt, type KeyProvider } from './key-provider';

/** The record that a value belongs to: what is sealed for one can be opened for no other. `revision` grows with each value. */
export type SealedRecord = { tenantId: string; id: string; revision: number };

export type Sealed = { sealedValue: Uint8Array<ArrayBuffer>; wrappedDataKey: Uint8Array; vaultVersion: number };

/**
 * Seals a value: AES-256-GCM under a random data key of its own, which the vault's key wraps. Both are bound to format,
 * tenant, record and revision, so that ciphertexts cannot be swapped.
 */
export async function seal(provider: KeyProvider, record: SealedRecord, value: string): Promise<Sealed> {
  const dataKey = randomBytes(32);
  const { version, wrapped } = await provider.wrap(dataKey, contextOf('key', record));
  return {
    sealedValue: encrypt(dataKey, Buffer.from(value), contextOf('value', record)),
    wrappedDataKey: wrapped,
    vaultVersion: version,
  };
}

/**
 * Opens what was sealed for this record. Only the gateway does.
 * @throws SealBroken when it was sealed for another record, was altered, or its vault key is not configured
 */
export async function openSealed(provider: KeyProvider, record: SealedRecord, sealed: Sealed): Promise<string> {
  const { sealedValue, wrappedDataKey: wrapped, vaultVersion: version } = sealed;
  const dataKey = await provider.unwrap({ version, wrapped }, contextOf('key', record));
  return decrypt(dataKey, sealedValue, contextOf('value', record)).toString();
}

/** The same data key under the vault's current key; the value is not touched. @throws SealBroken */
export async function rewrap(
  provider: KeyProvider,
  record: SealedRecord,
  { wrappedDataKey: wrapped, vaultVersion: version }: Omit<Sealed, 'sealedValue'>,
): Promise<Omit<Sealed, 'sealedValue'>> {
  const context = contextOf('key', record);
  const again = await provider.wrap(await provider.unwrap({ version, wrapped }, context), context);
  return { wrappedDataKey: again.wrapped, vaultVersion: again.version };
}

function contextOf(what: 'key' | 'value', { tenantId, id, revision }: SealedRecord): string {
  return ['latchkey-vault-1', what, tenantId, id, revision].join('\0');
}

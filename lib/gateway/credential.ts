import { env } from '../env';
import { log } from '../log';
import { type KeyProvider, keyringProvider, SealBroken } from '../vault/key-provider';
import { openSealed } from '../vault/seal';
import type { GatewayFailure } from './schema';
import type { SealedKey, Target } from './targets';

let vault: KeyProvider | undefined;

type Opened = { status: 'opened'; secret: string | null } | { status: 'failed'; reason: GatewayFailure };

/** What a provider key holds, for one request; null where the upstream wants none. */
export async function openProviderKey({ authStyle, slug }: Target, key: SealedKey | null): Promise<Opened> {
  if (authStyle === 'none') return { status: 'opened', secret: null };
  if (!key) return { status: 'failed', reason: 'provider_key_missing' };
  vault ??= keyringProvider(env().vaultKeys);
  try {
    return { status: 'opened', secret: await openSealed(vault, key.record, key.sealed) };
  } catch (error) {
    if (!(error instanceof SealBroken)) throw error;
    log().error({ err: error, connection: slug, providerKeyId: key.record.id }, 'a provider key cannot be opened');
    return { status: 'failed', reason: 'provider_key_unreadable' };
  }
}

/** The header that holds the provider key, name and value. */
export function credentialFields({ authStyle, authHeader }: Target, secret: string | null): string[] {
  if (secret === null) return [];
  switch (authStyle) {
    case 'bearer':
      return ['Authorization', `Bearer ${secret}`];
    case 'x_api_key':
      return ['x-api-key', secret];
    case 'header':
      return [authHeader, secret];
    case 'none':
      return [];
  }
}

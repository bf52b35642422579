import { randomUUID } from 'node:crypto';
import type { AuthStyle, ConnectionKind } from '@/lib/connections/schema';
import { query } from '@/lib/db/sql';
import { foldName } from '@/lib/display-text';
import { env } from '@/lib/env';
import { providerKeyMaskOf } from '@/lib/provider-keys/schema';
import { keyringProvider } from '@/lib/vault/key-provider';
import { seal } from '@/lib/vault/seal';

/** A provider key of the tenant, as its page would make it. Returns its id. */
export async function insertProviderKey(tenantId: string, name: string, value: string): Promise<string> {
  const id = randomUUID();
  const sealed = await seal(keyringProvider(env().vaultKeys), { tenantId, id, revision: 1 }, value);
  const { firstThree, lastThree } = providerKeyMaskOf(value);
  await query(
    'insert-provider-key',
    `INSERT INTO provider_key (id, tenant_id, name, name_key, sealed_value, wrapped_data_key, vault_version, first_three, last_three)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      id,
      tenantId,
      name,
      foldName(name),
      sealed.sealedValue,
      sealed.wrappedDataKey,
      sealed.vaultVersion,
      firstThree,
      lastThree,
    ],
  );
  return id;
}

export type NewConnection = {
  slug: string;
  url: string;
  name?: string;
  kind?: ConnectionKind;
  method?: string;
  authStyle?: AuthStyle;
  authHeader?: string;
  providerKeyId?: string | null;
  scopes?: string[];
  timeoutInSeconds?: number;
  sizeLimitInMegabytes?: number;
  models?: Array<{ name: string; ownKey?: boolean; providerKeyId?: string | null }>;
};

/** A connection of the tenant, as its page would make it; an LLM provider that takes Bearer, unless told. Returns its id. */
export async function insertConnection(tenantId: string, connection: NewConnection): Promise<string> {
  const id = randomUUID();
  const { slug, url, kind = 'llm_provider', authStyle = 'bearer', models = [] } = connection;
  await query(
    'insert-connection',
    `INSERT INTO connection (id, tenant_id, slug, name, kind, url, method, auth_style, auth_header, provider_key_id, scopes,
                             timeout_in_seconds, size_limit_in_megabytes)
     VALUES ($1, $2, $3, $4, $5::connection_kind, $6, $7, $8::auth_style, $9, $10, $11, $12, $13)`,
    [
      id,
      tenantId,
      slug,
      connection.name ?? slug,
      kind,
      url,
      kind === 'workflow' ? (connection.method ?? 'POST') : null,
      authStyle,
      authStyle === 'header' ? (connection.authHeader ?? 'api-key') : null,
      connection.providerKeyId ?? null,
      connection.scopes ?? [],
      connection.timeoutInSeconds ?? 120,
      connection.sizeLimitInMegabytes ?? 100,
    ],
  );
  for (const [position, { name, ownKey = false, providerKeyId = null }] of models.entries()) {
    await query(
      'insert-connection-model',
      `INSERT INTO connection_model (tenant_id, connection_id, name, position, own_key, provider_key_id)
       VALUES ($1, $2, $3, $4, $5, $6)`,
      [tenantId, id, name, position, ownKey, providerKeyId],
    );
  }
  return id;
}

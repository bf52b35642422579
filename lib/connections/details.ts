import type { JsonValue } from '../audit/chain';
import type { Viewer } from '../auth/queries';
import type { Tx } from '../db/prisma';
import { env } from '../env';
import { refusalOfUrl } from '../gateway/addresses';
import type { AuthStyle, ConnectionKind, EditConnectionInput } from './schema';

/** All that can be edited of a connection, as it is stored. */
export type ConnectionDetails = {
  name: string;
  url: string;
  method: string | null;
  authStyle: AuthStyle;
  authHeader: string | null;
  providerKeyId: string | null;
  scopes: string[];
  timeoutInSeconds: number;
  sizeLimitInMegabytes: number;
  models: Array<{ name: string; ownKey: boolean; providerKeyId: string | null }>;
};
export type StoredConnection = ConnectionDetails & { id: string; slug: string; kind: ConnectionKind; updatedAt: Date };

export type InvalidConnection = {
  status: 'invalid';
  field: 'slug' | 'url' | 'providerKeyId' | 'scopes' | 'models';
  message: string;
};

/** What was submitted, without what means nothing to a connection of this kind and style. */
export function detailsOf(
  kind: ConnectionKind,
  input: Omit<EditConnectionInput, 'id' | 'seenUpdatedAt'>,
): ConnectionDetails {
  const { name, authStyle, timeoutInSeconds, sizeLimitInMegabytes } = input;
  // Paths are appended to a provider's; a workflow's is called as it is.
  const url = kind === 'workflow' ? input.url : input.url.replace(/\/+$/, '');
  const takesKey = authStyle !== 'none';
  const models = input.models.map((model) => {
    const ownKey = takesKey && model.ownKey;
    return { name: model.name, ownKey, providerKeyId: ownKey ? model.providerKeyId : null };
  });
  return {
    name,
    url,
    method: kind === 'workflow' ? input.method : null,
    authStyle,
    authHeader: authStyle === 'header' ? input.authHeader : null,
    providerKeyId: takesKey ? input.providerKeyId : null,
    scopes: [...input.scopes].sort(),
    timeoutInSeconds,
    sizeLimitInMegabytes,
    models: kind === 'workflow' ? [] : models,
  };
}

const stored = {
  id: true,
  slug: true,
  kind: true,
  name: true,
  url: true,
  method: true,
  authStyle: true,
  authHeader: true,
  providerKeyId: true,
  scopes: true,
  timeoutInSeconds: true,
  sizeLimitInMegabytes: true,
  updatedAt: true,
  models: { select: { name: true, ownKey: true, providerKeyId: true }, orderBy: { position: 'asc' } },
} as const;

/** A connection of the viewer's tenant; another tenant's looks like one that does not exist. */
export function findStored(tx: Tx, { tenantId }: Viewer, id: string): Promise<StoredConnection | null> {
  return tx.connection.findFirst({ where: { tenantId, id }, select: stored });
}

/**
 * Refuses a URL that the gateway would not call, provider keys that are not the tenant's or are for another origin, and scopes that its list lacks.
 * What the connection has already may stay: a scope that the list lost meanwhile still keeps keys out that do not hold it,
 * and a model whose own provider key was deleted waits for another one.
 */
export async function refuseDetails(
  tx: Tx,
  viewer: Viewer,
  wanted: ConnectionDetails,
  before: StoredConnection | null,
): Promise<InvalidConnection | null> {
  const refusal = refusalOfUrl(wanted.url, env().gatewayAllow);
  if (refusal) return { status: 'invalid', field: 'url', message: refusal };
  return (await refuseProviderKeys(tx, viewer, wanted, before)) ?? (await refuseScopes(tx, viewer, wanted, before));
}

async function refuseProviderKeys(
  tx: Tx,
  viewer: Viewer,
  { url, providerKeyId, models }: ConnectionDetails,
  before: StoredConnection | null,
): Promise<InvalidConnection | null> {
  const keys = await findProviderKeys(tx, viewer, providerKeysOf({ providerKeyId, models }));
  if (providerKeyId !== null && !keys.has(providerKeyId)) {
    const message = 'Your tenant has no such provider key any more. Choose another one.';
    return { status: 'invalid', field: 'providerKeyId', message };
  }
  const waiting = before?.models.filter((model) => model.ownKey && model.providerKeyId === null) ?? [];
  const wrong = models.find(({ name, ownKey, providerKeyId: own }) => {
    if (!ownKey) return false;
    return own === null ? !waiting.some((model) => model.name === name) : !keys.has(own);
  });
  if (wrong)
    return { status: 'invalid', field: 'models', message: `Choose another provider key for the model ${wrong.name}.` };
  const { origin } = new URL(url);
  const bound = [...keys.values()].find((key) => key.origin !== null && key.origin !== origin);
  if (!bound) return null;
  return {
    status: 'invalid',
    field: bound.id === providerKeyId ? 'providerKeyId' : 'models',
    message: `“${bound.name}” is only ever sent to ${bound.origin}. Paste it as another provider key to send it to ${origin}.`,
  };
}

/**
 * From now on these provider keys go to this URL's origin and to no other. Without that, whoever may edit a connection could
 * have a provider key sent to a server of their own, and read it there; now they must know it to send it elsewhere.
 */
export async function bindProviderKeys(tx: Tx, { tenantId }: Viewer, details: ConnectionDetails): Promise<void> {
  const { origin } = new URL(details.url);
  const ids = providerKeysOf(details);
  if (ids.length > 0)
    await tx.providerKey.updateMany({ where: { tenantId, id: { in: ids }, origin: null }, data: { origin } });
}

function providerKeysOf({ providerKeyId, models }: Pick<ConnectionDetails, 'providerKeyId' | 'models'>): string[] {
  return [...new Set([providerKeyId, ...models.map((model) => model.providerKeyId)].filter((id) => id !== null))];
}

async function refuseScopes(
  tx: Tx,
  { tenantId }: Viewer,
  { scopes }: ConnectionDetails,
  before: StoredConnection | null,
): Promise<InvalidConnection | null> {
  const added = scopes.filter((name) => !before?.scopes.includes(name));
  const known = await tx.scope.findMany({ where: { tenantId, name: { in: added } }, select: { name: true } });
  const unknown = added.find((name) => !known.some((scope) => scope.name === name));
  if (!unknown) return null;
  return { status: 'invalid', field: 'scopes', message: `Your tenant has no scope ${unknown}. Choose without it.` };
}

type StoredProviderKey = { id: string; name: string; origin: string | null };

async function findProviderKeys(tx: Tx, { tenantId }: Viewer, ids: string[]): Promise<Map<string, StoredProviderKey>> {
  if (ids.length === 0) return new Map();
  const rows = await tx.providerKey.findMany({
    where: { tenantId, id: { in: ids } },
    select: { id: true, name: true, origin: true },
  });
  return new Map(rows.map((row) => [row.id, row]));
}

/** The same as an event tells it: by names, which are still known when the rows are gone. */
export async function inWords(tx: Tx, viewer: Viewer, details: ConnectionDetails): Promise<Record<string, JsonValue>> {
  const { method, authStyle, authHeader, providerKeyId, models, ...rest } = details;
  const keys = await findProviderKeys(tx, viewer, providerKeysOf(details));
  const nameOf = (id: string | null) => (id === null ? null : (keys.get(id)?.name ?? null));
  return {
    ...rest,
    httpMethod: method,
    sentAs: authStyle === 'header' ? (authHeader ?? '') : authStyle,
    providerKey: nameOf(providerKeyId),
    models: models.map((model) =>
      model.ownKey ? `${model.name} (${nameOf(model.providerKeyId) ?? 'no provider key'})` : model.name,
    ),
  };
}

import { randomUUID } from 'node:crypto';
import { appendEvent } from '../audit/mutations';
import { actedBy } from '../auth/mutations';
import type { Viewer } from '../auth/queries';
import { asDeveloper, type DeveloperRefusal } from '../connections/standing';
import type { Tx } from '../db/prisma';
import { foldName } from '../display-text';
import { env } from '../env';
import { keyringProvider } from '../vault/key-provider';
import { type SealedRecord, seal } from '../vault/seal';
import {
  type CreateProviderKeyInput,
  type EditProviderKeyInput,
  providerKeyMaskOf,
  providerKeysPerTenantMaximum,
} from './schema';

type NameTaken = { status: 'invalid'; field: 'name'; message: string };

export type CreateProviderKeyResult = { status: 'created' } | NameTaken | DeveloperRefusal;

/** Adds a provider key to the tenant's. Its value is sealed here, and nothing but its mask is ever shown again. */
export function createProviderKey(
  viewer: Viewer,
  { name, value }: CreateProviderKeyInput,
): Promise<CreateProviderKeyResult> {
  const { tenantId } = viewer;
  return asDeveloper(viewer, 'provider_keys.manage', async (tx, { now }): Promise<CreateProviderKeyResult> => {
    if ((await tx.providerKey.count({ where: { tenantId } })) >= providerKeysPerTenantMaximum) {
      return {
        status: 'refused',
        message: `A tenant can have at most ${providerKeysPerTenantMaximum} provider keys. Delete one to add another.`,
      };
    }
    if (await isNameTaken(tx, viewer, name)) return nameTaken(name);
    const record = { tenantId, id: randomUUID(), revision: 1 };
    await tx.providerKey.create({
      data: {
        ...record,
        name,
        nameKey: foldName(name),
        ...(await sealedColumns(record, value)),
        createdAt: now,
        updatedAt: now,
      },
      select: { id: true },
    });
    await appendEvent(tx, { ...actedBy(viewer), action: 'provider_key.created', details: { name } });
    return { status: 'created' };
  });
}

export type ChangeProviderKeyRefusal = { status: 'not_found' } | NameTaken | DeveloperRefusal;

export type EditProviderKeyResult =
  /** `connections`: the names of those that send another value from now on. */
  { status: 'done'; connections: string[] } | ChangeProviderKeyRefusal;

/** Renames a provider key, gives it another value, or both. A blank value keeps the old one. */
export function editProviderKey(
  viewer: Viewer,
  { id, name, value }: EditProviderKeyInput,
): Promise<EditProviderKeyResult> {
  const { tenantId } = viewer;
  return asDeveloper(viewer, 'provider_keys.manage', async (tx, { now }): Promise<EditProviderKeyResult> => {
    const stored = await lockStored(tx, viewer, id);
    if (!stored) return { status: 'not_found' };
    const renamed = name !== stored.name;
    const replaced = value !== '';
    if (!renamed && !replaced) return { status: 'done', connections: [] };
    if (renamed && (await isNameTaken(tx, viewer, name, id))) return nameTaken(name);
    const record = { tenantId, id, revision: stored.revision + 1 };
    const connections = replaced ? await listConnectionNames(tx, viewer, id) : [];
    await tx.providerKey.update({
      where: { tenantId_id: { tenantId, id } },
      data: {
        ...(renamed ? { name, nameKey: foldName(name) } : {}),
        ...(replaced ? { revision: record.revision, ...(await sealedColumns(record, value)) } : {}),
        // A new value that nothing sends yet is for wherever it is linked to first.
        ...(replaced && connections.length === 0 ? { origin: null } : {}),
        updatedAt: now,
      },
      select: { id: true },
    });
    await appendEvent(tx, {
      ...actedBy(viewer),
      action: 'provider_key.updated',
      details: {
        name,
        ...(replaced ? { replaced, connections } : {}),
        ...(renamed ? { before: { name: stored.name }, after: { name } } : {}),
      },
    });
    return { status: 'done', connections };
  });
}

export type DeleteProviderKeyResult =
  | { status: 'deleted'; connections: string[] }
  | Exclude<ChangeProviderKeyRefusal, NameTaken>;

/**
 * Removes a provider key for ever, and takes it from the connections and models that use it: nothing can be called through
 * them until they get another. A model that had a provider key of its own does not fall back to its connection's.
 */
export function deleteProviderKey(viewer: Viewer, { id }: { id: string }): Promise<DeleteProviderKeyResult> {
  const { tenantId } = viewer;
  return asDeveloper(viewer, 'provider_keys.manage', async (tx, { now }): Promise<DeleteProviderKeyResult> => {
    const stored = await lockStored(tx, viewer, id);
    if (!stored) return { status: 'not_found' };
    const using = usedBy(viewer, id);
    const connections = await listConnectionNames(tx, viewer, id);
    // Whoever edits one of them right now learns that it is not what they saw.
    await tx.connection.updateMany({ where: using, data: { updatedAt: now } });
    const own = { tenantId, providerKeyId: id };
    await tx.connection.updateMany({ where: own, data: { providerKeyId: null } });
    await tx.connectionModel.updateMany({ where: own, data: { providerKeyId: null } });
    await tx.providerKey.delete({ where: { tenantId_id: { tenantId, id } }, select: { id: true } });
    await appendEvent(tx, {
      ...actedBy(viewer),
      action: 'provider_key.deleted',
      details: { name: stored.name, connections },
    });
    return { status: 'deleted', connections };
  });
}

/** What is stored of a value: sealed for this record alone, and its mask. */
async function sealedColumns(record: SealedRecord, value: string) {
  const { sealedValue, wrappedDataKey, vaultVersion } = await seal(keyringProvider(env().vaultKeys), record, value);
  return { sealedValue, wrappedDataKey: new Uint8Array(wrappedDataKey), vaultVersion, ...providerKeyMaskOf(value) };
}

/** Locked before anything else of the tenant's moves: the rotation of the vault locks provider keys first, too. */
async function lockStored(tx: Tx, { tenantId }: Viewer, id: string) {
  const [row] = await tx.$queryRaw<Array<{ name: string; revision: number }>>`
    SELECT name, revision FROM provider_key WHERE tenant_id = ${tenantId}::uuid AND id = ${id}::uuid FOR UPDATE`;
  return row ?? null;
}

/** Connections that use a provider key, themselves or one of their models. */
function usedBy({ tenantId }: Viewer, providerKeyId: string) {
  return { tenantId, OR: [{ providerKeyId }, { models: { some: { providerKeyId } } }] };
}

async function listConnectionNames(tx: Tx, viewer: Viewer, id: string): Promise<string[]> {
  const rows = await tx.connection.findMany({
    where: usedBy(viewer, id),
    select: { name: true },
    orderBy: [{ name: 'asc' }, { slug: 'asc' }],
  });
  return rows.map(({ name }) => name);
}

async function isNameTaken(tx: Tx, { tenantId }: Viewer, name: string, except?: string): Promise<boolean> {
  const where = { tenantId, nameKey: foldName(name), ...(except ? { id: { not: except } } : {}) };
  return (await tx.providerKey.findFirst({ where, select: { id: true } })) !== null;
}

function nameTaken(name: string): NameTaken {
  const message = `Your tenant already has a provider key named “${name}”. Choose another name.`;
  return { status: 'invalid', field: 'name', message };
}

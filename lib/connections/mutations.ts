import type { JsonValue } from '../audit/chain';
import { appendEvent } from '../audit/mutations';
import { actedBy } from '../auth/mutations';
import type { Viewer } from '../auth/queries';
import type { Tx } from '../db/prisma';
import {
  bindProviderKeys,
  type ConnectionDetails,
  detailsOf,
  findStored,
  type InvalidConnection,
  inWords,
  refuseDetails,
} from './details';
import {
  type CreateConnectionInput,
  connectionLimitSentence,
  connectionsPerTenantMaximum,
  type EditConnectionInput,
} from './schema';
import { asDeveloper, type DeveloperRefusal } from './standing';

export type CreateConnectionResult = { status: 'created'; id: string } | InvalidConnection | DeveloperRefusal;

/** Adds a connection to the tenant's. Its slug is its own for ever; one that is there is refused, whoever added it. */
export function createConnection(viewer: Viewer, input: CreateConnectionInput): Promise<CreateConnectionResult> {
  const { tenantId } = viewer;
  const { slug, kind } = input;
  return asDeveloper(viewer, 'connections.manage', async (tx, { now }): Promise<CreateConnectionResult> => {
    if ((await tx.connection.count({ where: { tenantId } })) >= connectionsPerTenantMaximum)
      return { status: 'refused', message: connectionLimitSentence };
    if (await tx.connection.findFirst({ where: { tenantId, slug }, select: { id: true } })) return slugTaken(slug);
    const wanted = detailsOf(kind, input);
    const invalid = await refuseDetails(tx, viewer, wanted, null);
    if (invalid) return invalid;
    const { models, ...columns } = wanted;
    const { id } = await tx.connection.create({
      data: { tenantId, slug, kind, ...columns, createdAt: now, updatedAt: now },
      select: { id: true },
    });
    await writeModels(tx, viewer, id, models);
    await bindProviderKeys(tx, viewer, wanted);
    const details = { slug, kind, ...(await inWords(tx, viewer, wanted)) };
    await appendEvent(tx, { ...actedBy(viewer), action: 'connection.created', details });
    return { status: 'created', id };
  });
}

export type EditConnectionResult =
  | { status: 'done' }
  | { status: 'not_found' }
  /** Somebody else saved since the editor opened it. Nothing was written. */
  | { status: 'changed' }
  | InvalidConnection
  | DeveloperRefusal;

/** Changes everything of a connection but its slug and its kind; what is as it was already is no change. */
export function editConnection(viewer: Viewer, input: EditConnectionInput): Promise<EditConnectionResult> {
  const { tenantId } = viewer;
  return asDeveloper(viewer, 'connections.manage', async (tx, { now }): Promise<EditConnectionResult> => {
    const before = await findStored(tx, viewer, input.id);
    if (!before) return { status: 'not_found' };
    if (before.updatedAt.getTime() !== new Date(input.seenUpdatedAt).getTime()) return { status: 'changed' };
    const wanted = detailsOf(before.kind, input);
    const invalid = await refuseDetails(tx, viewer, wanted, before);
    if (invalid) return invalid;
    if (isSame(before, wanted)) return { status: 'done' };
    const changed = changedFields(await inWords(tx, viewer, before), await inWords(tx, viewer, wanted));
    const { models, ...columns } = wanted;
    // Later than before, even within one millisecond: an editor that saw the older one is to notice.
    const updatedAt = new Date(Math.max(now.getTime(), before.updatedAt.getTime() + 1));
    await tx.connection.update({
      where: { tenantId_id: { tenantId, id: before.id } },
      data: { ...columns, updatedAt },
      select: { id: true },
    });
    await writeModels(tx, viewer, before.id, models);
    await bindProviderKeys(tx, viewer, wanted);
    const details = { slug: before.slug, name: wanted.name, ...changed };
    await appendEvent(tx, { ...actedBy(viewer), action: 'connection.updated', details });
    return { status: 'done' };
  });
}

export type DeleteConnectionResult = { status: 'deleted' } | { status: 'not_found' } | DeveloperRefusal;

/** Removes a connection with its models: from the commit on the gateway answers that there is none. */
export function deleteConnection(viewer: Viewer, id: string): Promise<DeleteConnectionResult> {
  const { tenantId } = viewer;
  return asDeveloper(viewer, 'connections.manage', async (tx): Promise<DeleteConnectionResult> => {
    const connection = await findStored(tx, viewer, id);
    if (!connection) return { status: 'not_found' };
    const { id: _, slug, kind, updatedAt: __, ...details } = connection;
    const words = await inWords(tx, viewer, details);
    await tx.connection.delete({ where: { tenantId_id: { tenantId, id } }, select: { id: true } });
    await appendEvent(tx, { ...actedBy(viewer), action: 'connection.deleted', details: { slug, kind, ...words } });
    return { status: 'deleted' };
  });
}

/** The connection's models are these, in this order. */
async function writeModels(
  tx: Tx,
  { tenantId }: Viewer,
  connectionId: string,
  models: ConnectionDetails['models'],
): Promise<void> {
  await tx.connectionModel.deleteMany({ where: { tenantId, connectionId } });
  const data = models.map((model, position) => ({ tenantId, connectionId, position, ...model }));
  if (data.length > 0) await tx.connectionModel.createMany({ data });
}

function isSame(before: ConnectionDetails, wanted: ConnectionDetails): boolean {
  const fields = Object.keys(wanted) as Array<keyof ConnectionDetails>;
  return fields.every((field) => JSON.stringify(before[field]) === JSON.stringify(wanted[field]));
}

type Words = Record<string, JsonValue>;

/** What differs, before and after. */
function changedFields(before: Words, after: Words): { before: Words; after: Words } {
  const fields = Object.keys(after).filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]));
  const pick = (from: Words) => Object.fromEntries(fields.map((field) => [field, from[field] ?? null]));
  return { before: pick(before), after: pick(after) };
}

function slugTaken(slug: string): InvalidConnection {
  const message = `Your tenant already has a connection with the slug ${slug}. Choose another one.`;
  return { status: 'invalid', field: 'slug', message };
}

import { createHash } from 'node:crypto';
import type { JsonValue } from '../audit/chain';
import { appendEvent, type EventAction } from '../audit/mutations';
import { actedBy } from '../auth/mutations';
import { type Action, refusalOf, refusalOfCreate } from '../auth/permissions';
import type { Viewer } from '../auth/queries';
import { type LockedStanding, lockStanding } from '../auth/standing';
import { inTransaction, type Tx } from '../db/prisma';
import { foldName } from '../display-text';
import { env } from '../env';
import { decideExpiry, lowestFreeName } from './policy';
import type { CreateKeyInput, EditKeyInput } from './schema';
import { digestSecret, isClientId, maskOf, mintCredential } from './secret';
import { allowedActions, type KeyAction, type KeyTimes, statusOf } from './status';

/** Expected refusals of every write to a key. `message` is a sentence for the member. */
export type KeyRefusal =
  | { status: 'signed_out' }
  | { status: 'not_found' }
  | { status: 'refused'; message: string }
  | { status: 'invalid'; field: 'name' | 'expiry' | 'scopes' | 'idempotencyValue'; message: string };

export type CreateKeyResult =
  | { status: 'created'; clientId: string; secret: string; name: string; expiresAt: Date | null }
  | { status: 'already_created'; clientId: string }
  | Exclude<KeyRefusal, { status: 'not_found' }>;

/** Creates a personal key of the viewer's. The result is the only place where its secret ever appears. */
export function createKey(viewer: Viewer, input: CreateKeyInput): Promise<CreateKeyResult> {
  const { idempotencyValue, ...body } = input;
  const bodyDigest = new Uint8Array(createHash('sha256').update(JSON.stringify(body)).digest());
  return inTransaction(async (tx) => {
    const standing = await lockStanding(tx, viewer, 'member');
    if (!standing) return { status: 'signed_out' };
    const { now } = standing;

    const repeated = await findRequest(tx, viewer, idempotencyValue, now);
    if (repeated) {
      if (Buffer.compare(repeated.bodyDigest, bodyDigest) === 0)
        return { status: 'already_created', clientId: repeated.clientId };
      return {
        status: 'invalid',
        field: 'idempotencyValue',
        message: 'This idempotency value was used for another request.',
      };
    }

    const own = await tx.key.findMany({
      where: { tenantId: viewer.tenantId, ownerId: viewer.memberId },
      select: { nameKey: true, expiresAt: true, deactivatedAt: true, deactivatedUntil: true, revokedAt: true },
    });
    const countedKeys = own.filter((key) => ['Active', 'Inactive'].includes(statusOf(key, now))).length;
    const { maximumKeysPerUser, maximumExpirationInDays } = standing.tenant;
    const refusal = refusalOfCreate(standing, { countedKeys, maximumKeysPerUser });
    if (refusal) return { status: 'refused', message: refusal };

    const taken = new Set(own.map((key) => key.nameKey));
    const name = input.name || lowestFreeName(taken);
    if (taken.has(foldName(name))) return nameTaken(name);
    const expiry = decideExpiry(input.expiry, maximumExpirationInDays, now);
    if (expiry.status === 'refused') return { status: 'invalid', field: 'expiry', message: expiry.message };
    const unknown = await findUnknownScope(tx, viewer, input.scopes);
    if (unknown) return scopeUnknown(unknown);

    const { clientId, secret } = mintCredential();
    const { version, key: pepper } = env().peppers.current;
    const { tenantId, memberId } = viewer;
    const { expiresAt } = expiry;
    await tx.key.create({
      data: {
        tenantId,
        ownerId: memberId,
        clientId,
        name,
        nameKey: foldName(name),
        description: input.description,
        scopes: input.scopes,
        createdAt: now,
        updatedAt: now,
        expiresAt,
        secrets: {
          create: {
            position: 'current',
            digest: new Uint8Array(digestSecret(pepper, tenantId, clientId, secret)),
            pepperVersion: version,
            mintedAt: now,
            ...maskOf(secret),
          },
        },
      },
      select: { id: true },
    });
    await tx.idempotentRequest.create({
      data: { tenantId, memberId, value: idempotencyValue, bodyDigest, clientId, createdAt: now },
      select: { clientId: true },
    });
    await appendEvent(tx, {
      ...actedBy(viewer),
      action: 'key.created',
      key: { clientId, name },
      details: { expiresAt: expiresAt?.toISOString() ?? null, scopes: input.scopes },
    });
    return { status: 'created', clientId, secret, name, expiresAt };
  });
}

/** The viewer's earlier request with this value; those older than 24 hours are forgotten on the way. */
async function findRequest(tx: Tx, viewer: Viewer, value: string, now: Date) {
  const { tenantId, memberId } = viewer;
  const yesterday = new Date(now.getTime() - 24 * 60 * 60 * 1000);
  await tx.idempotentRequest.deleteMany({ where: { tenantId, memberId, createdAt: { lt: yesterday } } });
  return tx.idempotentRequest.findUnique({
    where: { tenantId_memberId_value: { tenantId, memberId, value } },
    select: { clientId: true, bodyDigest: true },
  });
}

function nameTaken(name: string): Extract<KeyRefusal, { status: 'invalid' }> {
  return { status: 'invalid', field: 'name', message: `You already have a key named “${name}”. Choose another name.` };
}

/** The first of these scopes that the tenant's list lacks. Whoever deletes one waits for this transaction, or was before it. */
async function findUnknownScope(tx: Tx, { tenantId }: Viewer, names: string[]): Promise<string | undefined> {
  if (names.length === 0) return undefined;
  const known = await tx.scope.findMany({ where: { tenantId, name: { in: names } }, select: { name: true } });
  return names.find((name) => !known.some((scope) => scope.name === name));
}

function scopeUnknown(name: string): Extract<KeyRefusal, { status: 'invalid' }> {
  return { status: 'invalid', field: 'scopes', message: `Your tenant has no scope ${name}. Choose without it.` };
}

export type ChangeKeyResult = { status: 'done' } | KeyRefusal;

/** Changes name, description or scopes. What an Expired key may do is not decided any more: its scopes stay. */
export function editKey(viewer: Viewer, input: EditKeyInput): Promise<ChangeKeyResult> {
  return changeOwnKey(viewer, input.clientId, 'edit', async (tx, key, { now }) => {
    const changes = changesOf(key, input);
    if (Object.keys(changes).length === 0) return { status: 'done' };
    const nameKey = foldName(changes.name ?? key.name);
    const other = await tx.key.findFirst({
      where: { tenantId: viewer.tenantId, ownerId: viewer.memberId, nameKey, id: { not: key.id } },
      select: { id: true },
    });
    if (other) return nameTaken(changes.name ?? key.name);
    if (changes.scopes) {
      if (statusOf(key, now) === 'Expired') {
        return { status: 'refused', message: 'This key is Expired now: its scopes cannot be changed.' };
      }
      const added = changes.scopes.filter((scope) => !key.scopes.includes(scope));
      const unknown = await findUnknownScope(tx, viewer, added);
      if (unknown) return scopeUnknown(unknown);
    }
    await tx.key.update({
      where: { id: key.id },
      data: { ...changes, nameKey, updatedAt: now },
      select: { id: true },
    });
    const before = Object.fromEntries(Object.keys(changes).map((field) => [field, key[field as keyof KeyTexts]]));
    return record(tx, viewer, 'key.updated', { ...key, name: changes.name ?? key.name }, { before, after: changes });
  });
}

type KeyTexts = { name: string; description: string; scopes: string[] };

/** What differs from the key as it is. */
function changesOf(key: KeyTexts, { name, description, scopes }: EditKeyInput): Partial<KeyTexts> {
  const changes: Partial<KeyTexts> = {};
  if (name !== undefined && name !== key.name) changes.name = name;
  if (description !== undefined && description !== key.description) changes.description = description;
  if (scopes !== undefined && String(scopes) !== String(key.scopes.toSorted())) changes.scopes = scopes;
  return changes;
}

/** Stops an Active key until it is activated. Open to its owner whatever their roles: a leak must be stoppable. */
export function deactivateKey(viewer: Viewer, clientId: string): Promise<ChangeKeyResult> {
  return changeOwnKey(viewer, clientId, 'deactivate', async (tx, key, { now }) => {
    await tx.key.update({
      where: { id: key.id },
      data: { deactivatedAt: now, deactivatedUntil: null, updatedAt: now },
      select: { id: true },
    });
    return record(tx, viewer, 'key.deactivated', key);
  });
}

export function activateKey(viewer: Viewer, clientId: string): Promise<ChangeKeyResult> {
  return changeOwnKey(viewer, clientId, 'activate', async (tx, key, { now }) => {
    await tx.key.update({
      where: { id: key.id },
      data: { deactivatedAt: null, deactivatedUntil: null, updatedAt: now },
      select: { id: true },
    });
    return record(tx, viewer, 'key.activated', key);
  });
}

/** Removes the key for good. Its events stay, with its name and client ID. */
export function deleteKey(viewer: Viewer, clientId: string): Promise<ChangeKeyResult> {
  return changeOwnKey(viewer, clientId, 'delete', async (tx, key) => {
    await tx.key.delete({ where: { id: key.id }, select: { id: true } });
    return record(tx, viewer, 'key.deleted', key);
  });
}

type OwnKey = KeyTimes & KeyTexts & { id: string; clientId: string };

/**
 * The frame of every change to an own key: permission, ownership and status are read under the locks that the change
 * itself needs. Another member's key looks like one that does not exist.
 */
function changeOwnKey(
  viewer: Viewer,
  clientId: string,
  action: KeyAction,
  change: (tx: Tx, key: OwnKey, standing: LockedStanding) => Promise<ChangeKeyResult>,
): Promise<ChangeKeyResult> {
  if (!isClientId(clientId)) return Promise.resolve({ status: 'not_found' });
  return inTransaction(async (tx) => {
    const standing = await lockStanding(tx, viewer, 'member');
    if (!standing) return { status: 'signed_out' };
    const [key] = await tx.$queryRaw<OwnKey[]>`
      SELECT id, client_id AS "clientId", name, description, scopes, expires_at AS "expiresAt",
             deactivated_at AS "deactivatedAt", deactivated_until AS "deactivatedUntil", revoked_at AS "revokedAt"
        FROM key
       WHERE client_id = ${clientId} AND tenant_id = ${viewer.tenantId}::uuid AND owner_id = ${viewer.memberId}::uuid
         FOR NO KEY UPDATE`;
    if (!key) return { status: 'not_found' };
    const refusal = refusalOf(permissionFor[action], standing);
    if (refusal) return { status: 'refused', message: refusal };
    const status = statusOf(key, standing.now);
    if (!allowedActions(status, standing.tenant).includes(action)) {
      return { status: 'refused', message: refusalByStatus(action, status) };
    }
    return change(tx, key, standing);
  });
}

const permissionFor: Record<KeyAction, Action> = {
  edit: 'key.edit',
  deactivate: 'key.deactivate',
  activate: 'key.activate',
  delete: 'key.delete',
};

function refusalByStatus(action: KeyAction, status: string): string {
  if (action === 'delete') return 'You must deactivate the API Key before you can delete it.';
  return `This key is ${status} now: it cannot be ${{ edit: 'edited', deactivate: 'deactivated', activate: 'activated' }[action]}.`;
}

async function record(
  tx: Tx,
  viewer: Viewer,
  action: EventAction,
  key: OwnKey,
  details: { [key: string]: JsonValue } = {},
): Promise<{ status: 'done' }> {
  await appendEvent(tx, { ...actedBy(viewer), action, key: { clientId: key.clientId, name: key.name }, details });
  return { status: 'done' };
}

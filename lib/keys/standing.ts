import type { EventAction } from '../audit/actions';
import type { JsonValue } from '../audit/chain';
import { appendEvent } from '../audit/mutations';
import { actedBy } from '../auth/mutations';
import { type Action, refusalOf } from '../auth/permissions';
import type { Viewer } from '../auth/queries';
import { type LockedStanding, lockStanding } from '../auth/standing';
import { inTransaction, type Tx } from '../db/prisma';
import { foldName } from '../display-text';
import { env } from '../env';
import { keepOneKeySentence } from './policy';
import type { KeyField } from './schema';
import { digestSecret, isClientId, maskOf } from './secret';
import { allowedActions, type KeyAction, type KeyStatus, type KeyTimes, statusOf } from './status';

/** Expected refusals of every write to a key. `message` is a sentence for the member. */
export type KeyRefusal =
  | { status: 'signed_out' }
  | { status: 'not_found' }
  | { status: 'refused'; message: string }
  | Invalid;
export type Invalid = { status: 'invalid'; field: KeyField; message: string };

export type ChangeKeyResult = { status: 'done' } | KeyRefusal;

/** What a key's owner chose. */
export type KeyTexts = { name: string; description: string; scopes: string[]; biasProfileId: string | null };

/** A key, locked until the commit. */
export type LockedKey = KeyTimes & KeyTexts & { id: string; clientId: string; ownerId: string | null };

/**
 * The frame of every change to a key: permission, ownership and status are read under the locks that the change itself
 * needs. A member changes their own keys and, as their role allows, the tenant's. Another member's key looks like one that
 * does not exist.
 */
export function changeKey<T>(
  viewer: Viewer,
  clientId: string,
  action: KeyAction,
  change: (tx: Tx, key: LockedKey, standing: LockedStanding) => Promise<T | KeyRefusal>,
): Promise<T | KeyRefusal> {
  if (!isClientId(clientId)) return Promise.resolve({ status: 'not_found' });
  return inTransaction(async (tx) => {
    const standing = await lockStanding(tx, viewer, 'member');
    if (!standing) return { status: 'signed_out' };
    // The clock is read outside the CTE: somebody else may hold an agent key's lock for a while.
    const [row] = await tx.$queryRaw<Array<LockedKey & { now: Date }>>`
      WITH locked AS MATERIALIZED (
        SELECT id, client_id AS "clientId", owner_id AS "ownerId", name, description, scopes,
               bias_profile_id AS "biasProfileId", expires_at AS "expiresAt", deactivated_at AS "deactivatedAt",
               deactivated_until AS "deactivatedUntil", revoked_at AS "revokedAt"
          FROM key
         WHERE client_id = ${clientId} AND tenant_id = ${viewer.tenantId}::uuid
           AND (owner_id = ${viewer.memberId}::uuid OR owner_id IS NULL)
           FOR NO KEY UPDATE
      )
      SELECT *, clock_timestamp() AS now FROM locked`;
    if (!row) return { status: 'not_found' };
    const { now, ...key } = row;
    const refusal = refusalOf(permissionFor(action, key), standing);
    if (refusal) return { status: 'refused', message: refusal };
    const status = statusOf(key, now);
    if (!allowedActions(status, standing.tenant).includes(action)) {
      return { status: 'refused', message: refusalByStatus(action, status) };
    }
    return change(tx, key, { ...standing, now });
  });
}

/** The rule for an action on an own key, or on one of the tenant's. */
export function permissionFor(action: KeyAction, { ownerId }: { ownerId: string | null }): Action {
  if (ownerId === null && (action === 'deactivate' || action === 'retire')) return `agent_key.${action}`;
  return `key.${action}`;
}

const participles: Record<KeyAction, string> = {
  edit: 'edited',
  deactivate: 'deactivated',
  activate: 'activated',
  rotate: 'rotated',
  retire: 'rotated',
  delete: 'deleted',
};

function refusalByStatus(action: KeyAction, status: KeyStatus): string {
  if (action === 'delete') return 'You must deactivate the API Key before you can delete it.';
  return `This key is ${status} now: it cannot be ${participles[action]}.`;
}

/** Refuses what would leave the owner without a usable key, where the tenant keeps one. Agent keys are exempt. */
export async function refusalForLastKey(
  tx: Tx,
  viewer: Viewer,
  key: LockedKey,
  { tenant, now }: LockedStanding,
): Promise<Extract<KeyRefusal, { status: 'refused' }> | null> {
  if (!tenant.keepOneKey || key.ownerId === null || statusOf(key, now) !== 'Active') return null;
  const others = await tx.key.findMany({
    where: { tenantId: viewer.tenantId, ownerId: key.ownerId, id: { not: key.id } },
    select: { expiresAt: true, deactivatedAt: true, deactivatedUntil: true, revokedAt: true },
  });
  if (others.some((other) => statusOf(other, now) === 'Active')) return null;
  return { status: 'refused', message: keepOneKeySentence };
}

/** The row of a secret that is minted now. */
export function currentSecret(tenantId: string, clientId: string, secret: string, now: Date) {
  const { version, key: pepper } = env().peppers.current;
  return {
    position: 'current' as const,
    digest: new Uint8Array(digestSecret(pepper, tenantId, clientId, secret)),
    pepperVersion: version,
    mintedAt: now,
    ...maskOf(secret),
  };
}

/**
 * Of the tenant's keys one at a time gets a name: the members' own rows, which lock their keys' names, say nothing of
 * them. Taken after the keys' locks.
 */
export async function lockAgentKeyNames(tx: Tx, { tenantId }: Viewer): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`agent-keys:${tenantId}`}, 0))`;
}

/** Whether the owner (null: the tenant) has another key of this name. */
export async function isNameTaken(
  tx: Tx,
  { tenantId }: Viewer,
  ownerId: string | null,
  name: string,
  except?: { id: string },
): Promise<boolean> {
  const where = { tenantId, ownerId, nameKey: foldName(name), ...(except ? { id: { not: except.id } } : {}) };
  return (await tx.key.findFirst({ where, select: { id: true } })) !== null;
}

export function nameTaken(name: string, ownerId: string | null): Invalid {
  const message =
    ownerId === null
      ? `Your tenant already has an agent key named “${name}”. Choose another name.`
      : `You already have a key named “${name}”. Choose another name.`;
  return { status: 'invalid', field: 'name', message };
}

/**
 * Refuses the first of these scopes that the tenant's list lacks, and a profile that is not the tenant's. Whoever deletes
 * one waits for this transaction, or was before it.
 */
export async function refuseUnknown(
  tx: Tx,
  { tenantId }: Viewer,
  { scopes = [], biasProfileId = null }: { scopes?: string[] | undefined; biasProfileId?: string | null | undefined },
): Promise<Invalid | null> {
  if (scopes.length > 0) {
    const known = await tx.scope.findMany({ where: { tenantId, name: { in: scopes } }, select: { name: true } });
    const unknown = scopes.find((name) => !known.some((scope) => scope.name === name));
    if (unknown) {
      return { status: 'invalid', field: 'scopes', message: `Your tenant has no scope ${unknown}. Choose without it.` };
    }
  }
  if (biasProfileId !== null) {
    const profile = await tx.biasProfile.findFirst({ where: { tenantId, id: biasProfileId }, select: { id: true } });
    if (!profile) {
      const message = 'Your tenant has no such bias profile any more. Choose another one.';
      return { status: 'invalid', field: 'biasProfileId', message };
    }
  }
  return null;
}

/** What the member asked with this value before; requests older than 24 hours are forgotten on the way. */
export async function findRequest(tx: Tx, viewer: Viewer, value: string, now: Date) {
  const { tenantId, memberId } = viewer;
  const yesterday = new Date(now.getTime() - 24 * 60 * 60 * 1000);
  await tx.idempotentRequest.deleteMany({ where: { tenantId, memberId, createdAt: { lt: yesterday } } });
  return tx.idempotentRequest.findUnique({
    where: { tenantId_memberId_value: { tenantId, memberId, value } },
    select: { clientId: true, bodyDigest: true },
  });
}

/** Appends the event, which is a change's last statement. */
export async function record(
  tx: Tx,
  viewer: Viewer,
  action: EventAction,
  { clientId, name }: { clientId: string; name: string },
  details: { [key: string]: JsonValue } = {},
): Promise<{ status: 'done' }> {
  await appendEvent(tx, { ...actedBy(viewer), action, key: { clientId, name }, details });
  return { status: 'done' };
}

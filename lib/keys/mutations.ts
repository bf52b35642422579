import type { JsonValue } from '../audit/chain';
import type { Viewer } from '../auth/queries';
import type { LockedStanding } from '../auth/standing';
import type { Tx } from '../db/prisma';
import { foldName } from '../display-text';
import { decideExpiry, isEarlier } from './policy';
import type { EditKeyInput, Pause } from './schema';
import {
  type ChangeKeyResult,
  changeKey,
  type Invalid,
  isNameTaken,
  type KeyRefusal,
  type KeyTexts,
  type LockedKey,
  lockAgentKeyNames,
  nameTaken,
  record,
  refusalForLastKey,
  refuseUnknown,
} from './standing';
import { statusOf } from './status';

/** What can be edited of a key, as it is stored. */
type Editable = KeyTexts & { expiresAt: Date | null };

export type EditKeyResult =
  | ChangeKeyResult
  /** Somebody else changed the same since the editor opened: what it is now, by field. Nothing was written. */
  | { status: 'changed'; current: Partial<Editable> };

/**
 * Changes name, description, scopes, bias profile or expiry; what is absent stays. What an Expired key may do is not
 * decided any more: only its name and description change.
 */
export function editKey(viewer: Viewer, input: EditKeyInput): Promise<EditKeyResult> {
  return changeKey<EditKeyResult>(viewer, input.clientId, 'edit', async (tx, key, standing) => {
    const wanted = await decideChanges(tx, key, input, standing);
    if ('status' in wanted) return wanted;
    const { changes } = wanted;
    if (Object.keys(changes).length === 0) return { status: 'done' };
    const current = changedMeanwhile(key, changes, input.seen);
    if (current) return { status: 'changed', current };
    const refusal = await refuseChanges(tx, viewer, key, changes, standing);
    if (refusal) return refusal;
    const name = changes.name ?? key.name;
    await tx.key.update({
      where: { id: key.id },
      data: { ...changes, nameKey: foldName(name), updatedAt: standing.now },
      select: { id: true },
    });
    const before = Object.fromEntries(
      Object.keys(changes).map((field) => [field, loggable(key[field as keyof Editable])]),
    );
    const after = Object.fromEntries(Object.entries(changes).map(([field, value]) => [field, loggable(value)]));
    return record(tx, viewer, 'key.updated', { clientId: key.clientId, name }, { before, after });
  });
}

/** What differs from the key as it is, with the expiry that was chosen. */
async function decideChanges(
  tx: Tx,
  key: LockedKey,
  { name, description, scopes, biasProfileId, expiry }: EditKeyInput,
  { tenant, now }: LockedStanding,
): Promise<{ changes: Partial<Editable> } | KeyRefusal> {
  const changes: Partial<Editable> = {};
  if (name !== undefined && name !== key.name) changes.name = name;
  if (description !== undefined && description !== key.description) changes.description = description;
  if (scopes !== undefined && !isSame(scopes, key.scopes)) changes.scopes = scopes;
  if (biasProfileId !== undefined && biasProfileId !== key.biasProfileId) changes.biasProfileId = biasProfileId;
  if (expiry !== undefined) {
    const invalid = (message: string): Invalid => ({ status: 'invalid', field: 'expiry', message });
    // First: another expiry would not do either.
    if (statusOf(key, now) === 'Expired') return refusalOfFrozen('expiresAt');
    if (key.ownerId === null) return invalid('An agent key expires as the policy says. Rotate it for a new lifetime.');
    const secret = await tx.keySecret.findFirstOrThrow({
      where: { keyId: key.id, position: 'current' },
      select: { mintedAt: true },
    });
    const decision = decideExpiry(expiry, tenant.maximumExpirationInDays, now, secret.mintedAt);
    if (decision.status === 'refused') return invalid(decision.message);
    if (!isSame(decision.expiresAt, key.expiresAt)) changes.expiresAt = decision.expiresAt;
  }
  return { changes };
}

/** The fields that are to change, but are not any more what their editor saw; null when there are none. */
function changedMeanwhile(
  key: Editable,
  changes: Partial<Editable>,
  seen: EditKeyInput['seen'] = {},
): Partial<Editable> | null {
  const fields = (Object.keys(changes) as Array<keyof Editable>).filter(
    (field) => seen[field] !== undefined && !isSame(seen[field], key[field]),
  );
  return fields.length > 0 ? Object.fromEntries(fields.map((field) => [field, key[field]])) : null;
}

async function refuseChanges(
  tx: Tx,
  viewer: Viewer,
  key: LockedKey,
  changes: Partial<Editable>,
  standing: LockedStanding,
): Promise<ChangeKeyResult | null> {
  const { name, scopes, biasProfileId, expiresAt } = changes;
  if (name !== undefined) {
    if (key.ownerId === null) await lockAgentKeyNames(tx, viewer);
    if (await isNameTaken(tx, viewer, key.ownerId, name, key)) return nameTaken(name, key.ownerId);
  }
  if (statusOf(key, standing.now) === 'Expired') {
    const frozen = (Object.keys(changes) as Array<keyof Editable>).find(
      (field): field is keyof typeof words => field in words,
    );
    if (frozen) return refusalOfFrozen(frozen);
  }
  const added = scopes?.filter((scope) => !key.scopes.includes(scope));
  const unknown = await refuseUnknown(tx, viewer, { scopes: added, biasProfileId });
  if (unknown) return unknown;
  const isShortened = expiresAt !== undefined && isEarlier(expiresAt, key.expiresAt);
  return isShortened ? refusalForLastKey(tx, viewer, key, standing) : null;
}

const words = { scopes: 'scopes', biasProfileId: 'bias profile', expiresAt: 'expiry' };

function refusalOfFrozen(field: keyof typeof words): KeyRefusal {
  return { status: 'refused', message: `This key is Expired now: its ${words[field]} cannot be changed.` };
}

function isSame(left: Editable[keyof Editable] | undefined, right: Editable[keyof Editable] | undefined): boolean {
  return (
    JSON.stringify(Array.isArray(left) ? left.toSorted() : left) ===
    JSON.stringify(Array.isArray(right) ? right.toSorted() : right)
  );
}

function loggable(value: Editable[keyof Editable] | undefined): JsonValue {
  return value instanceof Date ? value.toISOString() : (value ?? null);
}

const minute = 60_000;
const pauses: Record<Pause, number | null> = {
  '15m': 15 * minute,
  '1h': 60 * minute,
  '24h': 24 * 60 * minute,
  open: null,
};

/**
 * Stops an Active key, for a time or until it is activated; after the time it is Active again by the database's clock.
 * Open to a personal key's owner whatever their roles: a leak must be stoppable.
 */
export function deactivateKey(viewer: Viewer, clientId: string, pause: Pause = 'open'): Promise<ChangeKeyResult> {
  return changeKey<ChangeKeyResult>(viewer, clientId, 'deactivate', async (tx, key, standing) => {
    const last = await refusalForLastKey(tx, viewer, key, standing);
    if (last) return last;
    const { now } = standing;
    const length = pauses[pause];
    const until = length === null ? null : new Date(now.getTime() + length);
    // Counts are kept by the hour: what an earlier pause of this hour refused is not this one's.
    await tx.$executeRaw`
      UPDATE key SET deactivated_at = ${now}, deactivated_until = ${until}, updated_at = ${now},
             refused_before = coalesce((
               SELECT sum(requests) FROM key_usage_hour h
                WHERE h.tenant_id = key.tenant_id AND h.key_id = key.id AND h.outcome = 'key_inactive'
                  AND h.hour >= date_trunc('hour', ${now}::timestamptz, 'UTC')), 0)
       WHERE id = ${key.id}::uuid`;
    return record(tx, viewer, 'key.deactivated', key, { until: until?.toISOString() ?? null });
  });
}

export function activateKey(viewer: Viewer, clientId: string): Promise<ChangeKeyResult> {
  return changeKey<ChangeKeyResult>(viewer, clientId, 'activate', async (tx, key, { now }) => {
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
  return changeKey<ChangeKeyResult>(viewer, clientId, 'delete', async (tx, key, standing) => {
    const last = await refusalForLastKey(tx, viewer, key, standing);
    if (last) return last;
    await tx.key.delete({ where: { id: key.id }, select: { id: true } });
    return record(tx, viewer, 'key.deleted', key);
  });
}

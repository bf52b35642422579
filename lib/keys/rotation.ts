import { appendEvents, type NewEvent } from '../audit/mutations';
import { actedBy } from '../auth/mutations';
import type { Viewer } from '../auth/queries';
import type { LockedStanding } from '../auth/standing';
import type { Tx } from '../db/prisma';
import { digestOfRequest, type MintedKey, reusedValue } from './creation';
import { agentLifetimeInDays, decideExpiry, earlier, endOfLife, isEarlier } from './policy';
import type { Overlap, RotateKeyInput } from './schema';
import { mintSecretOf } from './secret';
import {
  type ChangeKeyResult,
  changeKey,
  currentSecret,
  findRequest,
  type KeyRefusal,
  type LockedKey,
  record,
  refusalForLastKey,
} from './standing';
import { isInOverlap, statusOf } from './status';

export type RotateKeyResult =
  | ({ status: 'rotated'; previousEndsAt: Date | null } & MintedKey)
  | { status: 'already_rotated' }
  | KeyRefusal;

const hour = 60 * 60 * 1000;
const lengths: Record<Overlap, number> = { none: 0, '1h': hour, '24h': 24 * hour, '7d': 7 * 24 * hour };

/**
 * Gives the key a new secret. The one before works until the overlap ends, never past the expiry it had; at once it ends
 * when the key is Inactive or the secret leaked. Name, client ID, scopes and profile stay, and the expiry unless another is
 * chosen; the policy's maximum counts from now.
 */
export function rotateKey(viewer: Viewer, input: RotateKeyInput): Promise<RotateKeyResult> {
  const { idempotencyValue, ...body } = input;
  return changeKey<Exclude<RotateKeyResult, KeyRefusal>>(
    viewer,
    input.clientId,
    'rotate',
    async (tx, key, standing) => {
      const { now } = standing;
      const bodyDigest = digestOfRequest(body);
      const repeated = await findRequest(tx, viewer, idempotencyValue, now);
      if (repeated) {
        return Buffer.compare(repeated.bodyDigest, bodyDigest) === 0 ? { status: 'already_rotated' } : reusedValue;
      }
      const expiry = expiryOf(key, input, standing);
      if (expiry.status === 'refused') return { status: 'invalid', field: 'expiry', message: expiry.message };
      const { expiresAt } = expiry;
      const ofKey = { tenantId: viewer.tenantId, keyId: key.id };
      const older = await findPrevious(tx, ofKey);
      const inOverlap = isInOverlap(older, now);
      if (inOverlap && !input.leaked && !input.endOlder) return { status: 'refused', message: olderStillWorks };

      if (expiry.isShortened && !input.leaked) {
        const last = await refusalForLastKey(tx, viewer, key, standing);
        if (last) return last;
      }

      const length = input.leaked || statusOf(key, now) === 'Inactive' ? 0 : lengths[input.overlap];
      // The replaced secret gets no more life than it had, whatever the new one gets.
      const latestEnd = earlier(key.expiresAt, expiresAt);
      const previousEndsAt = length === 0 ? null : earlier(new Date(now.getTime() + length), latestEnd);
      // In this order: whoever counts requests with the previous secret locks its row, and then the current one's never.
      await tx.keySecret.deleteMany({ where: { ...ofKey, position: 'previous' } });
      const current = { tenantId_keyId_position: { ...ofKey, position: 'current' as const } };
      if (previousEndsAt) {
        const data = { position: 'previous' as const, endsAt: previousEndsAt };
        await tx.keySecret.update({ where: current, data, select: { keyId: true } });
      } else {
        await tx.keySecret.delete({ where: current, select: { keyId: true } });
      }
      const secret = mintSecretOf(key.clientId);
      const data = { ...ofKey, ...currentSecret(viewer.tenantId, key.clientId, secret, now) };
      await tx.keySecret.create({ data, select: { keyId: true } });
      await tx.key.update({ where: { id: key.id }, data: { expiresAt, updatedAt: now }, select: { id: true } });
      const { tenantId, memberId } = viewer;
      await tx.idempotentRequest.create({
        data: { tenantId, memberId, value: idempotencyValue, bodyDigest, clientId: key.clientId, createdAt: now },
        select: { clientId: true },
      });
      const event = (action: NewEvent['action'], details: NewEvent['details'] = {}): NewEvent => ({
        ...actedBy(viewer),
        action,
        key: { clientId: key.clientId, name: key.name },
        details,
      });
      const rotated = event('key.rotated', {
        leaked: input.leaked,
        previousEndsAt: previousEndsAt?.toISOString() ?? null,
        endedOlder: inOverlap,
        expiresAt: expiresAt?.toISOString() ?? null,
      });
      await appendEvents(tx, tenantId, input.leaked ? [event('key.leak_reported'), rotated] : [rotated]);
      return { status: 'rotated', clientId: key.clientId, secret, name: key.name, expiresAt, previousEndsAt };
    },
  );
}

const olderStillWorks =
  'The secret that the last rotation replaced still works. End it with this rotation, or wait until it ends.';

/**
 * The new secret's expiry: the one that was chosen, or the key's, but never beyond what the policy allows a new secret.
 * `isShortened`: the member chose less than that.
 */
function expiryOf(key: LockedKey, { expiry }: RotateKeyInput, { tenant, now }: LockedStanding) {
  const maximum = key.ownerId === null ? agentLifetimeInDays(tenant) : tenant.maximumExpirationInDays;
  const kept = earlier(key.expiresAt, endOfLife(now, maximum));
  if (!expiry) return { status: 'accepted' as const, expiresAt: kept, isShortened: false };
  const decision = decideExpiry(expiry, maximum, now);
  if (decision.status === 'refused') return decision;
  return { ...decision, isShortened: isEarlier(decision.expiresAt, kept) };
}

/** Ends the overlap: the secret that the last rotation replaced is refused from the commit on. */
export function retireSecret(viewer: Viewer, clientId: string): Promise<ChangeKeyResult> {
  return changeKey<ChangeKeyResult>(viewer, clientId, 'retire', async (tx, key, { now }) => {
    const ofKey = { tenantId: viewer.tenantId, keyId: key.id };
    const previous = await findPrevious(tx, ofKey);
    if (!isInOverlap(previous, now)) {
      return { status: 'refused', message: 'The old secret of this key does not work any more.' };
    }
    await tx.keySecret.delete({
      where: { tenantId_keyId_position: { ...ofKey, position: 'previous' } },
      select: { keyId: true },
    });
    return record(tx, viewer, 'key.secret_retired', key);
  });
}

function findPrevious(tx: Tx, ofKey: { tenantId: string; keyId: string }) {
  return tx.keySecret.findUnique({
    where: { tenantId_keyId_position: { ...ofKey, position: 'previous' } },
    select: { endsAt: true },
  });
}

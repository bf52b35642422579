/** The stored facts about a key's life. */
export type KeyTimes = {
  expiresAt: Date | null;
  deactivatedAt: Date | null;
  deactivatedUntil: Date | null;
  revokedAt: Date | null;
};

export type KeyStatus = 'Active' | 'Inactive' | 'Expired' | 'Revoked';

/** The derived status, in order of precedence. `now` is the database's. */
export function statusOf(key: KeyTimes, now: Date): KeyStatus {
  if (key.revokedAt) return 'Revoked';
  if (key.expiresAt && now >= key.expiresAt) return 'Expired';
  if (key.deactivatedAt && !(key.deactivatedUntil && now >= key.deactivatedUntil)) return 'Inactive';
  return 'Active';
}

const day = 24 * 60 * 60 * 1000;

/** From 7 days before the expiry, or a quarter of the secret's life if that is shorter. */
export function expiresSoon(key: KeyTimes & { mintedAt: Date }, now: Date): boolean {
  const status = statusOf(key, now);
  if (!key.expiresAt || status === 'Expired' || status === 'Revoked') return false;
  const life = key.expiresAt.getTime() - key.mintedAt.getTime();
  return key.expiresAt.getTime() - now.getTime() <= Math.min(7 * day, life / 4);
}

/** Whether offboarding lets the key work although its owner is disabled. */
export function isKept(key: { keptUntil: Date | null }, now: Date): boolean {
  return key.keptUntil !== null && now < key.keptUntil;
}

/** Whether whoever owned the key before it was handed over has its current secret. */
export function isKnownToFormerOwner(key: { handedOverAt: Date | null; mintedAt: Date }): boolean {
  return key.handedOverAt !== null && key.mintedAt <= key.handedOverAt;
}

/** Whether the secret that the last rotation replaced still works. `endsAt` is the overlap's end. */
export function isInOverlap(previous: { endsAt: Date | null } | null | undefined, now: Date): boolean {
  return previous?.endsAt != null && now < previous.endsAt;
}

export type KeyAction = 'edit' | 'deactivate' | 'activate' | 'rotate' | 'retire' | 'delete';

/** What a status allows its owner. What it does not allow is not offered, except Delete on an Active key. */
export function allowedActions(status: KeyStatus, policy: { deactivateBeforeDelete: boolean }): KeyAction[] {
  switch (status) {
    case 'Active': {
      const actions: KeyAction[] = ['edit', 'deactivate', 'rotate', 'retire'];
      return policy.deactivateBeforeDelete ? actions : [...actions, 'delete'];
    }
    case 'Inactive':
      return ['edit', 'activate', 'rotate', 'retire', 'delete'];
    case 'Expired':
      return ['edit', 'delete'];
    case 'Revoked':
      return ['delete'];
  }
}

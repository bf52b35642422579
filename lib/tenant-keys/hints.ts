import { expiresSoon, isKept, type KeyTimes, statusOf } from '../keys/status';
import type { TenantKeyHint } from './schema';

type Facts = KeyTimes & { mintedAt: Date; keptUntil: Date | null; ownerDisabledAt: Date | null };

/** What an admin should know beside a key's status. */
export function hintsOf(key: Facts, apiKeysEnabled: boolean, now: Date): TenantKeyHint[] {
  const hints: TenantKeyHint[] = [];
  if (expiresSoon(key, now)) hints.push('Expires soon');
  const status = statusOf(key, now);
  if (status === 'Active' || status === 'Inactive') {
    if (!apiKeysEnabled) hints.push('Disabled by your administrator');
    if (key.ownerDisabledAt && !isKept(key, now)) hints.push('Owner disabled');
  }
  return hints;
}

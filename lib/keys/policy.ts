import { foldName } from '../display-text';
import { nameMaximum } from './schema';

const day = 24 * 60 * 60 * 1000;

/** What the owner asks for: days from now, an instant, or no expiry. */
export type ExpiryChoice = { kind: 'days'; days: number } | { kind: 'at'; at: Date } | { kind: 'never' };

export type ExpiryDecision = { status: 'accepted'; expiresAt: Date | null } | { status: 'refused'; message: string };

/** Dates beyond this cannot be what anybody means, and would overflow elsewhere. */
const latest = new Date('9999-12-31T23:59:59.999Z');

/** When a lifetime in days that began then is over; null = never, also where the date would be beyond what can be stored. */
export function endOfLife(begin: Date, days: number | null): Date | null {
  if (days === null) return null;
  const time = begin.getTime() + days * day;
  return time <= latest.getTime() ? new Date(time) : null;
}

/**
 * An expiry within the tenant's maximum lifetime, which counts from the minting of the current secret.
 * @param maximumInDays null = no maximum
 * @param mintedAt `now` for a secret that is minted with it
 */
export function decideExpiry(
  choice: ExpiryChoice,
  maximumInDays: number | null,
  now: Date,
  mintedAt: Date = now,
): ExpiryDecision {
  const refuse = (message: string): ExpiryDecision => ({ status: 'refused', message });
  const from = mintedAt.getTime() === now.getTime() ? 'now' : 'the minting of the secret';
  const beyond = `Expiry can be at most ${maximumInDays} ${maximumInDays === 1 ? 'day' : 'days'} from ${from}: your tenant's maximum.`;
  if (choice.kind === 'never') {
    return maximumInDays === null ? { status: 'accepted', expiresAt: null } : refuse(beyond);
  }
  const time = choice.kind === 'at' ? choice.at.getTime() : now.getTime() + choice.days * day;
  if (time <= now.getTime()) return refuse('Expiry must be in the future.');
  if (maximumInDays !== null && time > mintedAt.getTime() + maximumInDays * day) return refuse(beyond);
  if (!(time <= latest.getTime())) return refuse('Expiry is too far in the future.');
  return { status: 'accepted', expiresAt: new Date(time) };
}

/** The earlier of two expiries; null = never. */
export function earlier(one: Date | null, other: Date | null): Date | null {
  return isEarlier(other, one) ? other : one;
}

/** Whether the first of two expiries comes before the other; null = never. */
export function isEarlier(one: Date | null, other: Date | null): boolean {
  return one !== null && (other === null || one < other);
}

/** The longest life of an agent key's new secret, in days: the maximum for every secret wins. */
export function agentLifetimeInDays(policy: {
  agentKeyLifetimeInDays: number;
  maximumExpirationInDays: number | null;
}): number {
  return Math.min(policy.agentKeyLifetimeInDays, policy.maximumExpirationInDays ?? Number.POSITIVE_INFINITY);
}

/** The days offered as presets, shortest first. */
export const expiryPresetsInDays = [7, 30, 90, 365] as const;

/** The preset that a form starts with: 90 days, or the maximum if that is shorter. */
export function defaultExpiryInDays(maximumInDays: number | null): number {
  return Math.min(90, maximumInDays ?? 90);
}

/** Blank names become `API key <n>` with the lowest free n. `taken` holds folded names. */
export function lowestFreeName(taken: ReadonlySet<string>): string {
  for (let number = 1; ; number++) {
    if (!taken.has(`api key ${number}`)) return `API key ${number}`;
  }
}

/** The name, or where its new owner has one like it, the name with the lowest free number. `taken` holds folded names. */
export function freeNameLike(name: string, taken: ReadonlySet<string>): string {
  let free = name;
  for (let number = 2; taken.has(foldName(free)); number++) {
    const suffix = ` (${number})`;
    free =
      [...name]
        .slice(0, nameMaximum - suffix.length)
        .join('')
        .trimEnd() + suffix;
  }
  return free;
}

/** Why a member's last usable key stays, where the tenant keeps one. */
export const keepOneKeySentence = 'Your tenant keeps one usable key. Rotate this one or create another first.';

import { z } from 'zod';
import { foldName } from '../display-text';
import { isClientId } from '../keys/secret';
import type { KeyStatus } from '../keys/status';
import type { Refusals } from '../usage/schema';
import type { UsageAlert } from '../usage-alerts/schema';

export const keysPerPage = 25;
/** Keys are counted up to here, and up to there where a filter has to be looked at for each. */
export const countMaximum = 10_000;
export const filteredCountMaximum = 1_000;
export const searchMaximum = 200;
export const idleInDays = 90;

export const statuses = ['Active', 'Inactive', 'Expired', 'Revoked'] as const satisfies KeyStatus[];

/** Views of keys that could work, but perhaps should not. */
export const risks = ['idle', 'never_expires', 'owner_left'] as const;
export type Risk = (typeof risks)[number];

export const orders = ['name', 'owner', 'updated', 'created', 'expires', 'last_used'] as const;
export type Order = (typeof orders)[number];

/** Which keys: all of it must hold. */
export type KeyFilter = { search: string; status: KeyStatus | null; risk: Risk | null };

/** A place in an order: that of the key with this id and this value, as the database wrote it. */
export type Place = { value: string; id: string };

export type KeyListQuery = KeyFilter & {
  order: Order;
  descending: boolean;
  /** The page that begins behind this place, or ends before it. */
  after: Place | null;
  before: Place | null;
};

const search = z
  .string()
  .max(searchMaximum)
  // PostgreSQL holds no zero bytes, and no name holds any other of these.
  .regex(/^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]*$/u);

/** What a batch of keys is chosen by, where a filter comes from the page and not from its address. */
export const keyFilterSchema = z.strictObject({
  search,
  status: z.enum(statuses).nullable(),
  risk: z.enum(risks).nullable(),
});

const sort = z.string().regex(new RegExp(`^-?(${orders.join('|')})$`));
const encodedPlace = z.string().max(1_000).transform(readPlace);

type Parameters = Record<string, string | string[] | undefined>;

/**
 * Reads the address of `/tenant/api-keys`.
 * @returns also the names of the parameters that say nothing it knows; they are left out
 */
export function readKeyListQuery(parameters: Parameters): { query: KeyListQuery; unknown: string[] } {
  const unknown: string[] = [];
  const read = <T>(name: string, type: z.ZodType<T>): T | null => {
    const given = parameters[name];
    if (given === undefined || given === '') return null;
    const parsed = type.safeParse(given);
    if (parsed.success) return parsed.data;
    unknown.push(name);
    return null;
  };
  const sorted = read('sort', sort) ?? '-created';
  const order = sorted.replace('-', '') as Order;
  const inOrder = encodedPlace.refine((place) => isPlaceIn(order, place));
  const query = {
    search: read('search', search) ?? '',
    status: read('status', z.enum(statuses)),
    risk: read('risk', z.enum(risks)),
    order,
    descending: sorted.startsWith('-'),
    after: read('after', inOrder) as Place | null,
    before: read('before', inOrder) as Place | null,
  };
  return { query, unknown };
}

/** The address that shows this, from the page's own on. */
export function addressOfKeys(query: Partial<KeyListQuery>): string {
  const { order = 'created', descending = true } = query;
  const sorted = `${descending ? '-' : ''}${order}`;
  const parameters = new URLSearchParams();
  const set = (name: string, value: string | null | undefined) => value && parameters.set(name, value);
  set('search', query.search?.trim());
  set('status', query.status);
  set('risk', query.risk);
  if (sorted !== '-created') set('sort', sorted);
  set('after', query.after && writePlace(query.after));
  set('before', query.before && writePlace(query.before));
  const text = parameters.toString();
  return text ? `/tenant/api-keys?${text}` : '/tenant/api-keys';
}

function writePlace({ value, id }: Place): string {
  return `${id}.${value}`;
}

function readPlace(text: string): Place | null {
  const [id = ''] = text.split('.', 1);
  return z.uuid().safeParse(id).success ? { id, value: text.slice(id.length + 1) } : null;
}

/** Seconds since 1970 where keys are ordered by a time, `Infinity` and `-Infinity` for never. */
function isPlaceIn(order: Order, place: Place | null): boolean {
  if (!place) return false;
  if (order === 'name' || order === 'owner') return search.max(1_000).safeParse(place.value).success;
  const seconds = place.value === '' ? Number.NaN : Number(place.value);
  return !Number.isNaN(seconds) && (Math.abs(seconds) < 1e11 || !Number.isFinite(seconds));
}

/** Whether a text holds what must not get into an address: a client secret, or the beginning of one. */
export function secretIn(text: string): boolean {
  return /lk_sk_/i.test(text);
}

/**
 * Where somebody is sent whose address brought a secret: the secret's client ID stays to search by.
 * @returns null where there is none
 */
export function addressWithoutSecrets(parameters: Parameters): string | null {
  const given = Object.entries(parameters).flat(2).join(' ');
  if (!secretIn(given)) return null;
  const identifier = /lk_sk_([0-9A-Za-z]{16})/.exec(given)?.[1];
  const address = addressOfKeys({ search: identifier ? `lk_id_${identifier}` : '' });
  return `${address}${address.includes('?') ? '&' : '?'}redacted=1`;
}

/** The search as names, client IDs and owners are compared. */
export function termOf(text: string): string {
  return isClientId(text.trim()) ? text.trim().toLowerCase() : foldName(text);
}

export type TenantKeyHint = 'Expires soon' | 'Disabled by your administrator' | 'Owner disabled';

/** One row of `/tenant/api-keys`. Times are ISO 8601 in UTC. */
export type TenantKeyView = {
  clientId: string;
  name: string;
  /** The owner's e-mail; null for an agent key. */
  owner: string | null;
  status: KeyStatus;
  hints: TenantKeyHint[];
  /** Its last unusual hour of the last 7 days; null where there was none. */
  usageAlert: UsageAlert | null;
  createdAt: string;
  updatedAt: string;
  /** Null = never. */
  expiresAt: string | null;
  lastUsedAt: string | null;
};

/** Days of usage that a key's details show. */
export const monthDays = 30;
export type MonthDay = { accepted: number; refused: number };

/** All that an admin sees of one key. */
export type TenantKeyDetails = TenantKeyView & {
  description: string;
  createdBy: string | null;
  scopes: string[];
  biasProfile: string | null;
  mask: { firstFour: string; lastFour: string };
  /** Active or Inactive. */
  revocable: boolean;
  revokedAt: string | null;
  /** The last 30 days (UTC), oldest first; `today` is the last one. */
  month: { days: MonthDay[]; today: string };
  refusals: Refusals;
  now: string;
};

/** What a pasted text turned out to be. */
export type SecretSearch =
  | { status: 'found'; clientId: string; secret: 'current' | 'previous' }
  /** A key with this client ID exists, but this is none of its secrets: it was replaced, or never one. */
  | { status: 'other_secret'; clientId: string }
  | { status: 'not_found' }
  | { status: 'malformed' };

export type TenantKeysView = {
  keys: TenantKeyView[];
  /** Keys that match, exact up to the maximum. */
  count: number;
  /** Whether there are no more than that. */
  countedAll: boolean;
  /** How many there may be, where they are more than are counted; null where nothing says. */
  estimate: number | null;
  before: Place | null;
  after: Place | null;
  now: string;
};

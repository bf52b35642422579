/** A week of usage is today and the days before it, in UTC. */
export const weekDays = 7;

/** How many callers are shown at once. */
export const shownCallers = 20;

/** Why a request was refused; the other outcomes are `accepted` and `accepted_previous`. */
export type RefusalReason =
  | 'invalid_credential'
  | 'key_revoked'
  | 'key_expired'
  | 'key_inactive'
  | 'api_keys_disabled'
  | 'owner_disabled'
  | 'insufficient_scope'
  | 'rate_limited';

/** Requests of a key on each day of a week, oldest first, today last. */
export type UsageWeek = { accepted: number[]; refused: number[] };

/** Requests of a key on one day of a week: 0 is the oldest, 6 today. */
export type UsageDay = { day: number; accepted: number; refused: number };

/** All requests, and how many of them were refused. */
export type UsageTotal = { requests: number; refused: number };

/** Of a key's last 7 days, with the number of its callers. */
export type TrafficSummary = UsageTotal & { callers: number };

/** Who called: accepted requests of the last 7 days from one address with one program. */
export type KeyCaller = {
  address: string;
  client: string;
  requests: number;
  /** Days since the last of them: 0 is today (UTC). */
  daysAgo: number;
};

/** What depends on a key, as far as the last 7 days tell. Times are ISO 8601 in UTC. */
export type KeyTraffic = {
  lastUsedAt: string | null;
  week: UsageWeek;
  /** Most frequent first. */
  refusals: Refusals;
  /** Those who called last first; at most `shownCallers`. */
  callers: KeyCaller[];
  /** Accepted requests of callers that are not shown. */
  otherRequests: number;
  /** The database's time. */
  now: string;
};

export type Refusals = Array<{ reason: RefusalReason; requests: number }>;

/** What came of a key's requests since its current secret was minted. */
export type FirstRequest = {
  accepted: boolean;
  /** Who called last; null until it is known. */
  caller: { address: string; client: string } | null;
  refusals: Refusals;
};

/** The week that these days make; a day without a row is a quiet one. */
export function weekOf(days: UsageDay[]): UsageWeek {
  const week = { accepted: new Array<number>(weekDays).fill(0), refused: new Array<number>(weekDays).fill(0) };
  for (const { day, accepted, refused } of days) {
    week.accepted[day] = accepted;
    week.refused[day] = refused;
  }
  return week;
}

const sum = (counts: number[]) => counts.reduce((total, count) => total + count, 0);

/** All requests of a week, and how many of them were refused. */
export function totalOf({ accepted, refused }: UsageWeek): UsageTotal {
  return { requests: sum(accepted) + sum(refused), refused: sum(refused) };
}

/** `1,204 requests in 7 days, 3 refused`; without the days where the place says them. */
export function totalText({ requests, refused }: UsageTotal, days = ` in ${weekDays} days`): string {
  if (requests === 0) return `No requests${days}`;
  const amount = `${countText(requests)} ${requests === 1 ? 'request' : 'requests'}`;
  return `${amount}${days}${refused > 0 ? `, ${countText(refused)} refused` : ''}`;
}

/** `1,204`, everywhere alike, so that server and browser agree. */
export function countText(count: number): string {
  return count.toLocaleString('en');
}

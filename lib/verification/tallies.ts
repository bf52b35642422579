import { log } from '../log';
import { clientNameOf } from './client-name';
import type { KeyRow } from './rows';

/** Where a request came from. */
export type RequestOrigin = { address: string; userAgent: string | undefined };

/** How a request with a known client ID ended: the values of the enum `usage_outcome`. */
const outcomes = [
  'accepted',
  'accepted_previous',
  'invalid_credential',
  'key_revoked',
  'key_expired',
  'key_inactive',
  'api_keys_disabled',
  'owner_disabled',
  'insufficient_scope',
  'rate_limited',
] as const;
export type Outcome = (typeof outcomes)[number];

type Caller = { address: string; client: string; requests: number };

/** What happened with one key in one hour since the last flush. There may be thousands, so it is kept lean. */
export type Tally = {
  keyId: string;
  hour: number;
  requests: Partial<Record<Outcome, number>>;
  /** Of accepted requests, by address and program. */
  callers: Caller[];
  /** Of those that presented the secret which a rotation had replaced. */
  previous: PreviousUse | null;
};

/** Requests with one previous secret: that which was minted then. */
type PreviousUse = { mintedAt: Date; lastUsedAt: Date; requests: number; callers: Caller[] };

/** Callers that are kept for a key and day. */
export const maximumCallers = 20;
/** Keys and hours in one transaction; as many are written at once, whatever the time. */
const batch = 2_000;
/** Beyond so many, while the database takes none, nothing more is counted: memory is bounded. */
const maximumTallies = 10 * batch;
const retryAfter = 5_000;
const hour = 3_600_000;

/**
 * Counts requests in memory, and writes the counts in batches.
 * @param flushAfter milliseconds from the first count to its writing
 * @param write adds one batch to what is stored; when it rejects, the batch is tried again
 */
export function openTallies(flushAfter: number, write: (part: Tally[]) => Promise<void>) {
  let tallies = new Map<string, Tally>();
  let timer: NodeJS.Timeout | undefined;
  let flushing: Promise<void> = Promise.resolve();
  /** The flush that has not begun yet, since another one is under way. */
  let queued: Promise<void> | null = null;

  function count(
    { keyId, previous }: KeyRow,
    outcome: Outcome,
    { address, userAgent }: RequestOrigin,
    now: Date,
  ): void {
    const time = now.getTime();
    const tally = tallyOf(keyId, time - (time % hour));
    if (!tally) return;
    tally.requests[outcome] = (tally.requests[outcome] ?? 0) + 1;
    if (outcome === 'accepted' || outcome === 'accepted_previous') {
      const client = clientNameOf(userAgent);
      countCaller(tally.callers, address, client, 1);
      if (outcome === 'accepted_previous' && previous) {
        const { mintedAt } = previous;
        countPrevious(tally, { mintedAt, lastUsedAt: now, requests: 1, callers: [{ address, client, requests: 1 }] });
      }
    }
    if (tallies.size === batch) flush();
    else timer ??= setTimeout(flush, flushAfter).unref();
  }

  function tallyOf(keyId: string, hour: number): Tally | null {
    const known = tallies.get(keyId);
    if (known?.hour === hour) return known;
    if (tallies.size >= maximumTallies) return null;
    // The hour before goes under a name of its own; there is one at most, since both are written within seconds.
    if (known) tallies.set(`${keyId} ${known.hour}`, known);
    const tally: Tally = { keyId, hour, requests: {}, callers: [], previous: null };
    tallies.set(keyId, tally);
    return tally;
  }

  /** Writes what was counted so far; never rejects. */
  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    // One after the other, and one in the queue: while the database is slow they must not pile up.
    queued ??= flushing.then(() => {
      queued = null;
      return writeAll();
    });
    flushing = queued;
    return queued;
  }

  async function writeAll(): Promise<void> {
    const pending = [...tallies.values()];
    tallies = new Map();
    for (let start = 0; start < pending.length; start += batch) {
      try {
        await write(pending.slice(start, start + batch));
      } catch (error) {
        log().warn({ err: error }, 'usage could not be written; it is tried again');
        for (const tally of pending.slice(start)) putBack(tally);
        timer ??= setTimeout(flush, retryAfter).unref();
        return;
      }
    }
  }

  /** Adds a tally that could not be written to what was counted meanwhile. */
  function putBack(tally: Tally): void {
    const current = tallyOf(tally.keyId, tally.hour);
    if (!current) return;
    for (const outcome of outcomes) {
      const requests = tally.requests[outcome];
      if (requests) current.requests[outcome] = (current.requests[outcome] ?? 0) + requests;
    }
    for (const { address, client, requests } of tally.callers) countCaller(current.callers, address, client, requests);
    if (tally.previous) countPrevious(current, tally.previous);
  }

  return { count, flush };
}

/** Of two previous secrets within one flush the younger one counts: the other is gone. */
function countPrevious(tally: Tally, { mintedAt, lastUsedAt, requests, callers }: PreviousUse): void {
  const known = tally.previous;
  if (known && known.mintedAt > mintedAt) return;
  const use = known && known.mintedAt >= mintedAt ? known : { mintedAt, lastUsedAt, requests: 0, callers: [] };
  tally.previous = use;
  if (use.lastUsedAt < lastUsedAt) use.lastUsedAt = lastUsedAt;
  use.requests += requests;
  for (const caller of callers) countCaller(use.callers, caller.address, caller.client, caller.requests);
}

function countCaller(callers: Caller[], address: string, client: string, requests: number): void {
  // Twenty at most: looking at each is faster than any index.
  const known = callers.find((caller) => caller.address === address && caller.client === client);
  if (known) known.requests += requests;
  else if (callers.length < maximumCallers) callers.push({ address, client, requests });
}

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
  /** When its first request was counted, by this process's clock, in milliseconds. */
  since: number;
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
/**
 * Milliseconds between two transactions. Each takes what is due by the next one, so that the counts of many keys are written
 * little by little: at once they would keep a processor busy for long enough to be felt by the requests of that moment.
 */
const pause = 100;
/** Beyond so many, while the database takes none, nothing more is counted: memory is bounded. */
const maximumTallies = 10 * batch;
const retryAfter = 5_000;
const hour = 3_600_000;

/**
 * Counts requests in memory, and writes the counts in batches.
 * @param within milliseconds from the first count of a key to its writing, at most
 * @param write adds one batch to what is stored; when it rejects, the batch is tried again
 */
export function openTallies(within: number, write: (part: Tally[]) => Promise<void>) {
  /** So old a tally is written with the next transaction, which begins and ends in time even when it has just begun. */
  const dueAge = within - 2 * pause;
  /** In the order of their first count, since a Map keeps the order of insertion. */
  const tallies = new Map<string, Tally>();
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();
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
    else timer ??= setTimeout(writeDue, dueAge).unref();
  }

  function tallyOf(keyId: string, hour: number): Tally | null {
    const known = tallies.get(keyId);
    if (known?.hour === hour) return known;
    if (tallies.size >= maximumTallies) return null;
    // The hour before goes under a name of its own; there is one at most, since both are written within seconds.
    if (known) tallies.set(`${keyId} ${known.hour}`, known);
    tallies.delete(keyId);
    const tally: Tally = { keyId, hour, since: performance.now(), requests: {}, callers: [], previous: null };
    tallies.set(keyId, tally);
    return tally;
  }

  /** Writes all that was counted so far; never rejects. */
  function flush(): Promise<void> {
    // One after the other, and one in the queue: while the database is slow they must not pile up.
    queued ??= writing.then(() => {
      queued = null;
      return writeBefore(Number.POSITIVE_INFINITY);
    });
    writing = queued;
    return queued;
  }

  function writeDue(): void {
    writing = writing.then(() => writeBefore(performance.now() - dueAge));
  }

  /** Writes what was first counted before `time`, and looks again when the next is due. */
  async function writeBefore(time: number): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const due: Tally[] = [];
    for (const [name, tally] of tallies) {
      if (tally.since > time) break;
      due.push(tally);
      tallies.delete(name);
    }
    let wait = pause;
    for (let start = 0; start < due.length; start += batch) {
      try {
        await write(due.slice(start, start + batch));
      } catch (error) {
        log().warn({ err: error }, 'usage could not be written; it is tried again');
        for (const tally of due.slice(start)) putBack(tally);
        wait = retryAfter;
        break;
      }
    }
    const [oldest] = tallies.values();
    if (!oldest) return;
    clearTimeout(timer);
    timer = setTimeout(writeDue, Math.max(wait, oldest.since + dueAge - performance.now())).unref();
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

import { env } from '../env';
import { sendExpiryNotice, sendLeakNotice } from './key-mails';
import type { DeliveryOutcome } from './mail';
import {
  claimExpiryNotices,
  claimLeakNotices,
  type ExpiryNotice,
  firstExpiry,
  type LeakNotice,
  listEndingKeys,
  markSent,
  readClock,
  release,
} from './mutations';

/** So many mails in a row that were not taken: the server takes none. */
const failuresInARow = 3;
/** A claim holds for 10 minutes; what was not begun after so many milliseconds is left to the next run. */
const claimPatience = 4 * 60_000;

type Notice = ExpiryNotice | LeakNotice;
type RunOptions = {
  /** Instead of the database's time. */
  now?: Date;
  signal?: AbortSignal;
};

/** Mails what is due about expiries: at 30, 7 and 1 days, and when a key has expired. Rejects when the database fails. */
export function sendExpiryNotices(options: RunOptions = {}): Promise<void> {
  return run(options, async (deliverAll, clock) => {
    let after = firstExpiry(await clock());
    for (;;) {
      const keys = await listEndingKeys(await clock(), after);
      const last = keys.at(-1);
      if (!last) return;
      const ids = keys.map(({ id }) => id);
      if (!(await deliverAll(async () => claimExpiryNotices(ids, await clock())))) return;
      after = last;
    }
  });
}

/** Mails the leaks that were reported in the last 7 days to the admins. Rejects when the database fails. */
export function sendLeakNotices(options: RunOptions = {}): Promise<void> {
  return run(options, async (deliverAll, clock) => {
    await deliverAll(async () => claimLeakNotices(await clock()));
  });
}

/** Claims and sends until nothing is left: false when it had to stop before. */
type DeliverAll = (claim: () => Promise<Notice[]>) => Promise<boolean>;

async function run(
  { now, signal }: RunOptions,
  work: (deliverAll: DeliverAll, clock: () => Promise<Date>) => Promise<void>,
): Promise<void> {
  if (!env().mail) return;
  // What failed stays claimed until the end of the run, or it would be claimed again in the same run.
  const failed: Notice[] = [];
  let inARow = 0;
  const deliverAll: DeliverAll = async (claim) => {
    while (!signal?.aborted) {
      const notices = await claim();
      if (notices.length === 0) return true;
      const began = performance.now();
      while (notices.length > 0) {
        const late = performance.now() - began > claimPatience;
        if (late || signal?.aborted || inARow === failuresInARow) {
          await release(notices, false);
          return false;
        }
        const notice = notices.shift() as Notice;
        const outcome = await send(notice);
        inARow = outcome === 'sent' ? 0 : inARow + 1;
        if (outcome === 'sent') await markSent(notice);
        // What the server refused is tried again once its claim has run out; else one bad address would be tried for ever.
        else if (outcome !== 'refused') failed.push(notice);
      }
    }
    return false;
  };
  try {
    await work(deliverAll, now ? () => Promise.resolve(now) : readClock);
  } finally {
    await release(failed, true);
  }
}

function send(notice: Notice): Promise<DeliveryOutcome> {
  return notice.table === 'key_notice' ? sendExpiryNotice(notice) : sendLeakNotice(notice);
}

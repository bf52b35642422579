import { reportConnectionFailures } from '../connection-failures/mutations';
import { log } from '../log';
import { sendExpiryNotices, sendLeakNotices } from '../notifications/delivery';
import { raiseUsageAlerts } from '../usage-alerts/mutations';

/** What the pages' process does by itself. Any number of processes may: each task is claimed in the database. */
type Job = {
  /** Said when it fails. */
  failure: string;
  /** On every look, or on each so-many-eth. */
  everyLooks: number;
  work: (options: { signal: AbortSignal }) => Promise<void>;
};

const jobs: Job[] = [
  { failure: 'notices of leaks could not be sent', everyLooks: 1, work: sendLeakNotices },
  { failure: 'failures of connections could not be reported', everyLooks: 1, work: reportConnectionFailures },
  { failure: 'notices of expiries could not be sent', everyLooks: 5, work: sendExpiryNotices },
  { failure: 'usage could not be compared with its habit', everyLooks: 5, work: raiseUsageAlerts },
];

const seconds = 1_000;
/** After the start, then between two looks. */
const firstDelay = 5 * seconds;
const interval = 60 * seconds;
/** How long the end of the process waits for what is under way. */
const stopPatience = 5 * seconds;

/** Works in the background until it is stopped. What fails is logged and tried again. @param pace in milliseconds */
export function startJobs(pace = { firstDelay, interval }): { stop(): Promise<void> } {
  const controller = new AbortController();
  const { signal } = controller;
  let looks = 0;
  let running: Promise<void> = Promise.resolve();
  let timer = setTimeout(look, pace.firstDelay);
  timer.unref();

  function look() {
    running = workAll(looks++, signal).finally(() => {
      if (signal.aborted) return;
      timer = setTimeout(look, pace.interval);
      timer.unref();
    });
  }

  return {
    async stop() {
      controller.abort();
      clearTimeout(timer);
      const patience = new Promise<void>((resolve) => setTimeout(resolve, stopPatience).unref());
      await Promise.race([running, patience]);
    },
  };
}

/** One after the other: they are in no hurry, and the database has others to serve. */
async function workAll(look: number, signal: AbortSignal): Promise<void> {
  for (const { failure, everyLooks, work } of jobs) {
    if (signal.aborted || look % everyLooks !== 0) continue;
    await work({ signal }).catch((error: unknown) => log().warn({ err: error }, failure));
  }
}

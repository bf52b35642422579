/** Plausible usage for the demo's keys: always the same shape, so that everybody sees the page as it is meant. */

type Outcome = 'accepted' | 'invalid_credential' | 'key_inactive' | 'key_revoked';

export type SampleUsage = {
  /** What came in an ordinary hour of a working day, and when, in days from now. */
  streams: Array<{ outcome: Outcome; perHour: number; fromInDays: number; toInDays: number }>;
  /** Who sent it: the first so much of each day's accepted requests, the last one the rest. */
  callers: Array<{ address: string; client: string; share: number }>;
};

const hour = 60 * 60 * 1000;
const day = 24 * hour;
const weekdays = [0.35, 1, 1.15, 1.05, 1.1, 0.9, 0.4];

/** Rows by hour, as verification would have counted them until now. */
export function hoursOf({ streams }: SampleUsage, now: Date) {
  return streams.flatMap(({ outcome, perHour, fromInDays, toInDays }) => {
    const first = Math.ceil((now.getTime() + fromInDays * day) / hour);
    const last = Math.floor((now.getTime() + toInDays * day) / hour);
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => new Date((first + index) * hour))
      .map((time) => ({ hour: time, outcome, requests: Math.round(perHour * rhythm(time)) }))
      .filter(({ requests }) => requests > 0);
  });
}

/** Rows by day and caller that agree with the hours. */
export function callersOf({ callers }: SampleUsage, hours: ReturnType<typeof hoursOf>) {
  const accepted = new Map<number, number>();
  for (const { hour: time, outcome, requests } of hours) {
    const midnight = Math.floor(time.getTime() / day) * day;
    if (outcome === 'accepted') accepted.set(midnight, (accepted.get(midnight) ?? 0) + requests);
  }
  return [...accepted].flatMap(([midnight, requests]) => {
    let rest = requests;
    return callers
      .map(({ address, client, share }, index) => {
        const part = index === callers.length - 1 ? rest : Math.floor(requests * share);
        rest -= part;
        return { day: new Date(midnight), address, client, requests: part };
      })
      .filter((row) => row.requests > 0);
  });
}

/** More by day than by night, less at weekends, and never quite the same. */
function rhythm(time: Date): number {
  const daylight = 0.4 + 0.6 * Math.max(0, Math.sin(((time.getUTCHours() - 5) / 14) * Math.PI));
  const ripple = 1 + 0.15 * Math.sin(time.getTime() / hour);
  return (weekdays[time.getUTCDay()] ?? 1) * daylight * ripple;
}

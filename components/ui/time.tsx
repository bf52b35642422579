'use client';

import { dateText } from './date-text';
import { useHydrated } from './use-hydrated';

const two = (value: number) => String(value).padStart(2, '0');

function clockText(time: Date, utc: boolean): string {
  if (utc) return `${two(time.getUTCHours())}:${two(time.getUTCMinutes())} UTC`;
  const offset = -time.getTimezoneOffset();
  const zone = offset === 0 ? 'UTC' : `UTC${offset < 0 ? '−' : '+'}${Math.floor(Math.abs(offset) / 60)}`;
  const minutes = Math.abs(offset) % 60;
  return `${two(time.getHours())}:${two(time.getMinutes())} ${zone}${minutes ? `:${two(minutes)}` : ''}`;
}

const steps: Array<[unit: string, seconds: number]> = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/** How far a time is from another one, in the largest unit that fits: `3 days ago`, `in 2 hours`, `just now`. */
export function relativeText(time: Date, now: Date): string {
  const seconds = (time.getTime() - now.getTime()) / 1000;
  for (const [unit, length] of steps) {
    const amount = Math.floor(Math.abs(seconds) / length);
    if (amount === 0) continue;
    const span = `${amount} ${unit}${amount === 1 ? '' : 's'}`;
    return seconds < 0 ? `${span} ago` : `in ${span}`;
  }
  return seconds > 0 ? 'in less than a minute' : 'just now';
}

type TimeProps = {
  /** ISO 8601. */
  iso: string;
  /** ISO 8601; makes the text relative to this time. */
  relativeTo?: string;
  /** Show the time of day too. */
  precise?: boolean;
};

/** A point in time: in UTC until the page has hydrated, then in the reader's own time zone. */
export function Time({ iso, relativeTo, precise = false }: TimeProps) {
  const utc = !useHydrated();
  const time = new Date(iso);
  const date = dateText(time, utc);
  const full = `${date}, ${clockText(time, utc)}`;
  return (
    <time dateTime={iso} title={full} className="tabular-nums">
      {relativeTo ? relativeText(time, new Date(relativeTo)) : precise ? full : date}
    </time>
  );
}

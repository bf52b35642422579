import Link from 'next/link';
import type { EventFilter } from '@/lib/audit/schema';
import { addressOf } from './event-address';

const presets = [
  { label: 'Today', days: 1 },
  { label: 'Last 7 days', days: 7 },
  { label: 'Last 30 days', days: 30 },
];

/** Days in UTC up to today's. */
export function TimePresets({ filter, now }: { filter: EventFilter; now: string }) {
  const dayBefore = (days: number) => new Date(Date.parse(now) - days * 86_400_000).toISOString().slice(0, 10);
  return (
    <nav aria-label="Times" className="-ml-2 flex">
      {presets.map(({ label, days }) => {
        const from = dayBefore(days - 1);
        const chosen = filter.from === from && filter.to === null;
        return (
          <Link
            key={label}
            href={addressOf({ ...filter, from, to: null })}
            prefetch={false}
            scroll={false}
            aria-current={chosen || undefined}
            className="rounded-md px-2 py-1.5 text-ink-muted hover:bg-sunken hover:text-ink aria-[current]:bg-sunken aria-[current]:font-medium aria-[current]:text-ink"
          >
            {label}
          </Link>
        );
      })}
    </nav>
  );
}

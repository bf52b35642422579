import Link from 'next/link';
import { addressOf } from '@/app/tenant/events/event-address';
import { Time } from '@/components/ui/time';
import { systemActor, wordsOf } from '@/lib/audit/actions';
import type { EventView } from '@/lib/audit/schema';

const shown = 6;

/** What happened to a key lately, and the way to all of it. */
export function RecentEvents({ clientId, events, now }: { clientId: string; events: EventView[]; now: string }) {
  if (events.length === 0)
    return <p className="px-5 py-10 text-center text-ink-muted">Nothing has happened to it yet.</p>;
  return (
    <>
      <ul className="divide-y divide-line">
        {events.slice(0, shown).map(({ sequence, action, actorKind, actorEmail, at }) => (
          <li key={sequence} className="flex flex-wrap justify-between gap-x-4 px-5 py-2.5 max-sm:px-4">
            <span className="min-w-0">
              <span className="font-medium">{wordsOf(action)}</span>{' '}
              <span className="text-ink-muted [overflow-wrap:anywhere]">
                by <bdi>{actorKind === 'system' ? systemActor : (actorEmail ?? 'a former member')}</bdi>
              </span>
            </span>
            <span className="shrink-0 text-ink-muted">
              <Time iso={at} relativeTo={now} />
            </span>
          </li>
        ))}
      </ul>
      <p className="border-line border-t px-5 py-3 max-sm:px-4">
        <Link
          href={addressOf({ key: clientId })}
          prefetch={false}
          className="rounded-sm font-medium text-accent-text underline decoration-accent-text/40 underline-offset-2 hover:decoration-accent-text"
        >
          All events of this key
        </Link>
      </p>
    </>
  );
}

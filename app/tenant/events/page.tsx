import { Download } from 'lucide-react';
import type { Metadata } from 'next';
import Link from 'next/link';
import { notFound, redirect } from 'next/navigation';
import { Pager } from '@/components/pager';
import { buttonClass } from '@/components/ui/button-class';
import { FormMessage } from '@/components/ui/field';
import { PageHeading } from '@/components/ui/page-heading';
import { listEvents } from '@/lib/audit/queries';
import { type EventParameters, eventPlaceSchema, parseEventFilter } from '@/lib/audit/schema';
import { requireViewer } from '@/lib/auth/viewer';
import { addressOf, eventsPath, exportAddressOf } from './event-address';
import { EventFilters } from './event-filters';
import { EventTable } from './event-table';

export const metadata: Metadata = { title: 'Events' };

export default async function EventsPage({ searchParams }: { searchParams: Promise<EventParameters> }) {
  const viewer = await requireViewer();
  const parameters = await searchParams;
  const { filter, problems } = parseEventFilter(parameters);
  // The filter holds the client ID instead.
  if (JSON.stringify(parameters).includes('lk_sk_')) redirect(addressOf(filter));
  const view = await listEvents(viewer, filter, eventPlaceSchema.parse(parameters));
  if (!view) notFound();
  const { events, before, after } = view;
  const impossible = filter.from !== null && filter.to !== null && filter.from > filter.to;
  const remarks = [
    ...problems.map((problem) => `${problem} It was ignored.`),
    ...(impossible ? ['“From” is after “To”, so no event can match.'] : []),
  ];
  return (
    <>
      <PageHeading
        title="Events"
        action={
          // A file, not a page: the router has nothing to do with it.
          <a href={exportAddressOf(filter)} download className={`max-sm:w-full ${buttonClass()}`}>
            <Download aria-hidden className="size-4" />
            Export CSV
          </a>
        }
      >
        Who did what in <bdi>{viewer.tenantName}</bdi>, when and from where. Nobody can change or delete an event.
      </PageHeading>
      {remarks.length > 0 && (
        <div className="mb-4 space-y-2">
          {remarks.map((sentence) => (
            <FormMessage key={sentence} tone="warn">
              {sentence}
            </FormMessage>
          ))}
        </div>
      )}
      <div className="overflow-hidden rounded-xl border border-line bg-surface shadow-soft">
        <EventFilters filter={filter} actors={actorsOf(events)} now={view.now} found={events.length} />
        {events.length > 0 ? <EventTable events={events} names={view.names} /> : <NoEvents />}
        <Pager
          label="Pages of events"
          previous={before === null ? null : addressOf(filter, { before })}
          next={after === null ? null : addressOf(filter, { after })}
        />
      </div>
    </>
  );
}

/** To choose from: who is on the page. */
function actorsOf(events: Array<{ actorEmail: string | null }>): string[] {
  return [...new Set(events.flatMap(({ actorEmail }) => actorEmail ?? []))];
}

// A log without a filter holds the tenant's creation at least.
function NoEvents() {
  return (
    <div className="px-5 py-14 text-center text-ink-muted">
      <p className="font-medium text-ink">No events match</p>
      <p className="mt-1">An actor is found by their whole email, a key by its whole name or client ID.</p>
      <Link href={eventsPath} prefetch={false} className={`mt-4 ${buttonClass()}`}>
        Clear filters
      </Link>
    </div>
  );
}

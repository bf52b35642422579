'use client';

import type { ReactNode } from 'react';
import type { KeyView } from '@/lib/keys/schema';
import { countText, type KeyCaller, type KeyTraffic, totalOf, totalText } from '@/lib/usage/schema';
import { refusalsText } from '@/lib/usage/words';
import { Fact, KeySummary, LastUsed } from './key-summary';
import { type TrafficState, useTraffic } from './use-traffic';

type KeyTrafficSummaryProps = {
  item: Pick<KeyView, 'clientId' | 'name'>;
  /** Whose keys it is one of: those that the member sees among their own, or all of the tenant, for its admins. */
  of?: 'account' | 'tenant';
};

/** Which key it is and who still depends on it, as it is now. It is there to be read, and keeps nobody from going on. */
export function KeyTrafficSummary({ item, of = 'account' }: KeyTrafficSummaryProps) {
  const state = useTraffic(item.clientId, of);
  return (
    <div>
      <p role="status" className="sr-only">
        {announcementOf(state)}
      </p>
      <KeySummary item={item}>
        <Fact title="Last used">
          <Loaded state={state}>{({ lastUsedAt, now }) => <LastUsed at={lastUsedAt} now={now} />}</Loaded>
        </Fact>
        <Fact title="Last 7 days">
          <Loaded state={state}>{({ week }) => totalText(totalOf(week), '')}</Loaded>
        </Fact>
      </KeySummary>
      <div className="mt-3 h-44 overflow-hidden rounded-lg border border-line">
        {state.status === 'loading' && <Waiting />}
        {state.status === 'loaded' && <Callers {...state.traffic} />}
        {state.status === 'unknown' && <Sentence>{reasons[state.because]}</Sentence>}
      </div>
    </div>
  );
}

/** The same in three lines, for a dialog that has other things to show. */
export function KeyImpact({ item }: { item: KeyView }) {
  const state = useTraffic(item.clientId);
  return (
    <KeySummary item={item}>
      <Fact title="Last used">
        <Loaded state={state}>{({ lastUsedAt, now }) => <LastUsed at={lastUsedAt} now={now} />}</Loaded>
      </Fact>
      <Fact title="Last 7 days">
        <Loaded state={state}>{({ week }) => totalText(totalOf(week), '')}</Loaded>
      </Fact>
      <Fact title="Callers">
        <Loaded state={state}>{({ callers }) => countText(callers.length)}</Loaded>
      </Fact>
    </KeySummary>
  );
}

const reasons = {
  unreachable: 'Latchkey did not answer, so nobody can say who uses this key. You can go on all the same.',
  missing: 'This key does not exist any more. Reload the page.',
  signed_out: 'You are signed out. Reload the page and sign in again.',
};

function announcementOf(state: TrafficState): string {
  switch (state.status) {
    case 'loading':
      return 'Looking at who uses this key…';
    case 'loaded': {
      const { callers, week } = state.traffic;
      const people = callers.length === 1 ? '1 caller' : `${callers.length} callers`;
      return `${totalText(totalOf(week))}${callers.length > 0 ? ` from ${people}` : ''}.`;
    }
    case 'unknown':
      return reasons[state.because];
  }
}

function Loaded({ state, children }: { state: TrafficState; children: (traffic: KeyTraffic) => ReactNode }) {
  if (state.status === 'loaded') return children(state.traffic);
  if (state.status === 'unknown') return <span className="text-ink-muted">Not known</span>;
  return <Line className="w-24" />;
}

function Callers({ callers, otherRequests, refusals }: KeyTraffic) {
  if (callers.length === 0 && otherRequests === 0 && refusals.length === 0) {
    return <Sentence>Nobody called with this key in the last 7 days.</Sentence>;
  }
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: who has no wheel scrolls it with the arrow keys
    <section aria-label="Callers" tabIndex={0} className="h-full overflow-y-auto focus-visible:-outline-offset-2">
      <Heading />
      <ul className="divide-y divide-line">
        {callers.map((caller) => (
          <Caller key={`${caller.address} ${caller.client}`} {...caller} />
        ))}
        {otherRequests > 0 && (
          <li className={lineClass}>
            <span>{callers.length > 0 ? 'Other callers' : 'Callers that were not noted'} </span>
            <span className="tabular-nums">{countText(otherRequests)}</span>
          </li>
        )}
        {refusals.length > 0 && <li className="px-4 py-1.5 text-ink-muted">Refused: {refusalsText(refusals)}</li>}
      </ul>
    </section>
  );
}

const lineClass = 'flex justify-between gap-4 px-4 py-1.5';

function Heading() {
  return (
    <p
      aria-hidden
      className={`${lineClass} sticky top-0 border-line border-b bg-raised text-ink-muted text-xs leading-4`}
    >
      <span>Caller</span>
      <span>Requests</span>
    </p>
  );
}

function Caller({ address, client, requests, daysAgo }: KeyCaller) {
  return (
    <li className={lineClass}>
      <span className="min-w-0 [overflow-wrap:anywhere]">
        <bdi className="font-medium">{client}</bdi>{' '}
        <span className="text-ink-muted text-xs">
          <bdi className="font-mono">{address}</bdi>
          {daysAgo > 0 && (
            <span className="whitespace-nowrap"> {daysAgo === 1 ? 'yesterday' : `${daysAgo} days ago`}</span>
          )}
        </span>{' '}
      </span>
      <span className="shrink-0 tabular-nums">{countText(requests)}</span>
    </li>
  );
}

function Waiting() {
  return (
    <div aria-hidden>
      <Heading />
      {['w-40', 'w-32', 'w-44'].map((width) => (
        <div key={width} className={`${lineClass} items-center`}>
          <Line className={width} />
          <Line className="w-10" />
        </div>
      ))}
    </div>
  );
}

/** Where a text will be. */
function Line({ className }: { className: string }) {
  return (
    <span aria-hidden className="inline-flex h-[1.375rem] items-center">
      <span className={`inline-block h-2.5 rounded-full bg-sunken ${className}`} />
    </span>
  );
}

function Sentence({ children }: { children: ReactNode }) {
  return <p className="flex h-full items-center justify-center px-8 text-center text-ink-muted">{children}</p>;
}

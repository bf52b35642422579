'use client';

import { ArrowRight } from 'lucide-react';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { Button } from '@/components/ui/button';
import { buttonClass } from '@/components/ui/button-class';
import { CopyButton } from '@/components/ui/copy-button';
import { selectText } from '@/components/ui/select-text';
import type { EventsPageView, EventView } from '@/lib/audit/schema';
import { type DetailLine, linesOf } from './detail-lines';
import { addressOf } from './event-address';
import { Actor } from './event-words';

export function EventDetails({ event, names }: { event: EventView; names: EventsPageView['names'] }) {
  const { sequence, at, clientId, address, subjectEmail } = event;
  return (
    <div className="space-y-4">
      <dl className="grid gap-x-6 gap-y-2 lg:grid-cols-[max-content_1fr]">
        <Line label="Number">{sequence.toLocaleString('en')}</Line>
        <Line label="Time">
          <time dateTime={at} className="tabular-nums">
            {at}
          </time>
        </Line>
        <Line label="Actor">
          <Actor event={event} />
        </Line>
        <Line label="Address">{address ?? 'None: it came from no network'}</Line>
        {subjectEmail && (
          <Line label="Member">
            <bdi>{subjectEmail}</bdi>
          </Line>
        )}
        {clientId && (
          <Line label="Client ID">
            <ClientId event={event} clientId={clientId} />
          </Line>
        )}
        {linesOf(event, names).map((line) => (
          <Line key={line.field} label={line.label}>
            <Value line={line} />
          </Line>
        ))}
      </dl>
      {clientId && <KeyLinks clientId={clientId} deleted={event.keyDeleted} />}
    </div>
  );
}

function Line({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="contents max-lg:block">
      <dt className="text-ink-muted">{label}</dt>
      <dd className="min-w-0 [overflow-wrap:anywhere]">{children}</dd>
    </div>
  );
}

function Value({ line: { before, value } }: { line: DetailLine }) {
  if (before === undefined) return <Text>{value}</Text>;
  return (
    <span className="flex flex-wrap items-baseline gap-x-2">
      <span className="text-ink-muted">
        <Text>{before}</Text>
      </span>
      <ArrowRight role="img" aria-label="became" className="size-3.5 shrink-0 self-center text-ink-faint" />
      <Text>{value}</Text>
    </span>
  );
}

/** JSON keeps its lines. */
function Text({ children }: { children: string }) {
  const isJson = /^[[{]/.test(children) && children.includes('\n');
  return isJson ? (
    <code className="block whitespace-pre-wrap font-mono text-xs leading-5">{children}</code>
  ) : (
    <bdi>{children}</bdi>
  );
}

function ClientId({ event, clientId }: { event: EventView; clientId: string }) {
  const id = `client-id-of-event-${event.sequence}`;
  return (
    <span className="flex items-center gap-0.5">
      <code id={id} className="font-mono text-xs">
        {clientId}
      </code>
      <CopyButton
        label={`Copy client ID of event ${event.sequence}`}
        hint="Copy client ID"
        done="Client ID copied"
        text={clientId}
        className="-my-1.5"
        onFailed={() => selectText(id)}
      />
    </span>
  );
}

function KeyLinks({ clientId, deleted }: { clientId: string; deleted: boolean }) {
  return (
    <div className="flex flex-wrap gap-2">
      {deleted ? (
        <Button refusal="This key was deleted.">Deleted</Button>
      ) : (
        <Link href={`/tenant/api-keys?search=${clientId}`} prefetch={false} className={buttonClass()}>
          Open in API keys
        </Link>
      )}
      <Link href={addressOf({ key: clientId })} prefetch={false} className={buttonClass()}>
        Events of this key
      </Link>
    </div>
  );
}

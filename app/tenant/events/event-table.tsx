'use client';

import { ChevronDown } from 'lucide-react';
import { Fragment, useState } from 'react';
import { IconButton } from '@/components/ui/button';
import { Cell, ColumnTitle, Row, Table, TableBody, TableHead } from '@/components/ui/table';
import { Time } from '@/components/ui/time';
import { wordsOf } from '@/lib/audit/actions';
import type { EventsPageView, EventView } from '@/lib/audit/schema';
import { EventDetails } from './event-details';
import { Actor, subjectsOf } from './event-words';

const columns = ['Event', 'Actor', 'Object', 'Address', 'When'];

export function EventTable({ events, names }: Pick<EventsPageView, 'events' | 'names'>) {
  const [opened, setOpened] = useState<ReadonlySet<number>>(new Set());
  const toggle = (sequence: number) =>
    setOpened((before) => {
      const after = new Set(before);
      if (!after.delete(sequence)) after.add(sequence);
      return after;
    });
  return (
    <Table label="Events">
      <TableHead>
        {columns.map((title) => (
          <ColumnTitle key={title}>{title}</ColumnTitle>
        ))}
        <ColumnTitle hidden>Details</ColumnTitle>
      </TableHead>
      <TableBody>
        {events.map((event) => (
          <Fragment key={event.sequence}>
            <EventRow event={event} open={opened.has(event.sequence)} onToggle={() => toggle(event.sequence)} />
            {opened.has(event.sequence) && (
              <Row id={detailsId(event)} className="bg-sunken/40">
                <td
                  // biome-ignore lint/a11y/noRedundantRoles: its display changes
                  role="cell"
                  colSpan={columns.length + 1}
                  className="max-lg:block lg:px-5 lg:py-4"
                >
                  <EventDetails event={event} names={names} />
                </td>
              </Row>
            )}
          </Fragment>
        ))}
      </TableBody>
    </Table>
  );
}

const detailsId = ({ sequence }: EventView) => `event-${sequence}`;

type EventRowProps = { event: EventView; open: boolean; onToggle: () => void };

function EventRow({ event, open, onToggle }: EventRowProps) {
  const subjects = subjectsOf(event);
  return (
    <Row className={`max-lg:relative ${open ? 'border-b-0 bg-sunken/40 max-lg:pb-0' : ''}`}>
      <Cell className="font-medium max-lg:mb-2 max-lg:min-h-8 max-lg:pr-12 lg:whitespace-nowrap">
        {wordsOf(event.action)}
      </Cell>
      <Cell title="Actor" className="lg:max-w-0 lg:w-1/4">
        <span className="min-w-0 break-words max-lg:text-right [overflow-wrap:anywhere]">
          <Actor event={event} />
        </span>
      </Cell>
      <Cell title="Object" className="lg:max-w-0 lg:w-1/3">
        <span className="min-w-0 max-lg:text-right">
          {subjects.length === 0 && <span className="text-ink-faint">None</span>}
          {subjects.map((subject, index) => (
            <bdi
              key={subject}
              className={`block [overflow-wrap:anywhere] ${index > 0 ? 'text-ink-muted text-xs leading-5' : ''}`}
            >
              {subject}
            </bdi>
          ))}
        </span>
      </Cell>
      <Cell title="Address" className="text-ink-muted tabular-nums">
        <span className="[overflow-wrap:anywhere] max-lg:text-right">{event.address ?? 'None'}</span>
      </Cell>
      <Cell title="When" className="whitespace-nowrap text-ink-muted">
        <Time iso={event.at} precise />
      </Cell>
      <Cell tight className="max-lg:absolute max-lg:top-2.5 max-lg:right-2">
        <IconButton
          label={`Details of event ${event.sequence}`}
          hint={open ? 'Hide details' : 'Show details'}
          icon={ChevronDown}
          aria-expanded={open}
          aria-controls={open ? detailsId(event) : undefined}
          className="[&>svg]:transition-transform aria-expanded:[&>svg]:rotate-180"
          onClick={onToggle}
        />
      </Cell>
    </Row>
  );
}

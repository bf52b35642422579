'use client';

import { LoaderCircle } from 'lucide-react';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useEffect, useRef, useState, useTransition } from 'react';
import { Field, TextField } from '@/components/ui/field';
import { Select } from '@/components/ui/select';
import { actionGroups, systemActor, wordsOf } from '@/lib/audit/actions';
import type { EventFilter } from '@/lib/audit/schema';
import { withoutSecrets } from '@/lib/keys/redaction';
import { addressOf, eventsPath } from './event-address';
import { TimePresets } from './time-presets';

/** Long enough to type the next digit of a date. */
const delayInMilliseconds = 700;

type Shown = Record<keyof EventFilter, string>;
const shownOf = ({ action, actor, key, from, to }: EventFilter): Shown => ({
  action: action ?? '',
  actor: actor ?? '',
  key: key ?? '',
  from: from ?? '',
  to: to ?? '',
});

type EventFiltersProps = { filter: EventFilter; actors: string[]; now: string; found: number };

/** The filter lives in the URL, so that it can be shared and reloaded; without scripts it is a form that goes there. */
export function EventFilters({ filter, actors, now, found }: EventFiltersProps) {
  const [shown, setShown] = useState(() => shownOf(filter));
  const [pending, startTransition] = useTransition();
  const router = useRouter();
  const current = addressOf(filter);
  const asked = useRef(current);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  // The address changed by itself: the Back button, or a link. While an answer is under way it lags behind the fields.
  useEffect(() => {
    if (pending || current === asked.current) return;
    asked.current = current;
    setShown(shownOf(filter));
  }, [current, filter, pending]);
  useEffect(() => () => clearTimeout(timer.current), []);

  function ask(next: Shown) {
    clearTimeout(timer.current);
    const address = addressOf({ ...next, actor: withoutSecrets(next.actor), key: withoutSecrets(next.key) });
    if (address === asked.current) return;
    asked.current = address;
    startTransition(() => router.push(address, { scroll: false }));
  }
  function change(field: keyof Shown, value: string, when: 'now' | 'soon' | 'later') {
    const next = { ...shown, [field]: value };
    setShown(next);
    clearTimeout(timer.current);
    if (when === 'now') ask(next);
    if (when === 'soon') timer.current = setTimeout(() => ask(next), delayInMilliseconds);
  }
  const fieldOf = (name: 'actor' | 'key' | 'from' | 'to') => ({
    name,
    value: shown[name],
    autoComplete: 'off',
    onBlur: () => ask(shown),
  });
  return (
    <search>
      <form
        action={eventsPath}
        onSubmit={(event) => {
          event.preventDefault();
          ask(shown);
        }}
        className="grid grid-cols-2 gap-x-3 gap-y-4 px-5 pt-4 max-lg:px-4 lg:grid-cols-5"
      >
        <div className="max-lg:col-span-2">
          <Field label="Event">
            {(attributes) => (
              <Select
                {...attributes}
                name="action"
                value={shown.action}
                onChange={(event) => change('action', event.target.value, 'now')}
              >
                <option value="">All events</option>
                {actionGroups.map(({ label, actions }) => (
                  <optgroup key={label} label={label}>
                    {actions.map((action) => (
                      <option key={action} value={action}>
                        {wordsOf(action)}
                      </option>
                    ))}
                  </optgroup>
                ))}
              </Select>
            )}
          </Field>
        </div>
        <TextField
          label="Actor"
          {...fieldOf('actor')}
          list="event-actors"
          placeholder="Email or Latchkey"
          spellCheck={false}
          maxLength={300}
          onChange={(event) => change('actor', event.target.value, 'later')}
        />
        <datalist id="event-actors">
          {[systemActor, ...actors].map((actor) => (
            <option key={actor} value={actor} />
          ))}
        </datalist>
        <TextField
          label="Key"
          {...fieldOf('key')}
          placeholder="Name or client ID"
          spellCheck={false}
          maxLength={300}
          onChange={(event) => change('key', event.target.value, 'later')}
        />
        {(['from', 'to'] as const).map((name) => (
          <TextField
            key={name}
            label={name === 'from' ? 'From' : 'To'}
            note="UTC"
            {...fieldOf(name)}
            type="date"
            min="1970-01-01"
            max="9999-12-31"
            onChange={(event) => change(name, event.target.value, 'soon')}
          />
        ))}
        {/* Enter submits a form of several fields only where there is a button. */}
        <button type="submit" hidden />
      </form>
      <div className="flex min-h-11 flex-wrap items-center gap-x-4 border-line border-b px-5 py-1.5 text-xs max-lg:px-4">
        <TimePresets filter={filter} now={now} />
        {current !== eventsPath && (
          <Link href={eventsPath} prefetch={false} className="py-1.5 font-medium text-accent-text hover:underline">
            Clear filters
          </Link>
        )}
        {pending && <LoaderCircle aria-hidden className="size-4 animate-spin text-ink-faint" />}
        <span role="status" className="sr-only">
          {current !== eventsPath && !pending && (found === 0 ? 'No events match' : 'Events filtered')}
        </span>
      </div>
    </search>
  );
}

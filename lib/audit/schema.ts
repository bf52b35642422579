import { z } from 'zod';
import { normalizeEmail } from '../auth/schema';
import { withoutSecrets } from '../keys/redaction';
import { type EventAction, eventActions, systemActor } from './actions';
import type { JsonValue } from './chain';

/** An event as the events page shows it. */
export type EventView = {
  sequence: number;
  /** ISO 8601 in UTC. */
  at: string;
  /** An `EventAction`, or what a later version wrote. */
  action: string;
  actorKind: 'member' | 'system';
  /** Null for the system, and for a person whose e-mail was erased. */
  actorEmail: string | null;
  subjectEmail: string | null;
  keyName: string | null;
  clientId: string | null;
  keyDeleted: boolean;
  address: string | null;
  details: { [key: string]: JsonValue };
};

/** One page of `/tenant/events`, newest first. */
export type EventsPageView = {
  events: EventView[];
  /** Sequence numbers for the links to the neighbouring pages; null at the ends. */
  before: number | null;
  after: number | null;
  /** What the ids in the details are called: e-mails of members, names of bias profiles. */
  names: { [id: string]: string };
  now: string;
};

export const eventsPerPage = 25;

/** Which events; null: whatever. Days are `YYYY-MM-DD` in UTC, both inclusive. */
export type EventFilter = {
  action: EventAction | null;
  /** An e-mail, or `systemActor`. */
  actor: string | null;
  /** A client ID, or a key's name. */
  key: string | null;
  from: string | null;
  to: string | null;
};

const text = z
  .string()
  .max(300)
  // The database cannot hold NUL, and nobody looks for the others.
  .transform((value) =>
    withoutSecrets(
      value
        .replace(/\p{Cc}/gu, ' ')
        .normalize('NFC')
        .trim(),
    ),
  );
const day = z.iso.date().refine((value) => value >= '1970-01-01');

const fields = {
  action: { schema: z.enum(eventActions), problem: 'There is no such event as the filter asks for.' },
  actor: {
    schema: text.transform((value) =>
      normalizeEmail(value) === normalizeEmail(systemActor) ? systemActor : normalizeEmail(value),
    ),
    problem: 'The filter for an actor is no email.',
  },
  key: { schema: text, problem: 'The filter for a key is neither a name nor a client ID.' },
  from: { schema: day, problem: 'The filter “From” is no date such as 2026-01-31.' },
  to: { schema: day, problem: 'The filter “To” is no date such as 2026-01-31.' },
} satisfies { [Field in keyof EventFilter]: { schema: z.ZodType<EventFilter[Field], string>; problem: string } };

export type EventParameters = { [name: string]: string | string[] | undefined };

/** The page's filter, `?action=…&actor=…`, with a sentence about each part that cannot be one: anybody can write a link. */
export function parseEventFilter(parameters: EventParameters): { filter: EventFilter; problems: string[] } {
  const problems: string[] = [];
  const read = <Field extends keyof typeof fields>(field: Field): EventFilter[Field] => {
    const given = parameters[field];
    if (given === undefined || given === '') return null;
    const result = fields[field].schema.safeParse(given);
    if (!result.success) problems.push(fields[field].problem);
    return result.success ? ((result.data || null) as EventFilter[Field]) : null;
  };
  const filter = { action: read('action'), actor: read('actor'), key: read('key'), from: read('from'), to: read('to') };
  return { filter, problems };
}

/** The place of a page: events older than `after`, or newer than `before`. */
export type EventPlace = { after?: number | undefined; before?: number | undefined };

const sequence = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number)
  .optional()
  .catch(undefined);
/** Nonsense is the first page. */
export const eventPlaceSchema = z.object({ after: sequence, before: sequence });

import { csvLines } from '../csv';
import { systemActor, wordsOf } from './actions';
import type { EventView } from './schema';

export const eventCsvTitles = csvLines([
  ['Number', 'Time (UTC)', 'Event', 'Action', 'Actor', 'Member', 'Key', 'Client ID', 'Address', 'Details'],
]);

/** Lines of the exported log. A blank actor is a former member, whose e-mail was erased. */
export function eventCsvLines(events: EventView[]): string {
  return csvLines(
    events.map((event) => [
      String(event.sequence),
      event.at,
      wordsOf(event.action),
      event.action,
      event.actorKind === 'system' ? systemActor : (event.actorEmail ?? ''),
      event.subjectEmail ?? '',
      event.keyName ?? '',
      event.clientId ?? '',
      event.address ?? '',
      JSON.stringify(event.details),
    ]),
  );
}

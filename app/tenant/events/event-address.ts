import type { EventFilter, EventPlace } from '@/lib/audit/schema';

export const eventsPath = '/tenant/events';

function withQuery(path: string, parameters: Record<string, string | number | null | undefined>): string {
  const given = Object.entries(parameters).filter(([, value]) => value !== null && value !== undefined && value !== '');
  const query = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return query ? `${path}?${query}` : path;
}

/** A filter, or what its fields hold. */
type FilterText = { [Field in keyof EventFilter]?: string | null };

/** The address of the events page that shows this. */
export function addressOf(filter: FilterText, place: EventPlace = {}): string {
  return withQuery(eventsPath, { ...filter, ...place });
}

/** The address of a CSV file with what the filter matches. */
export function exportAddressOf(filter: EventFilter): string {
  return withQuery(`${eventsPath}/export`, filter);
}

import { csvLines } from '../csv';

export type KeyFile = { name: string; clientId: string; secret: string; expiresAt: string | null; origin: string };

/** A new key as a CSV file of two lines. */
export function keyCsv({ name, clientId, secret, expiresAt, origin }: KeyFile): string {
  return csvLines([
    ['Name', 'Client ID', 'Client secret', 'Expires', 'URL'],
    [name, clientId, secret, expiresAt ?? 'Never', origin],
  ]);
}

import type { FieldMessages } from '@/app/field-messages';
import type { ConnectionTest } from '@/lib/gateway/schema';

type Refused = { status: 'refused'; message: string };

export type SaveProviderKeyState =
  /** How many connections send another value from now on. */
  { status: 'saved'; connections: number } | Refused | { status: 'invalid'; fields: FieldMessages<'name' | 'value'> };

/** The connections that use a provider key now, by name. */
export type ReviewProviderKeyState = { status: 'ready'; connections: string[] } | Refused;

export type DeleteProviderKeyState = { status: 'deleted'; connections: string[] } | Refused;

/** What a connection's upstream said to the provider key; null: it was not asked. */
export type TestedConnection = { slug: string; name: string; test: ConnectionTest | null };

export type TestProviderKeyState = { status: 'ready'; connections: TestedConnection[] } | Refused;

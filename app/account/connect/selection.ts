import { type CalledConnection, type Shell, type Surface, shells, surfaces } from '@/lib/connections/commands';
import type { ConnectionView } from '@/lib/connections/schema';
import type { UsableKey } from '@/lib/keys/schema';

/** A connection as far as a command is about it. */
export type ConnectionChoice = CalledConnection &
  Pick<ConnectionView, 'name' | 'scopes'> & {
    models: string[];
    /** Whether there is a provider key to send, or none is needed. */
    ready: boolean;
  };

export type Choices = { connections: ConnectionChoice[]; keys: UsableKey[] };

export type Selection = {
  /** Null: the plain API. */
  connection: ConnectionChoice | null;
  key: UsableKey | null;
  surface: Surface;
  shell: Shell;
  model: string;
};

/** What the address chooses, as far as it is there to be chosen; otherwise the first of each. */
export function selectionOf(
  query: { get(name: string): string | null },
  { connections, keys }: Choices,
  fixed: ConnectionChoice | null,
): Selection {
  const connection = fixed ?? connections.find(({ slug }) => slug === query.get('connection')) ?? null;
  const models = connection?.models ?? [];
  return {
    connection,
    key: keys.find(({ clientId }) => clientId === query.get('key')) ?? keys[0] ?? null,
    surface: surfaces.find((name) => name === query.get('as')) ?? 'rest',
    shell: shells.find((name) => name === query.get('shell')) ?? 'bash',
    model: models.find((name) => name === query.get('model')) ?? models[0] ?? '',
  };
}

/** A connection's view, without what no command needs. */
export function choiceOf(connection: ConnectionView): ConnectionChoice {
  const { slug, name, kind, url, method, authStyle, authHeader, scopes } = connection;
  const models = connection.models.map((model) => model.name);
  const ready = authStyle === 'none' || connection.providerKey !== null || connection.models.some((m) => m.providerKey);
  return { slug, name, kind, url, method, authStyle, authHeader, scopes, models, ready };
}

/** The scopes that the connection demands and the key lacks. */
export function missingScopes({ connection, key }: Selection): string[] {
  if (!connection || !key) return [];
  return connection.scopes.filter((scope) => !key.scopes.includes(scope));
}

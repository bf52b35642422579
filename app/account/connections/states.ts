import type { FieldMessages } from '@/app/field-messages';
import type { ConnectionTest } from '@/lib/gateway/schema';

type Refused = { status: 'refused'; message: string };

/** What the dialog can say something about. */
export const connectionFields = [
  'name',
  'slug',
  'url',
  'method',
  'providerKeyId',
  'authStyle',
  'authHeader',
  'models',
  'scopes',
  'timeoutInSeconds',
  'sizeLimitInMegabytes',
] as const;
export type ConnectionMessages = FieldMessages<(typeof connectionFields)[number]>;

export type SaveConnectionState =
  | { status: 'saved'; id: string }
  | Refused
  | { status: 'invalid'; fields: ConnectionMessages }
  /** Somebody else saved it since the dialog opened; nothing was written. */
  | { status: 'changed' };

export type DeleteConnectionState = { status: 'deleted' } | Refused;

export type TestConnectionState = { status: 'tested'; test: ConnectionTest } | Refused;

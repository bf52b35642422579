import type { FieldMessages } from '@/app/field-messages';

export type CreateKeyField = 'name' | 'description' | 'expiry' | 'scopes';
export type EditKeyField = 'name' | 'description' | 'scopes';

/** A key that was just made, with the one appearance of its secret. */
export type NewKey = { clientId: string; secret: string; name: string; expiresAt: string | null };

export type CreateKeyState =
  | ({ status: 'created' } & NewKey)
  | { status: 'already_created' }
  | { status: 'refused'; message: string }
  | { status: 'invalid'; fields: FieldMessages<CreateKeyField> };

export type ChangeKeyState =
  | { status: 'done' }
  | { status: 'refused'; message: string }
  | { status: 'invalid'; fields: FieldMessages<EditKeyField> };

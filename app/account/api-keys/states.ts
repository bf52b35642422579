import type { FieldMessages } from '@/app/field-messages';

export type CreateKeyField = 'name' | 'description' | 'expiry' | 'scopes' | 'biasProfileId';
export type EditKeyField = CreateKeyField;

/** A secret that was just minted, in its one appearance. Times are ISO 8601 in UTC. */
export type NewKey = {
  clientId: string;
  secret: string;
  name: string;
  expiresAt: string | null;
  /** After a rotation: until when the old secret works; null when it does not. */
  previousEndsAt?: string | null;
};

export type CreateKeyState =
  | ({ status: 'created' } & NewKey)
  | { status: 'already_created' }
  | { status: 'refused'; message: string }
  | { status: 'invalid'; fields: FieldMessages<CreateKeyField> };

export type ChangeKeyState =
  | { status: 'done' }
  | { status: 'refused'; message: string }
  | { status: 'invalid'; fields: FieldMessages<EditKeyField> };

/** The answers that bring no secret. */
export type NotCreated = Exclude<CreateKeyState, { status: 'created' }>;
export type NotRotated = Exclude<RotateKeyState, { status: 'rotated' }>;

/** What a key holds now, of what somebody else changed meanwhile. */
export type ChangedMeanwhile = Partial<{
  name: string;
  description: string;
  scopes: string[];
  biasProfileId: string | null;
  expiresAt: string | null;
}>;

export type EditKeyState = ChangeKeyState | { status: 'changed'; current: ChangedMeanwhile };

export type RotateKeyState =
  | ({ status: 'rotated'; previousEndsAt: string | null } & NewKey)
  | { status: 'already_rotated' }
  | { status: 'refused'; message: string }
  | { status: 'invalid'; fields: FieldMessages<'overlap' | 'expiry'> };

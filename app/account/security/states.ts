import type { FieldMessages } from '@/app/field-messages';

export type PasswordField = 'currentPassword' | 'newPassword' | 'repeatedPassword';

export type ChangePasswordState =
  | { status: 'changed' | 'limited' }
  | { status: 'invalid'; fields: FieldMessages<PasswordField> };

export type EndSessionState = { status: 'ended' | 'not_found' };

'use client';

import type { Chosen } from './use-selection';

export type OpenDialog =
  | { kind: 'revoke'; clientId: string; name: string }
  | { kind: 'revoke-many'; selection: Chosen };

type KeyDialogsProps = {
  dialog: OpenDialog;
  onClose: () => void;
  onReturnFocus: () => void;
  /** What was selected is revoked. */
  onRevoked: () => void;
};

export function KeyDialogs(_: KeyDialogsProps) {
  return null;
}

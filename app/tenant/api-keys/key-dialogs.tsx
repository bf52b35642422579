'use client';

import { BulkRevokeDialog } from './bulk-revoke-dialog';
import { RevokeDialog } from './revoke-dialog';
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

export function KeyDialogs({ dialog, onRevoked, ...frame }: KeyDialogsProps) {
  if (dialog.kind === 'revoke') return <RevokeDialog clientId={dialog.clientId} name={dialog.name} {...frame} />;
  return <BulkRevokeDialog selection={dialog.selection} onRevoked={onRevoked} {...frame} />;
}

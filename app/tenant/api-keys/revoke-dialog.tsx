'use client';

import { KeyTrafficSummary } from '@/app/account/api-keys/key-traffic';
import { QuestionDialog } from '@/components/question-dialog';
import { notify } from '@/components/ui/notice';
import { revokeKeyAction } from './revoke-actions';

type RevokeDialogProps = {
  clientId: string;
  name: string;
  onClose: () => void;
  onReturnFocus: () => void;
};

/** Asks before one key is revoked, and shows who still depends on it. */
export function RevokeDialog({ clientId, name, ...frame }: RevokeDialogProps) {
  async function revoke() {
    const result = await revokeKeyAction(clientId);
    if (result.status === 'done') {
      notify('Key revoked');
      frame.onClose();
    }
    return result;
  }
  return (
    <QuestionDialog
      title={`Revoke ${name}?`}
      description="Services using this key will be refused at once. Revoking is permanent and cannot be undone."
      button="Revoke"
      submit={revoke}
      {...frame}
    >
      <KeyTrafficSummary item={{ clientId, name }} of="tenant" />
    </QuestionDialog>
  );
}

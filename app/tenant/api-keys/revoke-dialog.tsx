'use client';

import { KeyTrafficSummary } from '@/app/account/api-keys/key-traffic';
import { Button } from '@/components/ui/button';
import { Dialog, DialogBody, DialogFooter } from '@/components/ui/dialog';
import { FormMessage } from '@/components/ui/field';
import { notify } from '@/components/ui/notice';
import { unreachableMessage, useSubmission } from '@/components/use-submission';
import { revokeKeyAction } from './revoke-actions';

type RevokeDialogProps = {
  clientId: string;
  name: string;
  onClose: () => void;
  onReturnFocus: () => void;
};

/** Asks before one key is revoked, and shows who still depends on it. */
export function RevokeDialog({ clientId, name, onClose, onReturnFocus }: RevokeDialogProps) {
  const { state, pending, submit } = useSubmission(async () => {
    const result = await revokeKeyAction(clientId);
    if (result.status === 'done') {
      notify('Key revoked');
      onClose();
    }
    return result;
  });
  return (
    <Dialog
      alert
      title={`Revoke ${name}?`}
      description="Services using this key will be refused at once. Revoking is permanent and cannot be undone."
      onClose={onClose}
      onReturnFocus={onReturnFocus}
    >
      <DialogBody>
        <KeyTrafficSummary item={{ clientId, name }} of="tenant" />
        {state?.status === 'refused' && !pending && <FormMessage>{state.message}</FormMessage>}
        {state?.status === 'unreachable' && !pending && <FormMessage>{unreachableMessage}</FormMessage>}
      </DialogBody>
      <DialogFooter>
        <Button onClick={onClose}>Cancel</Button>
        <Button tone="danger" pending={pending} onClick={() => submit(undefined)}>
          Revoke
        </Button>
      </DialogFooter>
    </Dialog>
  );
}

'use client';

import { Button } from '@/components/ui/button';
import { Dialog, DialogBody, DialogFooter } from '@/components/ui/dialog';
import { FormMessage } from '@/components/ui/field';
import { notify } from '@/components/ui/notice';
import { unreachableMessage, useSubmission } from '@/components/use-submission';
import type { ConnectionView } from '@/lib/connections/schema';
import { deleteConnectionAction } from './actions';
import type { DialogFrame } from './open-dialog';
import { pathOf } from './words';

type DeleteDialogProps = DialogFrame & { connection: ConnectionView };

/** Says what stops, and asks. Requests are not counted by connection, so it cannot say whose. */
export function DeleteDialog({ connection: { id, name, slug }, onClose, onReturnFocus }: DeleteDialogProps) {
  const { state, pending, submit } = useSubmission(async () => {
    const result = await deleteConnectionAction({ id });
    if (result.status === 'deleted') {
      notify('Connection deleted');
      onClose();
    }
    return result;
  });
  return (
    <Dialog
      alert
      title={`Delete ${name}?`}
      description="This cannot be undone. Its provider key stays."
      onClose={onClose}
      onReturnFocus={onReturnFocus}
    >
      <DialogBody>
        <p className="rounded-lg bg-warn-wash px-3 py-2 text-warn-text">
          Requests to <code className="font-mono text-xs [overflow-wrap:anywhere]">{pathOf(slug)}</code> will be
          answered with 404.
        </p>
        {state?.status === 'refused' && !pending && <FormMessage>{state.message}</FormMessage>}
        {state?.status === 'unreachable' && !pending && <FormMessage>{unreachableMessage}</FormMessage>}
      </DialogBody>
      <DialogFooter>
        <Button onClick={onClose}>Cancel</Button>
        <Button tone="danger" pending={pending} onClick={() => submit(undefined)}>
          Delete
        </Button>
      </DialogFooter>
    </Dialog>
  );
}

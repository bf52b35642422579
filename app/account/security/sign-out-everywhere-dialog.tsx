'use client';

import { Button } from '@/components/ui/button';
import { Dialog, DialogBody, DialogFooter } from '@/components/ui/dialog';
import { FormMessage } from '@/components/ui/field';
import { unreachableMessage, useSubmission } from '@/components/use-submission';
import { signOutEverywhereAction } from './actions';

type SignOutEverywhereDialogProps = { onClose: () => void; onReturnFocus: () => void };

export default function SignOutEverywhereDialog({ onClose, onReturnFocus }: SignOutEverywhereDialogProps) {
  const { state, pending, submit } = useSubmission(async () => {
    await signOutEverywhereAction();
    return { status: 'done' } as const;
  });
  return (
    <Dialog
      alert
      title="Sign out everywhere?"
      description="Every session of yours ends at once, this one too. Your API keys keep working."
      onClose={onClose}
      onReturnFocus={onReturnFocus}
    >
      <DialogBody>
        {state?.status === 'unreachable' && !pending && <FormMessage>{unreachableMessage}</FormMessage>}
      </DialogBody>
      <DialogFooter>
        <Button onClick={onClose}>Cancel</Button>
        <Button tone="danger" pending={pending} onClick={() => submit(undefined)}>
          Sign out everywhere
        </Button>
      </DialogFooter>
    </Dialog>
  );
}

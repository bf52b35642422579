'use client';

import type { ReactNode } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog, DialogBody, DialogFooter } from '@/components/ui/dialog';
import { FormMessage } from '@/components/ui/field';
import { unreachableMessage, type useSubmission } from '@/components/use-submission';
import type { DialogFrame } from './open-dialog';

type Answer = { status: string } & ({ status: 'refused'; message: string } | { status: 'done' });

type ConfirmDialogProps = DialogFrame & {
  title: string;
  button: string;
  submission: ReturnType<typeof useSubmission<undefined, Answer>>;
  children: ReactNode;
};

/** Asks before something that hurts is done to a member. */
export function ConfirmDialog({ title, button, submission, children, onClose, onReturnFocus }: ConfirmDialogProps) {
  const { state, pending, submit } = submission;
  const message =
    state?.status === 'refused' ? state.message : state?.status === 'unreachable' ? unreachableMessage : null;
  return (
    <Dialog alert title={title} description={children} onClose={onClose} onReturnFocus={onReturnFocus}>
      <DialogBody>{message && !pending && <FormMessage>{message}</FormMessage>}</DialogBody>
      <DialogFooter>
        <Button onClick={onClose}>Cancel</Button>
        <Button tone="danger" pending={pending} onClick={() => submit(undefined)}>
          {button}
        </Button>
      </DialogFooter>
    </Dialog>
  );
}

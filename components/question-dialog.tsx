'use client';

import type { ReactNode } from 'react';
import { Button } from './ui/button';
import { Dialog, DialogBody, DialogFooter } from './ui/dialog';
import { FormMessage } from './ui/field';
import { useSubmission } from './use-submission';

type QuestionDialogProps = {
  title: string;
  description: ReactNode;
  button: string;
  /** Of what hurts: `danger`. */
  tone?: 'danger' | 'primary';
  /** Does it; when it is done, closes the dialog. */
  submit: () => Promise<{ status: string; message?: string }>;
  onClose: () => void;
  onReturnFocus: () => void;
  /** What else there is to know before answering. */
  children?: ReactNode;
};

/** Asks before something is done, and says why it was not. */
export function QuestionDialog({ button, tone = 'danger', submit, children, ...frame }: QuestionDialogProps) {
  const { pending, refusal, submit: answer } = useSubmission<undefined, Awaited<ReturnType<typeof submit>>>(submit);
  return (
    <Dialog alert={tone === 'danger'} {...frame}>
      <DialogBody>
        {children}
        {refusal && <FormMessage>{refusal}</FormMessage>}
      </DialogBody>
      <DialogFooter>
        <Button onClick={frame.onClose}>Cancel</Button>
        <Button tone={tone} pending={pending} onClick={() => answer(undefined)}>
          {button}
        </Button>
      </DialogFooter>
    </Dialog>
  );
}

'use client';

import { Button } from './ui/button';
import { DialogBody, DialogFooter } from './ui/dialog';
import { FormMessage } from './ui/field';

type LoadingStepProps = {
  /** Said while it waits. */
  waiting: string;
  /** The answer that brought no question. */
  state: { status: string; message?: string } | null;
  pending: boolean;
  onRetry: () => void;
  onClose: () => void;
};

/** What a dialog shows until the server has said what it is about: the wait, or why there is nothing to decide. */
export function LoadingStep({ waiting, state, pending, onRetry, onClose }: LoadingStepProps) {
  const unreachable = state?.status === 'unreachable';
  const message = unreachable ? notLoaded : state?.message;
  return (
    <>
      <DialogBody>
        {message && !pending ? (
          <FormMessage>{message}</FormMessage>
        ) : (
          <p role="status" className="text-ink-muted">
            {waiting}
          </p>
        )}
      </DialogBody>
      <DialogFooter>
        <Button onClick={onClose}>Cancel</Button>
        {unreachable && (
          <Button pending={pending} onClick={onRetry}>
            Try again
          </Button>
        )}
      </DialogFooter>
    </>
  );
}

export const notLoaded = 'Latchkey did not answer. Nothing was changed.';

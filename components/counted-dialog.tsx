'use client';

import { type ReactNode, useEffect } from 'react';
import { notLoaded } from './loading-step';
import { Button } from './ui/button';
import { Dialog, DialogBody, DialogFooter } from './ui/dialog';
import { FormMessage } from './ui/field';
import { type Unreachable, useSubmission } from './use-submission';

/** `ready` is what was counted; `message` says why it was refused. */
type Answer = { status: string; message?: string };
type Ready<Counted> = Extract<Counted, { status: 'ready' }>;

type CountedDialogProps<Counted extends Answer, Done extends Answer> = {
  title: string;
  description: string;
  alert?: boolean;
  wide?: boolean;
  /** Said while it counts. */
  counting: string;
  count: () => Promise<Counted>;
  button: string;
  tone: 'danger' | 'primary';
  /** Does it; when it is done, closes the dialog. */
  submit: () => Promise<Done>;
  onClose: () => void;
  onReturnFocus: () => void;
  /** What was counted, and the last answer of `submit`. */
  children: (counted: Ready<Counted>, answer: Done | Unreachable | null) => ReactNode;
};

/** Says what something means at this moment, whatever the page behind it showed, and asks. */
export function CountedDialog<Counted extends Answer, Done extends Answer>({
  counting,
  count,
  button,
  tone,
  submit,
  children,
  ...frame
}: CountedDialogProps<Counted, Done>) {
  const review = useSubmission<undefined, Counted>(count);
  const load = () => review.submit(undefined);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when it opens
  useEffect(load, []);
  const change = useSubmission<undefined, Done>(submit);
  const answer = change.pending ? null : change.state;
  const counted = isReady(review.state) ? review.state : null;
  const unreachable = review.state?.status === 'unreachable';
  const message = unreachable && !review.pending ? notLoaded : (review.refusal ?? change.refusal);
  return (
    <Dialog {...frame}>
      <DialogBody>
        {counted && children(counted, answer)}
        {!counted && (review.pending || !message) && (
          <p role="status" className="text-ink-muted">
            {counting}
          </p>
        )}
        {message && <FormMessage>{message}</FormMessage>}
      </DialogBody>
      <DialogFooter>
        <Button onClick={frame.onClose}>Cancel</Button>
        {unreachable && (
          <Button pending={review.pending} onClick={load}>
            Try again
          </Button>
        )}
        {counted && (
          <Button tone={tone} pending={change.pending} onClick={() => change.submit(undefined)}>
            {button}
          </Button>
        )}
      </DialogFooter>
    </Dialog>
  );
}

function isReady<State extends Answer>(state: State | null): state is Ready<State> {
  return state?.status === 'ready';
}

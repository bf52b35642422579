'use client';

import { type FormEvent, type ReactNode, useId, useState } from 'react';
import { Button } from '@/components/ui/button';
import { DialogBody, DialogFooter } from '@/components/ui/dialog';
import { FormMessage, TextField } from '@/components/ui/field';
import { useSubmission } from '@/components/use-submission';
import { type RevocationReview, type Selection, typedCount, untypedMaximum } from '@/lib/revocations/schema';
import { countText } from '@/lib/usage/schema';
import { RevocationPreview } from './revocation-preview';
import { startRevocationAction } from './revoke-actions';

type RevocationQuestionProps = {
  id: string;
  review: RevocationReview;
  selection: Selection;
  onStarted: (selected: number) => void;
  onReload: () => void;
  onClose: () => void;
};

/** What would stop, and the confirmation: by typing the number where it is more than a few keys. */
export function RevocationQuestion({ id, review, selection, onStarted, onReload, onClose }: RevocationQuestionProps) {
  const { count, digest } = review;
  const form = useId();
  const [typed, setTyped] = useState('');
  const [mistyped, setMistyped] = useState<string | null>(null);
  const needsTyping = count > untypedMaximum;
  const demand = `Type ${countText(count)} to confirm`;
  const { state, pending, submit } = useSubmission(async () => {
    const result = await startRevocationAction({ id, selection, reviewed: digest, typed });
    if (result.status === 'started') onStarted(result.selected);
    if (result.status === 'invalid') setMistyped(result.typed);
    return result;
  });
  function confirm(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (!needsTyping || typedCount(typed) === count) return submit(undefined);
    setMistyped(`${demand}.`);
    event.currentTarget.querySelector('input')?.focus();
  }
  const changed = state?.status === 'changed' && !pending;
  return (
    <form id={form} onSubmit={confirm}>
      <DialogBody>
        <RevocationPreview review={review} />
        {needsTyping && !changed && (
          <TextField
            short
            label={demand}
            inputMode="numeric"
            autoComplete="off"
            value={typed}
            error={mistyped ?? undefined}
            onChange={(event) => {
              setTyped(event.target.value);
              setMistyped(null);
            }}
          />
        )}
        {!pending && <Answer state={state} />}
      </DialogBody>
      <DialogFooter>
        <Button onClick={onClose}>{count > 0 ? 'Cancel' : 'Close'}</Button>
        {changed && <Button onClick={onReload}>Look again</Button>}
        {count > 0 && !changed && (
          <Button type="submit" tone="danger" pending={pending}>
            Revoke
          </Button>
        )}
      </DialogFooter>
    </form>
  );
}

function Answer({ state }: { state: { status: string; message?: string } | null }): ReactNode {
  if (state?.status === 'unreachable') {
    return <FormMessage>Latchkey did not answer. Press Revoke again: what has begun is not begun twice.</FormMessage>;
  }
  return state?.message ? <FormMessage>{state.message}</FormMessage> : null;
}

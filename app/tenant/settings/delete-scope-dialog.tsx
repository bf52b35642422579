'use client';

import { useEffect } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog, DialogBody, DialogFooter } from '@/components/ui/dialog';
import { FormMessage } from '@/components/ui/field';
import { notify } from '@/components/ui/notice';
import { unreachableMessage, useSubmission } from '@/components/use-submission';
import type { ScopeView } from '@/lib/scopes/schema';
import { deleteScopeAction, reviewScopeAction } from './actions';

type DeleteScopeDialogProps = { scope: ScopeView; onClose: () => void; onReturnFocus: () => void };

/** Says how many keys hold the scope at this moment, whatever the page behind it showed, and asks. */
export function DeleteScopeDialog({ scope: { name }, onClose, onReturnFocus }: DeleteScopeDialogProps) {
  const review = useSubmission(() => reviewScopeAction({ name }));
  const load = () => review.submit(undefined);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when it opens
  useEffect(load, []);
  const removal = useSubmission(async () => {
    const result = await deleteScopeAction({ name });
    if (result.status === 'deleted') {
      notify('Scope deleted');
      onClose();
    }
    return result;
  });
  const keys = review.state?.status === 'ready' ? review.state.keys : null;
  const message = messageOf(review.state, notCounted) ?? messageOf(removal.state, unreachableMessage);
  return (
    <Dialog
      alert
      title={`Delete ${name}?`}
      description="Nobody can choose it any more. This cannot be undone."
      onClose={onClose}
      onReturnFocus={onReturnFocus}
    >
      <DialogBody>
        {keys !== null && <Meaning keys={keys} />}
        {keys === null && !message && (
          <p role="status" className="text-ink-muted">
            Counting the keys that hold it…
          </p>
        )}
        {message && !review.pending && !removal.pending && <FormMessage>{message}</FormMessage>}
      </DialogBody>
      <DialogFooter>
        <Button onClick={onClose}>Cancel</Button>
        {review.state?.status === 'unreachable' && (
          <Button pending={review.pending} onClick={load}>
            Try again
          </Button>
        )}
        {keys !== null && (
          <Button tone="danger" pending={removal.pending} onClick={() => removal.submit(undefined)}>
            Delete
          </Button>
        )}
      </DialogFooter>
    </Dialog>
  );
}

const notCounted = 'Latchkey did not answer. Nothing was changed.';

function messageOf(state: { status: string; message?: string } | null, unreachable: string): string | null {
  if (state?.status === 'refused') return state.message ?? null;
  return state?.status === 'unreachable' ? unreachable : null;
}

function Meaning({ keys }: { keys: number }) {
  if (keys === 0) return <p>No key holds it now.</p>;
  const [who, lose] =
    keys === 1 ? ['1 key holds', 'It loses'] : [`${keys.toLocaleString('en')} keys hold`, 'They lose'];
  return (
    <p className="rounded-lg bg-warn-wash px-3 py-2 text-warn-text">
      <strong className="font-semibold">{who} it now.</strong> {lose} it at once: requests that need it are refused from
      then on.
    </p>
  );
}

'use client';

import { useRouter } from 'next/navigation';
import { useEffect, useState } from 'react';
import { newIdempotencyValue } from '@/app/account/api-keys/idempotency-value';
import { LoadingStep } from '@/components/loading-step';
import { Dialog } from '@/components/ui/dialog';
import { notify } from '@/components/ui/notice';
import { useSubmission } from '@/components/use-submission';
import { doneOf, type RevocationReview, type Selection } from '@/lib/revocations/schema';
import { countText } from '@/lib/usage/schema';
import { RevocationQuestion } from './revocation-question';
import { RevocationRunStep } from './revocation-run';
import { reviewRevocationAction } from './revoke-actions';
import { useRevocation } from './use-revocation';

type BulkRevokeDialogProps = {
  selection: Selection;
  onClose: () => void;
  onReturnFocus: () => void;
  /** All of it is done. */
  onRevoked?: () => void;
};

/** Shows what would stop, asks, and then revokes a batch at a time. Whoever leaves in the middle can resume from the page. */
export function BulkRevokeDialog({ selection, onClose, onReturnFocus, onRevoked }: BulkRevokeDialogProps) {
  // With an id of its own for each review, so that a confirmation that is sent again begins nothing twice.
  const [question, setQuestion] = useState<{ id: string; review: RevocationReview } | null>(null);
  const [started, setStarted] = useState<{ id: string; selected: number } | null>(null);
  const run = useRevocation(started?.id ?? null);
  const { state, pending, submit } = useSubmission(async () => {
    const result = await reviewRevocationAction(selection);
    if (result.status === 'ready') setQuestion({ id: newIdempotencyValue(), review: result.review });
    return result;
  });
  const load = () => submit(undefined);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when it opens
  useEffect(load, []);
  const close = useClosing(run, started?.selected ?? 0, onClose, onRevoked);
  const count = question?.review.count ?? null;
  return (
    <Dialog
      alert
      wide
      title={titleOf(count, started !== null, run.progress?.finished ?? false)}
      description={started || count === 0 ? undefined : permanenceOf(count)}
      onClose={close}
      onReturnFocus={onReturnFocus}
    >
      {started ? (
        <RevocationRunStep run={run} selected={started.selected} onClose={close} />
      ) : question ? (
        <RevocationQuestion
          key={question.id}
          {...question}
          selection={selection}
          onStarted={(selected) => setStarted({ id: question.id, selected })}
          onReload={load}
          onClose={onClose}
        />
      ) : (
        <LoadingStep
          waiting="Looking at what would stop…"
          state={state}
          pending={pending}
          onRetry={load}
          onClose={onClose}
        />
      )}
    </Dialog>
  );
}

function permanenceOf(count: number | null): string {
  const keys = count === 1 ? 'this key' : 'these keys';
  return `Services using ${keys} will be refused at once. Revoking is permanent and cannot be undone.`;
}

function titleOf(count: number | null, started: boolean, finished: boolean): string {
  const keys = count === null ? 'these keys' : count === 1 ? '1 key' : `${countText(count)} keys`;
  if (finished) return 'Bulk revoke finished';
  return started ? `Revoking ${keys}` : `Revoke ${keys}?`;
}

/** Leaving in the middle stops it between two batches: the page then offers to resume. */
export function useClosing(
  { progress }: ReturnType<typeof useRevocation>,
  selected: number,
  onClose: () => void,
  onRevoked?: () => void,
): () => void {
  const router = useRouter();
  return () => {
    if (progress?.finished) onRevoked?.();
    else if (selected > 0) {
      notify(`Stopped after ${countText(progress ? doneOf(progress) : 0)} of ${countText(selected)} keys`, 'warn');
      router.refresh();
    }
    onClose();
  };
}

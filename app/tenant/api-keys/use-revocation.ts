'use client';

import { useEffect, useState } from 'react';
import { useSubmission } from '@/components/use-submission';
import type { RevocationProgress } from '@/lib/revocations/schema';
import { continueRevocationAction } from './revoke-actions';

export type RevocationRun = {
  /** How far it is; null before the first batch. */
  progress: RevocationProgress | null;
  /** Why it does not go on: the server did not answer, or refuses. */
  stopped: { because: 'unreachable' } | { because: 'refused'; message: string } | null;
  tryAgain: () => void;
};

/** Runs a revocation to its end, a batch after the other, from the moment it has an id, for as long as this is rendered. */
export function useRevocation(id: string | null): RevocationRun {
  const [progress, setProgress] = useState<RevocationProgress | null>(null);
  const { state, pending, submit } = useSubmission(async (revocation: string) => {
    const result = await continueRevocationAction({ id: revocation });
    if (result.status === 'continued') setProgress(result.progress);
    return result;
  });
  const goesOn = state === null || (state.status === 'continued' && !state.progress.finished);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a batch follows upon the answer to the one before
  useEffect(() => {
    if (id && goesOn && !pending) submit(id);
  }, [id, state, pending]);
  const stopped =
    pending || state === null || state.status === 'continued'
      ? null
      : state.status === 'refused'
        ? { because: state.status, message: state.message }
        : { because: state.status };
  return { progress, stopped, tryAgain: () => id && submit(id) };
}

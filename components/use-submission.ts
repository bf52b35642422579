'use client';

import { unstable_rethrow } from 'next/navigation';
import { startTransition, useActionState, useRef } from 'react';

/** The request or its answer was lost. */
export type Unreachable = { status: 'unreachable' };

export const unreachableMessage =
  'Latchkey did not answer, so this may or may not have been done. Reload the page to see.';

/** What an answer may hold beside its status: why nothing was done, as a whole or of a form. */
type Answer = { status: string; message?: string; fields?: { form?: string } };

/**
 * Sends a server action and keeps its last answer; `refusal` is what it says against the whole of it, in a sentence, or that
 * there was no answer. A second submit while the first is under way is dropped; a lost
 * connection becomes a state, so that the input on the page survives it.
 */
export function useSubmission<Input, State extends Answer>(action: (input: Input) => Promise<State>) {
  const busy = useRef(false);
  const [state, dispatch, pending] = useActionState<State | Unreachable | null, Input>(async (_previous, input) => {
    try {
      return await action(input);
    } catch (error) {
      // Redirects are thrown, too.
      unstable_rethrow(error);
      return { status: 'unreachable' };
    } finally {
      busy.current = false;
    }
  }, null);
  function submit(input: Input) {
    if (busy.current) return;
    busy.current = true;
    startTransition(() => dispatch(input));
  }
  return { state, pending, submit, refusal: pending ? null : refusalOf(state) };
}

function refusalOf(state: Answer | null): string | null {
  if (state?.status === 'unreachable') return unreachableMessage;
  return state?.message ?? state?.fields?.form ?? null;
}

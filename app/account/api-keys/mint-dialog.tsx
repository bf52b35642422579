'use client';

import { useRouter } from 'next/navigation';
import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { Dialog } from '@/components/ui/dialog';
import { useForgetting } from '@/components/use-forgetting';
import { type Unreachable, useSubmission } from '@/components/use-submission';
import { LeaveStep } from './leave-step';
import type { DialogFrame } from './open-dialog';
import { SecretStep } from './secret-step';
import type { NewKey } from './states';
import { useFirstRequest } from './use-first-request';

/** What the first step shows of its last answer. That a secret came is kept, the secret in it is not. */
export type MintAnswer<State> = State | Unreachable | { status: 'handed_over' };

type FirstStep<State> = {
  state: MintAnswer<State> | null;
  pending: boolean;
  onSubmit: (input: unknown) => void;
  onClose: () => void;
};

type MintDialogProps<State> = DialogFrame & {
  title: string;
  description: ReactNode;
  origin: string;
  /** What to do for whoever has lost the secret: `delete the key and create another`. */
  remedy: string;
  /** Beside the new secret: what becomes of the old one. */
  afterwards?: (key: NewKey) => ReactNode;
  /** A key that had a secret before: what its callers did with that one is old. */
  rotated?: boolean;
  mint: (input: unknown) => Promise<State | { status: 'minted'; key: NewKey }>;
  children: (step: FirstStep<State>) => ReactNode;
};

/**
 * First what is to be minted, then the secret, and a question for whoever leaves without it: three steps of one dialog,
 * since two dialogs would share one Escape key. The secret lives in this component's state and nowhere else.
 */
export function MintDialog<State extends { status: string }>(props: MintDialogProps<State>) {
  const { title, description, origin, remedy, afterwards, rotated = false, mint, children } = props;
  const { onClose, onReturnFocus } = props;
  const [newKey, setNewKey] = useState<NewKey | null>(null);
  const [saved, setSaved] = useState(false);
  const [leaving, setLeaving] = useState(false);
  const { state, pending, submit } = useSubmission(async (input: unknown): Promise<MintAnswer<State>> => {
    const result = await mint(input);
    if (!isMinted(result)) return result;
    setNewKey(result.key);
    return { status: 'handed_over' };
  });
  // An answer under way may carry the secret as well.
  useGuard(pending || (newKey !== null && !saved), () => newKey && setLeaving(true));
  useForgetting(newKey !== null, onClose);
  // Here and not in its step, so that the question whether to leave does not make it forget.
  const firstRequest = useFirstRequest(newKey?.clientId ?? null, rotated);
  const router = useRouter();
  const received = firstRequest.status === 'received';
  // The row behind the dialog says by then when the key was used.
  useEffect(() => {
    if (received) router.refresh();
  }, [received, router]);

  if (newKey === null) {
    // An answer under way may carry the secret: the dialog stays until it is here.
    const close = () => !pending && onClose();
    return (
      <Dialog title={title} description={description} onClose={close} onReturnFocus={onReturnFocus}>
        {children({ state, pending, onSubmit: submit, onClose: close })}
      </Dialog>
    );
  }
  const close = () => (saved ? onClose() : setLeaving(!leaving));
  return (
    <Dialog
      wide={!leaving}
      alert={leaving}
      title={leaving ? 'Close without saving the secret?' : 'Save your client secret'}
      description={
        leaving ? (
          `You have neither copied nor downloaded the client secret. Once this is closed nobody can show it again: you would have to ${remedy}.`
        ) : (
          <>Copy or download your client secret now. This is your only chance to save it. {afterwards?.(newKey)}</>
        )
      }
      onClose={close}
      onReturnFocus={onReturnFocus}
    >
      {leaving ? (
        <LeaveStep onBack={() => setLeaving(false)} onLeave={onClose} />
      ) : (
        <SecretStep
          newKey={newKey}
          origin={origin}
          firstRequest={firstRequest}
          onSaved={() => setSaved(true)}
          onDone={close}
        />
      )}
    </Dialog>
  );
}

function isMinted(result: { status: string }): result is { status: 'minted'; key: NewKey } {
  return result.status === 'minted';
}

/** Leaving the page warns, until the secret is saved. */
function useGuard(active: boolean, onBack: () => void) {
  const back = useRef(onBack);
  useEffect(() => {
    back.current = onBack;
  });
  // With what the dialog shows, not after it: who reads that the secret is copied may leave.
  useLayoutEffect(() => {
    if (!active) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    // The Back button may lead to a page that this document shows, too: nothing is unloaded then, so we have to ask.
    const stay = (event: NavigateEvent) => {
      if (!event.cancelable || event.navigationType !== 'traverse' || !event.destination.sameDocument) return;
      event.preventDefault();
      back.current();
    };
    addEventListener('beforeunload', warn);
    window.navigation?.addEventListener('navigate', stay);
    return () => {
      removeEventListener('beforeunload', warn);
      window.navigation?.removeEventListener('navigate', stay);
    };
  }, [active]);
}

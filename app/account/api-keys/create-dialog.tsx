'use client';

import { useRouter } from 'next/navigation';
import { useEffect, useRef, useState } from 'react';
import { Dialog } from '@/components/ui/dialog';
import { useForgetting } from '@/components/use-forgetting';
import { useSubmission } from '@/components/use-submission';
import type { ScopeView } from '@/lib/scopes/schema';
import { createKeyAction } from './actions';
import { CreateStep } from './create-step';
import { LeaveStep, leaveWarning } from './leave-step';
import type { DialogFrame, TextLimits } from './open-dialog';
import { SecretStep } from './secret-step';
import type { NewKey } from './states';
import { useFirstRequest } from './use-first-request';

type CreateDialogProps = DialogFrame & {
  maximumExpirationInDays: number | null;
  scopes: ScopeView[];
  now: string;
  origin: string;
  limits: TextLimits;
};

/**
 * First what the key shall be, then its secret, and a question for whoever leaves without it: three steps of one dialog,
 * since two dialogs would share one Escape key. The secret lives in this component's state and nowhere else.
 */
export function CreateDialog({ origin, onClose, onReturnFocus, ...form }: CreateDialogProps) {
  const [newKey, setNewKey] = useState<NewKey | null>(null);
  const [saved, setSaved] = useState(false);
  const [leaving, setLeaving] = useState(false);
  const { state, pending, submit } = useSubmission(async (input: unknown) => {
    const result = await createKeyAction(input);
    if (result.status !== 'created') return result;
    setNewKey(result);
    // What is kept of the answer is that it came, not the secret in it.
    return { status: 'handed_over' } as const;
  });
  // An answer under way may carry the secret as well.
  useGuard(pending || (newKey !== null && !saved), () => newKey && setLeaving(true));
  useForgetting(newKey !== null, onClose);
  // Here and not in its step, so that the question whether to leave does not make it forget.
  const firstRequest = useFirstRequest(newKey?.clientId ?? null);
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
      <Dialog
        title="Create API key"
        description="Its secret is shown once, in the next step."
        onClose={close}
        onReturnFocus={onReturnFocus}
      >
        <CreateStep {...form} state={state} pending={pending} onSubmit={submit} onClose={close} />
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
        leaving ? leaveWarning : 'Copy or download your client secret now. This is your only chance to save it.'
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

/** Leaving the page warns, until the secret is saved. */
function useGuard(active: boolean, onBack: () => void) {
  const back = useRef(onBack);
  useEffect(() => {
    back.current = onBack;
  });
  useEffect(() => {
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

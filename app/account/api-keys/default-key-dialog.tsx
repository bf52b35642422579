'use client';

import type { FormEvent } from 'react';
import { DialogBody } from '@/components/ui/dialog';
import type { KeyPageView } from '@/lib/keys/schema';
import { createPersonal } from './create-dialog';
import { Answer, type CreateAnswer } from './create-step';
import { firstExpiry, sentExpiry } from './expiry-field';
import { useIdempotencyValue } from './idempotency-value';
import { MintDialog } from './mint-dialog';
import { MintFooter } from './mint-footer';
import type { DialogFrame } from './open-dialog';
import type { NotCreated } from './states';

/** Where the tenant keeps one key: mints the first secret of the key that whoever has none is offered. */
export function DefaultKeyDialog({ view, ...frame }: DialogFrame & { view: KeyPageView; origin: string }) {
  return (
    <MintDialog<NotCreated>
      {...frame}
      title="Rotate Default?"
      description="Your tenant keeps one usable key for you. This mints its first secret, which is shown once, in the next step."
      remedy="rotate the key"
      mint={createPersonal}
    >
      {(step) => <DefaultKeyStep {...step} view={view} />}
    </MintDialog>
  );
}

type DefaultKeyStepProps = {
  view: KeyPageView;
  state: CreateAnswer | null;
  pending: boolean;
  onSubmit: (input: unknown) => void;
  onClose: () => void;
};

function DefaultKeyStep({ view, state, pending, onSubmit, onClose }: DefaultKeyStepProps) {
  const idempotencyValue = useIdempotencyValue();
  const finished = state?.status === 'already_created';
  function submit(event: FormEvent) {
    event.preventDefault();
    const expiry = sentExpiry(firstExpiry(view.maximumExpirationInDays));
    onSubmit({ name: 'Default', description: '', expiry, idempotencyValue });
  }
  return (
    <form onSubmit={submit}>
      <DialogBody>{state && !pending && <Answer state={state} button="Rotate" />}</DialogBody>
      <MintFooter button="Rotate" pending={pending} finished={finished} onClose={onClose} />
    </form>
  );
}

'use client';

import { type FormEvent, useState } from 'react';
import { DialogBody } from '@/components/ui/dialog';
import { FormMessage } from '@/components/ui/field';
import { Time } from '@/components/ui/time';
import type { KeyPageView } from '@/lib/keys/schema';
import { BiasProfileField } from './bias-profile-field';
import { type ExpiryChoice, ExpiryField, firstExpiry, sentExpiry } from './expiry-field';
import { useIdempotencyValue } from './idempotency-value';
import type { MintAnswer } from './mint-dialog';
import { MintFooter } from './mint-footer';
import type { TextLimits } from './open-dialog';
import { ScopeField } from './scope-field';
import type { NotCreated } from './states';
import { TextFields } from './text-fields';

export type CreateAnswer = MintAnswer<NotCreated>;

type CreateStepProps = {
  view: KeyPageView;
  limits: TextLimits;
  state: CreateAnswer | null;
  pending: boolean;
  onSubmit: (input: unknown) => void;
  onClose: () => void;
};

export function CreateStep({ view, limits, state, pending, onSubmit, onClose }: CreateStepProps) {
  const { maximumExpirationInDays, now } = view;
  const personal = view.kind === 'personal';
  const [name, setName] = useState('');
  const [description, setDescription] = useState('');
  const [expiry, setExpiry] = useState<ExpiryChoice>(() => firstExpiry(maximumExpirationInDays));
  const [biasProfileId, setBiasProfileId] = useState<string | null>(null);
  const [chosen, setChosen] = useState<string[]>([]);
  const idempotencyValue = useIdempotencyValue();

  function submit(event: FormEvent) {
    event.preventDefault();
    const texts = { name, description, biasProfileId, scopes: chosen, idempotencyValue };
    onSubmit(personal ? { ...texts, expiry: sentExpiry(expiry) } : texts);
  }
  const fields = state?.status === 'invalid' && !pending ? state.fields : {};
  const finished = state?.status === 'already_created';
  return (
    <form onSubmit={submit} noValidate>
      <DialogBody>
        <TextFields
          limits={limits}
          name={{ value: name, onChange: setName, error: fields.name, optional: personal }}
          description={{ value: description, onChange: setDescription, error: fields.description }}
        />
        {personal ? (
          <ExpiryField
            value={expiry}
            onChange={setExpiry}
            maximumInDays={maximumExpirationInDays}
            now={now}
            error={fields.expiry}
          />
        ) : (
          <AgentExpiry now={now} days={maximumExpirationInDays} />
        )}
        <BiasProfileField
          profiles={view.biasProfiles}
          chosen={biasProfileId}
          onChange={setBiasProfileId}
          error={fields.biasProfileId}
        />
        <ScopeField scopes={view.scopes} chosen={chosen} onChange={setChosen} error={fields.scopes} />
        {state && !pending && <Answer state={state} button="Create key" />}
      </DialogBody>
      <MintFooter button="Create key" pending={pending} finished={finished} onClose={onClose} />
    </form>
  );
}

/** The policy decides, so there is nothing to choose. */
function AgentExpiry({ now, days }: { now: string; days: number | null }) {
  const end = new Date(new Date(now).getTime() + Number(days) * 24 * 60 * 60 * 1000);
  if (days === null || Number.isNaN(end.getTime()) || end.getFullYear() > 9999) return null;
  return (
    <p className="text-ink-muted">
      Expires on <Time iso={end.toISOString()} />, as your tenant’s policy says. Rotating it later gives it a new
      lifetime.
    </p>
  );
}

export function Answer({ state, button }: { state: CreateAnswer; button: string }) {
  switch (state.status) {
    case 'refused':
      return <FormMessage>{state.message}</FormMessage>;
    case 'unreachable':
      return (
        <FormMessage>
          Latchkey could not be reached. What you entered is kept: press {button} again, it will not create two.
        </FormMessage>
      );
    case 'already_created':
      return (
        <FormMessage>
          This key was created and its secret was sent once. Rotate it, or delete it and create another.
        </FormMessage>
      );
    case 'invalid':
      return state.fields.form ? <FormMessage>{state.fields.form}</FormMessage> : null;
    default:
      return null;
  }
}

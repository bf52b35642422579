'use client';

import { type FormEvent, useState } from 'react';
import { Button } from '@/components/ui/button';
import { DialogBody, DialogFooter } from '@/components/ui/dialog';
import { FormMessage } from '@/components/ui/field';
import type { ScopeView } from '@/lib/scopes/schema';
import { type ExpiryChoice, ExpiryField, firstExpiry, sentExpiry } from './expiry-field';
import type { TextLimits } from './open-dialog';
import { ScopeField } from './scope-field';
import type { CreateKeyState } from './states';
import { TextFields } from './text-fields';

type Answered = CreateKeyState | { status: 'unreachable' } | { status: 'handed_over' };

type CreateStepProps = {
  maximumExpirationInDays: number | null;
  scopes: ScopeView[];
  now: string;
  limits: TextLimits;
  state: Answered | null;
  pending: boolean;
  onSubmit: (input: unknown) => void;
  onClose: () => void;
};

export function CreateStep({
  maximumExpirationInDays,
  scopes,
  now,
  limits,
  state,
  pending,
  onSubmit,
  onClose,
}: CreateStepProps) {
  const [name, setName] = useState('');
  const [description, setDescription] = useState('');
  const [expiry, setExpiry] = useState<ExpiryChoice>(() => firstExpiry(maximumExpirationInDays));
  const [chosen, setChosen] = useState<string[]>([]);
  // One per opened dialog: a repeated submit, whose first answer was lost, creates nothing twice.
  const [idempotencyValue] = useState(newIdempotencyValue);

  function submit(event: FormEvent) {
    event.preventDefault();
    onSubmit({ name, description, expiry: sentExpiry(expiry), scopes: chosen, idempotencyValue });
  }
  const fields = state?.status === 'invalid' && !pending ? state.fields : {};
  const finished = state?.status === 'already_created';
  return (
    <form onSubmit={submit} noValidate>
      <DialogBody>
        <TextFields
          limits={limits}
          name={{ value: name, onChange: setName, error: fields.name, optional: true }}
          description={{ value: description, onChange: setDescription, error: fields.description }}
        />
        <ExpiryField
          value={expiry}
          onChange={setExpiry}
          maximumInDays={maximumExpirationInDays}
          now={now}
          error={fields.expiry}
        />
        <ScopeField scopes={scopes} chosen={chosen} onChange={setChosen} error={fields.scopes} />
        {state && !pending && <Answer state={state} />}
      </DialogBody>
      <DialogFooter>
        <Button onClick={onClose}>{finished ? 'Close' : 'Cancel'}</Button>
        {!finished && (
          <Button type="submit" tone="primary" pending={pending}>
            Create key
          </Button>
        )}
      </DialogFooter>
    </form>
  );
}

function Answer({ state }: { state: Answered }) {
  switch (state.status) {
    case 'refused':
      return <FormMessage>{state.message}</FormMessage>;
    case 'unreachable':
      return (
        <FormMessage>
          Latchkey could not be reached. What you entered is kept: press Create key again, it will not create two.
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

function newIdempotencyValue(): string {
  // Browsers offer randomUUID to https and localhost only; getRandomValues always.
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

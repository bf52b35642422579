'use client';

import { type FormEvent, useEffect, useRef, useState } from 'react';
import { Button } from '@/components/ui/button';
import { DialogBody, DialogFooter } from '@/components/ui/dialog';
import { FormMessage } from '@/components/ui/field';
import { useSubmission } from '@/components/use-submission';
import type { ConnectionView } from '@/lib/connections/schema';
import { ScopeField } from '../api-keys/scope-field';
import { createConnectionAction, editConnectionAction } from './actions';
import { AddressFields } from './address-fields';
import { CredentialFields } from './credential-fields';
import { type FormValues, settingsOf } from './form-values';
import { LimitFields } from './limit-fields';
import { ModelField } from './model-field';
import type { Choices } from './open-dialog';
import type { SaveConnectionState } from './states';

type ConnectionFormProps = {
  connection: ConnectionView | null;
  connections: ConnectionView[];
  choices: Choices;
  first: FormValues;
  /** To the choice of a preset. */
  onBack: () => void;
  onSaved: (saved: { id: string; name: string; url: string }) => void;
  onClose: () => void;
};

export function ConnectionForm({ connection, choices, first, onBack, onSaved, onClose, ...rest }: ConnectionFormProps) {
  const [values, setValues] = useState(first);
  const change = (changes: Partial<FormValues>) => setValues((before) => ({ ...before, ...changes }));
  const form = useRef<HTMLFormElement>(null);
  const { state, pending, refusal, submit } = useSubmission(async (input: FormValues) => {
    const result = await send(connection, input);
    if (result.status === 'saved') onSaved({ id: result.id, name: input.name.trim(), url: input.url.trim() });
    return result;
  });
  const fields = state?.status === 'invalid' && !pending ? state.fields : {};
  // The form is longer than a screen: what is wrong may be out of sight.
  useEffect(() => {
    if (state?.status === 'invalid') form.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus();
  }, [state]);

  function onSubmit(event: FormEvent) {
    event.preventDefault();
    submit(values);
  }
  const parts = { values, fields, onChange: change };
  return (
    <form ref={form} onSubmit={onSubmit} noValidate>
      <DialogBody>
        <AddressFields {...parts} {...rest} fixed={connection !== null} />
        <CredentialFields {...parts} providerKeys={choices.providerKeys} />
        {values.kind === 'llm_provider' && <ModelField {...parts} providerKeys={choices.providerKeys} />}
        <ScopeField
          scopes={choices.scopes}
          help="A key must hold all of them to use the connection."
          chosen={values.scopes}
          onChange={(scopes) => change({ scopes })}
          error={fields.scopes}
        />
        <LimitFields {...parts} />
        {refusal && <FormMessage>{refusal}</FormMessage>}
        {state?.status === 'changed' && !pending && (
          <FormMessage>
            Somebody else changed this connection meanwhile, so nothing was saved. Cancel, and edit it again: you will
            see what it is now.
          </FormMessage>
        )}
      </DialogBody>
      <DialogFooter>
        {!connection && (
          <Button tone="quiet" className="sm:mr-auto" onClick={onBack}>
            Back
          </Button>
        )}
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" tone="primary" pending={pending}>
          {connection ? 'Save' : 'Create connection'}
        </Button>
      </DialogFooter>
    </form>
  );
}

function send(connection: ConnectionView | null, values: FormValues): Promise<SaveConnectionState> {
  const settings = settingsOf(values);
  if (!connection) return createConnectionAction({ slug: values.slug, kind: values.kind, ...settings });
  const { id, updatedAt } = connection;
  return editConnectionAction({ id, seenUpdatedAt: updatedAt.toISOString(), ...settings });
}

'use client';

import { type FormEvent, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog, DialogBody, DialogFooter } from '@/components/ui/dialog';
import { FormMessage, TextField } from '@/components/ui/field';
import { notify } from '@/components/ui/notice';
import { useForgetting } from '@/components/use-forgetting';
import { useSubmission } from '@/components/use-submission';
import type { ProviderKeyView } from '@/lib/provider-keys/schema';
import { createProviderKeyAction, editProviderKeyAction } from './actions';
import type { DialogFrame } from './open-dialog';
import { TestStep } from './test-step';
import { ValueField } from './value-field';

/** The provider key to edit; null creates one. */
type ProviderKeyDialogProps = DialogFrame & { providerKey: ProviderKeyView | null };

/** Saves a provider key, or changes one and then says what the connections that use it make of the new value. */
export function ProviderKeyDialog({ providerKey, onClose, onReturnFocus }: ProviderKeyDialogProps) {
  const [name, setName] = useState(providerKey?.name ?? '');
  const [value, setValue] = useState('');
  const [replaced, setReplaced] = useState(false);
  useForgetting(true, onClose);
  const { state, pending, refusal, submit } = useSubmission(async (input: { name: string; value: string }) => {
    const result = await (providerKey
      ? editProviderKeyAction({ id: providerKey.id, ...input })
      : createProviderKeyAction(input));
    if (result.status !== 'saved') return result;
    setValue('');
    if (result.connections > 0) {
      setReplaced(true);
    } else {
      notify('Provider key saved');
      onClose();
    }
    return result;
  });
  const fields = state?.status === 'invalid' && !pending ? state.fields : {};

  if (replaced && providerKey) {
    return <TestStep id={providerKey.id} name={name} onClose={onClose} onReturnFocus={onReturnFocus} />;
  }
  function onSubmit(event: FormEvent) {
    event.preventDefault();
    submit({ name, value });
  }
  return (
    <Dialog
      title={providerKey ? 'Edit provider key' : 'New provider key'}
      onClose={onClose}
      onReturnFocus={onReturnFocus}
    >
      <form onSubmit={onSubmit} autoComplete="off" noValidate>
        <DialogBody>
          <TextField
            label="API key name"
            autoComplete="off"
            placeholder="OpenAI, production"
            value={name}
            onChange={(event) => setName(event.target.value)}
            error={fields.name}
          />
          <ValueField value={value} onChange={setValue} mask={providerKey?.mask ?? null} error={fields.value} />
          {refusal && <FormMessage>{refusal}</FormMessage>}
        </DialogBody>
        <DialogFooter>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" tone="primary" pending={pending}>
            Save
          </Button>
        </DialogFooter>
      </form>
    </Dialog>
  );
}

'use client';

import { type FormEvent, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog, DialogBody, DialogFooter } from '@/components/ui/dialog';
import { FormMessage } from '@/components/ui/field';
import { notify } from '@/components/ui/notice';
import { unreachableMessage, useSubmission } from '@/components/use-submission';
import type { KeyView } from '@/lib/keys/schema';
import type { ScopeView } from '@/lib/scopes/schema';
import { editKeyAction } from './actions';
import type { DialogFrame, TextLimits } from './open-dialog';
import { ScopeField } from './scope-field';
import { TextFields } from './text-fields';

type EditDialogProps = DialogFrame & { item: KeyView; scopes: ScopeView[]; limits: TextLimits };
type Entered = { name: string; description: string; scopes?: string[] };

export function EditDialog({ item, scopes, limits, onClose, onReturnFocus }: EditDialogProps) {
  const [name, setName] = useState(item.name);
  const [description, setDescription] = useState(item.description);
  const [chosen, setChosen] = useState(item.scopes);
  const { state, pending, submit } = useSubmission(async (input: Entered) => {
    const result = await editKeyAction({ clientId: item.clientId, ...input });
    if (result.status === 'done') {
      notify('Key saved');
      onClose();
    }
    return result;
  });
  const fields = state?.status === 'invalid' && !pending ? state.fields : {};

  function onSubmit(event: FormEvent) {
    event.preventDefault();
    // Scopes that nobody touched here are not sent: they may have changed elsewhere since.
    const touched = String([...chosen].sort()) !== String([...item.scopes].sort());
    submit({ name, description, ...(touched ? { scopes: chosen } : {}) });
  }
  return (
    <Dialog title="Edit API key" onClose={onClose} onReturnFocus={onReturnFocus}>
      <form onSubmit={onSubmit} noValidate>
        <DialogBody>
          <TextFields
            limits={limits}
            name={{ value: name, onChange: setName, error: fields.name }}
            description={{ value: description, onChange: setDescription, error: fields.description }}
          />
          {item.status !== 'Expired' && (
            <ScopeField scopes={scopes} chosen={chosen} onChange={setChosen} error={fields.scopes} />
          )}
          {fields.form && <FormMessage>{fields.form}</FormMessage>}
          {state?.status === 'refused' && <FormMessage>{state.message}</FormMessage>}
          {state?.status === 'unreachable' && <FormMessage>{unreachableMessage}</FormMessage>}
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

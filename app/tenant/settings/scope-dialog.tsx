'use client';

import { type FormEvent, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog, DialogBody, DialogFooter } from '@/components/ui/dialog';
import { FormMessage, TextField } from '@/components/ui/field';
import { notify } from '@/components/ui/notice';
import { useSubmission } from '@/components/use-submission';
import type { ScopeView } from '@/lib/scopes/schema';
import { createScopeAction, editScopeAction } from './actions';

type ScopeDialogProps = {
  /** The scope to edit; null adds one. */
  scope: ScopeView | null;
  onClose: () => void;
  onReturnFocus: () => void;
};

/** Adds a scope, or changes what one is said to permit. */
export function ScopeDialog({ scope, onClose, onReturnFocus }: ScopeDialogProps) {
  const [name, setName] = useState(scope?.name ?? '');
  const [description, setDescription] = useState(scope?.description ?? '');
  const { state, pending, refusal, submit } = useSubmission(async (input: ScopeView) => {
    const result = await (scope ? editScopeAction(input) : createScopeAction(input));
    if (result.status === 'saved') {
      notify(scope ? 'Scope saved' : 'Scope added');
      onClose();
    }
    return result;
  });
  const fields = state?.status === 'invalid' && !pending ? state.fields : {};

  function onSubmit(event: FormEvent) {
    event.preventDefault();
    submit({ name, description });
  }
  return (
    <Dialog
      title={scope ? 'Edit scope' : 'Add scope'}
      description={
        scope ? (
          <>
            <code className="break-all font-mono text-ink text-xs">{scope.name}</code> keeps its name, because keys hold
            it.
          </>
        ) : (
          'Choose the name with care: it cannot be changed later, because keys hold it.'
        )
      }
      onClose={onClose}
      onReturnFocus={onReturnFocus}
    >
      <form onSubmit={onSubmit} noValidate>
        <DialogBody>
          {scope === null && (
            <TextField
              label="Name"
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              placeholder="reports:read"
              value={name}
              onChange={(event) => setName(event.target.value)}
              help="Lower-case letters, digits and : . _ - /, beginning with a letter."
              error={fields.name}
            />
          )}
          <TextField
            label="Description"
            note="optional"
            autoComplete="off"
            placeholder="Read reports of every team"
            value={description}
            onChange={(event) => setDescription(event.target.value)}
            help="What it permits, for whoever chooses it."
            error={fields.description}
          />
          {refusal && <FormMessage>{refusal}</FormMessage>}
        </DialogBody>
        <DialogFooter>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" tone="primary" pending={pending}>
            {scope ? 'Save' : 'Add scope'}
          </Button>
        </DialogFooter>
      </form>
    </Dialog>
  );
}

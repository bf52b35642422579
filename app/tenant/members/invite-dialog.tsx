'use client';

import { type FormEvent, useState } from 'react';
import { Button } from '@/components/ui/button';
import { CheckboxField } from '@/components/ui/checkbox';
import { Dialog, DialogBody, DialogFooter } from '@/components/ui/dialog';
import { FormMessage, TextField } from '@/components/ui/field';
import { useForgetting } from '@/components/use-forgetting';
import { useSubmission } from '@/components/use-submission';
import { inviteMemberAction } from './actions';
import { LinkStep, linkTitle } from './link-step';
import type { DialogFrame } from './open-dialog';
import type { NewLink } from './states';

/** First whom to invite, then where the link went: two steps of one dialog. */
export function InviteDialog({ mailConfigured, onClose, onReturnFocus }: DialogFrame & { mailConfigured: boolean }) {
  const [link, setLink] = useState<NewLink | null>(null);
  const { state, pending, submit } = useSubmission(async (input: unknown) => {
    const result = await inviteMemberAction(input);
    if (result.status !== 'issued') return result;
    setLink(result.link);
    // What is kept of the answer is that it came, not the link in it.
    return { status: 'handed_over' } as const;
  });
  useForgetting(link !== null, onClose);
  const frame = { onClose, onReturnFocus };
  if (link) {
    return (
      <Dialog title={linkTitle(link)} {...frame}>
        <LinkStep link={link} onDone={onClose} />
      </Dialog>
    );
  }
  const fields = state?.status === 'invalid' && !pending ? state.fields : {};

  function onSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    submit({
      email: String(form.get('email')),
      name: String(form.get('name')),
      roles: form.getAll('roles'),
      licensed: form.has('licensed'),
    });
  }
  return (
    <Dialog
      title="Invite member"
      description={
        mailConfigured
          ? 'They get a mail with a one-time link to choose a password. It is good for 7 days.'
          : 'You get a one-time link to hand over; with it they choose a password. It is good for 7 days.'
      }
      {...frame}
    >
      <form onSubmit={onSubmit} noValidate>
        <DialogBody>
          <TextField
            label="Email"
            name="email"
            type="email"
            autoComplete="off"
            spellCheck={false}
            error={fields.email}
          />
          <TextField label="Name" name="name" note="optional" autoComplete="off" error={fields.name} />
          <fieldset className="space-y-3">
            <legend className="mb-2 font-medium">What they may do</legend>
            <CheckboxField
              name="roles"
              value="developer"
              label="developer"
              help="Creates and rotates API keys; needs a licence for it."
              defaultChecked
            />
            <CheckboxField
              name="roles"
              value="admin"
              label="admin"
              help="Decides about members, their keys and the tenant’s settings."
              defaultChecked={false}
            />
            <CheckboxField name="licensed" label="Licence" help="Allows API keys of their own." defaultChecked />
          </fieldset>
          {fields.form && <FormMessage>{fields.form}</FormMessage>}
          {state?.status === 'refused' && !pending && <FormMessage>{state.message}</FormMessage>}
          {state?.status === 'unreachable' && !pending && (
            <FormMessage>
              Latchkey did not answer. Look for them in the list: if they are there, send the invitation again from
              their row.
            </FormMessage>
          )}
        </DialogBody>
        <DialogFooter>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" tone="primary" pending={pending}>
            {mailConfigured ? 'Send invitation' : 'Create invitation'}
          </Button>
        </DialogFooter>
      </form>
    </Dialog>
  );
}

'use client';

import { type FormEvent, useRef } from 'react';
import { Button } from '@/components/ui/button';
import { Field, FormMessage, TextField } from '@/components/ui/field';
import { notify } from '@/components/ui/notice';
import { Select } from '@/components/ui/select';
import { useSubmission } from '@/components/use-submission';
import type { MembersPageView, MemberView } from '@/lib/members/schema';
import { linkIdentityAction } from './actions';

type LinkIdentityFormProps = { member: MemberView; providers: MembersPageView['providers'] };

/** Links an identity that has not signed in yet, by the subject that its provider shows to admins. */
export function LinkIdentityForm({ member, providers }: LinkIdentityFormProps) {
  const form = useRef<HTMLFormElement>(null);
  const { state, pending, refusal, submit } = useSubmission(async (input: { issuer: string; subject: string }) => {
    const result = await linkIdentityAction({ memberId: member.id, ...input });
    if (result.status === 'done') {
      notify('Identity linked');
      form.current?.reset();
    }
    return result;
  });
  if (providers.length === 0) {
    return <p className="text-ink-muted text-xs leading-5">No identity provider is configured for this tenant.</p>;
  }
  const fields = state?.status === 'invalid' && !pending ? state.fields : {};

  function onSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = new FormData(event.currentTarget);
    submit({ issuer: String(values.get('issuer')), subject: String(values.get('subject')) });
  }
  return (
    <form ref={form} onSubmit={onSubmit} noValidate aria-labelledby="link-identity" className="space-y-3">
      <div>
        <h3 id="link-identity" className="font-medium">
          Link an SSO identity
        </h3>
        <p className="text-ink-muted text-xs leading-5">
          Whoever signs in with it becomes this member. Copy the subject from the provider’s own list of users.
        </p>
      </div>
      <div className="grid gap-3 sm:grid-cols-[minmax(0,2fr)_minmax(0,3fr)]">
        <Field label="Provider" error={fields.issuer}>
          {(attributes) => (
            <Select {...attributes} name="issuer">
              {providers.map(({ issuer, label }) => (
                <option key={issuer} value={issuer}>
                  {label}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <TextField label="Subject" name="subject" autoComplete="off" spellCheck={false} error={fields.subject} />
      </div>
      {refusal && <FormMessage>{refusal}</FormMessage>}
      <div className="flex justify-end">
        <Button type="submit" pending={pending} className="max-sm:w-full">
          Link identity
        </Button>
      </div>
    </form>
  );
}

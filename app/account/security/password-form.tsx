'use client';

import { type FormEvent, useRef } from 'react';
import { Button } from '@/components/ui/button';
import { FormMessage, TextField } from '@/components/ui/field';
import { useSubmission } from '@/components/use-submission';
import { changePasswordAction } from './actions';

export function PasswordForm({ email, minimum }: { email: string; minimum: number }) {
  const form = useRef<HTMLFormElement>(null);
  const { state, pending, refusal, submit } = useSubmission(async (input: FormData) => {
    const result = await changePasswordAction(input);
    if (result.status === 'changed') form.current?.reset();
    return result;
  });
  const fields = state?.status === 'invalid' && !pending ? state.fields : {};

  function onSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    submit(new FormData(event.currentTarget));
  }
  return (
    <form
      // See the sign-in form: never a password in the URL.
      method="post"
      ref={form}
      onSubmit={onSubmit}
      noValidate
      className="space-y-4 px-5 py-5 max-sm:px-4"
    >
      {/* Tells password managers whose password this is. */}
      <input type="text" name="username" autoComplete="username" value={email} readOnly hidden />
      <TextField
        label="Current password"
        type="password"
        name="currentPassword"
        autoComplete="current-password"
        error={fields.currentPassword}
      />
      <TextField
        label="New password"
        type="password"
        name="newPassword"
        autoComplete="new-password"
        help={`At least ${minimum} characters. A few unrelated words are easy to remember and hard to guess.`}
        error={fields.newPassword}
      />
      <TextField
        label="Repeat new password"
        type="password"
        name="repeatedPassword"
        autoComplete="new-password"
        error={fields.repeatedPassword}
      />
      {!pending && state?.status === 'changed' && (
        <FormMessage tone="good">Your password is changed. Your other sessions were ended.</FormMessage>
      )}
      {!pending && state?.status === 'limited' && (
        <FormMessage>Too many attempts. Wait 15 minutes, then try again.</FormMessage>
      )}
      {refusal && <FormMessage>{refusal}</FormMessage>}
      <div className="flex justify-end">
        <Button type="submit" tone="primary" pending={pending} className="max-sm:w-full">
          Change password
        </Button>
      </div>
    </form>
  );
}

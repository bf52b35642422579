'use client';

import { type FormEvent, useState } from 'react';
import { submitCredentials } from '@/app/sign-in/submit';
import { Button } from '@/components/ui/button';
import { buttonClass } from '@/components/ui/button-class';
import { FormMessage, TextField } from '@/components/ui/field';
import { useSubmission } from '@/components/use-submission';
import type { LinkView } from '@/lib/one-time-links/schema';
import { redeemLinkAction } from './actions';
import { LinkHeading } from './link-heading';
import type { DeadLink } from './states';

type PasswordStepProps = {
  token: string;
  link: Extract<LinkView, { status: 'valid' }>;
  minimum: number;
  onDead: (link: DeadLink) => void;
};

export function PasswordStep({ token, link, minimum, onDead }: PasswordStepProps) {
  const [newPassword, setNewPassword] = useState('');
  const [repeatedPassword, setRepeatedPassword] = useState('');
  const { state, pending, submit } = useSubmission(async () => {
    const result = await redeemLinkAction({ token, newPassword, repeatedPassword });
    switch (result.status) {
      case 'invalid':
        return result;
      case 'redeemed': {
        const outcome = await submitCredentials(result.email, newPassword);
        if (outcome.status !== 'signed_in') return { status: 'set' } as const;
        // In place of the link, which is used up: going back should not lead to it.
        location.replace('/account/api-keys');
        return { status: 'leaving' } as const;
      }
      default:
        onDead(result);
        return { status: 'dead' } as const;
    }
  });
  if (state?.status === 'set') {
    return (
      <>
        <LinkHeading title="Your password is set">Sign in with it to go on.</LinkHeading>
        <a href="/sign-in" className={`${buttonClass('primary')} w-full`}>
          Go to sign-in
        </a>
      </>
    );
  }
  const fields = state?.status === 'invalid' && !pending ? state.fields : {};

  function onSubmit(event: FormEvent) {
    event.preventDefault();
    submit(undefined);
  }
  return (
    <>
      <Greeting link={link} />
      <form
        // See the sign-in form: never a password in the URL.
        method="post"
        onSubmit={onSubmit}
        noValidate
        className="space-y-4 rounded-2xl border border-line bg-surface p-6 shadow-soft max-sm:p-5"
      >
        {/* Tells password managers whose password this is. */}
        <input type="text" name="username" autoComplete="username" value={link.email} readOnly hidden />
        <TextField
          label="New password"
          type="password"
          name="newPassword"
          autoComplete="new-password"
          value={newPassword}
          onChange={(event) => setNewPassword(event.target.value)}
          help={`At least ${minimum} characters. A few unrelated words are easy to remember and hard to guess.`}
          error={fields.newPassword}
        />
        <TextField
          label="Repeat new password"
          type="password"
          name="repeatedPassword"
          autoComplete="new-password"
          value={repeatedPassword}
          onChange={(event) => setRepeatedPassword(event.target.value)}
          error={fields.repeatedPassword}
        />
        {fields.form && <FormMessage>{fields.form}</FormMessage>}
        {state?.status === 'unreachable' && !pending && (
          <FormMessage>
            Latchkey did not answer. Press Set password again: if this link says that it was used, your password is set.
          </FormMessage>
        )}
        <Button type="submit" tone="primary" pending={pending || state?.status === 'leaving'} className="w-full">
          Set password
        </Button>
      </form>
    </>
  );
}

function Greeting({ link }: { link: PasswordStepProps['link'] }) {
  const email = <bdi className="font-medium text-ink">{link.email}</bdi>;
  if (link.purpose === 'invitation') {
    const title = (
      <>
        Welcome to <bdi>{link.tenantName}</bdi>
      </>
    );
    return <LinkHeading title={title}>Choose a password to sign in as {email}.</LinkHeading>;
  }
  return (
    <LinkHeading title="Choose a new password">
      For {email} at <bdi>{link.tenantName}</bdi>. It signs you out everywhere else.
    </LinkHeading>
  );
}

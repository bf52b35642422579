'use client';

import { type FormEvent, useEffect, useRef, useState } from 'react';
import { Button } from '@/components/ui/button';
import { FormMessage, TextField } from '@/components/ui/field';
import { DemoAccounts } from './demo-accounts';
import { errorSentence } from './error-sentences';
import { type SignInProvider, SsoButtons } from './sso-buttons';
import { startSso, submitCredentials } from './submit';

type SignInFormProps = {
  /** Where to go afterwards: a path of this site, checked by the server. */
  path: string;
  providers: SignInProvider[];
  /** Why the last attempt through a provider ended here. */
  error: string | null;
  demoAccounts: Array<{ email: string; name: string }>;
  /** Demo accounts without a password. */
  ssoAccounts: string[];
};

export function SignInForm({ path, providers, error, demoAccounts, ssoAccounts }: SignInFormProps) {
  const [ssoMessage, setSsoMessage] = useState(error);
  const [message, setMessage] = useState<string | null>(null);
  /** What is under way: the password's form, or a provider's id. */
  const [pending, setPending] = useState<'password' | string | null>(null);
  // The fields keep what is in them themselves: a browser may fill them in before the page has come to life.
  const emailInput = useRef<HTMLInputElement>(null);
  const passwordInput = useRef<HTMLInputElement>(null);

  // Back from the provider's page, this one is shown as it was left.
  useEffect(() => {
    const revive = (event: PageTransitionEvent) => event.persisted && setPending(null);
    addEventListener('pageshow', revive);
    return () => removeEventListener('pageshow', revive);
  }, []);

  function begin(what: string) {
    setPending(what);
    setMessage(null);
    setSsoMessage(null);
  }

  async function choose({ id }: SignInProvider) {
    if (pending) return;
    begin(id);
    const outcome = await startSso(id, path);
    if (outcome.status === 'leave') {
      location.assign(outcome.url);
      return;
    }
    setPending(null);
    setSsoMessage(outcome.status === 'refused' ? errorSentence(outcome.code) : outcome.message);
  }

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (pending) return;
    const form = new FormData(event.currentTarget);
    begin('password');
    const outcome = await submitCredentials(String(form.get('email')), String(form.get('password')));
    if (outcome.status === 'signed_in') {
      // A full load: nothing of the signed-out page stays behind.
      location.assign(path);
      return;
    }
    setPending(null);
    if (outcome.status === 'wrong') setMessage(errorSentence('CredentialsSignin'));
    else if (outcome.status === 'limited') setMessage(errorSentence('TooManyAttempts'));
    else setMessage(outcome.message);
    passwordInput.current?.focus();
  }

  return (
    <>
      <div className="rounded-2xl border border-line bg-surface p-6 shadow-soft max-sm:p-5">
        {ssoMessage && (
          <div className="mb-4">
            <FormMessage>{ssoMessage}</FormMessage>
          </div>
        )}
        <SsoButtons providers={providers} pending={pending} onChoose={choose} />
        <form
          // Submitted before the page has come to life, a form without it would put the password into the URL.
          method="post"
          onSubmit={submit}
          className="space-y-4"
        >
          <TextField
            label="Email"
            type="email"
            name="email"
            autoComplete="username"
            required
            maxLength={320}
            ref={emailInput}
          />
          <TextField
            label="Password"
            type="password"
            name="password"
            autoComplete="current-password"
            required
            maxLength={256}
            ref={passwordInput}
          />
          {message && <FormMessage>{message}</FormMessage>}
          <Button type="submit" tone="primary" pending={pending === 'password'} className="w-full">
            Sign in
          </Button>
        </form>
      </div>
      {demoAccounts.length > 0 && (
        <DemoAccounts
          accounts={demoAccounts}
          ssoAccounts={ssoAccounts}
          onChoose={(account) => {
            if (emailInput.current) emailInput.current.value = account.email;
            if (passwordInput.current) passwordInput.current.value = account.password;
            setMessage(null);
          }}
        />
      )}
    </>
  );
}

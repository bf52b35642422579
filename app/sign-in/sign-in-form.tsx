'use client';

import { type FormEvent, useRef, useState } from 'react';
import { Button } from '@/components/ui/button';
import { FormMessage, TextField } from '@/components/ui/field';
import { DemoAccounts } from './demo-accounts';
import { submitCredentials } from './submit-credentials';

type SignInFormProps = {
  /** Where to go afterwards: a path of this site, checked by the server. */
  path: string;
  demoAccounts: Array<{ email: string; name: string }>;
};

export function SignInForm({ path, demoAccounts }: SignInFormProps) {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [message, setMessage] = useState<string | null>(null);
  const [pending, setPending] = useState(false);
  const passwordInput = useRef<HTMLInputElement>(null);

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (pending) return;
    setPending(true);
    setMessage(null);
    const outcome = await submitCredentials(email, password);
    if (outcome.status === 'signed_in') {
      // A full load: nothing of the signed-out page stays behind.
      location.assign(path);
      return;
    }
    setPending(false);
    if (outcome.status === 'wrong') setMessage('Email or password is wrong.');
    else if (outcome.status === 'limited') setMessage('Too many attempts. Wait 15 minutes, then try again.');
    else setMessage(outcome.message);
    passwordInput.current?.focus();
  }

  return (
    <>
      <form
        // Submitted before the page has come to life, a form without it would put the password into the URL.
        method="post"
        onSubmit={submit}
        className="space-y-4 rounded-2xl border border-line bg-surface p-6 shadow-soft max-sm:p-5"
      >
        <TextField
          label="Email"
          type="email"
          name="email"
          autoComplete="username"
          required
          maxLength={320}
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
        <TextField
          label="Password"
          type="password"
          name="password"
          autoComplete="current-password"
          required
          maxLength={256}
          value={password}
          onChange={(event) => setPassword(event.target.value)}
          ref={passwordInput}
        />
        {message && <FormMessage>{message}</FormMessage>}
        <Button type="submit" tone="primary" pending={pending} className="w-full">
          Sign in
        </Button>
      </form>
      {demoAccounts.length > 0 && (
        <DemoAccounts
          accounts={demoAccounts}
          onChoose={(account) => {
            setEmail(account.email);
            setPassword(account.password);
            setMessage(null);
          }}
        />
      )}
    </>
  );
}

'use client';

import { ArrowUp } from 'lucide-react';

/** Public on purpose: the demo tenant exists to be looked at. */
const password = 'latchkey-demo';

type DemoAccountsProps = {
  accounts: Array<{ email: string; name: string }>;
  /** Those that have no password. */
  ssoAccounts: string[];
  onChoose: (account: { email: string; password: string }) => void;
};

/** Fills in the form, so that nobody has to type to look around. */
export function DemoAccounts({ accounts, ssoAccounts, onChoose }: DemoAccountsProps) {
  return (
    <section aria-labelledby="demo-accounts" className="mt-8">
      <h2 id="demo-accounts" className="font-medium text-ink-muted text-xs">
        Demo accounts
      </h2>
      <p className="mt-1 text-ink-muted text-xs">
        Choose one to fill in the form. These have the password{' '}
        <code className="whitespace-nowrap rounded bg-sunken px-1 py-0.5 font-mono text-ink">{password}</code>.
      </p>
      <ul className="mt-3 overflow-hidden rounded-xl border border-line bg-surface">
        {accounts.map(({ email, name }) => (
          <li key={email} className="border-line border-b last:border-b-0">
            <button
              type="button"
              onClick={() => onChoose({ email, password })}
              className="group flex min-h-11 w-full items-center gap-3 px-4 py-2 text-left transition-colors hover:bg-sunken focus-visible:-outline-offset-2"
            >
              <span className="min-w-0 flex-1 truncate font-medium">{email}</span>
              <bdi className="truncate text-ink-muted text-xs">{name}</bdi>
              <ArrowUp aria-hidden className="size-3.5 shrink-0 text-ink-faint group-hover:text-ink" />
            </button>
          </li>
        ))}
      </ul>
      {ssoAccounts.length > 0 && (
        <p className="mt-3 text-ink-muted text-xs">
          <strong className="font-medium text-ink">{ssoAccounts.join(', ')}</strong>{' '}
          {ssoAccounts.length === 1 ? 'has no password and signs' : 'have no password and sign'} in with the demo
          identity provider only: use its button above.
        </p>
      )}
    </section>
  );
}

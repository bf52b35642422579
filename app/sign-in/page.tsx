import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { LogoMark } from '@/components/shell/logo';
import { ThemeSwitch } from '@/components/shell/theme-switch';
import { safeCallbackPath } from '@/lib/auth/callback-url';
import { demoProviderId } from '@/lib/auth/identity-providers';
import { listDemoAccounts } from '@/lib/auth/queries';
import { currentViewer } from '@/lib/auth/viewer';
import { env } from '@/lib/env';
import { errorSentence } from './error-sentences';
import { SignInForm } from './sign-in-form';

export const metadata: Metadata = { title: 'Sign in' };

type SignInPageProps = { searchParams: Promise<{ callbackUrl?: string | string[]; error?: string | string[] }> };

export default async function SignInPage({ searchParams }: SignInPageProps) {
  const { callbackUrl, error } = await searchParams;
  const path = safeCallbackPath(callbackUrl, env().origin);
  if (await currentViewer()) redirect(path);
  const { identityProviders } = env();
  const accounts = await listDemoAccounts();
  const demoProvider = identityProviders.some(({ id }) => id === demoProviderId);
  return (
    <div className="flex min-h-dvh flex-col">
      <header className="flex justify-end p-4">
        <ThemeSwitch />
      </header>
      <main className="mx-auto w-full max-w-[25rem] flex-1 px-4 pt-[8vh] pb-16 sm:px-0">
        <div className="mb-7 flex flex-col items-center text-center">
          <LogoMark className="size-11" />
          <h1 className="mt-5 font-semibold text-[1.375rem] leading-8 tracking-[-0.02em]">Sign in to Latchkey</h1>
          <p className="mt-1 text-ink-muted">Create, watch and stop your API keys.</p>
        </div>
        <SignInForm
          path={path}
          providers={identityProviders.map(({ id, label }) => ({ id, label }))}
          error={error === undefined ? null : errorSentence([error].flat()[0] ?? '')}
          demoAccounts={accounts.filter(({ hasPassword }) => hasPassword)}
          ssoAccounts={demoProvider ? accounts.filter(({ hasPassword }) => !hasPassword).map(({ email }) => email) : []}
        />
      </main>
    </div>
  );
}

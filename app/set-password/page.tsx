import type { Metadata } from 'next';
import { LogoMark } from '@/components/shell/logo';
import { ThemeSwitch } from '@/components/shell/theme-switch';
import { passwordMinimum } from '@/lib/auth/schema';
import { OneTimeLink } from './one-time-link';

export const metadata: Metadata = { title: 'Set password' };

/**
 * Where one-time links lead. The token is in the fragment, which browsers send to nobody: neither in the request, nor as
 * Referer; so the page is the same for everybody, and its script asks what the link is for.
 */
export default function SetPasswordPage() {
  return (
    <div className="flex min-h-dvh flex-col">
      <header className="flex justify-end p-4">
        <ThemeSwitch />
      </header>
      <main className="mx-auto w-full max-w-[25rem] flex-1 px-4 pt-[8vh] pb-16 sm:px-0">
        <LogoMark className="mx-auto size-11" />
        <OneTimeLink passwordMinimum={passwordMinimum} />
        <noscript>
          <p className="mt-6 text-center text-ink-muted">
            This page needs JavaScript: the part of the link that belongs to you alone is not sent to the server. Switch
            it on, then open the link again.
          </p>
        </noscript>
      </main>
    </div>
  );
}

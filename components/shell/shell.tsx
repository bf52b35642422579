import Link from 'next/link';
import type { ReactNode } from 'react';
import { LogoMark } from './logo';
import type { Person } from './person';
import { type Section, SectionNav } from './section-nav';
import { ThemeSwitch } from './theme-switch';
import { UserMenu } from './user-menu';

type ShellProps = {
  person: Person;
  tenantName: string;
  /** What the tabs are about, such as `Account settings`. */
  area: string;
  sections: Section[];
  signOut: () => Promise<void>;
  children: ReactNode;
};

/** The frame of every page behind the sign-in. */
export function Shell({ person, tenantName, area, sections, signOut, children }: ShellProps) {
  return (
    <>
      <a
        href="#content"
        className="sr-only focus:not-sr-only focus:fixed focus:top-3 focus:left-3 focus:z-50 focus:rounded-lg focus:bg-raised focus:px-4 focus:py-2 focus:font-medium focus:shadow-float"
      >
        Skip to content
      </a>
      <header className="border-line border-b bg-surface">
        <div className="mx-auto flex h-14 max-w-7xl items-center gap-3 px-4 sm:px-8">
          <Link href="/account/api-keys" className="flex shrink-0 items-center gap-2.5 rounded-md">
            <LogoMark />
            <span className="font-semibold text-[0.9375rem] tracking-[-0.015em]">Latchkey</span>
          </Link>
          <span aria-hidden className="text-line-strong">
            /
          </span>
          <bdi className="min-w-0 truncate text-ink-muted">{tenantName}</bdi>
          <div className="ml-auto flex shrink-0 items-center gap-3 max-sm:gap-1.5">
            <ThemeSwitch />
            <UserMenu person={person} signOut={signOut} />
          </div>
        </div>
        <SectionNav label={area} sections={sections} />
      </header>
      <main id="content" tabIndex={-1} className="mx-auto max-w-7xl px-4 py-8 outline-none sm:px-8 sm:py-10">
        {children}
      </main>
    </>
  );
}

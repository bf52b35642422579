'use client';

import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { useEffect, useRef } from 'react';

export type Section = { label: string; href: string };

/** The pages of one area, as tabs below the header. */
export function SectionNav({ label, sections }: { label: string; sections: Section[] }) {
  const pathname = usePathname();
  const nav = useRef<HTMLElement>(null);
  // Where the tabs are wider than the screen, the one that is open is in sight.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page is open
  useEffect(() => {
    const current = nav.current?.querySelector<HTMLElement>('[aria-current=page]');
    if (nav.current && current) nav.current.scrollLeft = current.offsetLeft - nav.current.clientWidth / 2;
  }, [pathname]);
  return (
    <nav ref={nav} aria-label={label} className="relative mx-auto flex max-w-7xl gap-1 overflow-x-auto px-3 sm:px-5">
      {sections.map((section) => (
        <Link
          key={section.href}
          href={section.href}
          aria-current={`${pathname}/`.startsWith(`${section.href}/`) ? 'page' : undefined}
          className="group relative flex h-11 items-center whitespace-nowrap px-3 font-medium text-ink-muted transition-colors hover:text-ink focus-visible:-outline-offset-4 aria-[current=page]:text-ink"
        >
          {section.label}
          <span
            aria-hidden
            className="absolute inset-x-3 bottom-0 h-0.5 rounded-full bg-transparent group-hover:bg-line-strong group-aria-[current=page]:bg-accent"
          />
        </Link>
      ))}
    </nav>
  );
}

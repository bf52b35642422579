'use client';

import { ChevronLeft, ChevronRight, type LucideIcon } from 'lucide-react';
import Link from 'next/link';
import { useEffect, useRef } from 'react';
import { buttonClass } from '@/components/ui/button-class';
import type { MembersPageView } from '@/lib/members/schema';
import { addressOf } from './member-address';

type MemberPagerProps = { view: MembersPageView; search: string; countText: string };

export function MemberPager({ view, search, countText }: MemberPagerProps) {
  const nav = useRef<HTMLElement>(null);
  const turned = useRef(false);
  // At the first and the last page the link that was pressed is gone, and the focus with it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page has arrived
  useEffect(() => {
    if (turned.current && document.activeElement === document.body) nav.current?.focus();
    turned.current = false;
  }, [view.members]);
  const onTurn = () => {
    turned.current = true;
  };
  if (view.members.length === 0) return null;
  const several = view.before !== null || view.after !== null;
  return (
    <div className="flex min-h-14 items-center justify-between gap-4 border-line border-t px-5 py-2 max-lg:px-4">
      <p className="text-ink-muted text-xs tabular-nums">{countText}</p>
      {several && (
        <nav ref={nav} tabIndex={-1} aria-label="Pages of members" className="flex gap-2 outline-none">
          <PageLink
            label="Previous"
            before={ChevronLeft}
            href={view.before && addressOf({ search, before: view.before })}
            onTurn={onTurn}
          />
          <PageLink
            label="Next"
            after={ChevronRight}
            href={view.after && addressOf({ search, after: view.after })}
            onTurn={onTurn}
          />
        </nav>
      )}
    </div>
  );
}

type PageLinkProps = {
  label: string;
  before?: LucideIcon;
  after?: LucideIcon;
  /** Null at the end. */
  href: string | null;
  onTurn: () => void;
};

function PageLink({ label, before: Before, after: After, href, onTurn }: PageLinkProps) {
  const content = (
    <>
      {Before && <Before aria-hidden className="-ml-1 size-4" />}
      {label}
      {After && <After aria-hidden className="-mr-1 size-4" />}
    </>
  );
  return href ? (
    <Link href={href} prefetch={false} className={buttonClass()} onClick={onTurn}>
      {content}
    </Link>
  ) : (
    <span aria-hidden className={buttonClass('refused')}>
      {content}
    </span>
  );
}

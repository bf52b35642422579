'use client';

import { ChevronLeft, ChevronRight, type LucideIcon } from 'lucide-react';
import Link from 'next/link';
import { type ReactNode, useEffect, useRef } from 'react';
import { buttonClass } from './ui/button-class';

type PagerProps = {
  /** What the pages are of, such as `Pages of members`. */
  label: string;
  /** At the left: how many there are, where that is known. */
  note?: ReactNode;
  /** Addresses of the neighbouring pages; null at the ends. */
  previous: string | null;
  next: string | null;
};

/** The foot of a list that comes in pages. */
export function Pager({ label, note, previous, next }: PagerProps) {
  const nav = useRef<HTMLElement>(null);
  const turned = useRef(false);
  // At the first and the last page the link that was pressed is gone, and the focus with it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page has arrived
  useEffect(() => {
    if (turned.current && document.activeElement === document.body) nav.current?.focus();
    turned.current = false;
  }, [previous, next]);
  const onTurn = () => {
    turned.current = true;
  };
  const several = previous !== null || next !== null;
  if (!several && !note) return null;
  return (
    <div className="flex min-h-14 items-center justify-between gap-4 border-line border-t px-5 py-2 max-lg:px-4">
      <p className="text-ink-muted text-xs tabular-nums">{note}</p>
      {several && (
        <nav ref={nav} tabIndex={-1} aria-label={label} className="flex gap-2 outline-none">
          <PageLink label="Previous" before={ChevronLeft} href={previous} onTurn={onTurn} />
          <PageLink label="Next" after={ChevronRight} href={next} onTurn={onTurn} />
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

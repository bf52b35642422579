import type { ReactNode } from 'react';

/** What the page behind a one-time link says first; announced, since it arrives after the page. */
export function LinkHeading({ title, children }: { title: ReactNode; children: ReactNode }) {
  return (
    <div role="status" className="mt-5 mb-7 text-center">
      <h1 className="break-words font-semibold text-[1.375rem] leading-8 tracking-[-0.02em]">{title}</h1>
      <p className="mt-1 break-words text-ink-muted">{children}</p>
    </div>
  );
}

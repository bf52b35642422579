import type { ReactNode } from 'react';
import { LogoMark } from './logo';

/** A page that has one thing to say and a way on. */
export function MessagePage({ title, children, actions }: { title: string; children: ReactNode; actions: ReactNode }) {
  return (
    <main className="mx-auto flex min-h-dvh max-w-md flex-col justify-center px-6 py-16">
      <LogoMark className="size-9" />
      <h1 className="mt-6 font-semibold text-[1.375rem] leading-8 tracking-[-0.02em]">{title}</h1>
      <div className="mt-2 text-ink-muted">{children}</div>
      <div className="mt-6 flex flex-wrap gap-2">{actions}</div>
    </main>
  );
}

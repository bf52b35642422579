'use client';

import { Cable } from 'lucide-react';
import { Button } from '@/components/ui/button';

type NoConnectionsProps = { refusal: string | null; onCreate: (from: HTMLElement) => void };

/** What the page is for, for whoever sees it empty. */
export function NoConnections({ refusal, onCreate }: NoConnectionsProps) {
  return (
    <section className="flex flex-col items-center rounded-xl border border-line bg-surface px-6 py-16 text-center shadow-soft max-sm:py-12">
      <span className="inline-flex size-12 items-center justify-center rounded-xl bg-accent-wash text-accent-text">
        <Cable aria-hidden className="size-6" />
      </span>
      <h2 className="mt-5 font-semibold text-base tracking-[-0.01em]">No connections yet</h2>
      <p className="mt-1.5 max-w-md text-ink-muted">
        A connection is an address of Latchkey’s own for an LLM provider or a workflow. Who calls it with a Latchkey key
        gets the provider’s answer.
      </p>
      <ol className="mt-5 max-w-md list-decimal space-y-1 pl-5 text-left text-ink-muted">
        <li>Choose the provider, or your own URL.</li>
        <li>Choose the provider key that Latchkey sends there.</li>
        <li>Point your client at the connection’s address.</li>
      </ol>
      {refusal ? (
        <p className="mt-6 rounded-lg bg-sunken px-3 py-2 text-ink-muted">{refusal}</p>
      ) : (
        <Button tone="secondary" className="mt-6" onClick={(event) => onCreate(event.currentTarget)}>
          Create your first connection
        </Button>
      )}
    </section>
  );
}

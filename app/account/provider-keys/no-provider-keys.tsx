'use client';

import { Vault } from 'lucide-react';
import { Button } from '@/components/ui/button';

type NoProviderKeysProps = { refusal: string | null; onCreate: (from: HTMLElement) => void };

/** What the page is for, for whoever sees it empty. */
export function NoProviderKeys({ refusal, onCreate }: NoProviderKeysProps) {
  return (
    <section className="flex flex-col items-center rounded-xl border border-line bg-surface px-6 py-16 text-center shadow-soft max-sm:py-12">
      <span className="inline-flex size-12 items-center justify-center rounded-xl bg-accent-wash text-accent-text">
        <Vault aria-hidden className="size-6" />
      </span>
      <h2 className="mt-5 font-semibold text-base tracking-[-0.01em]">No provider keys yet</h2>
      <p className="mt-1.5 max-w-md text-ink-muted">
        Paste the API key of an LLM provider or of a workflow once. Your people and services then call it with their
        Latchkey keys, and never hold the provider’s.
      </p>
      <ol className="mt-5 max-w-md list-decimal space-y-1 pl-5 text-left text-ink-muted">
        <li>Create an API key on the provider’s own site.</li>
        <li>Save it here, under a name that tells what it is for.</li>
        <li>Choose it in a connection.</li>
      </ol>
      {refusal ? (
        <p className="mt-6 rounded-lg bg-sunken px-3 py-2 text-ink-muted">{refusal}</p>
      ) : (
        <Button tone="secondary" className="mt-6" onClick={(event) => onCreate(event.currentTarget)}>
          Save your first provider key
        </Button>
      )}
    </section>
  );
}

'use client';

import { KeyRound } from 'lucide-react';
import Link from 'next/link';
import { lazy, Suspense, useDeferredValue, useEffect, useRef, useState } from 'react';
import { Button } from '@/components/ui/button';
import { PageHeading } from '@/components/ui/page-heading';
import type { KeyPageView } from '@/lib/keys/schema';
import { KeySearch, matches } from './key-search';
import { KeyTable } from './key-table';
import type { OpenDialog, TextLimits } from './open-dialog';

// The dialogs' code arrives when somebody reaches for a button that opens one.
const loadDialogs = () => import('./key-dialogs');
const KeyDialogs = lazy(loadDialogs);
const preload = { onPointerEnter: loadDialogs, onFocus: loadDialogs, onPointerDown: loadDialogs };

/** Fewer rows than this are taken in at a glance. */
const searchableFrom = 5;

type KeyManagerProps = { view: KeyPageView; origin: string; limits: TextLimits };

export function KeyManager({ view, origin, limits }: KeyManagerProps) {
  const [dialog, setDialog] = useState<OpenDialog | null>(null);
  const [search, setSearch] = useState('');
  const shownSearch = useDeferredValue(search);
  const opener = useRef<HTMLElement | null>(null);
  const heading = useRef<HTMLHeadingElement>(null);

  function open(next: OpenDialog, from: HTMLElement) {
    opener.current = from;
    setDialog(next);
  }

  /** To the opener; where it went with its row, to the top of the page. */
  function returnFocus() {
    const target = opener.current?.isConnected ? opener.current : heading.current;
    target?.focus();
  }

  // The row of a deleted key takes its button along after the dialog has given the focus back to it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows come and go with the keys
  useEffect(() => {
    if (opener.current?.isConnected === false && document.activeElement === document.body) heading.current?.focus();
  }, [view.keys]);

  const searchable = view.keys.length >= searchableFrom;
  const shown = searchable ? view.keys.filter((key) => matches(key, shownSearch)) : view.keys;
  return (
    <>
      <PageHeading
        ref={heading}
        title="Manage API Keys"
        action={
          <Button
            tone="primary"
            className="max-sm:w-full"
            refusal={view.createRefusal}
            {...preload}
            onClick={(event) => open({ kind: 'create' }, event.currentTarget)}
          >
            + Create new API key
          </Button>
        }
      >
        Your services present a key to say who is calling. Each has a public client ID and a secret that is shown once.{' '}
        <Link
          href="/docs/use-api-keys"
          prefetch={false}
          className="whitespace-nowrap rounded font-medium text-accent-text hover:underline"
        >
          How to use API keys
        </Link>
      </PageHeading>
      {view.keys.length === 0 ? (
        <EmptyState refusal={view.createRefusal} onCreate={(from) => open({ kind: 'create' }, from)} />
      ) : (
        <div className="overflow-hidden rounded-xl border border-line bg-surface shadow-soft">
          {searchable && <KeySearch value={search} onChange={setSearch} found={shown.length} />}
          {shown.length > 0 && <KeyTable keys={shown} view={view} onOpen={open} onReach={loadDialogs} />}
          {shown.length === 0 && (
            <p className="px-5 py-14 text-center text-ink-muted">
              No key has a name with “<bdi>{shownSearch.trim()}</bdi>”.
            </p>
          )}
        </div>
      )}
      {dialog && (
        <Suspense>
          <KeyDialogs
            dialog={dialog}
            view={view}
            origin={origin}
            limits={limits}
            onClose={() => setDialog(null)}
            onReturnFocus={returnFocus}
          />
        </Suspense>
      )}
    </>
  );
}

function EmptyState({ refusal, onCreate }: { refusal: string | null; onCreate: (from: HTMLElement) => void }) {
  return (
    <section className="flex flex-col items-center rounded-xl border border-line bg-surface px-6 py-16 text-center shadow-soft max-sm:py-12">
      <span className="inline-flex size-12 items-center justify-center rounded-xl bg-accent-wash text-accent-text">
        <KeyRound aria-hidden className="size-6" />
      </span>
      <h2 className="mt-5 font-semibold text-base tracking-[-0.01em]">You have no API keys yet</h2>
      <p className="mt-1.5 max-w-md text-ink-muted">
        A key lets a script or a service call the API in your name, without your password. Give each service its own, so
        that you can stop one without touching the others.
      </p>
      {refusal ? (
        <p className="mt-5 rounded-lg bg-sunken px-3 py-2 text-ink-muted">{refusal}</p>
      ) : (
        <Button tone="secondary" className="mt-6" {...preload} onClick={(event) => onCreate(event.currentTarget)}>
          Create your first key
        </Button>
      )}
    </section>
  );
}

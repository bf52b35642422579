'use client';

import { KeyRound } from 'lucide-react';
import Link from 'next/link';
import { lazy, Suspense, useDeferredValue, useState } from 'react';
import { Button } from '@/components/ui/button';
import { PageHeading } from '@/components/ui/page-heading';
import { useOpener } from '@/components/use-opener';
import type { KeyPageView } from '@/lib/keys/schema';
import { DefaultKeyTable } from './default-key-table';
import { KeySearch, matches } from './key-search';
import { KeyTable } from './key-table';
import type { OpenDialog, TextLimits } from './open-dialog';
import { pageWords } from './page-words';

// The dialogs' code arrives when somebody reaches for a button that opens one.
const loadDialogs = () => import('./key-dialogs');
const KeyDialogs = lazy(loadDialogs);
const preload = { onPointerEnter: loadDialogs, onFocus: loadDialogs, onPointerDown: loadDialogs };

type KeyManagerProps = { view: KeyPageView; origin: string; limits: TextLimits };

/** The page of the viewer's own keys, and of the tenant's. */
export function KeyManager({ view, origin, limits }: KeyManagerProps) {
  const [dialog, setDialog] = useState<OpenDialog | null>(null);
  const [search, setSearch] = useState('');
  const shownSearch = useDeferredValue(search);
  const { fallback, remember, returnFocus } = useOpener<HTMLHeadingElement>(view.keys);
  const words = pageWords[view.kind];

  function open(next: OpenDialog, from: HTMLElement) {
    remember(from);
    setDialog(next);
  }

  const searchable = view.keys.length >= words.searchableFrom;
  const shown = searchable ? view.keys.filter((key) => matches(key, shownSearch)) : view.keys;
  return (
    <>
      <PageHeading
        ref={fallback}
        title={words.title}
        action={
          <Button
            tone="primary"
            className="max-sm:w-full"
            refusal={view.createRefusal}
            {...preload}
            onClick={(event) => open({ kind: 'create' }, event.currentTarget)}
          >
            {words.create}
          </Button>
        }
      >
        {words.introduction}{' '}
        <Link
          href="/docs/use-api-keys"
          prefetch={false}
          className="whitespace-nowrap rounded font-medium text-accent-text hover:underline"
        >
          How to use API keys
        </Link>
      </PageHeading>
      {view.offersDefaultKey ? (
        <DefaultKeyTable preload={preload} onRotate={(from) => open({ kind: 'default' }, from)} />
      ) : view.keys.length === 0 ? (
        <EmptyState view={view} onCreate={(from) => open({ kind: 'create' }, from)} />
      ) : (
        <div className="overflow-hidden rounded-xl border border-line bg-surface shadow-soft">
          {searchable && <KeySearch label={words.search} value={search} onChange={setSearch} found={shown.length} />}
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
            onSwitch={setDialog}
            onClose={() => setDialog(null)}
            onReturnFocus={returnFocus}
          />
        </Suspense>
      )}
    </>
  );
}

function EmptyState({ view, onCreate }: { view: KeyPageView; onCreate: (from: HTMLElement) => void }) {
  const { emptyTitle, emptyText, createFirst } = pageWords[view.kind];
  return (
    <section className="flex flex-col items-center rounded-xl border border-line bg-surface px-6 py-16 text-center shadow-soft max-sm:py-12">
      <span className="inline-flex size-12 items-center justify-center rounded-xl bg-accent-wash text-accent-text">
        <KeyRound aria-hidden className="size-6" />
      </span>
      <h2 className="mt-5 font-semibold text-base tracking-[-0.01em]">{emptyTitle}</h2>
      <p className="mt-1.5 max-w-md text-ink-muted">{emptyText}</p>
      {view.createRefusal ? (
        <p className="mt-5 rounded-lg bg-sunken px-3 py-2 text-ink-muted">{view.createRefusal}</p>
      ) : (
        <Button tone="secondary" className="mt-6" {...preload} onClick={(event) => onCreate(event.currentTarget)}>
          {createFirst}
        </Button>
      )}
    </section>
  );
}

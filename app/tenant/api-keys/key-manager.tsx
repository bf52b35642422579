'use client';

import { useState } from 'react';
import { Pager } from '@/components/pager';
import { Button } from '@/components/ui/button';
import { PageHeading } from '@/components/ui/page-heading';
import { useOpener } from '@/components/use-opener';
import { addressOfKeys, type KeyListQuery, type TenantKeysView } from '@/lib/tenant-keys/schema';
import { FilterBar } from './filter-bar';
import { KeyDialogs, type OpenDialog } from './key-dialogs';
import { KeySearch } from './key-search';
import { KeyTable } from './key-table';
import { NoKeys } from './no-keys';
import { SelectionBar } from './selection-bar';
import { useSelection } from './use-selection';

type KeyManagerProps = { view: TenantKeysView; query: KeyListQuery; countText: string; tenantName: string };

export function KeyManager({ view, query, countText, tenantName }: KeyManagerProps) {
  const [dialog, setDialog] = useState<OpenDialog | null>(null);
  const { fallback, remember, returnFocus } = useOpener<HTMLHeadingElement>(view.keys);
  const selection = useSelection(view, query);

  function open(next: OpenDialog, from: HTMLElement) {
    remember(from);
    setDialog(next);
  }

  const place = (at: Partial<KeyListQuery>) => addressOfKeys({ ...query, after: null, before: null, ...at });
  return (
    <>
      <PageHeading
        ref={fallback}
        title="All API keys"
        action={
          <Button
            tone={selection.chosen ? 'danger' : 'secondary'}
            className="max-sm:w-full"
            refusal={selection.chosen ? null : 'Select the keys to revoke first.'}
            onClick={(event) =>
              selection.chosen && open({ kind: 'revoke-many', selection: selection.chosen }, event.currentTarget)
            }
          >
            Revoke
          </Button>
        }
      >
        Every personal and agent key of <bdi>{tenantName}</bdi>. Owners edit and delete theirs; here you find a key and
        revoke it.
      </PageHeading>
      <div className="overflow-hidden rounded-xl border border-line bg-surface shadow-soft">
        <KeySearch query={query} found={countText} />
        <FilterBar query={query} selection={selection} />
        <SelectionBar selection={selection} countText={countText} />
        {view.keys.length > 0 ? (
          <KeyTable view={view} query={query} selection={selection} onOpen={open} />
        ) : (
          <NoKeys query={query} />
        )}
        <Pager
          label="Pages of keys"
          note={view.keys.length > 0 && countText}
          previous={view.before && place({ before: view.before })}
          next={view.after && place({ after: view.after })}
        />
      </div>
      {dialog && (
        <KeyDialogs
          dialog={dialog}
          onClose={() => setDialog(null)}
          onReturnFocus={returnFocus}
          onRevoked={selection.clear}
        />
      )}
    </>
  );
}

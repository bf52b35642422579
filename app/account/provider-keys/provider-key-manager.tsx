'use client';

import { useDeferredValue, useState } from 'react';
import { Button } from '@/components/ui/button';
import { PageHeading } from '@/components/ui/page-heading';
import { useOpener } from '@/components/use-opener';
import type { ProviderKeyPageView } from '@/lib/provider-keys/schema';
import { KeySearch, matches } from '../api-keys/key-search';
import { DeleteDialog } from './delete-dialog';
import { NoProviderKeys } from './no-provider-keys';
import type { OpenDialog, Opener } from './open-dialog';
import { ProviderKeyDialog } from './provider-key-dialog';
import { ProviderKeyTable } from './provider-key-table';

/** The tenant's provider keys. */
export function ProviderKeyManager({ view }: { view: ProviderKeyPageView }) {
  const [dialog, setDialog] = useState<OpenDialog | null>(null);
  const [search, setSearch] = useState('');
  const shownSearch = useDeferredValue(search);
  const { fallback, remember, returnFocus } = useOpener<HTMLButtonElement>(view.keys);
  const open: Opener = (next, from) => {
    remember(from);
    setDialog(next);
  };

  const shown = view.keys.filter((key) => matches(key, shownSearch));
  const frame = { onClose: () => setDialog(null), onReturnFocus: returnFocus };
  return (
    <>
      <PageHeading
        title="Provider keys"
        action={
          <Button
            ref={fallback}
            tone="primary"
            className="max-sm:w-full"
            refusal={view.refusal}
            onClick={(event) => open({ kind: 'create' }, event.currentTarget)}
          >
            New provider key
          </Button>
        }
      >
        Other companies’ API keys, such as an LLM provider’s. Latchkey keeps them encrypted and sends them for your
        tenant’s connections; nobody can read one here again.
      </PageHeading>
      {view.keys.length === 0 ? (
        <NoProviderKeys refusal={view.refusal} onCreate={(from) => open({ kind: 'create' }, from)} />
      ) : (
        <div className="overflow-hidden rounded-xl border border-line bg-surface shadow-soft">
          <KeySearch
            label="Search provider keys"
            noun="provider key"
            value={search}
            onChange={setSearch}
            found={shown.length}
          />
          {shown.length > 0 ? (
            <ProviderKeyTable keys={shown} view={view} onOpen={open} />
          ) : (
            <p className="px-5 py-14 text-center text-ink-muted [overflow-wrap:anywhere]">
              No provider key has a name with “<bdi>{shownSearch.trim()}</bdi>”.
            </p>
          )}
        </div>
      )}
      {dialog?.kind === 'create' && <ProviderKeyDialog providerKey={null} {...frame} />}
      {dialog?.kind === 'edit' && <ProviderKeyDialog providerKey={dialog.providerKey} {...frame} />}
      {dialog?.kind === 'delete' && <DeleteDialog providerKey={dialog.providerKey} {...frame} />}
    </>
  );
}

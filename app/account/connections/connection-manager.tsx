'use client';

import { useDeferredValue, useState } from 'react';
import { Button } from '@/components/ui/button';
import { PageHeading } from '@/components/ui/page-heading';
import { useOpener } from '@/components/use-opener';
import type { ConnectionView } from '@/lib/connections/schema';
import { KeySearch } from '../api-keys/key-search';
import { ConnectionDialog } from './connection-dialog';
import { ConnectionTable } from './connection-table';
import { DeleteDialog } from './delete-dialog';
import { NoConnections } from './no-connections';
import type { Choices, OpenDialog, Opener } from './open-dialog';
import { TestDialog } from './test-dialog';
import { matches } from './words';

type ConnectionManagerProps = {
  connections: ConnectionView[];
  choices: Choices;
  /** Why the viewer may change none; null when they may. */
  refusal: string | null;
  createRefusal: string | null;
  origin: string;
};

/** The tenant's connections. */
export function ConnectionManager({ connections, choices, refusal, createRefusal, origin }: ConnectionManagerProps) {
  const [dialog, setDialog] = useState<OpenDialog | null>(null);
  const [search, setSearch] = useState('');
  const shownSearch = useDeferredValue(search);
  const { fallback, remember, returnFocus } = useOpener<HTMLButtonElement>(connections);
  const open: Opener = (next, from) => {
    remember(from);
    setDialog(next);
  };

  const shown = connections.filter((connection) => matches(connection, shownSearch));
  const frame = { onClose: () => setDialog(null), onReturnFocus: returnFocus };
  return (
    <>
      <PageHeading
        title="Connections"
        action={
          <Button
            ref={fallback}
            tone="primary"
            className="max-sm:w-full"
            refusal={createRefusal}
            onClick={(event) => open({ kind: 'create' }, event.currentTarget)}
          >
            + New connection
          </Button>
        }
      >
        LLM providers and workflows that your tenant’s keys may call through Latchkey. Callers never hold the provider’s
        own key.
      </PageHeading>
      {connections.length === 0 ? (
        <NoConnections refusal={createRefusal} onCreate={(from) => open({ kind: 'create' }, from)} />
      ) : (
        <div className="overflow-hidden rounded-xl border border-line bg-surface shadow-soft">
          <KeySearch
            label="Search connections"
            noun="connection"
            value={search}
            onChange={setSearch}
            found={shown.length}
          />
          {shown.length > 0 ? (
            <ConnectionTable connections={shown} refusal={refusal} origin={origin} onOpen={open} />
          ) : (
            <p className="px-5 py-14 text-center text-ink-muted [overflow-wrap:anywhere]">
              Nothing about any connection has “<bdi>{shownSearch.trim()}</bdi>” in it.
            </p>
          )}
        </div>
      )}
      {(dialog?.kind === 'create' || dialog?.kind === 'edit') && (
        <ConnectionDialog
          connection={dialog.kind === 'edit' ? dialog.connection : null}
          connections={connections}
          choices={choices}
          {...frame}
        />
      )}
      {dialog?.kind === 'delete' && <DeleteDialog connection={dialog.connection} {...frame} />}
      {dialog?.kind === 'test' && <TestDialog connection={dialog.connection} {...frame} />}
    </>
  );
}

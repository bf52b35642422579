'use client';

import { useState } from 'react';
import { Button, IconButton } from '@/components/ui/button';
import { Panel } from '@/components/ui/panel';
import { PencilIcon, TrashIcon } from '@/components/ui/row-icons';
import { useOpener } from '@/components/use-opener';
import type { ScopeUse } from '@/lib/scopes/schema';
import { DeleteScopeDialog } from './delete-scope-dialog';
import { ScopeDialog } from './scope-dialog';

type OpenDialog = { kind: 'add' } | { kind: 'edit' | 'delete'; scope: ScopeUse };
type Opener = (dialog: OpenDialog, from: HTMLElement) => void;

/** The tenant's list of scopes. */
export function ScopePanel({ scopes }: { scopes: ScopeUse[] }) {
  const [dialog, setDialog] = useState<OpenDialog | null>(null);
  const { fallback, remember, returnFocus } = useOpener<HTMLButtonElement>(scopes);
  const open: Opener = (next, from) => {
    remember(from);
    setDialog(next);
  };

  const frame = { onClose: () => setDialog(null), onReturnFocus: returnFocus };
  return (
    <Panel
      title="Scopes"
      note="What a key may be allowed to do. Owners choose from this list; a new key holds none."
      action={
        <Button
          ref={fallback}
          className="max-sm:w-full"
          onClick={(event) => open({ kind: 'add' }, event.currentTarget)}
        >
          + Add scope
        </Button>
      }
    >
      {scopes.length === 0 ? <NoScopes /> : <ScopeList scopes={scopes} onOpen={open} />}
      {dialog?.kind === 'add' && <ScopeDialog scope={null} {...frame} />}
      {dialog?.kind === 'edit' && <ScopeDialog scope={dialog.scope} {...frame} />}
      {dialog?.kind === 'delete' && <DeleteScopeDialog scope={dialog.scope} {...frame} />}
    </Panel>
  );
}

function NoScopes() {
  return (
    <div className="px-5 py-10 text-center max-sm:px-4">
      <p className="font-medium">No scopes yet</p>
      <p className="mx-auto mt-1 max-w-md text-ink-muted">
        Add one for each thing that some keys may do and others may not, such as{' '}
        <code className="rounded bg-sunken px-1 py-0.5 font-mono text-xs">reports:read</code>. Your services ask whether
        a key holds it.
      </p>
    </div>
  );
}

function ScopeList({ scopes, onOpen }: { scopes: ScopeUse[]; onOpen: Opener }) {
  return (
    <ul aria-label="Scopes">
      {scopes.map((scope) => (
        <li
          key={scope.name}
          className="flex items-start gap-x-4 border-line border-b px-5 py-3 last:border-b-0 max-sm:px-4 max-sm:pr-2"
        >
          <div className="min-w-0 flex-1 gap-x-4 sm:flex sm:justify-between lg:py-1">
            <div className="min-w-0">
              <p className="break-all font-mono text-xs leading-6">{scope.name}</p>
              {scope.description !== '' && (
                <p className="text-ink-muted text-xs leading-5 [overflow-wrap:anywhere]">
                  <bdi>{scope.description}</bdi>
                </p>
              )}
            </div>
            <p className="shrink-0 text-ink-faint text-xs tabular-nums leading-6">{heldBy(scope.keys)}</p>
          </div>
          <span className="flex shrink-0 gap-0.5">
            <IconButton
              label={`Edit ${scope.name}`}
              hint="Edit"
              icon={PencilIcon}
              onClick={(event) => onOpen({ kind: 'edit', scope }, event.currentTarget)}
            />
            <IconButton
              label={`Delete ${scope.name}`}
              hint="Delete"
              icon={TrashIcon}
              danger
              onClick={(event) => onOpen({ kind: 'delete', scope }, event.currentTarget)}
            />
          </span>
        </li>
      ))}
    </ul>
  );
}

function heldBy(keys: number): string {
  if (keys === 0) return 'No keys';
  return keys === 1 ? '1 key' : `${keys.toLocaleString('en')} keys`;
}

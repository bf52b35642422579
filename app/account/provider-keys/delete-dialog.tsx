'use client';

import { CountedDialog } from '@/components/counted-dialog';
import { notify } from '@/components/ui/notice';
import type { ProviderKeyView } from '@/lib/provider-keys/schema';
import { deleteProviderKeyAction, reviewProviderKeyAction } from './actions';
import type { DialogFrame } from './open-dialog';

type DeleteDialogProps = DialogFrame & { providerKey: ProviderKeyView };

/** Names the connections that use the provider key now, and asks. */
export function DeleteDialog({ providerKey: { id, name }, onClose, onReturnFocus }: DeleteDialogProps) {
  async function remove() {
    const result = await deleteProviderKeyAction({ id });
    if (result.status === 'deleted') {
      notify(done(result.connections.length));
      onClose();
    }
    return result;
  }
  return (
    <CountedDialog
      alert
      title={`Delete ${name}?`}
      description="Deleted API keys cannot be recovered and will no longer be usable."
      counting="Looking for the connections that use it…"
      count={() => reviewProviderKeyAction({ id })}
      button="Delete"
      tone="danger"
      submit={remove}
      onClose={onClose}
      onReturnFocus={onReturnFocus}
    >
      {({ connections }) =>
        connections.length === 0 ? <p>No connection uses it.</p> : <Meaning connections={connections} />
      }
    </CountedDialog>
  );
}

function Meaning({ connections }: { connections: string[] }) {
  const one = connections.length === 1;
  return (
    <div className="rounded-lg bg-warn-wash px-3 py-2 text-warn-text">
      <p>
        <strong className="font-semibold">
          {one ? '1 connection uses it' : `${connections.length} connections use it`}.
        </strong>{' '}
        {one ? 'Calls through it' : 'Calls through them'} fail from the next request on, until you choose another
        provider key there.
      </p>
      <ul className="mt-1.5 max-h-48 list-disc overflow-y-auto pl-5 [overflow-wrap:anywhere]">
        {connections.map((name, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two connections may have one name
          <li key={index}>
            <bdi>{name}</bdi>
          </li>
        ))}
      </ul>
    </div>
  );
}

function done(connections: number): string {
  if (connections === 0) return 'Provider key deleted';
  return `Provider key deleted; ${connections === 1 ? '1 connection needs' : `${connections} connections need`} another one`;
}

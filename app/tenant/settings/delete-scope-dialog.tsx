'use client';

import { CountedDialog } from '@/components/counted-dialog';
import { notify } from '@/components/ui/notice';
import type { ScopeView } from '@/lib/scopes/schema';
import { deleteScopeAction, reviewScopeAction } from './actions';

type DeleteScopeDialogProps = { scope: ScopeView; onClose: () => void; onReturnFocus: () => void };

/** Says how many keys hold the scope now, and asks. */
export function DeleteScopeDialog({ scope: { name }, onClose, onReturnFocus }: DeleteScopeDialogProps) {
  async function remove() {
    const result = await deleteScopeAction({ name });
    if (result.status === 'deleted') {
      notify('Scope deleted');
      onClose();
    }
    return result;
  }
  return (
    <CountedDialog
      alert
      title={`Delete ${name}?`}
      description="Nobody can choose it any more. This cannot be undone."
      counting="Counting the keys that hold it…"
      count={() => reviewScopeAction({ name })}
      button="Delete"
      tone="danger"
      submit={remove}
      onClose={onClose}
      onReturnFocus={onReturnFocus}
    >
      {({ keys }) => <Meaning keys={keys} />}
    </CountedDialog>
  );
}

function Meaning({ keys }: { keys: number }) {
  if (keys === 0) return <p>No key holds it now.</p>;
  const [who, lose] =
    keys === 1 ? ['1 key holds', 'It loses'] : [`${keys.toLocaleString('en')} keys hold`, 'They lose'];
  return (
    <p className="rounded-lg bg-warn-wash px-3 py-2 text-warn-text">
      <strong className="font-semibold">{who} it now.</strong> {lose} it at once: requests that need it are refused from
      then on.
    </p>
  );
}

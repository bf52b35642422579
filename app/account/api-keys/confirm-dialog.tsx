'use client';

import type { ReactNode } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog, DialogBody, DialogFooter } from '@/components/ui/dialog';
import { FormMessage } from '@/components/ui/field';
import { notify } from '@/components/ui/notice';
import { Time } from '@/components/ui/time';
import { unreachableMessage, useSubmission } from '@/components/use-submission';
import type { KeyView } from '@/lib/keys/schema';
import { activateKeyAction, deactivateKeyAction, deleteKeyAction } from './actions';
import type { DialogFrame } from './open-dialog';
import type { ChangeKeyState } from './states';

type Kind = 'deactivate' | 'activate' | 'delete';

type Change = {
  title: string;
  button: string;
  hurts: boolean;
  done: string;
  action: (clientId: string) => Promise<ChangeKeyState>;
};

const changes: Record<Kind, Change> = {
  deactivate: {
    title: 'Deactivate this key?',
    button: 'Deactivate',
    hurts: true,
    done: 'Key deactivated',
    action: deactivateKeyAction,
  },
  activate: {
    title: 'Activate this key?',
    button: 'Activate',
    hurts: false,
    done: 'Key activated',
    action: activateKeyAction,
  },
  delete: { title: 'Delete this key?', button: 'Delete', hurts: true, done: 'Key deleted', action: deleteKeyAction },
};

type ConfirmDialogProps = DialogFrame & { kind: Kind; item: KeyView; now: string };

export function ConfirmDialog({ kind, item, now, onClose, onReturnFocus }: ConfirmDialogProps) {
  const { title, button, hurts, done, action } = changes[kind];
  const { state, pending, submit } = useSubmission(async (clientId: string) => {
    const result = await action(clientId);
    if (result.status === 'done') {
      notify(done);
      onClose();
    }
    return result;
  });
  return (
    <Dialog
      title={title}
      alert={hurts}
      description={<Explanation kind={kind} />}
      onClose={onClose}
      onReturnFocus={onReturnFocus}
    >
      <DialogBody>
        <KeySummary item={item} now={now} />
        {state?.status === 'refused' && <FormMessage>{state.message}</FormMessage>}
        {state?.status === 'unreachable' && <FormMessage>{unreachableMessage}</FormMessage>}
      </DialogBody>
      <DialogFooter>
        <Button onClick={onClose}>Cancel</Button>
        <Button tone={hurts ? 'danger' : 'primary'} pending={pending} onClick={() => submit(item.clientId)}>
          {button}
        </Button>
      </DialogFooter>
    </Dialog>
  );
}

function Explanation({ kind }: { kind: Kind }): ReactNode {
  switch (kind) {
    case 'deactivate':
      return 'Services using this key will be refused at once, until you activate it again.';
    case 'activate':
      return 'Services using this key will be accepted again at once.';
    case 'delete':
      return (
        <>
          <p>Deletion is permanent and cannot be undone.</p>
          <ul className="mt-2 list-disc space-y-1 pl-5">
            <li>All services using this key will stop working immediately.</li>
            <li>Make sure to update any applications using the deleted key.</li>
          </ul>
        </>
      );
  }
}

/** Which key it is, and whether somebody still depends on it. */
function KeySummary({ item, now }: { item: KeyView; now: string }) {
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 rounded-lg border border-line bg-canvas px-4 py-3">
      <dt className="text-ink-muted">Name</dt>
      <dd className="break-words text-right font-medium">
        <bdi>{item.name}</bdi>
      </dd>
      <dt className="text-ink-muted">Client ID</dt>
      <dd className="break-all text-right font-mono text-xs leading-[1.375rem]">{item.clientId}</dd>
      <dt className="text-ink-muted">Last used</dt>
      <dd className="text-right">{item.lastUsedAt ? <Time iso={item.lastUsedAt} relativeTo={now} /> : 'Never used'}</dd>
    </dl>
  );
}

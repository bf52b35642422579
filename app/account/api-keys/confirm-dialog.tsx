'use client';

import type { ReactNode } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog, DialogBody, DialogFooter } from '@/components/ui/dialog';
import { FormMessage } from '@/components/ui/field';
import { notify } from '@/components/ui/notice';
import { unreachableMessage, useSubmission } from '@/components/use-submission';
import type { KeyView } from '@/lib/keys/schema';
import { activateKeyAction, deactivateKeyAction, deleteKeyAction } from './actions';
import { Fact, KeySummary, LastUsed } from './key-summary';
import { KeyTrafficSummary } from './key-traffic';
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
    action: (clientId) => deactivateKeyAction(clientId, 'open'),
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
        {hurts ? (
          <KeyTrafficSummary item={item} />
        ) : (
          <KeySummary item={item}>
            <Fact title="Last used">
              <LastUsed at={item.lastUsedAt} now={now} />
            </Fact>
          </KeySummary>
        )}
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

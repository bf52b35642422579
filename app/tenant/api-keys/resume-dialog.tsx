'use client';

import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog, DialogFooter } from '@/components/ui/dialog';
import type { UnfinishedRevocation } from '@/lib/revocations/schema';
import { countText } from '@/lib/usage/schema';
import { useClosing } from './bulk-revoke-dialog';
import { RevocationRunStep } from './revocation-run';
import { useRevocation } from './use-revocation';

type ResumeDialogProps = { revocation: UnfinishedRevocation; onClose: () => void; onReturnFocus: () => void };

/** Goes on with a bulk revoke that was left. What it would stop was reviewed and confirmed when it began. */
export function ResumeDialog({ revocation, onClose, onReturnFocus }: ResumeDialogProps) {
  const { id, selected, done, startedBy } = revocation;
  const [resumed, setResumed] = useState(false);
  const run = useRevocation(resumed ? id : null);
  const close = useClosing(run, resumed ? selected : 0, onClose);
  const left = selected - done;
  return (
    <Dialog
      alert
      wide
      title={
        run.progress?.finished
          ? 'Bulk revoke finished'
          : resumed
            ? `Revoking ${countText(selected)} keys`
            : question(left)
      }
      description={
        resumed
          ? undefined
          : `${startedBy} confirmed it for ${countText(selected)} keys. Services using the others will be refused at once, too. Revoking is permanent and cannot be undone.`
      }
      onClose={close}
      onReturnFocus={onReturnFocus}
    >
      {resumed ? (
        <RevocationRunStep run={run} selected={selected} done={done} onClose={close} />
      ) : (
        <div className="pt-5">
          <DialogFooter>
            <Button onClick={onClose}>Cancel</Button>
            <Button tone="danger" onClick={() => setResumed(true)}>
              Resume
            </Button>
          </DialogFooter>
        </div>
      )}
    </Dialog>
  );
}

function question(left: number): string {
  return left === 1 ? 'Revoke the last key?' : `Revoke the other ${countText(left)} keys?`;
}

'use client';

import { Dialog } from '@/components/ui/dialog';
import type { ConnectionView } from '@/lib/connections/schema';
import type { DialogFrame } from './open-dialog';
import { TestStep } from './test-step';
import { hostOf } from './words';

type Named = Pick<ConnectionView, 'name' | 'url'>;
type TestDialogProps = DialogFrame & { connection: Named & { id: string } };

/** Tests a connection as it is. */
export function TestDialog({ connection, onClose, onReturnFocus }: TestDialogProps) {
  return (
    <Dialog
      title="Test connection"
      description={<WhatIsAsked {...connection} />}
      onClose={onClose}
      onReturnFocus={onReturnFocus}
    >
      <TestStep id={connection.id} onClose={onClose} />
    </Dialog>
  );
}

export function WhatIsAsked({ name, url }: Named) {
  return (
    <>
      Latchkey asks <bdi className="font-medium text-ink [overflow-wrap:anywhere]">{hostOf(url)}</bdi>, as{' '}
      <bdi className="font-medium text-ink">{name}</bdi> would.
    </>
  );
}

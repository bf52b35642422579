'use client';

import { QuestionDialog } from '@/components/question-dialog';
import { notify } from '@/components/ui/notice';
import type { ConnectionView } from '@/lib/connections/schema';
import { deleteConnectionAction } from './actions';
import type { DialogFrame } from './open-dialog';
import { pathOf } from './words';

type DeleteDialogProps = DialogFrame & { connection: ConnectionView };

/** Says what stops, and asks. Requests are not counted by connection, so it cannot say whose. */
export function DeleteDialog({ connection: { id, name, slug }, ...frame }: DeleteDialogProps) {
  async function remove() {
    const result = await deleteConnectionAction({ id });
    if (result.status === 'deleted') {
      notify('Connection deleted');
      frame.onClose();
    }
    return result;
  }
  return (
    <QuestionDialog
      title={`Delete ${name}?`}
      description="This cannot be undone. Its provider key stays."
      button="Delete"
      submit={remove}
      {...frame}
    >
      <p className="rounded-lg bg-warn-wash px-3 py-2 text-warn-text">
        Requests to <code className="font-mono text-xs [overflow-wrap:anywhere]">{pathOf(slug)}</code> will be answered
        with 404.
      </p>
    </QuestionDialog>
  );
}

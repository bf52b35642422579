'use client';

import type { KeyPageView } from '@/lib/keys/schema';
import { ConfirmDialog } from './confirm-dialog';
import { CreateDialog } from './create-dialog';
import { EditDialog } from './edit-dialog';
import type { DialogFrame, OpenDialog, TextLimits } from './open-dialog';

type KeyDialogsProps = DialogFrame & { dialog: OpenDialog; view: KeyPageView; origin: string; limits: TextLimits };

export default function KeyDialogs({ dialog, view, origin, limits, ...frame }: KeyDialogsProps) {
  switch (dialog.kind) {
    case 'create':
      return (
        <CreateDialog
          maximumExpirationInDays={view.maximumExpirationInDays}
          scopes={view.scopes}
          now={view.now}
          origin={origin}
          limits={limits}
          {...frame}
        />
      );
    case 'edit':
      return <EditDialog item={dialog.key} scopes={view.scopes} limits={limits} {...frame} />;
    default:
      return <ConfirmDialog kind={dialog.kind} item={dialog.key} now={view.now} {...frame} />;
  }
}

'use client';

import type { KeyPageView } from '@/lib/keys/schema';
import { ConfirmDialog } from './confirm-dialog';
import { CreateDialog } from './create-dialog';
import { DefaultKeyDialog } from './default-key-dialog';
import { EditDialog } from './edit-dialog';
import type { DialogFrame, OpenDialog, SwitchDialog, TextLimits } from './open-dialog';
import { RotateDialog } from './rotate-dialog';

type KeyDialogsProps = DialogFrame & {
  dialog: OpenDialog;
  view: KeyPageView;
  origin: string;
  limits: TextLimits;
  onSwitch: SwitchDialog;
};

export default function KeyDialogs({ dialog, view, origin, limits, onSwitch, ...frame }: KeyDialogsProps) {
  switch (dialog.kind) {
    case 'create':
      return <CreateDialog view={view} origin={origin} limits={limits} {...frame} />;
    case 'default':
      return <DefaultKeyDialog view={view} origin={origin} {...frame} />;
    case 'edit':
      return <EditDialog item={dialog.key} view={view} limits={limits} onSwitch={onSwitch} {...frame} />;
    case 'rotate':
      return <RotateDialog item={dialog.key} view={view} origin={origin} onSwitch={onSwitch} {...frame} />;
    default:
      // A change of kind is another dialog, with nothing of the last one left.
      return <ConfirmDialog key={dialog.kind} kind={dialog.kind} item={dialog.key} now={view.now} {...frame} />;
  }
}

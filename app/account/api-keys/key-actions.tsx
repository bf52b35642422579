'use client';

import { IconButton } from '@/components/ui/button';
import { PauseIcon, PencilIcon, PlayIcon, RotateIcon, TrashIcon } from '@/components/ui/row-icons';
import type { KeyPageView, KeyView } from '@/lib/keys/schema';
import type { OpenDialog } from './open-dialog';
import { deactivateRefusalOf, deleteRefusalOf } from './status-words';

type KeyActionsProps = {
  item: KeyView;
  view: KeyPageView;
  onOpen: (dialog: OpenDialog, from: HTMLElement) => void;
  onReach: () => void;
};

/** What the status does not allow is absent, except Delete on an Active key: people look for it and should learn why. */
export function KeyActions({ item, view, onOpen, onReach }: KeyActionsProps) {
  const { actions, name, status } = item;
  const reach = { onPointerEnter: onReach, onFocus: onReach, onPointerDown: onReach };
  // The second button keeps its place in the page, and so the focus, when the key changes between the two.
  const toggle = actions.includes('deactivate') ? 'deactivate' : actions.includes('activate') ? 'activate' : null;
  return (
    // Where the table has little room the buttons take two lines.
    <span className="flex gap-0.5 lg:justify-end lg:max-xl:w-[4.125rem] lg:max-xl:flex-wrap">
      {actions.includes('edit') && (
        <IconButton
          label={`Edit ${name}`}
          hint="Edit"
          icon={PencilIcon}
          refusal={view.editRefusal}
          {...reach}
          onClick={(event) => onOpen({ kind: 'edit', key: item }, event.currentTarget)}
        />
      )}
      {toggle && (
        <IconButton
          label={toggle === 'deactivate' ? `Deactivate ${name}` : `Activate ${name}`}
          hint={toggle === 'deactivate' ? 'Deactivate' : 'Activate'}
          icon={toggle === 'deactivate' ? PauseIcon : PlayIcon}
          refusal={toggle === 'activate' ? view.activateRefusal : deactivateRefusalOf(item, view)}
          {...reach}
          onClick={(event) => onOpen({ kind: toggle, key: item }, event.currentTarget)}
        />
      )}
      {actions.includes('rotate') && (
        <IconButton
          label={`Rotate ${name}`}
          hint="Rotate"
          icon={RotateIcon}
          refusal={view.rotateRefusal}
          {...reach}
          onClick={(event) => onOpen({ kind: 'rotate', key: item }, event.currentTarget)}
        />
      )}
      {(actions.includes('delete') || status === 'Active') && (
        <IconButton
          label={`Delete ${name}`}
          hint="Delete"
          icon={TrashIcon}
          danger
          refusal={deleteRefusalOf(item, view)}
          {...reach}
          onClick={(event) => onOpen({ kind: 'delete', key: item }, event.currentTarget)}
        />
      )}
    </span>
  );
}

'use client';

import { Ellipsis, KeySquare, LogOut, type LucideIcon, Mail, Trash2, UserCheck, UserX } from 'lucide-react';
import * as Menu from 'radix-ui/dropdown-menu';
import { useRef, useTransition } from 'react';
import { IconButton } from '@/components/ui/button';
import { menuClass, menuItemClass, menuLineClass } from '@/components/ui/menu-class';
import { notify } from '@/components/ui/notice';
import type { MemberView } from '@/lib/members/schema';
import { enableMemberAction } from './actions';
import { linkPurposeOf, type MemberDialogKind, type Opener } from './open-dialog';
import { reasonOf } from './reason-of';

type MemberActionsProps = { member: MemberView; onOpen: Opener; onReach: () => void };

export function MemberActions({ member, onOpen, onReach }: MemberActionsProps) {
  const { email } = member;
  const [enabling, startTransition] = useTransition();
  const enable = () =>
    startTransition(async () => {
      const reason = await reasonOf(enableMemberAction({ memberId: member.id }));
      if (reason) notify(reason, 'warn');
      else notify(`${email} can sign in again. Keys that stopped with them work again.`);
    });
  const reach = { onPointerEnter: onReach, onFocus: onReach, onPointerDown: onReach };
  return (
    <span className="flex items-center gap-0.5 lg:justify-end">
      {/* One button in two states: it keeps its place in the page, and so the focus. */}
      {member.state === 'Disabled' ? (
        <IconButton
          key="toggle"
          label={`Enable ${email}`}
          hint="Enable"
          icon={UserCheck}
          aria-busy={enabling || undefined}
          onClick={enabling ? undefined : enable}
        />
      ) : (
        <IconButton
          key="toggle"
          label={`Disable ${email}`}
          hint="Disable"
          icon={UserX}
          danger
          refusal={member.lastAdminRefusal}
          {...reach}
          onClick={(event) => onOpen({ kind: 'disable', member }, event.currentTarget)}
        />
      )}
      <MoreActions member={member} onOpen={onOpen} onReach={onReach} />
    </span>
  );
}

function MoreActions({ member, onOpen, onReach }: MemberActionsProps) {
  const trigger = useRef<HTMLButtonElement>(null);
  const opening = useRef(false);
  const purpose = linkPurposeOf(member);
  const open = (kind: MemberDialogKind) => () => {
    opening.current = true;
    onOpen({ kind, member }, trigger.current as HTMLElement);
  };
  return (
    <Menu.Root
      modal={false}
      onOpenChange={(opened) => {
        if (opened) opening.current = false;
      }}
    >
      <Menu.Trigger asChild>
        <button
          ref={trigger}
          type="button"
          aria-label={`More actions for ${member.email}`}
          onPointerEnter={onReach}
          onFocus={onReach}
          className="inline-flex size-8 max-lg:size-11 shrink-0 items-center justify-center rounded-md text-ink-muted transition-colors hover:bg-sunken hover:text-ink data-[state=open]:bg-sunken data-[state=open]:text-ink"
        >
          <Ellipsis aria-hidden className="size-4" />
        </button>
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Content
          align="end"
          sideOffset={4}
          collisionPadding={8}
          className={`min-w-56 max-w-72 ${menuClass}`}
          // The dialog takes the focus, and gives it back.
          onCloseAutoFocus={(event) => opening.current && event.preventDefault()}
        >
          <Item icon={KeySquare} label="Sign-in methods" onSelect={open('methods')} />
          {purpose && (
            <Item
              icon={Mail}
              label={purpose === 'invitation' ? 'Send invitation again' : 'Send password reset'}
              onSelect={open('link')}
            />
          )}
          <Item icon={LogOut} label="Sign out everywhere" onSelect={open('sign_out')} />
          <Menu.Separator className={menuLineClass} />
          <Item icon={Trash2} label="Remove" danger refusal={member.lastAdminRefusal} onSelect={open('remove')} />
        </Menu.Content>
      </Menu.Portal>
    </Menu.Root>
  );
}

type ItemProps = {
  icon: LucideIcon;
  label: string;
  danger?: boolean;
  refusal?: string | null;
  onSelect: () => void;
};

function Item({ icon: Icon, label, danger = false, refusal = null, onSelect }: ItemProps) {
  const colour = refusal ? 'text-ink-faint' : danger ? 'text-danger-text' : '';
  return (
    <Menu.Item
      // Not `disabled`, which the arrow keys would skip together with the reason.
      aria-disabled={refusal ? true : undefined}
      onSelect={(event) => (refusal ? event.preventDefault() : onSelect())}
      className={`${menuItemClass} ${refusal ? 'cursor-not-allowed' : ''}`}
    >
      <Icon aria-hidden className={`size-4 shrink-0 ${colour || 'text-ink-faint'}`} />
      <span className={`${colour} ${refusal ? 'py-1.5' : ''}`}>
        {label}
        {refusal && <span className="block text-xs leading-4">{refusal}</span>}
      </span>
    </Menu.Item>
  );
}

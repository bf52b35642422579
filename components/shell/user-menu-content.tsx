'use client';

import { Building2, LogOut, type LucideIcon, Settings } from 'lucide-react';
import Link from 'next/link';
import * as Menu from 'radix-ui/dropdown-menu';
import { type RefObject, startTransition } from 'react';
import { menuClass, menuItemClass, menuLineClass } from '../ui/menu-class';
import type { Person } from './person';

type ContentProps = {
  person: Person;
  signOut: () => Promise<void>;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  trigger: RefObject<HTMLButtonElement | null>;
};

export default function UserMenuContent({ person, signOut, open, onOpenChange, trigger }: ContentProps) {
  return (
    <Menu.Root open={open} onOpenChange={onOpenChange} modal={false}>
      {/* Only a place to stand below: the real button was on the page before this code. */}
      <Menu.Trigger asChild>
        <span aria-hidden className="pointer-events-none absolute inset-0" />
      </Menu.Trigger>
      <Menu.Content
        align="end"
        sideOffset={6}
        collisionPadding={8}
        aria-labelledby={trigger.current?.id}
        onCloseAutoFocus={(event) => {
          event.preventDefault();
          trigger.current?.focus();
        }}
        // A press on the button itself is the button's to answer.
        onInteractOutside={(event) => {
          if (trigger.current?.contains(event.target as Node)) event.preventDefault();
        }}
        className={`w-64 ${menuClass}`}
      >
        <Menu.Label className="px-2.5 pt-1.5 pb-2">
          <bdi className="block truncate font-medium text-ink">{person.name}</bdi>
          <bdi className="block truncate text-ink-muted text-xs">{person.email}</bdi>
        </Menu.Label>
        <Menu.Separator className="-mx-1.5 mb-1.5 h-px bg-line" />
        <LinkItem href="/account/api-keys" icon={Settings} label="Account settings" />
        {person.admin && <LinkItem href="/tenant/settings" icon={Building2} label="Tenant settings" />}
        <Menu.Separator className={menuLineClass} />
        <Menu.Item className={menuItemClass} onSelect={() => startTransition(signOut)}>
          <LogOut aria-hidden className="size-4 text-ink-faint" />
          Sign out
        </Menu.Item>
      </Menu.Content>
    </Menu.Root>
  );
}

function LinkItem({ href, icon: Icon, label }: { href: string; icon: LucideIcon; label: string }) {
  return (
    <Menu.Item asChild className={menuItemClass}>
      <Link href={href}>
        <Icon aria-hidden className="size-4 text-ink-faint" />
        {label}
      </Link>
    </Menu.Item>
  );
}

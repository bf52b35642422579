'use client';

import { Activity, Pencil, Terminal, Trash2 } from 'lucide-react';
import Link from 'next/link';
import { IconButton } from '@/components/ui/button';
import { tip } from '@/components/ui/tip';
import type { ConnectionView } from '@/lib/connections/schema';
import type { Opener } from './open-dialog';

type ConnectionActionsProps = { connection: ConnectionView; refusal: string | null; onOpen: Opener };

export function ConnectionActions({ connection, refusal, onOpen }: ConnectionActionsProps) {
  const { name, slug } = connection;
  return (
    <span className="flex gap-0.5 lg:justify-end lg:max-xl:w-[4.125rem] lg:max-xl:flex-wrap">
      <Link
        href={`/account/connect?connection=${slug}`}
        prefetch={false}
        aria-label={`Use ${name}`}
        {...tip('Use')}
        className="inline-flex size-8 shrink-0 items-center justify-center rounded-md text-ink-muted transition-colors hover:bg-sunken hover:text-ink max-lg:size-11"
      >
        <Terminal aria-hidden className="size-4" />
      </Link>
      <IconButton
        label={`Test ${name}`}
        hint="Test connection"
        icon={Activity}
        refusal={refusal}
        onClick={(event) => onOpen({ kind: 'test', connection }, event.currentTarget)}
      />
      <IconButton
        label={`Edit ${name}`}
        hint="Edit"
        icon={Pencil}
        refusal={refusal}
        onClick={(event) => onOpen({ kind: 'edit', connection }, event.currentTarget)}
      />
      <IconButton
        label={`Delete ${name}`}
        hint="Delete"
        icon={Trash2}
        danger
        refusal={refusal}
        onClick={(event) => onOpen({ kind: 'delete', connection }, event.currentTarget)}
      />
    </span>
  );
}

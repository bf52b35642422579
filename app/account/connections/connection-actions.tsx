'use client';

import { Activity, Terminal } from 'lucide-react';
import Link from 'next/link';
import { IconButton } from '@/components/ui/button';
import { PencilIcon, TrashIcon } from '@/components/ui/row-icons';
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
        className="icon-button"
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
        icon={PencilIcon}
        refusal={refusal}
        onClick={(event) => onOpen({ kind: 'edit', connection }, event.currentTarget)}
      />
      <IconButton
        label={`Delete ${name}`}
        hint="Delete"
        icon={TrashIcon}
        danger
        refusal={refusal}
        onClick={(event) => onOpen({ kind: 'delete', connection }, event.currentTarget)}
      />
    </span>
  );
}

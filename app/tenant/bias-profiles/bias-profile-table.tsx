'use client';

import { IconButton } from '@/components/ui/button';
import { PencilIcon, TrashIcon } from '@/components/ui/row-icons';
import { Cell, ColumnTitle, Row, Table, TableBody, TableHead } from '@/components/ui/table';
import type { BiasProfileUse } from '@/lib/bias-profiles/schema';
import type { Opener } from './open-dialog';

export function BiasProfileTable({ profiles, onOpen }: { profiles: BiasProfileUse[]; onOpen: Opener }) {
  return (
    <Table label="Bias profiles">
      <TableHead>
        <ColumnTitle>Name</ColumnTitle>
        <ColumnTitle>Description</ColumnTitle>
        <ColumnTitle>Used by</ColumnTitle>
        <ColumnTitle hidden>Actions</ColumnTitle>
      </TableHead>
      <TableBody>
        {profiles.map((profile) => (
          <Row key={profile.id}>
            <Cell className="font-medium lg:w-2/5 lg:min-w-48">
              <bdi className="[overflow-wrap:anywhere]">{profile.name}</bdi>
            </Cell>
            <Cell className="text-ink-muted max-lg:mb-1 lg:w-3/5">
              <bdi className="[overflow-wrap:anywhere]">{profile.description}</bdi>
            </Cell>
            <Cell title="Used by" className="whitespace-nowrap text-ink-muted tabular-nums">
              <span>{keysOf(profile.keys)}</span>
            </Cell>
            <Cell tight className="max-lg:-mb-2 max-lg:-ml-3.5 max-lg:mt-1">
              <span className="flex gap-0.5 lg:justify-end">
                <IconButton
                  label={`Edit ${profile.name}`}
                  hint="Edit"
                  icon={PencilIcon}
                  onClick={(event) => onOpen({ kind: 'edit', profile }, event.currentTarget)}
                />
                <IconButton
                  label={`Delete ${profile.name}`}
                  hint="Delete"
                  icon={TrashIcon}
                  danger
                  onClick={(event) => onOpen({ kind: 'delete', profile }, event.currentTarget)}
                />
              </span>
            </Cell>
          </Row>
        ))}
      </TableBody>
    </Table>
  );
}

function keysOf(keys: number): string {
  if (keys === 0) return 'No keys';
  return keys === 1 ? '1 key' : `${keys.toLocaleString('en')} keys`;
}

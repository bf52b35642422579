'use client';

import Link from 'next/link';
import { IconButton } from '@/components/ui/button';
import { PencilIcon, TrashIcon } from '@/components/ui/row-icons';
import { Cell, ColumnTitle, Row, Table, TableBody, TableHead } from '@/components/ui/table';
import { Time } from '@/components/ui/time';
import type { ProviderKeyPageView, ProviderKeyView } from '@/lib/provider-keys/schema';
import type { Opener } from './open-dialog';

/** More would make a row of what is a look at one; the question before deleting names them all. */
const shownConnections = 3;
const timeClass = 'whitespace-nowrap text-ink-muted';

type ProviderKeyTableProps = { keys: ProviderKeyView[]; view: ProviderKeyPageView; onOpen: Opener };

export function ProviderKeyTable({ keys, view, onOpen }: ProviderKeyTableProps) {
  return (
    <Table label="Provider keys">
      <TableHead>
        <ColumnTitle>Name</ColumnTitle>
        <ColumnTitle>Value</ColumnTitle>
        <ColumnTitle>Used by</ColumnTitle>
        <ColumnTitle>Last used</ColumnTitle>
        <ColumnTitle>Updated</ColumnTitle>
        <ColumnTitle>Expires</ColumnTitle>
        <ColumnTitle hidden>Actions</ColumnTitle>
      </TableHead>
      <TableBody>
        {keys.map((key) => (
          <Row key={key.id}>
            <Cell className="font-medium max-lg:mb-2 lg:w-1/3 lg:min-w-40">
              <bdi className="[overflow-wrap:anywhere]">{key.name}</bdi>
            </Cell>
            <Cell title="Value">
              <span className="whitespace-nowrap font-mono text-ink-muted text-xs">{key.mask}</span>
            </Cell>
            <Cell title="Used by" className="lg:w-1/3 lg:min-w-40">
              <UsedBy connections={key.usedBy} />
            </Cell>
            <Cell title="Last used" className={timeClass}>
              {key.lastUsedAt ? (
                <Time iso={key.lastUsedAt.toISOString()} relativeTo={view.now.toISOString()} />
              ) : (
                <span>Never used</span>
              )}
            </Cell>
            <Cell title="Updated" className={timeClass}>
              <Time iso={key.updatedAt.toISOString()} />
            </Cell>
            <Cell title="Expires" className={timeClass}>
              <span>Never expires</span>
            </Cell>
            <Cell tight className="max-lg:-mb-2 max-lg:-ml-3.5 max-lg:mt-1">
              <Actions item={key} refusal={view.refusal} onOpen={onOpen} />
            </Cell>
          </Row>
        ))}
      </TableBody>
    </Table>
  );
}

function UsedBy({ connections }: { connections: ProviderKeyView['usedBy'] }) {
  if (connections.length === 0) return <span className="text-ink-faint">No connection</span>;
  const more = connections.slice(shownConnections);
  return (
    <ul className="min-w-0 [overflow-wrap:anywhere] max-lg:text-right">
      {connections.slice(0, shownConnections).map(({ slug, name }) => (
        <li key={slug}>
          <Link
            href={`/account/connections/${slug}`}
            prefetch={false}
            className="rounded font-medium text-accent-text hover:underline"
          >
            <bdi>{name}</bdi>
          </Link>
        </li>
      ))}
      {more.length > 0 && (
        <li className="text-ink-muted" title={more.map(({ name }) => name).join(', ')}>
          and {more.length} more
        </li>
      )}
    </ul>
  );
}

function Actions({ item, refusal, onOpen }: { item: ProviderKeyView; refusal: string | null; onOpen: Opener }) {
  return (
    <span className="flex gap-0.5 lg:justify-end">
      <IconButton
        label={`Edit ${item.name}`}
        hint="Edit"
        icon={PencilIcon}
        refusal={refusal}
        onClick={(event) => onOpen({ kind: 'edit', providerKey: item }, event.currentTarget)}
      />
      <IconButton
        label={`Delete ${item.name}`}
        hint="Delete"
        icon={TrashIcon}
        danger
        refusal={refusal}
        onClick={(event) => onOpen({ kind: 'delete', providerKey: item }, event.currentTarget)}
      />
    </span>
  );
}

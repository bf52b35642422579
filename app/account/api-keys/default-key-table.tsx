'use client';

import { IconButton } from '@/components/ui/button';
import { RotateIcon } from '@/components/ui/row-icons';
import { Cell, ColumnTitle, Row, Table, TableBody, TableHead } from '@/components/ui/table';

type DefaultKeyTableProps = { preload: { onPointerEnter: () => void }; onRotate: (from: HTMLElement) => void };

/** Where the tenant keeps one key, whoever has none sees the one that they can have. */
export function DefaultKeyTable({ preload, onRotate }: DefaultKeyTableProps) {
  return (
    <div className="overflow-hidden rounded-xl border border-line bg-surface shadow-soft">
      <Table label="API keys">
        <TableHead>
          <ColumnTitle>Name</ColumnTitle>
          <ColumnTitle>Secret</ColumnTitle>
          <ColumnTitle hidden>Actions</ColumnTitle>
        </TableHead>
        <TableBody>
          <Row>
            <Cell className="lg:w-full">
              <span className="font-medium leading-6">Default</span>
              <span className="block text-ink-muted text-xs leading-5">
                Your tenant keeps one usable key for you. Rotate it to get its first secret.
              </span>
            </Cell>
            <Cell title="Secret">
              <span className="whitespace-nowrap text-ink-muted">No secret yet</span>
            </Cell>
            <Cell tight className="max-lg:-mb-2 max-lg:-ml-3.5 max-lg:mt-1">
              <IconButton
                label="Rotate Default"
                hint="Rotate"
                icon={RotateIcon}
                {...preload}
                onClick={(event) => onRotate(event.currentTarget)}
              />
            </Cell>
          </Row>
        </TableBody>
      </Table>
    </div>
  );
}

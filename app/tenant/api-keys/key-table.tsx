'use client';

import { ArrowDown, ArrowUp, Ban } from 'lucide-react';
import Link from 'next/link';
import { ClientId } from '@/components/client-id';
import { statusTones } from '@/components/status-tones';
import { Badge } from '@/components/ui/badge';
import { IconButton } from '@/components/ui/button';
import { BareCheckbox } from '@/components/ui/checkbox';
import { Cell, ColumnTitle, Row, Table, TableBody, TableHead } from '@/components/ui/table';
import { Time } from '@/components/ui/time';
import { UsageAlertBadge } from '@/components/usage-alert-badge';
import { addressOfKeys, type KeyListQuery, type Order, type TenantKeysView } from '@/lib/tenant-keys/schema';
import type { OpenDialog } from './key-dialogs';
import { isRevocable, type KeySelection } from './use-selection';
import { hintTones, orderWords } from './words';

const timeClass = 'whitespace-nowrap text-ink-muted lg:max-xl:whitespace-normal';

type KeyTableProps = {
  view: TenantKeysView;
  query: KeyListQuery;
  selection: KeySelection;
  onOpen: (dialog: OpenDialog, from: HTMLElement) => void;
};

export function KeyTable({ view, query, selection, onOpen }: KeyTableProps) {
  const { page } = selection;
  return (
    <Table label="All API keys">
      <TableHead>
        <ColumnTitle>
          <span className="max-lg:hidden">
            <SelectPage page={page} />
          </span>
        </ColumnTitle>
        <SortTitle order="name" query={query} />
        <SortTitle order="owner" query={query} />
        <ColumnTitle>Status</ColumnTitle>
        <SortTitle order="created" query={query} />
        <SortTitle order="updated" query={query} />
        <SortTitle order="expires" query={query} />
        <SortTitle order="last_used" query={query} />
        <ColumnTitle hidden>Actions</ColumnTitle>
      </TableHead>
      <TableBody>
        {view.keys.map((key) => (
          <Row key={key.clientId}>
            <Cell className="max-lg:float-right lg:w-px lg:pt-[1.125rem]">
              {isRevocable(key) && (
                <BareCheckbox
                  label={`Select ${key.name}`}
                  checked={selection.isSelected(key)}
                  onChange={(selected) => selection.select(key, selected)}
                />
              )}
            </Cell>
            <Cell className="max-lg:mb-2 lg:w-full lg:min-w-48 lg:max-w-0">
              <Link
                href={`/tenant/api-keys/${key.clientId}`}
                prefetch={false}
                className="inline-block rounded-sm font-medium leading-6 hover:underline hover:underline-offset-2 [overflow-wrap:anywhere]"
              >
                <bdi>{key.name}</bdi>
              </Link>
              <ClientId
                clientId={key.clientId}
                label={`Copy client ID of ${key.name}`}
                className="truncate text-ink-muted"
                buttonClass="lg:-my-1.5"
              />
            </Cell>
            <Cell title="Owner" className="lg:max-w-40 2xl:max-w-56">
              {key.owner === null ? (
                <Badge tone="neutral">Agent key</Badge>
              ) : (
                <bdi title={key.owner} className="block truncate text-ink-muted">
                  {key.owner}
                </bdi>
              )}
            </Cell>
            <Cell title="Status">
              <span className="flex flex-col items-start gap-1 max-lg:items-end">
                <Badge tone={statusTones[key.status]} dot>
                  {key.status}
                </Badge>
                {key.hints.map((hint) => (
                  <Badge key={hint} tone={hintTones[hint]}>
                    {hint}
                  </Badge>
                ))}
                {key.usageAlert && <UsageAlertBadge alert={key.usageAlert} />}
              </span>
            </Cell>
            <Cell title="Created" className={timeClass}>
              <Time iso={key.createdAt} />
            </Cell>
            <Cell title="Updated" className={timeClass}>
              <Time iso={key.updatedAt} />
            </Cell>
            <Cell title="Expires" className={timeClass}>
              {key.expiresAt ? <Time iso={key.expiresAt} /> : <span>Never</span>}
            </Cell>
            <Cell title="Last used" className={timeClass}>
              {key.lastUsedAt ? <Time iso={key.lastUsedAt} relativeTo={view.now} /> : <span>Never used</span>}
            </Cell>
            <Cell tight className="max-lg:-mb-2 max-lg:-ml-3.5 max-lg:mt-1">
              {isRevocable(key) && (
                <IconButton
                  label={`Revoke ${key.name}`}
                  hint="Revoke"
                  icon={Ban}
                  danger
                  onClick={(event) =>
                    onOpen({ kind: 'revoke', clientId: key.clientId, name: key.name }, event.currentTarget)
                  }
                />
              )}
            </Cell>
          </Row>
        ))}
      </TableBody>
    </Table>
  );
}

/** Selects what can be revoked of the page. */
export function SelectPage({ page }: Pick<KeySelection, 'page'>) {
  return (
    <BareCheckbox
      label="Select all keys on this page"
      checked={page.all ? true : page.some ? 'indeterminate' : false}
      refusal={page.size === 0 ? 'No key on this page can be revoked.' : null}
      onChange={page.select}
    />
  );
}

function SortTitle({ order, query }: { order: Order; query: KeyListQuery }) {
  const sorted = query.order === order;
  // Times begin with the latest, texts at A; the second time it is the other way round.
  const first = order !== 'name' && order !== 'owner';
  const descending = sorted ? !query.descending : first;
  const Arrow = query.descending ? ArrowDown : ArrowUp;
  return (
    <ColumnTitle sorted={sorted ? (query.descending ? 'descending' : 'ascending') : undefined}>
      <Link
        href={addressOfKeys({ ...query, order, descending, after: null, before: null })}
        prefetch={false}
        scroll={false}
        replace
        className={`inline-flex items-center gap-1 rounded-sm hover:text-ink ${sorted ? 'text-ink' : ''}`}
      >
        {orderWords[order]}
        {sorted && <Arrow aria-hidden className="size-3" />}
      </Link>
    </ColumnTitle>
  );
}

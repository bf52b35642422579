'use client';

import { ClientId } from '@/components/client-id';
import { Sparkline } from '@/components/sparkline';
import { statusTones } from '@/components/status-tones';
import { Badge } from '@/components/ui/badge';
import { Cell, ColumnTitle, Row, Table, TableBody, TableHead } from '@/components/ui/table';
import { Time } from '@/components/ui/time';
import { UsageAlertBadge } from '@/components/usage-alert-badge';
import type { KeyPageView, KeyView } from '@/lib/keys/schema';
import { totalOf, totalText } from '@/lib/usage/schema';
import { EditableText } from './editable-text';
import { KeyActions } from './key-actions';
import { maskText } from './mask';
import type { OpenDialog } from './open-dialog';
import { OverlapLine } from './overlap-meter';
import { PauseLine } from './pause-line';
import { ScopeWords } from './scope-words';
import { hintTones } from './status-words';

// Where the table has little room, dates and words take two lines, or the buttons at the end would be cut off.
const timeClass = 'whitespace-nowrap text-ink-muted lg:max-xl:whitespace-normal';

type KeyTableProps = {
  keys: KeyView[];
  view: KeyPageView;
  onOpen: (dialog: OpenDialog, from: HTMLElement) => void;
  /** Somebody is about to press a button that opens a dialog. */
  onReach: () => void;
};

export function KeyTable({ keys, view, onOpen, onReach }: KeyTableProps) {
  // A column for something that no key has would be noise.
  const withProfiles = view.keys.some((key) => key.biasProfile !== null);
  const agents = view.kind === 'agent';
  return (
    <Table label={agents ? 'Agent API keys' : 'API keys'}>
      <TableHead>
        <ColumnTitle>Name</ColumnTitle>
        <ColumnTitle>Client ID</ColumnTitle>
        <ColumnTitle>Secret</ColumnTitle>
        {withProfiles && <ColumnTitle>Bias profile</ColumnTitle>}
        <ColumnTitle>Status</ColumnTitle>
        <ColumnTitle>Created</ColumnTitle>
        <ColumnTitle>Last used</ColumnTitle>
        {!agents && <ColumnTitle>Last 7 days</ColumnTitle>}
        {agents && <ColumnTitle>Created by</ColumnTitle>}
        <ColumnTitle>Expires</ColumnTitle>
        <ColumnTitle hidden>Actions</ColumnTitle>
      </TableHead>
      <TableBody>
        {keys.map((key) => (
          <Row key={key.clientId}>
            <Cell className="max-lg:mb-2 lg:w-full lg:min-w-24 lg:max-w-0 xl:min-w-40">
              <EditableText item={key} field="name" editable={isEditable(key, view)} />
              <EditableText item={key} field="description" editable={isEditable(key, view)} />
              <ScopeWords item={key} />
            </Cell>
            <Cell title="Client ID">
              <ClientId
                clientId={key.clientId}
                label={`Copy client ID of ${key.name}`}
                buttonClass="lg:-my-1 max-lg:-mr-3"
              />
            </Cell>
            <Cell title="Secret">
              <span className="whitespace-nowrap font-mono text-ink-muted text-xs">{maskText(key.mask)}</span>
            </Cell>
            {withProfiles && (
              <Cell title="Bias profile">
                {key.biasProfile === null ? (
                  <span className="text-ink-faint">None</span>
                ) : (
                  <bdi>{key.biasProfile.name}</bdi>
                )}
              </Cell>
            )}
            <Cell title="Status" className="xl:min-w-36">
              <Status item={key} view={view} onOpen={onOpen} />
            </Cell>
            <Cell title="Created" className={timeClass}>
              <Time iso={key.createdAt} />
            </Cell>
            <Cell title="Last used" className={timeClass}>
              {key.lastUsedAt ? <Time iso={key.lastUsedAt} relativeTo={view.now} /> : <span>Never used</span>}
            </Cell>
            {!agents && (
              <Cell title="Last 7 days">
                <span className="flex min-h-[1.375rem] items-center gap-3">
                  <span aria-hidden className="text-balance text-right text-ink-muted lg:hidden">
                    {totalText(totalOf(key.week), '')}
                  </span>
                  <Sparkline week={key.week} />
                </span>
              </Cell>
            )}
            {agents && (
              <Cell title="Created by" className="lg:max-w-24 2xl:max-w-44">
                <bdi title={key.createdBy ?? undefined} className="block truncate text-ink-muted">
                  {key.createdBy ?? 'Nobody'}
                </bdi>
              </Cell>
            )}
            <Cell title="Expires" className={timeClass}>
              {key.expiresAt ? <Time iso={key.expiresAt} /> : <span>Never</span>}
            </Cell>
            <Cell tight className="max-lg:-mb-2 max-lg:-ml-3.5 max-lg:mt-1">
              <KeyActions item={key} view={view} onOpen={onOpen} onReach={onReach} />
            </Cell>
          </Row>
        ))}
      </TableBody>
    </Table>
  );
}

function isEditable(key: KeyView, view: KeyPageView): boolean {
  return key.actions.includes('edit') && view.editRefusal === null;
}

function Status({ item, view, onOpen }: Pick<KeyTableProps, 'view' | 'onOpen'> & { item: KeyView }) {
  return (
    <span className="flex flex-col items-start gap-1 max-lg:items-end">
      <Badge tone={statusTones[item.status]} dot>
        {item.status}
      </Badge>
      {item.hints.map((hint) => (
        <Badge key={hint} tone={hintTones[hint]}>
          {hint}
        </Badge>
      ))}
      {item.usageAlert && <UsageAlertBadge alert={item.usageAlert} />}
      {item.pause && <PauseLine pause={item.pause} now={view.now} />}
      {item.overlap && (
        <OverlapLine
          item={item}
          overlap={item.overlap}
          now={view.now}
          refusal={view.deactivateRefusal}
          onRetire={(from) => onOpen({ kind: 'retire', key: item }, from)}
        />
      )}
    </span>
  );
}

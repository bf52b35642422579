'use client';

import { Badge } from '@/components/ui/badge';
import { Cell, ColumnTitle, Row, Table, TableBody, TableHead } from '@/components/ui/table';
import { Time } from '@/components/ui/time';
import type { ConnectionView } from '@/lib/connections/schema';
import { failureWords } from '@/lib/gateway/schema';
import { ScopeWords } from '../api-keys/scope-words';
import { ConnectionActions } from './connection-actions';
import { ConnectionName } from './connection-name';
import type { Opener } from './open-dialog';
import { hostOf, kindWords } from './words';

type ConnectionTableProps = {
  connections: ConnectionView[];
  /** Why the viewer may change none. */
  refusal: string | null;
  origin: string;
  onOpen: Opener;
};

export function ConnectionTable({ connections, refusal, origin, onOpen }: ConnectionTableProps) {
  return (
    <Table label="Connections">
      <TableHead>
        <ColumnTitle>Name</ColumnTitle>
        <ColumnTitle>Kind</ColumnTitle>
        <ColumnTitle>Upstream</ColumnTitle>
        <ColumnTitle>Models</ColumnTitle>
        <ColumnTitle>Provider key</ColumnTitle>
        <ColumnTitle hidden>Actions</ColumnTitle>
      </TableHead>
      <TableBody>
        {connections.map((connection) => (
          <Row key={connection.id}>
            <Cell className="max-lg:mb-2 lg:w-2/5 lg:min-w-52">
              <ConnectionName connection={connection} origin={origin} />
              <ScopeWords item={connection} />
            </Cell>
            <Cell title="Kind" className="whitespace-nowrap text-ink-muted">
              <span>{kindWords[connection.kind]}</span>
            </Cell>
            <Cell title="Upstream" className="max-lg:py-1 lg:w-1/4">
              <Upstream connection={connection} />
            </Cell>
            <Cell title="Models" className="text-ink-muted max-lg:py-1 lg:w-1/5">
              <Models connection={connection} />
            </Cell>
            <Cell title="Provider key" className="lg:w-1/5 lg:min-w-28">
              <ProviderKey connection={connection} />
            </Cell>
            <Cell tight className="max-lg:-mb-2 max-lg:-ml-3.5 max-lg:mt-1">
              <ConnectionActions connection={connection} refusal={refusal} onOpen={onOpen} />
            </Cell>
          </Row>
        ))}
      </TableBody>
    </Table>
  );
}

type Shown = { connection: ConnectionView };

function Upstream({ connection: { url, method, lastFailure } }: Shown) {
  return (
    <span className="flex min-w-0 flex-col items-start gap-1 max-lg:items-end max-lg:text-right">
      <span title={url} className="text-ink-muted [overflow-wrap:anywhere]">
        {method && <span className="mr-1.5 font-mono text-xs">{method}</span>}
        {hostOf(url)}
      </span>
      {lastFailure && (
        <>
          <Badge tone="warn">{failureWords(lastFailure.reason)}</Badge>
          <span className="text-ink-muted text-xs">
            <Time iso={lastFailure.at.toISOString()} precise />
          </span>
        </>
      )}
    </span>
  );
}

/** As many names as are taken in at a glance. */
const shownModels = 2;

function Models({ connection: { kind, models } }: Shown) {
  if (kind === 'workflow') return <span className="text-ink-faint">None</span>;
  if (models.length === 0) return <span className="text-ink-faint">Not listed</span>;
  const more = models.length - shownModels;
  const keyless = models.filter((model) => model.ownKey && !model.providerKey).length;
  return (
    <span className="flex min-w-0 flex-col items-start gap-1 max-lg:items-end max-lg:text-right">
      <span title={models.map(({ name }) => name).join('\n')} className="[overflow-wrap:anywhere]">
        <bdi>
          {models
            .slice(0, shownModels)
            .map(({ name }) => name)
            .join(', ')}
        </bdi>
        {more > 0 && ` and ${more} more`}
      </span>
      {keyless > 0 && <Badge tone="warn">{keyless === 1 ? '1 without key' : `${keyless} without key`}</Badge>}
    </span>
  );
}

function ProviderKey({ connection: { authStyle, providerKey } }: Shown) {
  if (authStyle === 'none') return <span className="text-ink-faint">None needed</span>;
  if (!providerKey) return <Badge tone="warn">No provider key</Badge>;
  return <bdi className="[overflow-wrap:anywhere]">{providerKey.name}</bdi>;
}

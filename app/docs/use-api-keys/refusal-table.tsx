import { Cell, ColumnTitle, Row, Table, TableBody, TableHead } from '@/components/ui/table';
import { refusals } from './refusals';

export function RefusalTable() {
  return (
    <div className="overflow-hidden rounded-xl border border-line bg-surface">
      <Table label="Errors">
        <TableHead>
          <ColumnTitle>Status</ColumnTitle>
          <ColumnTitle>Type</ColumnTitle>
          <ColumnTitle>What to do</ColumnTitle>
        </TableHead>
        <TableBody>
          {refusals.map(({ status, type, remedy }) => (
            <Row key={type}>
              <Cell className="font-medium tabular-nums max-lg:mr-2 max-lg:inline-block!">{status}</Cell>
              <Cell className="whitespace-nowrap font-mono text-xs leading-6 max-lg:inline-block!">{type}</Cell>
              <Cell className="text-ink-muted lg:w-full">{remedy}</Cell>
            </Row>
          ))}
        </TableBody>
      </Table>
    </div>
  );
}

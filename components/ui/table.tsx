import type { ComponentProps, ReactNode } from 'react';

/*
 * A table that becomes a list of cards below 1024 px. Browsers drop a table's meaning with its display, so the roles are
 * written out; the column titles stay for screen readers and are repeated in front of each value for everybody else.
 */

export function Table({ label, children }: { label: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noRedundantRoles: its display changes
    <table role="table" aria-label={label} className="w-full border-collapse text-left max-lg:block">
      {children}
    </table>
  );
}

export function TableHead({ children }: { children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noRedundantRoles: its display changes
    <thead role="rowgroup" className="max-lg:sr-only">
      {/* biome-ignore lint/a11y/noRedundantRoles: its display changes */}
      <tr role="row">{children}</tr>
    </thead>
  );
}

type ColumnTitleProps = {
  hidden?: boolean;
  /** The rows are in this column's order. */
  sorted?: 'ascending' | 'descending' | undefined;
  children: ReactNode;
};

export function ColumnTitle({ hidden = false, sorted, children }: ColumnTitleProps) {
  return (
    <th
      // biome-ignore lint/a11y/noRedundantRoles: its display changes
      role="columnheader"
      scope="col"
      aria-sort={sorted}
      className="whitespace-nowrap border-line border-b bg-sunken/60 px-2 2xl:px-3 py-2 font-medium text-ink-muted text-xs first:pl-5 last:pr-4"
    >
      {hidden ? <span className="sr-only">{children}</span> : children}
    </th>
  );
}

export function TableBody({ children }: { children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noRedundantRoles: its display changes
    <tbody role="rowgroup" className="max-lg:block">
      {children}
    </tbody>
  );
}

export function Row({ className = '', ...props }: ComponentProps<'tr'>) {
  return (
    <tr
      {...props}
      // biome-ignore lint/a11y/noRedundantRoles: its display changes
      role="row"
      className={`list-row ${className}`}
    />
  );
}

type CellProps = {
  /** The column's title, shown in front of the value on narrow screens; absent for cells that explain themselves. */
  title?: string;
  className?: string;
  /** Holds buttons, whose own height leaves less room. */
  tight?: boolean;
  children: ReactNode;
};

export function Cell({ title, className = '', tight = false, children }: CellProps) {
  return (
    <td
      // biome-ignore lint/a11y/noRedundantRoles: its display changes
      role="cell"
      data-title={title}
      className={`list-cell ${tight ? 'lg:py-2.5' : ''} ${className}`}
    >
      {children}
    </td>
  );
}

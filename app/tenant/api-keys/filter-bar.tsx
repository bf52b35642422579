'use client';

import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { type ReactNode, useId, useTransition } from 'react';
import { controlClass } from '@/components/ui/field';
import { Select } from '@/components/ui/select';
import {
  addressOfKeys,
  type KeyListQuery,
  type Order,
  orders,
  type Risk,
  risks,
  statuses,
} from '@/lib/tenant-keys/schema';
import { SelectPage } from './key-table';
import type { KeySelection } from './use-selection';
import { orderWords, riskWords } from './words';

/** Status and risk, and on narrow screens, which show no column titles, the order and the choice of the whole page. */
export function FilterBar({ query, selection }: { query: KeyListQuery; selection: KeySelection }) {
  const router = useRouter();
  const [pending, startTransition] = useTransition();
  const go = (change: Partial<KeyListQuery>) =>
    startTransition(() =>
      router.replace(addressOfKeys({ ...query, after: null, before: null, ...change }), { scroll: false }),
    );
  const sort = `${query.descending ? '-' : ''}${query.order}`;
  return (
    <div
      aria-busy={pending}
      className="flex flex-wrap items-center gap-x-4 gap-y-2 border-line border-b px-5 py-2.5 max-sm:flex-col max-sm:items-stretch max-lg:px-4"
    >
      <Choice
        label="Status"
        value={query.status ?? ''}
        onChange={(value) => go({ status: (value || null) as KeyListQuery['status'] })}
      >
        <option value="">All</option>
        {statuses.map((status) => (
          <option key={status}>{status}</option>
        ))}
      </Choice>
      <Choice label="Risk" value={query.risk ?? ''} onChange={(value) => go({ risk: (value || null) as Risk | null })}>
        <option value="">All</option>
        {risks.map((risk) => (
          <option key={risk} value={risk}>
            {riskWords[risk]}
          </option>
        ))}
      </Choice>
      <div className="lg:hidden">
        <Choice
          label="Sort by"
          value={sort}
          onChange={(value) => go({ order: value.replace('-', '') as Order, descending: value.startsWith('-') })}
        >
          {orders.flatMap((order) =>
            ['', '-'].map((direction) => (
              <option key={direction + order} value={direction + order}>
                {orderWords[order]} {direction ? '↓' : '↑'}
              </option>
            )),
          )}
        </Choice>
      </div>
      <p className="flex items-center justify-between text-ink-muted text-xs lg:hidden">
        Select all on this page
        <SelectPage page={selection.page} />
      </p>
      {(query.status || query.risk) && (
        <Link
          href={addressOfKeys({ ...query, status: null, risk: null, after: null, before: null })}
          prefetch={false}
          className="rounded-sm font-medium text-accent-text text-xs underline decoration-accent-text/40 underline-offset-2 hover:decoration-accent-text"
        >
          Clear filters
        </Link>
      )}
    </div>
  );
}

type ChoiceProps = { label: string; value: string; onChange: (value: string) => void; children: ReactNode };

function Choice({ label, value, onChange, children }: ChoiceProps) {
  const id = useId();
  return (
    <span className="flex items-center gap-2 max-sm:[&>span]:flex-1">
      <label htmlFor={id} className="text-ink-muted text-xs max-sm:w-14">
        {label}
      </label>
      <Select
        id={id}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className={`${controlClass} border-line-strong text-xs`}
      >
        {children}
      </Select>
    </span>
  );
}

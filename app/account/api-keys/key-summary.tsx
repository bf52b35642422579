'use client';

import type { ReactNode } from 'react';
import { Time } from '@/components/ui/time';
import type { KeyView } from '@/lib/keys/schema';

type KeySummaryProps = { item: Pick<KeyView, 'clientId' | 'name'>; children?: ReactNode };

/** Which key a dialog is about, and what else the dialog says of it. */
export function KeySummary({ item, children }: KeySummaryProps) {
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 rounded-lg border border-line bg-canvas px-4 py-3">
      <Fact title="Name">
        <bdi className="break-words font-medium">{item.name}</bdi>
      </Fact>
      <Fact title="Client ID">
        <span className="break-all font-mono text-xs">{item.clientId}</span>
      </Fact>
      {children}
    </dl>
  );
}

export function Fact({ title, children }: { title: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-ink-muted">{title}</dt>
      <dd className="min-h-[1.375rem] text-right">{children}</dd>
    </>
  );
}

export function LastUsed({ at, now }: { at: string | null; now: string }) {
  return at ? <Time iso={at} relativeTo={now} /> : 'Never used';
}

import type { ReactNode } from 'react';

type PanelProps = { title: string; note?: ReactNode; action?: ReactNode; children: ReactNode };

/** A bordered surface with a title, and at its right what one mostly does with it. */
export function Panel({ title, note, action, children }: PanelProps) {
  return (
    <section className="overflow-hidden rounded-xl border border-line bg-surface shadow-soft">
      <div className="flex items-start justify-between gap-x-6 gap-y-3 border-line border-b px-5 py-4 max-sm:flex-col max-sm:px-4">
        <div className="min-w-0">
          <h2 className="font-semibold text-[0.9375rem] tracking-[-0.01em]">{title}</h2>
          {note && <p className="mt-0.5 text-ink-muted">{note}</p>}
        </div>
        {action && <div className="shrink-0 max-sm:w-full">{action}</div>}
      </div>
      {children}
    </section>
  );
}

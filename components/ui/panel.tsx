import type { ReactNode } from 'react';

/** A bordered surface with a title. */
export function Panel({ title, note, children }: { title: string; note?: ReactNode; children: ReactNode }) {
  return (
    <section className="overflow-hidden rounded-xl border border-line bg-surface shadow-soft">
      <div className="border-line border-b px-5 py-4 max-sm:px-4">
        <h2 className="font-semibold text-[0.9375rem] tracking-[-0.01em]">{title}</h2>
        {note && <p className="mt-0.5 text-ink-muted">{note}</p>}
      </div>
      {children}
    </section>
  );
}

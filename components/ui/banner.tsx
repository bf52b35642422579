import { TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';

type BannerProps = { label: string; tone: 'warn' | 'danger'; children: ReactNode };

const tones = { warn: 'bg-warn-wash text-warn-text', danger: 'bg-danger-wash text-danger-text' };

/** A standing remark above a page. A landmark and no live region: it is there on every page and would be read on each. */
export function Banner({ label, tone, children }: BannerProps) {
  return (
    <section aria-label={label} className={`mb-6 flex gap-2.5 rounded-xl px-4 py-3 ${tones[tone]}`}>
      <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
      <div className="min-w-0 space-y-1 break-words">{children}</div>
    </section>
  );
}

import type { ReactNode } from 'react';

export type BadgeTone = 'good' | 'warn' | 'danger' | 'neutral';

const tones: Record<BadgeTone, { box: string; dot: string }> = {
  good: { box: 'bg-good-wash text-good-text', dot: 'bg-good-dot' },
  warn: { box: 'bg-warn-wash text-warn-text', dot: 'bg-warn-dot' },
  danger: { box: 'bg-danger-wash text-danger-text', dot: 'bg-danger' },
  neutral: { box: 'bg-sunken text-ink-muted', dot: 'bg-ink-faint' },
};

export function Badge({ tone, dot = false, children }: { tone: BadgeTone; dot?: boolean; children: ReactNode }) {
  const { box, dot: dotColour } = tones[tone];
  return (
    <span
      className={`inline-flex w-fit items-center gap-1.5 rounded-[0.6875rem] px-2 py-px font-medium text-xs leading-5 ${box}`}
    >
      {dot && <span aria-hidden className={`size-1.5 rounded-full ${dotColour}`} />}
      {children}
    </span>
  );
}

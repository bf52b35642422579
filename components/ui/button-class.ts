export type ButtonTone = 'primary' | 'secondary' | 'danger' | 'quiet' | 'refused';

const tones: Record<ButtonTone, string> = {
  primary: 'bg-accent text-accent-ink shadow-soft hover:bg-accent-hover',
  secondary: 'border border-line-strong bg-raised text-ink shadow-soft hover:bg-sunken',
  danger: 'bg-danger text-white shadow-soft hover:bg-danger-hover',
  quiet: 'text-ink-muted hover:bg-sunken hover:text-ink',
  refused: 'cursor-not-allowed border border-line bg-sunken text-ink-faint',
};

/** The look of a button; also for links that act as one. */
export function buttonClass(tone: ButtonTone = 'secondary'): string {
  return `inline-flex h-9 max-sm:h-11 select-none items-center justify-center gap-1.5 whitespace-nowrap rounded-lg px-3.5 font-medium text-sm transition-colors ${tones[tone]}`;
}

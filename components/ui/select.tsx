import { ChevronDown } from 'lucide-react';
import type { ComponentProps } from 'react';

/** The browser's own select, which every phone and keyboard knows, in our clothes. */
export function Select({ className = '', ...select }: ComponentProps<'select'>) {
  return (
    <span className="relative block">
      <select {...select} className={`${className} appearance-none pr-9`} />
      <ChevronDown
        aria-hidden
        className="pointer-events-none absolute top-1/2 right-3 size-4 -translate-y-1/2 text-ink-faint"
      />
    </span>
  );
}

'use client';

import { Search } from 'lucide-react';

const fold = (text: string) => text.normalize('NFKC').toLowerCase().trim();

export function matches(key: { name: string }, search: string): boolean {
  return fold(key.name).includes(fold(search));
}

type KeySearchProps = {
  label: string;
  /** What is found. */
  noun?: string;
  value: string;
  onChange: (value: string) => void;
  found: number;
};

export function KeySearch({ label, noun = 'key', value, onChange, found }: KeySearchProps) {
  return (
    <div className="relative border-line border-b">
      <Search aria-hidden className="absolute top-1/2 left-5 size-4 -translate-y-1/2 text-ink-faint max-lg:left-4" />
      <input
        type="search"
        aria-label={label}
        placeholder={label}
        autoComplete="off"
        spellCheck={false}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className="h-12 w-full bg-transparent pr-5 pl-12 text-ink text-sm max-sm:text-base placeholder:text-ink-faint focus-visible:-outline-offset-2 max-lg:pl-11"
      />
      <span role="status" className="sr-only">
        {value.trim() && (found === 1 ? `1 ${noun} found` : `${found} ${noun}s found`)}
      </span>
    </div>
  );
}

'use client';

import { LoaderCircle, Search } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useEffect, useRef, useState, useTransition } from 'react';

/** Long enough to type the next letter. */
const delayInMilliseconds = 250;

type PageSearchProps = {
  /** The accessible name, such as `Search members`. */
  label: string;
  placeholder: string;
  /** The page's path, where the form goes without scripts; null where what is typed must never get into an address. */
  path: string | null;
  /** The text that the page was made for. */
  search: string;
  /** What came of it, announced: `3 members found`. */
  found: string;
  /** The page's address with another text. */
  addressOf: (search: string) => string;
  /** Takes a text that is none to search by, before it gets into an address, and says what the field is to hold instead. */
  divert?: (text: string) => string | null;
};

/** A search that lives in the URL, so that it can be shared and reloaded; without scripts it is a form that goes there. */
export function PageSearch({ label, placeholder, path, search, found, addressOf, divert }: PageSearchProps) {
  const [text, setText] = useState(search);
  const [pending, startTransition] = useTransition();
  const router = useRouter();
  const asked = useRef(search);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  // The address changed by itself: the Back button, or a link. While an answer is under way it lags behind the field.
  useEffect(() => {
    if (pending || search === asked.current) return;
    asked.current = search;
    setText(search);
  }, [search, pending]);
  useEffect(() => () => clearTimeout(timer.current), []);

  function ask(value: string) {
    clearTimeout(timer.current);
    if (value === asked.current) return;
    asked.current = value;
    startTransition(() => router.replace(addressOf(value), { scroll: false }));
  }
  const Icon = pending ? LoaderCircle : Search;
  return (
    <search>
      <form
        {...(path === null ? { method: 'post' } : { action: path })}
        onSubmit={(event) => {
          event.preventDefault();
          ask(text);
        }}
        className="relative border-line border-b"
      >
        <Icon
          aria-hidden
          className={`absolute top-4 left-5 size-4 text-ink-faint max-lg:left-4 ${pending ? 'animate-spin' : ''}`}
        />
        <input
          type="search"
          name="search"
          aria-label={label}
          placeholder={placeholder}
          autoComplete="off"
          spellCheck={false}
          maxLength={200}
          value={text}
          onChange={(event) => {
            const { value } = event.target;
            clearTimeout(timer.current);
            const instead = divert?.(value) ?? null;
            setText(instead ?? value);
            if (instead !== null) return;
            timer.current = setTimeout(() => ask(value), delayInMilliseconds);
          }}
          className="h-12 w-full bg-transparent pr-5 pl-12 text-ink text-sm max-sm:text-base placeholder:text-ink-faint focus-visible:-outline-offset-2 max-lg:pl-11"
        />
        <span role="status" className="sr-only">
          {search.trim() && !pending && found}
        </span>
      </form>
    </search>
  );
}

'use client';

import { LoaderCircle, Search } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useEffect, useRef, useState, useTransition } from 'react';
import { addressOf } from './member-address';

/** Long enough to type the next letter. */
const delayInMilliseconds = 250;

type MemberSearchProps = { search: string; found: string };

/** The search lives in the URL, so that it can be shared and reloaded; without scripts it is a form that goes there. */
export function MemberSearch({ search, found }: MemberSearchProps) {
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
    startTransition(() => router.replace(addressOf({ search: value }), { scroll: false }));
  }
  return (
    <search>
      <form
        action="/tenant/members"
        onSubmit={(event) => {
          event.preventDefault();
          ask(text);
        }}
        className="relative border-line border-b"
      >
        {pending ? (
          <LoaderCircle
            aria-hidden
            className="absolute top-4 left-5 size-4 animate-spin text-ink-faint max-lg:left-4"
          />
        ) : (
          <Search aria-hidden className="absolute top-4 left-5 size-4 text-ink-faint max-lg:left-4" />
        )}
        <input
          type="search"
          name="search"
          aria-label="Search members"
          placeholder="Search members by name or email"
          autoComplete="off"
          spellCheck={false}
          maxLength={200}
          value={text}
          onChange={(event) => {
            const { value } = event.target;
            setText(value);
            clearTimeout(timer.current);
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

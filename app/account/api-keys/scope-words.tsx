'use client';

import { useState } from 'react';

/** More than these would make a row tall. One more takes no more room than a button for it. */
const shownAtFirst = 4;
const wordClass = 'min-w-0 break-all rounded bg-sunken px-1.5 text-[0.6875rem] text-ink-muted leading-5';

/** What a key may do, or a connection demands, quietly; the rest of a long list on demand. */
export function ScopeWords({ item: { name, scopes } }: { item: { name: string; scopes: string[] } }) {
  const [all, setAll] = useState(false);
  if (scopes.length === 0) return null;
  const more = scopes.length > shownAtFirst + 1 ? scopes.length - shownAtFirst : 0;
  const shown = all || more === 0 ? scopes : scopes.slice(0, shownAtFirst);
  return (
    <div className="mt-1 flex flex-wrap items-center gap-1">
      <ul aria-label={`Scopes of ${name}`} className="contents">
        {shown.map((scope) => (
          <li key={scope} className={`font-mono ${wordClass}`}>
            {scope}
          </li>
        ))}
      </ul>
      {more > 0 && (
        <button
          type="button"
          aria-expanded={all}
          aria-label={all ? `Show fewer scopes of ${name}` : `Show ${more} more scopes of ${name}`}
          onClick={() => setAll(!all)}
          className={`min-h-6 hover:text-ink ${wordClass}`}
        >
          {all ? 'fewer' : `+${more}`}
        </button>
      )}
    </div>
  );
}

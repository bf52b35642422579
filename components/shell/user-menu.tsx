'use client';

import { lazy, Suspense, useId, useRef, useState } from 'react';
import type { Person } from './person';

const loadContent = () => import('./user-menu-content');
const Content = lazy(loadContent);

type UserMenuProps = { person: Person; signOut: () => Promise<void> };

/** The button is there at once; the menu's code arrives when somebody reaches for it. */
export function UserMenu({ person, signOut }: UserMenuProps) {
  const [wanted, setWanted] = useState(false);
  const [open, setOpen] = useState(false);
  const trigger = useRef<HTMLButtonElement>(null);
  const id = useId();
  const want = () => setWanted(true);
  return (
    <div className="relative">
      <button
        ref={trigger}
        id={id}
        type="button"
        aria-label="Account menu"
        aria-haspopup="menu"
        aria-expanded={open}
        onPointerEnter={want}
        onPointerDown={want}
        onFocus={want}
        onClick={() => {
          want();
          setOpen(!open);
        }}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowDown') return;
          event.preventDefault();
          setOpen(true);
        }}
        className="inline-flex size-9 max-sm:size-11 select-none items-center justify-center rounded-full"
      >
        <span className="inline-flex size-8 items-center justify-center rounded-full bg-accent-wash font-semibold text-accent-text text-xs">
          {initialsOf(person)}
        </span>
      </button>
      {wanted && (
        <Suspense>
          <Content person={person} signOut={signOut} open={open} onOpenChange={setOpen} trigger={trigger} />
        </Suspense>
      )}
    </div>
  );
}

function initialsOf({ name, email }: Person): string {
  const words = (name.trim() || email).split(/[\s@._-]+/).filter(Boolean);
  const letters = words.slice(0, 2).map((word) => [...word][0] ?? '');
  return letters.join('').toUpperCase();
}

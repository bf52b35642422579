'use client';

import { type RefObject, useEffect, useRef } from 'react';

type Opener = {
  /** Belongs to the page's heading, which takes the focus where the opener is gone. */
  heading: RefObject<HTMLHeadingElement | null>;
  /** Somebody opens a dialog from this button. */
  remember: (from: HTMLElement) => void;
  /** To the opener; where it went with its row, to the top of the page. */
  returnFocus: () => void;
};

/**
 * Where the focus goes when a dialog closes.
 * @param rows what the page shows: the row of something deleted takes its button along after the dialog has given the
 * focus back to it
 */
export function useOpener(rows: unknown): Opener {
  const opener = useRef<HTMLElement | null>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows come and go with what they show
  useEffect(() => {
    if (opener.current?.isConnected === false && document.activeElement === document.body) heading.current?.focus();
  }, [rows]);
  return {
    heading,
    remember: (from) => {
      opener.current = from;
    },
    returnFocus: () => (opener.current?.isConnected ? opener.current : heading.current)?.focus(),
  };
}

'use client';

import { type RefObject, useEffect, useRef } from 'react';

type Opener<Fallback> = {
  /** Belongs to what stays, such as the heading: it takes the focus where the opener is gone. */
  fallback: RefObject<Fallback | null>;
  /** Somebody opens a dialog from this button. */
  remember: (from: HTMLElement) => void;
  /** To the opener; where it went with its row, to what stays. */
  returnFocus: () => void;
};

/**
 * Where the focus goes when a dialog closes.
 * @param rows what the page shows: the row of something deleted takes its button along after the dialog has given the
 * focus back to it
 */
export function useOpener<Fallback extends HTMLElement>(rows: unknown): Opener<Fallback> {
  const opener = useRef<HTMLElement | null>(null);
  const fallback = useRef<Fallback>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows come and go with what they show
  useEffect(() => {
    if (opener.current?.isConnected === false && document.activeElement === document.body) fallback.current?.focus();
  }, [rows]);
  return {
    fallback,
    remember: (from) => {
      opener.current = from;
    },
    returnFocus: () => (opener.current?.isConnected ? opener.current : fallback.current)?.focus(),
  };
}

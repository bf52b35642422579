'use client';

import { useLayoutEffect } from 'react';
import { flushSync } from 'react-dom';

/** A page that the back button restores must not show a secret again: it goes before the browser freezes the page. */
export function useForgetting(active: boolean, onForget: () => void) {
  // With what shows the secret, not after it: in between the page could be left.
  useLayoutEffect(() => {
    if (!active) return;
    const forget = () => flushSync(onForget);
    addEventListener('pagehide', forget);
    return () => removeEventListener('pagehide', forget);
  }, [active, onForget]);
}

'use client';

import { useSyncExternalStore } from 'react';

const never = () => () => {};

/** False on the server and in the first render of the browser, which must agree with it; true from then on. */
export function useHydrated(): boolean {
  return useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
}

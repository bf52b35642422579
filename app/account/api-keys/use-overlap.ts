'use client';

import { useEffect, useState } from 'react';
import type { OverlapUse, OverlapView } from '@/lib/keys/schema';
import { askAboutKey } from './ask-about-key';

const second = 1_000;

/** What still comes with the old secret, as it comes; `over` once the overlap has ended. */
export type OverlapState = { use: OverlapView | OverlapUse; now: string; over: boolean };

/** Asks every few seconds while somebody looks. Counts are written every five. */
export function useOverlap(clientId: string, first: OverlapView, now: string): OverlapState {
  const [state, setState] = useState<OverlapState>({ use: first, now, over: false });
  useEffect(() => {
    const closing = new AbortController();
    let timer: ReturnType<typeof setTimeout>;
    const ask = async () => {
      if (document.visibilityState === 'visible') {
        const answer = await askAboutKey<{ use: OverlapUse | null }>('overlap', clientId, closing.signal);
        if (closing.signal.aborted) return;
        if (answer.status === 'answered') {
          const { use } = answer.value;
          if (!use) return setState((last) => ({ ...last, over: true }));
          setState({ use, now: use.now, over: false });
        }
      }
      timer = setTimeout(ask, 3 * second);
    };
    timer = setTimeout(ask, 0);
    return () => {
      closing.abort();
      clearTimeout(timer);
    };
  }, [clientId]);
  return state;
}

const minute = 60 * second;
const silence = 10 * minute;

/** Minutes since the old secret was last used, or replaced, once they are enough to call it silent; null before. */
export function silentForMinutes({ since, lastUsedAt }: OverlapView, now: string): number | null {
  const passed = new Date(now).getTime() - new Date(lastUsedAt ?? since).getTime();
  return passed >= silence ? Math.floor(passed / minute) : null;
}

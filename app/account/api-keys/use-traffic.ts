'use client';

import { useEffect, useState } from 'react';
import type { KeyTraffic } from '@/lib/usage/schema';
import { askAboutKey } from './ask-about-key';

export type TrafficState =
  | { status: 'loading' }
  | { status: 'loaded'; traffic: KeyTraffic }
  | { status: 'unknown'; because: 'missing' | 'signed_out' | 'unreachable' };

/** What depends on a key now, asked when this is first rendered. */
export function useTraffic(clientId: string, of: 'account' | 'tenant' = 'account'): TrafficState {
  const [state, setState] = useState<TrafficState>({ status: 'loading' });
  useEffect(() => {
    const closing = new AbortController();
    askAboutKey<KeyTraffic>('traffic', clientId, closing.signal, of).then((answer) => {
      if (closing.signal.aborted) return;
      setState(
        answer.status === 'answered'
          ? { status: 'loaded', traffic: answer.value }
          : { status: 'unknown', because: answer.status },
      );
    });
    return () => closing.abort();
  }, [clientId, of]);
  return state;
}

'use client';

import { useEffect, useState } from 'react';
import type { FirstRequest, RefusalReason } from '@/lib/usage/schema';
import { latestRefusal } from '@/lib/usage/words';
import { askAboutKey } from './ask-about-key';

export type FirstRequestState =
  | { status: 'waiting' }
  | { status: 'refused'; reason: RefusalReason }
  | { status: 'received'; caller: FirstRequest['caller'] };

const second = 1_000;
const longestPause = 15 * second;
/** Asks for the caller of an accepted call, over six seconds: what could not be written is tried again after five. */
const asksForCaller = 7;

/**
 * What came of the calls with a secret that was just minted, as they come.
 * @param clientId null while there is none
 * @param rotated the key had a secret before: refusals that are there already are none of the new one's
 */
export function useFirstRequest(clientId: string | null, rotated: boolean): FirstRequestState {
  const [state, setState] = useState<FirstRequestState>({ status: 'waiting' });
  useEffect(() => {
    if (clientId === null) return;
    const closing = new AbortController();
    void watch(clientId, rotated, setState, closing.signal);
    return () => closing.abort();
  }, [clientId, rotated]);
  return state;
}

/**
 * Asks every second until a call was accepted and its caller is known; less often while nobody answers, never while nobody
 * looks.
 */
async function watch(
  clientId: string,
  rotated: boolean,
  report: (state: FirstRequestState) => void,
  closing: AbortSignal,
) {
  let before: FirstRequest | null = null;
  let reason: RefusalReason | null = null;
  let failures = 0;
  let accepted = 0;
  while (!closing.aborted) {
    await untilVisible(closing);
    const answer = await askAboutKey<FirstRequest>('first-request', clientId, closing);
    if (closing.aborted) return;
    if (answer.status === 'answered') {
      failures = 0;
      const now = answer.value;
      if (now.accepted) {
        accepted++;
        // Its caller may be written a moment later: what is announced should be whole, unless that takes long.
        if (now.caller || accepted === 2) report({ status: 'received', caller: now.caller });
        if (now.caller || accepted === asksForCaller) return;
      } else {
        const latest: RefusalReason | null = rotated && before === null ? null : latestRefusal(before, now, reason);
        if (latest !== null && latest !== reason) report({ status: 'refused', reason: latest });
        [before, reason] = [now, latest];
      }
    } else {
      failures++;
    }
    await pause(Math.min(second * 2 ** failures, longestPause), closing);
  }
}

function pause(milliseconds: number, closing: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    closing.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}

function untilVisible(closing: AbortSignal): Promise<void> {
  if (document.visibilityState === 'visible') return Promise.resolve();
  return new Promise((resolve) => {
    const look = () => {
      if (document.visibilityState !== 'visible' && !closing.aborted) return;
      document.removeEventListener('visibilitychange', look);
      resolve();
    };
    document.addEventListener('visibilitychange', look);
    closing.addEventListener('abort', look, { once: true });
  });
}

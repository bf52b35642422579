'use client';

import { Check, TriangleAlert, X } from 'lucide-react';
import { useEffect, useSyncExternalStore } from 'react';

type Tone = 'good' | 'warn';
type Notice = { id: number; text: string; visible: boolean; tone: Tone };

let current: Notice | null = null;
let count = 0;
const listeners = new Set<() => void>();

function publish(next: Notice | null) {
  current = next;
  for (const listener of listeners) listener();
}

/** Shows and announces a short sentence about something that was done, or could not be. Never a secret. */
export function notify(text: string, tone: Tone = 'good') {
  publish({ id: ++count, text, visible: true, tone });
}

/** Announces a sentence to screen readers only, where the page shows the same in another way. */
export function announce(text: string) {
  publish({ id: ++count, text, visible: false, tone: 'good' });
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The place of notices. Its live region is in the page before the first notice, or that would not be announced. */
export function Notices() {
  const notice = useSyncExternalStore(
    subscribe,
    () => current,
    () => null,
  );
  useEffect(() => {
    if (!notice) return;
    const timer = setTimeout(() => current === notice && publish(null), 6_000);
    return () => clearTimeout(timer);
  }, [notice]);
  return (
    <div className="pointer-events-none fixed inset-x-4 bottom-4 z-50 flex justify-center sm:justify-end">
      <div role="status" aria-live="polite" className="contents">
        {notice && !notice.visible && (
          <span key={notice.id} className="sr-only">
            {notice.text}
          </span>
        )}
        {notice?.visible && (
          <div
            key={notice.id}
            className="pointer-events-auto flex max-w-full animate-rise items-center gap-2.5 rounded-lg border border-line bg-raised py-1.5 pr-1.5 pl-3 font-medium shadow-float"
          >
            {notice.tone === 'good' ? (
              <Check aria-hidden className="size-4 shrink-0 text-good-text" />
            ) : (
              <TriangleAlert aria-hidden className="size-4 shrink-0 text-warn-text" />
            )}
            <span className="min-w-0 break-words">{notice.text}</span>
            <button
              type="button"
              aria-label="Dismiss"
              className="inline-flex size-8 shrink-0 items-center justify-center rounded-md text-ink-faint hover:bg-sunken hover:text-ink"
              onClick={() => publish(null)}
            >
              <X aria-hidden className="size-4" />
            </button>
          </div>
        )}
      </div>
    </div>
  );
}

'use client';

import { useRouter } from 'next/navigation';
import { useEffect, useState } from 'react';
import type { PauseView } from '@/lib/keys/schema';
import { countText } from '@/lib/usage/schema';

/** How long an Inactive key stays so, counting down, and what it refused meanwhile. */
export function PauseLine({ pause, now }: { pause: PauseView; now: string }) {
  const left = useTimeLeft(pause.until, now);
  const router = useRouter();
  // The database's clock has made it Active by then, or will have a moment later.
  const over = left !== null && left <= -1_000;
  useEffect(() => {
    if (over) router.refresh();
  }, [over, router]);
  if (left === null && pause.refused === 0) return null;
  return (
    <span className="flex flex-col text-ink-muted text-xs leading-5 max-lg:text-right">
      {left !== null && (
        <span className="whitespace-nowrap tabular-nums">Active again in {leftText(Math.max(0, left))}</span>
      )}
      {pause.refused > 0 && (
        <span>
          {countText(pause.refused)} {pause.refused === 1 ? 'request' : 'requests'} refused meanwhile
        </span>
      )}
    </span>
  );
}

/** Milliseconds until then, by the server's clock, every second; null without an end. */
function useTimeLeft(until: string | null, now: string): number | null {
  const [passed, setPassed] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new server time begins the count anew
  useEffect(() => {
    if (until === null) return;
    const begin = performance.now();
    setPassed(0);
    const timer = setInterval(() => setPassed(performance.now() - begin), 1_000);
    return () => clearInterval(timer);
  }, [until, now]);
  return until === null ? null : new Date(until).getTime() - new Date(now).getTime() - passed;
}

/** `23 h 59 min` down to `14:05`, minutes and seconds. */
function leftText(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1_000);
  if (seconds >= 3_600) return `${Math.floor(seconds / 3_600)} h ${Math.floor((seconds % 3_600) / 60)} min`;
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

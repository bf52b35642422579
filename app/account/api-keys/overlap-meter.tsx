'use client';

import { useRouter } from 'next/navigation';
import { useEffect } from 'react';
import { Button } from '@/components/ui/button';
import { Time } from '@/components/ui/time';
import type { KeyView, OverlapView } from '@/lib/keys/schema';
import { countText } from '@/lib/usage/schema';
import { silentForMinutes, useOverlap } from './use-overlap';

type OverlapMeterProps = { item: KeyView; overlap: OverlapView; now: string; onRetire: (from: HTMLElement) => void };

/** Who still presents the secret that the last rotation replaced, live, and the way to end it. */
export function OverlapMeter({ item, overlap, now: firstNow, onRetire }: OverlapMeterProps) {
  const { use, now, over } = useOverlap(item.clientId, overlap, firstNow);
  if (over) return <p className="text-ink-muted">The old secret does not work any more.</p>;
  const silent = silentForMinutes(use, now);
  const callers = 'callers' in use ? use.callers : [];
  return (
    <section aria-label="The old secret" className="overflow-hidden rounded-lg border border-line">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 bg-canvas px-4 py-3">
        <div>
          <p className="font-medium">{requestsText(use.requests)}</p>
          <p className="text-ink-muted text-xs leading-5">
            {use.lastUsedAt ? (
              <>
                Last <Time iso={use.lastUsedAt} relativeTo={now} />;{' '}
              </>
            ) : (
              'None since the rotation; '
            )}
            it ends <Time iso={use.endsAt} relativeTo={now} />.
          </p>
        </div>
        <Button tone={silent === null ? 'secondary' : 'primary'} onClick={(event) => onRetire(event.currentTarget)}>
          Retire the old secret now
        </Button>
      </div>
      {callers.length > 0 && (
        <ul className="max-h-32 divide-y divide-line overflow-y-auto border-line border-t">
          {callers.map(({ address, client, requests }) => (
            <li key={`${address} ${client}`} className="flex justify-between gap-4 px-4 py-1.5">
              <span className="min-w-0 [overflow-wrap:anywhere]">
                <bdi className="font-medium">{client}</bdi>{' '}
                <bdi className="font-mono text-ink-muted text-xs">{address}</bdi>
              </span>
              <span className="shrink-0 tabular-nums">{countText(requests)}</span>
            </li>
          ))}
          {'otherRequests' in use && use.otherRequests > 0 && (
            <li className="flex justify-between gap-4 px-4 py-1.5">
              <span>Other callers</span>
              <span className="shrink-0 tabular-nums">{countText(use.otherRequests)}</span>
            </li>
          )}
        </ul>
      )}
    </section>
  );
}

/** The same in one line of the table. */
export function OverlapLine({
  item,
  overlap,
  now: firstNow,
  onRetire,
  refusal,
}: OverlapMeterProps & { refusal: string | null }) {
  const { use, now, over } = useOverlap(item.clientId, overlap, firstNow);
  const router = useRouter();
  useEffect(() => {
    if (over) router.refresh();
  }, [over, router]);
  if (over) return null;
  const silent = silentForMinutes(use, now);
  return (
    <span className="flex flex-col items-start gap-1 text-ink-muted text-xs leading-5 max-lg:items-end max-lg:text-right">
      <span>
        {requestsText(use.requests)}
        {use.lastUsedAt && (
          <>
            , last <Time iso={use.lastUsedAt} relativeTo={now} />
          </>
        )}
      </span>
      {!refusal && (
        <button
          type="button"
          onClick={(event) => onRetire(event.currentTarget)}
          className={`rounded text-left font-medium max-lg:min-h-8 max-lg:text-right ${silent === null ? 'text-ink-muted hover:text-ink hover:underline' : 'bg-accent-wash px-1.5 text-accent-text hover:underline'}`}
        >
          Retire the old secret now
        </button>
      )}
    </span>
  );
}

function requestsText(requests: number): string {
  if (requests === 0) return 'No request with the old secret';
  return `${countText(requests)} ${requests === 1 ? 'request' : 'requests'} with the old secret`;
}

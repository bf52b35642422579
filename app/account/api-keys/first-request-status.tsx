'use client';

import { CircleCheck, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { refusalWords } from '@/lib/usage/words';
import type { FirstRequestState } from './use-first-request';

/** A live region, so it is here before it has something to say. Its room is the same for every state. */
export function FirstRequestStatus({ state }: { state: FirstRequestState }) {
  return (
    <div
      role="status"
      className={`flex min-h-16 max-sm:min-h-[5.5rem] gap-3 rounded-lg border px-3 py-2.5 ${frames[state.status]}`}
    >
      <Words state={state} />
    </div>
  );
}

const frames: Record<FirstRequestState['status'], string> = {
  waiting: 'border-line border-dashed',
  refused: 'border-transparent bg-warn-wash text-warn-text',
  received: 'border-transparent bg-good-wash text-good-text',
};

function Words({ state }: { state: FirstRequestState }): ReactNode {
  switch (state.status) {
    case 'waiting':
      return (
        <Lines icon={<Dot />} title="Waiting for the first request…">
          <span className="text-ink-muted">Run the command above, or call from your service.</span>
        </Lines>
      );
    case 'refused': {
      const { cause, advice } = refusalWords[state.reason];
      return (
        <Lines icon={<TriangleAlert className="size-4" />} title={`A call was refused: ${cause}`}>
          {advice} Still waiting…
        </Lines>
      );
    }
    case 'received':
      return (
        <Lines icon={<CircleCheck className="size-4" />} title="First request received">
          {state.caller && (
            <>
              From <bdi className="font-mono text-xs">{state.caller.address}</bdi> with <bdi>{state.caller.client}</bdi>
            </>
          )}
        </Lines>
      );
  }
}

function Lines({ icon, title, children }: { icon: ReactNode; title: string; children: ReactNode }) {
  return (
    <>
      <span aria-hidden className="flex h-[1.375rem] w-4 shrink-0 items-center justify-center">
        {icon}
      </span>
      <div className="min-w-0 [overflow-wrap:anywhere]">
        <p className="font-medium">{title}</p>
        <p>{children}</p>
      </div>
    </>
  );
}

/** Still: what moves for longer than a moment distracts from saving the secret. */
function Dot() {
  return <span className="size-2 rounded-full bg-accent-text ring-4 ring-accent-wash" />;
}

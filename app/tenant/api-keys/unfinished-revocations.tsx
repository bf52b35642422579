'use client';

import { useState } from 'react';
import { Banner } from '@/components/ui/banner';
import { Button } from '@/components/ui/button';
import { Time } from '@/components/ui/time';
import { useOpener } from '@/components/use-opener';
import type { UnfinishedRevocation } from '@/lib/revocations/schema';
import { countText } from '@/lib/usage/schema';
import { ResumeDialog } from './resume-dialog';

/** Bulk revokes that somebody left in the middle. */
export function UnfinishedRevocations({ revocations }: { revocations: UnfinishedRevocation[] }) {
  const [resumed, setResumed] = useState<UnfinishedRevocation | null>(null);
  const { fallback, remember, returnFocus } = useOpener<HTMLDivElement>(revocations);
  return (
    <div ref={fallback} tabIndex={-1} className="outline-none">
      {revocations.map((revocation) => (
        <Banner key={revocation.id} label="Unfinished bulk revoke" tone="warn">
          <p className="font-medium">
            A bulk revoke of {countText(revocation.selected)} keys stopped after {countText(revocation.done)}
          </p>
          <p>
            Begun by <bdi>{revocation.startedBy}</bdi>, <Time iso={revocation.startedAt} precise />. The other keys work
            until somebody resumes it.
          </p>
          <Button
            className="mt-2"
            onClick={(event) => {
              remember(event.currentTarget);
              setResumed(revocation);
            }}
          >
            Resume
          </Button>
        </Banner>
      ))}
      {resumed && <ResumeDialog revocation={resumed} onClose={() => setResumed(null)} onReturnFocus={returnFocus} />}
    </div>
  );
}

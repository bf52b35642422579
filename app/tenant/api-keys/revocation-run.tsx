'use client';

import { Badge, type BadgeTone } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { DialogBody, DialogFooter } from '@/components/ui/dialog';
import { FormMessage } from '@/components/ui/field';
import { ProgressBar } from '@/components/ui/progress-bar';
import { doneOf, type RevocationProgress, type RevocationResult } from '@/lib/revocations/schema';
import { countText } from '@/lib/usage/schema';
import type { RevocationRun } from './use-revocation';

type RevocationRunStepProps = { run: RevocationRun; selected: number; done?: number; onClose: () => void };

/** A bulk revoke under way, and what came of it. */
export function RevocationRunStep({ run, selected, done: doneBefore = 0, onClose }: RevocationRunStepProps) {
  const { progress, stopped, tryAgain } = run;
  const done = progress ? doneOf(progress) : doneBefore;
  const text = `${countText(done)} of ${countText(selected)} keys`;
  // Read out a few times only, however many batches there are.
  const announced = Math.floor((4 * done) / selected) * Math.ceil(selected / 4);
  return (
    <>
      <DialogBody>
        <p role="status" className="sr-only">
          {progress?.finished
            ? summaryOf(progress)
            : `${countText(Math.min(announced, done))} of ${countText(selected)} keys done`}
        </p>
        {progress?.finished ? (
          <Results progress={progress} />
        ) : (
          <div className="space-y-2">
            <ProgressBar label="Keys done" value={done} maximum={selected} />
            <p className="text-ink-muted text-xs tabular-nums leading-5">{text}</p>
          </div>
        )}
        {stopped?.because === 'unreachable' && (
          <FormMessage>
            Latchkey did not answer. Keys that were revoked stay revoked; try again to go on with the others.
          </FormMessage>
        )}
        {stopped?.because === 'refused' && <FormMessage>{stopped.message}</FormMessage>}
      </DialogBody>
      <DialogFooter>
        <Button tone={progress?.finished ? 'primary' : 'secondary'} onClick={onClose}>
          {progress?.finished ? 'Done' : stopped ? 'Close' : 'Stop'}
        </Button>
        {stopped?.because === 'unreachable' && (
          <Button tone="primary" onClick={tryAgain}>
            Try again
          </Button>
        )}
      </DialogFooter>
    </>
  );
}

const words: Record<RevocationResult, { text: string; tone: BadgeTone }> = {
  revoked: { text: 'Revoked', tone: 'neutral' },
  already_revoked: { text: 'Was revoked already', tone: 'warn' },
  expired: { text: 'Had expired', tone: 'warn' },
  deleted: { text: 'Was deleted', tone: 'warn' },
};

/** `998 keys are revoked. 2 could not be any more.` */
function summaryOf({ counts: { revoked }, selected }: RevocationProgress): string {
  const others = selected - revoked;
  const are = revoked === 1 ? '1 key is revoked.' : `${countText(revoked)} keys are revoked.`;
  return others === 0 ? are : `${are} ${countText(others)} could not be revoked any more.`;
}

function Results({ progress }: { progress: RevocationProgress }) {
  const { keys, selected } = progress;
  return (
    <>
      <p aria-hidden>{summaryOf(progress)}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: who has no wheel scrolls it with the arrow keys */}
      <section aria-label="Results" tabIndex={0} className="max-h-64 overflow-y-auto rounded-lg border border-line">
        <ul className="divide-y divide-line">
          {keys.map(({ clientId, name, result }) => (
            <li key={clientId} className="flex items-start justify-between gap-4 px-4 py-2">
              <span className="min-w-0">
                <bdi className="block font-medium [overflow-wrap:anywhere]">{name}</bdi>
                <span className="block break-all font-mono text-ink-muted text-xs leading-5">{clientId}</span>
              </span>
              <Badge tone={words[result].tone}>{words[result].text}</Badge>
            </li>
          ))}
          {selected > keys.length && (
            <li className="px-4 py-2 text-ink-muted">and {countText(selected - keys.length)} more</li>
          )}
        </ul>
      </section>
    </>
  );
}

'use client';

import { Check, Minus, TriangleAlert } from 'lucide-react';
import { useEffect } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog, DialogBody, DialogFooter } from '@/components/ui/dialog';
import { FormMessage } from '@/components/ui/field';
import { useSubmission } from '@/components/use-submission';
import { wordsOf } from '../connections/words';
import { testProviderKeyAction } from './actions';
import type { DialogFrame } from './open-dialog';
import type { TestedConnection } from './states';

type TestStepProps = DialogFrame & { id: string; name: string };

/** The new value is saved; what the upstreams of its connections say to it. */
export function TestStep({ id, name, onClose, onReturnFocus }: TestStepProps) {
  const { state, pending, submit } = useSubmission(() => testProviderKeyAction({ id }));
  const ask = () => submit(undefined);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when it opens
  useEffect(ask, []);
  const tested = state?.status === 'ready' && !pending ? state.connections : null;
  return (
    <Dialog
      title="The new value is saved"
      description={
        <>
          The connections that use <bdi className="font-medium text-ink">{name}</bdi> send it from the next request on.
        </>
      }
      onClose={onClose}
      onReturnFocus={onReturnFocus}
    >
      <DialogBody>
        <div role="status">
          {!tested && pending && <p className="text-ink-muted">Asking whether they are answered…</p>}
          {tested && <Outcomes tested={tested} />}
        </div>
        {state?.status === 'refused' && !pending && <FormMessage>{state.message}</FormMessage>}
        {state?.status === 'unreachable' && !pending && (
          <FormMessage tone="warn">Latchkey did not answer, so the connections were not tested.</FormMessage>
        )}
      </DialogBody>
      <DialogFooter>
        <Button pending={pending} onClick={ask}>
          Test again
        </Button>
        <Button tone="primary" onClick={onClose}>
          Done
        </Button>
      </DialogFooter>
    </Dialog>
  );
}

function Outcomes({ tested }: { tested: TestedConnection[] }) {
  return (
    <ul className="space-y-1.5">
      {tested.map(({ slug, name, test }) => (
        <li key={slug} className="flex gap-2">
          <Mark test={test} />
          <span className="min-w-0 [overflow-wrap:anywhere]">
            {test === null ? `${name} was not asked` : `${name}: ${wordsOf(test).text}`}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Mark({ test }: Pick<TestedConnection, 'test'>) {
  const place = 'mt-0.5 size-4 shrink-0';
  if (test === null) return <Minus aria-hidden className={`${place} text-ink-faint`} />;
  if (wordsOf(test).tone === 'good') return <Check aria-hidden className={`${place} text-good-text`} />;
  return <TriangleAlert aria-hidden className={`${place} text-warn-text`} />;
}

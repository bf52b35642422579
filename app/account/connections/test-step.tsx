'use client';

import { Check, LoaderCircle, TriangleAlert } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { Button } from '@/components/ui/button';
import { DialogBody, DialogFooter } from '@/components/ui/dialog';
import { FormMessage } from '@/components/ui/field';
import { useSubmission } from '@/components/use-submission';
import type { ConnectionTest } from '@/lib/gateway/schema';
import { testConnectionAction } from './actions';
import { wordsOf } from './words';

type TestStepProps = { id: string; onClose: () => void };

/** Asks a connection's upstream at once, and says in words what came of it. */
export function TestStep({ id, onClose }: TestStepProps) {
  const { state, pending, submit } = useSubmission(() => testConnectionAction({ id }));
  const done = useRef<HTMLButtonElement>(null);
  const ask = () => submit(undefined);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when it opens
  useEffect(() => {
    // The button that was pressed before is gone with its form.
    done.current?.focus();
    ask();
  }, []);
  const answer = pending ? null : state;
  return (
    <>
      <DialogBody>
        <div role="status">{answer?.status === 'tested' ? <Outcome test={answer.test} /> : !answer && <Asking />}</div>
        {answer?.status === 'refused' && <FormMessage>{answer.message}</FormMessage>}
        {answer?.status === 'unreachable' && (
          <FormMessage tone="warn">Latchkey did not answer, so the connection was not tested.</FormMessage>
        )}
      </DialogBody>
      <DialogFooter>
        <Button pending={pending} onClick={ask}>
          Test again
        </Button>
        <Button ref={done} tone="primary" onClick={onClose}>
          Done
        </Button>
      </DialogFooter>
    </>
  );
}

function Asking() {
  return (
    <p className="flex items-center gap-2 rounded-lg bg-sunken px-3 py-2.5 text-ink-muted">
      <LoaderCircle aria-hidden className="size-4 shrink-0 animate-spin" />
      Asking whether it answers…
    </p>
  );
}

const looks = {
  good: 'bg-good-wash text-good-text',
  warn: 'bg-warn-wash text-warn-text',
  danger: 'bg-danger-wash text-danger-text',
};

function Outcome({ test }: { test: ConnectionTest }) {
  const { tone, text, advice } = wordsOf(test);
  const Icon = tone === 'good' ? Check : TriangleAlert;
  return (
    <div className={`flex gap-2 rounded-lg px-3 py-2.5 ${looks[tone]}`}>
      <Icon aria-hidden className="mt-0.5 size-4 shrink-0" />
      <div className="min-w-0">
        <p className="font-medium">{text}</p>
        {advice && <p className="mt-0.5">{advice}</p>}
      </div>
    </div>
  );
}

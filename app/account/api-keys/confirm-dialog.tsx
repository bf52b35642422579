'use client';

import { type ReactNode, useState } from 'react';
import { QuestionDialog } from '@/components/question-dialog';
import { notify } from '@/components/ui/notice';
import { RadioGroup } from '@/components/ui/radio-group';
import type { KeyView, OverlapView, Pause } from '@/lib/keys/schema';
import { countText } from '@/lib/usage/schema';
import { activateKeyAction, deactivateKeyAction, deleteKeyAction, retireSecretAction } from './actions';
import { Fact, KeySummary, LastUsed } from './key-summary';
import { KeyTrafficSummary } from './key-traffic';
import type { DialogFrame } from './open-dialog';
import type { ChangeKeyState } from './states';
import { useOverlap } from './use-overlap';

export type ConfirmedKind = 'deactivate' | 'activate' | 'retire' | 'delete';

type Change = {
  title: string;
  button: string;
  hurts: boolean;
  done: string;
  action: (clientId: string, pause: Pause) => Promise<ChangeKeyState>;
};

const changes: Record<ConfirmedKind, Change> = {
  deactivate: {
    title: 'Deactivate this key?',
    button: 'Deactivate',
    hurts: true,
    done: 'Key deactivated',
    action: deactivateKeyAction,
  },
  activate: {
    title: 'Activate this key?',
    button: 'Activate',
    hurts: false,
    done: 'Key activated',
    action: activateKeyAction,
  },
  retire: {
    title: 'Retire the old secret?',
    button: 'Retire',
    hurts: true,
    done: 'Old secret retired',
    action: retireSecretAction,
  },
  delete: { title: 'Delete this key?', button: 'Delete', hurts: true, done: 'Key deleted', action: deleteKeyAction },
};

type ConfirmDialogProps = DialogFrame & { kind: ConfirmedKind; item: KeyView; now: string };

export function ConfirmDialog({ kind, item, now, ...frame }: ConfirmDialogProps) {
  const { title, button, hurts, done, action } = changes[kind];
  const [pause, setPause] = useState<Pause>('open');
  async function change() {
    const result = await action(item.clientId, pause);
    if (result.status === 'done') {
      notify(done);
      frame.onClose();
    }
    return result;
  }
  return (
    <QuestionDialog
      title={title}
      description={<Explanation kind={kind} />}
      button={button}
      tone={hurts ? 'danger' : 'primary'}
      submit={change}
      {...frame}
    >
      {kind === 'deactivate' && <RadioGroup label="For how long" value={pause} onChange={setPause} options={pauses} />}
      {kind === 'retire' ? (
        <KeySummary item={item}>
          {item.overlap && <OverlapFacts item={item} overlap={item.overlap} now={now} />}
        </KeySummary>
      ) : hurts ? (
        <KeyTrafficSummary item={item} />
      ) : (
        <KeySummary item={item}>
          <Fact title="Last used">
            <LastUsed at={item.lastUsedAt} now={now} />
          </Fact>
        </KeySummary>
      )}
    </QuestionDialog>
  );
}

const pauses: Array<{ value: Pause; label: string }> = [
  { value: 'open', label: 'Until I activate it' },
  { value: '15m', label: '15 min' },
  { value: '1h', label: '1 h' },
  { value: '24h', label: '24 h' },
];

type OverlapFactsProps = { item: KeyView; overlap: OverlapView; now: string };

/** Who would be refused by the old secret's end, as it is now. */
function OverlapFacts({ item, overlap, now: firstNow }: OverlapFactsProps) {
  const { use, now } = useOverlap(item.clientId, overlap, firstNow);
  return (
    <>
      <Fact title="Requests with the old secret">{countText(use.requests)}</Fact>
      <Fact title="The last of them">
        <LastUsed at={use.lastUsedAt} now={now} />
      </Fact>
      <Fact title="Callers">{'callers' in use ? countText(use.callers.length) : ''}</Fact>
    </>
  );
}

function Explanation({ kind }: { kind: ConfirmedKind }): ReactNode {
  switch (kind) {
    case 'deactivate':
      return 'Services using this key will be refused at once, until it is Active again.';
    case 'activate':
      return 'Services using this key will be accepted again at once.';
    case 'retire':
      return 'Services that still use the old secret will be refused at once. The new secret works on.';
    case 'delete':
      return (
        <>
          <p>Deletion is permanent and cannot be undone.</p>
          <ul className="mt-2 list-disc space-y-1 pl-5">
            <li>All services using this key will stop working immediately.</li>
            <li>Make sure to update any applications using the deleted key.</li>
          </ul>
        </>
      );
  }
}

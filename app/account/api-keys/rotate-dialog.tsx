'use client';

import { Time } from '@/components/ui/time';
import type { KeyPageView, KeyView } from '@/lib/keys/schema';
import { rotateKeyAction } from './actions';
import { MintDialog } from './mint-dialog';
import type { DialogFrame, SwitchDialog } from './open-dialog';
import { RotateStep } from './rotate-step';
import type { NotRotated } from './states';

type RotateDialogProps = DialogFrame & { item: KeyView; view: KeyPageView; origin: string; onSwitch: SwitchDialog };

export function RotateDialog({ item, view, onSwitch, ...frame }: RotateDialogProps) {
  return (
    <MintDialog<NotRotated>
      {...frame}
      rotated
      title="Rotate this key?"
      description="It keeps its name and client ID and gets a new secret, which is shown once, in the next step."
      remedy="rotate the key again"
      afterwards={({ previousEndsAt }) => <Afterwards previousEndsAt={previousEndsAt ?? null} />}
      mint={rotate}
    >
      {(step) => (
        <RotateStep {...step} item={item} view={view} onRetire={() => onSwitch({ kind: 'retire', key: item })} />
      )}
    </MintDialog>
  );
}

async function rotate(input: unknown) {
  const result = await rotateKeyAction(input);
  return result.status === 'rotated' ? { status: 'minted' as const, key: result } : result;
}

function Afterwards({ previousEndsAt }: { previousEndsAt: string | null }) {
  return previousEndsAt ? (
    <>
      The old secret works until <Time iso={previousEndsAt} precise />.
    </>
  ) : (
    'The old secret is refused from now on.'
  );
}

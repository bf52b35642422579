'use client';

import type { KeyPageView } from '@/lib/keys/schema';
import { createAgentKeyAction, createKeyAction } from './actions';
import { CreateStep } from './create-step';
import { MintDialog } from './mint-dialog';
import type { DialogFrame, TextLimits } from './open-dialog';
import type { CreateKeyState, NotCreated } from './states';

type CreateDialogProps = DialogFrame & { view: KeyPageView; origin: string; limits: TextLimits };

export function CreateDialog({ view, limits, ...frame }: CreateDialogProps) {
  return (
    <MintDialog<NotCreated>
      {...frame}
      title={view.kind === 'personal' ? 'Create API key' : 'Create agent API key'}
      description="Its secret is shown once, in the next step."
      remedy="delete the key and create another"
      mint={view.kind === 'personal' ? createPersonal : createAgent}
    >
      {(step) => <CreateStep {...step} view={view} limits={limits} />}
    </MintDialog>
  );
}

export const createPersonal = async (input: unknown) => minted(await createKeyAction(input));
const createAgent = async (input: unknown) => minted(await createAgentKeyAction(input));

function minted(result: CreateKeyState) {
  return result.status === 'created' ? { status: 'minted' as const, key: result } : result;
}

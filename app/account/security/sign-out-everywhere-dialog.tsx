'use client';

import { QuestionDialog } from '@/components/question-dialog';
import { signOutEverywhereAction } from './actions';

type SignOutEverywhereDialogProps = { onClose: () => void; onReturnFocus: () => void };

export default function SignOutEverywhereDialog(frame: SignOutEverywhereDialogProps) {
  return (
    <QuestionDialog
      title="Sign out everywhere?"
      description="Every session of yours ends at once, this one too. Your API keys keep working."
      button="Sign out everywhere"
      submit={async () => {
        await signOutEverywhereAction();
        return { status: 'done' };
      }}
      {...frame}
    />
  );
}

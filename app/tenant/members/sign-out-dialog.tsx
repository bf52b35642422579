'use client';

import { QuestionDialog } from '@/components/question-dialog';
import { notify } from '@/components/ui/notice';
import type { MemberView } from '@/lib/members/schema';
import { signOutMemberAction } from './actions';
import type { DialogFrame } from './open-dialog';

export function SignOutDialog({ member, ...frame }: DialogFrame & { member: MemberView }) {
  async function signOut() {
    const result = await signOutMemberAction({ memberId: member.id });
    if (result.status === 'done') {
      notify(doneSentence(member.email, result.endedSessions));
      frame.onClose();
    }
    return result;
  }
  return (
    <QuestionDialog
      title={`Sign out ${member.email} everywhere?`}
      description={
        member.self
          ? 'Every session of yours ends at once, this one too.'
          : 'Every session of theirs ends at once, on every device. They can sign in again, and their keys keep working.'
      }
      button="Sign out everywhere"
      submit={signOut}
      {...frame}
    />
  );
}

function doneSentence(email: string, sessions: number): string {
  if (sessions === 0) return `${email} was signed in nowhere`;
  return `Signed ${email} out of ${sessions} ${sessions === 1 ? 'session' : 'sessions'}`;
}

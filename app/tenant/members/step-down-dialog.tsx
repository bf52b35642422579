'use client';

import { QuestionDialog } from '@/components/question-dialog';
import type { MemberView } from '@/lib/members/schema';
import { changeMemberAction } from './actions';
import type { DialogFrame } from './open-dialog';

/** An admin takes `admin` from themself: the answer leads to the pages that are left to them. */
export function StepDownDialog({ member, ...frame }: DialogFrame & { member: MemberView }) {
  return (
    <QuestionDialog
      title="Stop being an admin?"
      description="You lose these tenant settings at once, and only another admin can give them back to you. Your keys stay as they are."
      button="Stop being an admin"
      submit={() => changeMemberAction({ memberId: member.id, admin: false })}
      {...frame}
    />
  );
}

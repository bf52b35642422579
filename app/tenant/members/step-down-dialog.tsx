'use client';

import { useSubmission } from '@/components/use-submission';
import type { MemberView } from '@/lib/members/schema';
import { changeMemberAction } from './actions';
import { ConfirmDialog } from './confirm-dialog';
import type { DialogFrame } from './open-dialog';

/** An admin takes `admin` from themself: the answer leads to the pages that are left to them. */
export function StepDownDialog({ member, ...frame }: DialogFrame & { member: MemberView }) {
  const submission = useSubmission(() => changeMemberAction({ memberId: member.id, admin: false }));
  return (
    <ConfirmDialog title="Stop being an admin?" button="Stop being an admin" submission={submission} {...frame}>
      You lose these tenant settings at once, and only another admin can give them back to you. Your keys stay as they
      are.
    </ConfirmDialog>
  );
}

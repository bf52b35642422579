'use client';

import type { MembersPageView } from '@/lib/members/schema';
import { InviteDialog } from './invite-dialog';
import { LinkDialog } from './link-dialog';
import { MethodsDialog } from './methods-dialog';
import { OffboardingDialog } from './offboarding-dialog';
import type { DialogFrame, OpenDialog } from './open-dialog';
import { SignOutDialog } from './sign-out-dialog';
import { StepDownDialog } from './step-down-dialog';

type MemberDialogsProps = DialogFrame & { dialog: OpenDialog; view: MembersPageView; mailConfigured: boolean };

export default function MemberDialogs({ dialog, view, mailConfigured, ...frame }: MemberDialogsProps) {
  if (dialog.kind === 'invite') return <InviteDialog mailConfigured={mailConfigured} {...frame} />;
  // As they are now: what is done in a dialog shows in it.
  const member = view.members.find(({ id }) => id === dialog.member.id) ?? dialog.member;
  switch (dialog.kind) {
    case 'methods':
      return <MethodsDialog member={member} providers={view.providers} {...frame} />;
    case 'link':
      return <LinkDialog member={dialog.member} mailConfigured={mailConfigured} {...frame} />;
    case 'sign_out':
      return <SignOutDialog member={member} {...frame} />;
    case 'step_down':
      return <StepDownDialog member={member} {...frame} />;
    case 'disable':
    case 'remove':
      return <OffboardingDialog mode={dialog.kind} member={dialog.member} {...frame} />;
  }
}

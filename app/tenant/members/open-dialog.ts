import type { MemberView } from '@/lib/members/schema';

export type MemberDialogKind = 'methods' | 'link' | 'sign_out' | 'step_down' | 'disable' | 'remove';

/** The one dialog that is open, with the member it is about. */
export type OpenDialog = { kind: 'invite' } | { kind: MemberDialogKind; member: MemberView };

/** What every dialog is given. */
export type DialogFrame = { onClose: () => void; onReturnFocus: () => void };

/** Opens a dialog; focus comes back to `from`. */
export type Opener = (dialog: OpenDialog, from: HTMLElement) => void;

/** What an admin can send a member to sign in with: nothing to who uses SSO only, or is disabled. */
export function linkPurposeOf(member: MemberView): 'invitation' | 'password_reset' | null {
  if (member.state === 'Disabled' || !member.takesLinks) return null;
  return member.hasPassword ? 'password_reset' : 'invitation';
}

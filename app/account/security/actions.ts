'use server';

import { revalidatePath } from 'next/cache';
import { fieldMessages } from '@/app/field-messages';
import { signOutAction } from '@/app/sign-in/actions';
import { changePassword, endAllSessions, endSession } from '@/lib/auth/mutations';
import { changePasswordSchema, endSessionSchema } from '@/lib/auth/schema';
import { requireViewer, toSignIn } from '@/lib/auth/viewer';
import type { ChangePasswordState, EndSessionState } from './states';

const page = '/account/security';

export async function changePasswordAction(form: FormData): Promise<ChangePasswordState> {
  const viewer = await requireViewer();
  const parsed = changePasswordSchema.safeParse(form instanceof FormData ? passwordsOf(form) : form);
  if (!parsed.success) {
    const fields = fieldMessages(parsed.error, ['currentPassword', 'newPassword', 'repeatedPassword']);
    return { status: 'invalid', fields };
  }
  const { status } = await changePassword(viewer, parsed.data);
  switch (status) {
    case 'signed_out':
      return toSignIn();
    case 'refused':
      return { status: 'invalid', fields: { currentPassword: 'The current password is wrong.' } };
    case 'changed':
      revalidatePath(page);
      return { status };
    case 'limited':
      return { status };
  }
}

export async function endSessionAction(input: unknown): Promise<EndSessionState> {
  const viewer = await requireViewer();
  const parsed = endSessionSchema.safeParse(input);
  const ended = parsed.success && (await endSession(viewer, parsed.data.sessionId));
  revalidatePath(page);
  return { status: ended ? 'ended' : 'not_found' };
}

/** Ends every session of the viewer's, then forgets this browser's cookie as signing out does. */
export async function signOutEverywhereAction(): Promise<void> {
  const viewer = await requireViewer();
  await endAllSessions(viewer);
  await signOutAction();
}

function passwordsOf(form: FormData) {
  return {
    currentPassword: form.get('currentPassword'),
    newPassword: form.get('newPassword'),
    repeatedPassword: form.get('repeatedPassword'),
  };
}

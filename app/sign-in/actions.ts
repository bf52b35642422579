'use server';

import { cookies } from 'next/headers';
import { redirect } from 'next/navigation';
import { endSession } from '@/lib/auth/mutations';
import { sessionCookieName } from '@/lib/auth/options';
import { currentViewer } from '@/lib/auth/viewer';

/** Ends the session itself, then forgets its cookie. Signing out twice is no error. */
export async function signOutAction(): Promise<void> {
  const viewer = await currentViewer();
  if (viewer) await endSession(viewer, viewer.sessionId);
  const name = sessionCookieName();
  const secure = name.startsWith('__Host-');
  (await cookies()).set({ name, value: '', path: '/', maxAge: 0, httpOnly: true, sameSite: 'lax', secure });
  redirect('/sign-in');
}

import { headers } from 'next/headers';
import { redirect } from 'next/navigation';
import { getServerSession } from 'next-auth';
import { cache } from 'react';
import { z } from 'zod';
import { authOptions } from './options';
import { findViewer, type Viewer } from './queries';

const sessionSchema = z.object({ sessionId: z.uuid() });

/** The signed-in member of this request, or null. Read once per request, from the database. */
export const currentViewer = cache(async (): Promise<Viewer | null> => {
  const session = sessionSchema.safeParse(await getServerSession(authOptions()));
  if (!session.success) return null;
  return findViewer(session.data.sessionId, (await headers()).get('x-forwarded-for') ?? 'unknown');
});

/** The signed-in member; anybody else is sent to the sign-in page and back afterwards. First line of every page and action. */
export async function requireViewer(): Promise<Viewer> {
  return (await currentViewer()) ?? toSignIn();
}

export async function toSignIn(): Promise<never> {
  const path = (await headers()).get('x-latchkey-path') ?? '/';
  redirect(`/sign-in?callbackUrl=${encodeURIComponent(path)}`);
}

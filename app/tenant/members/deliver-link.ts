import type { Viewer } from '@/lib/auth/queries';
import { env } from '@/lib/env';
import { type LinkMail, sendInvitation, sendPasswordReset } from '@/lib/notifications/mail';
import type { LinkPurpose } from '@/lib/one-time-links/schema';
import type { NewLink } from './states';

type IssuedLink = Omit<LinkMail, 'url' | 'tenantName'> & { purpose: LinkPurpose; token: string };

/**
 * Mails a one-time link, or hands it to the admin where that is not possible. The token stands behind the #, which no
 * browser sends and no server logs.
 */
export async function deliverLink(viewer: Viewer, { token, ...link }: IssuedLink): Promise<NewLink> {
  const { purpose, email, name, expiresAt } = link;
  const url = `${env().origin}/set-password#${token}`;
  const send = purpose === 'invitation' ? sendInvitation : sendPasswordReset;
  const outcome = await send({ email, name, tenantName: viewer.tenantName, url, expiresAt });
  const made = { purpose, email, expiresAt: expiresAt.toISOString() };
  return outcome === 'sent' ? { ...made, delivery: 'mailed' } : { ...made, delivery: 'shown', url, because: outcome };
}

/** Mail in tests of notices: a real server, which the product is configured to use. */
import { env } from '@/lib/env';
import { sendExpiryNotices } from '@/lib/notifications/delivery';
import type { MailServer, ReceivedMail } from './mail-server';

export const day = 24 * 60 * 60 * 1000;

/** @param server null = no mail is configured */
export function useMailServer(server: Pick<MailServer, 'url'> | null): void {
  env().mail = server && { smtpUrl: server.url, from: 'Latchkey <latchkey@acme.test>' };
}

/** One run over the expiries at that time. @returns the mails that it sent */
export async function expiryMailsAt(server: MailServer, now: Date): Promise<ReceivedMail[]> {
  await sendExpiryNotices({ now });
  return server.received.splice(0);
}

/** So many days before a time. */
export function daysBefore(time: Date | null, days: number): Date {
  if (!time) throw new Error('This key never expires.');
  return new Date(time.getTime() - days * day);
}

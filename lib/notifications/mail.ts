import { createTransport } from 'nodemailer';
import { env } from '../env';
import { log } from '../log';

/** `refused`: the server did not take this mail; `unreachable`: it takes none now. Either reason is logged. */
export type DeliveryOutcome = 'sent' | 'not_configured' | 'refused' | 'unreachable';

/** `failed`: the server refused it or was not reached. */
export type MailOutcome = 'sent' | 'not_configured' | 'failed';

/** A mail with a one-time link. `url` is the secret: it goes into the mail's text and nowhere else. */
export type LinkMail = { email: string; name: string; tenantName: string; url: string; expiresAt: Date };

export function sendInvitation(mail: LinkMail): Promise<MailOutcome> {
  return send(mail.email, `You are invited to ${mail.tenantName}`, [
    `Hello ${mail.name},`,
    `you are invited to manage API keys of ${mail.tenantName}. Choose a password to begin:`,
    mail.url,
    `The link works once, until ${inWords(mail.expiresAt)}. If you did not expect this mail, ignore it: nothing happens.`,
  ]);
}

export function sendPasswordReset(mail: LinkMail): Promise<MailOutcome> {
  return send(mail.email, `Choose a new password for ${mail.tenantName}`, [
    `Hello ${mail.name},`,
    `an administrator of ${mail.tenantName} sends you this link to choose a new password:`,
    mail.url,
    `The link works once, until ${inWords(mail.expiresAt)}. It signs you out everywhere. Until you use it, your password stays as it is.`,
  ]);
}

async function send(to: string, subject: string, paragraphs: string[]): Promise<MailOutcome> {
  const outcome = await deliver(to, subject, paragraphs);
  return outcome === 'refused' || outcome === 'unreachable' ? 'failed' : outcome;
}

/** Sends one plain-text mail to one address, within seconds; never rejects. */
export async function deliver(to: string, subject: string, paragraphs: string[]): Promise<DeliveryOutcome> {
  const { mail } = env();
  if (!mail) return 'not_configured';
  const transport = createTransport(withTimeouts(mail.smtpUrl));
  try {
    // As an object, so that an address with a comma or a line break cannot become two.
    await transport.sendMail({
      from: mail.from,
      to: { name: '', address: to },
      subject,
      text: paragraphs.join('\n\n'),
    });
    return 'sent';
  } catch (error) {
    const { code, responseCode } = error as MailError;
    log().error({ reason: reasonOf(error as MailError) }, 'a mail could not be sent');
    // 421 is the server's farewell, whatever the command was.
    return (code === 'EENVELOPE' || code === 'EMESSAGE') && responseCode !== 421 ? 'refused' : 'unreachable';
  } finally {
    transport.close();
  }
}

/** In milliseconds, unless SMTP_URL says otherwise. Beside a URL nodemailer ignores its other options: they belong into it. */
function withTimeouts(smtpUrl: string): string {
  const url = new URL(smtpUrl);
  for (const [name, value] of Object.entries({
    dnsTimeout: 5_000,
    connectionTimeout: 5_000,
    greetingTimeout: 5_000,
    socketTimeout: 10_000,
  })) {
    if (!url.searchParams.has(name)) url.searchParams.set(name, String(value));
  }
  return url.href;
}

type MailError = Error & { code?: string; response?: unknown; responseCode?: number };

/** A server is quoted until it got the text, for it might repeat it, and so the link. */
function reasonOf({ code, response, responseCode, message }: MailError): string {
  const knowsNoText = !response || code === 'EENVELOPE' || code === 'EAUTH';
  return knowsNoText ? message : `${code}, the server answered ${responseCode ?? 'something'}`;
}

/** A time as mails say it, in UTC: the reader's time zone is not known. */
export function inWords(time: Date): string {
  return `${time.toLocaleString('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' })} UTC`;
}

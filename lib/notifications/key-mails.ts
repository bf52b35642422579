import { env } from '../env';
import { type DeliveryOutcome, deliver, inWords } from './mail';
import type { ExpiryNotice, LeakNotice } from './mutations';

const pages = { personal: '/account/api-keys', agent: '/account/agent-keys' };
const nouns = { personal: 'API key', agent: 'agent API key' };

/** Tells that a key will expire, or has expired, and what to do. */
export function sendExpiryNotice(notice: ExpiryNotice): Promise<DeliveryOutcome> {
  const { email, memberName, tenantName, clientId, keyName, kind, expiresAt, expired } = notice;
  const key = `${nouns[kind]} “${keyName}”`;
  const which = `the ${key} (client ID ${clientId}) of ${tenantName}`;
  const link = `${env().origin}${pages[kind]}`;
  if (expired) {
    return deliver(email, `The ${key} has expired`, [
      `Hello ${memberName},`,
      `${which} expired on ${inWords(expiresAt)}. Every request with it is refused.`,
      'An expired key is never extended. If something still needs one, create a new key:',
      link,
      reasonFor(kind),
    ]);
  }
  return deliver(email, `The ${key} expires on ${dateInWords(expiresAt)}`, [
    `Hello ${memberName},`,
    `${which} expires on ${inWords(expiresAt)}. From then on every request with it is refused.`,
    'An expired key is never extended. If something still needs it, rotate it before then and choose a new expiry, or create another key:',
    link,
    reasonFor(kind),
  ]);
}

/** Tells an admin of a reported leak. */
export function sendLeakNotice(notice: LeakNotice): Promise<DeliveryOutcome> {
  const { email, memberName, tenantName, clientId, keyName, reportedBy, reportedAt } = notice;
  return deliver(email, `A leak of the API key “${keyName}” was reported`, [
    `Hello ${memberName},`,
    `${reportedBy ?? 'a former member'} reported on ${inWords(reportedAt)} that the client secret of the API key “${keyName}” (client ID ${clientId}) of ${tenantName} has leaked.`,
    'The old secret was ended at once: every request with it has been refused since then. The key has a new secret, which only that person has seen.',
    'What the old secret was used for before is not known to Latchkey: look at the services behind it.',
    `You get this mail because you are an administrator of ${tenantName}.`,
  ]);
}

function reasonFor(kind: ExpiryNotice['kind']): string {
  return kind === 'personal'
    ? 'You get this mail because the key is yours.'
    : 'You get this mail because you created the key or are an administrator.';
}

function dateInWords(time: Date): string {
  return time.toLocaleDateString('en-GB', { dateStyle: 'long', timeZone: 'UTC' });
}

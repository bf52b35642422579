import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { env } from '../env';

/** Where a request came from, as far as it can be believed. */
export function addressOf(request: IncomingMessage): string {
  const peer = request.socket.remoteAddress;
  const hops = env().trustedHops;
  // Without proxies the headers, which take their time to read, say nothing.
  if (hops > 0) return clientAddress(peer, request.headers['x-forwarded-for'] as string | undefined, hops);
  return peer && plainIPv4.test(peer) ? peer : clientAddress(peer, undefined, 0);
}

const plainIPv4 = /^[\d.]{7,15}$/;

/**
 * The client's address: the connection's peer, or, behind `trustedHops` proxies, the entry that the outermost of them
 * appended to X-Forwarded-For. Everything left of it is the client's own claim and is ignored.
 */
export function clientAddress(peer: string | undefined, forwardedFor: string | undefined, trustedHops: number): string {
  const entries = (forwardedFor ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  const claimed = trustedHops > 0 ? entries.at(-trustedHops) : undefined;
  return plainAddress(claimed ?? peer ?? 'unknown');
}

/** Without the IPv4-in-IPv6 prefix, brackets and port; at most 64 characters. */
function plainAddress(text: string): string {
  const withoutPort = /^\[(.+)\](:\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
  return withoutPort.replace(/^::ffff:(?=\d+\.)/i, '').slice(0, 64);
}

/** Headers that only this server may set for what runs behind it. */
const reserved = /^(forwarded|x-forwarded-.+|x-real-ip|x-middleware-.+|x-latchkey-.+|x-nonce|content-security-policy)$/;

export type ForwardedFacts = {
  address: string;
  origin: URL;
  path: string;
  nonce: string;
  contentSecurityPolicy: string;
};

/**
 * Replaces every forwarding header by what this server knows. Next would believe a client's own.
 * Mutates `headers`, because Next reads the request object itself.
 */
export function overwriteForwarding(headers: IncomingHttpHeaders, facts: ForwardedFacts): void {
  for (const name of Object.keys(headers)) if (reserved.test(name)) delete headers[name];
  headers['x-forwarded-for'] = facts.address;
  headers['x-forwarded-host'] = facts.origin.host;
  headers['x-forwarded-proto'] = facts.origin.protocol.slice(0, -1);
  headers['x-latchkey-path'] = facts.path;
  headers['x-nonce'] = facts.nonce;
  headers['content-security-policy'] = facts.contentSecurityPolicy;
}

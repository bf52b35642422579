import { BlockList, isIP } from 'node:net';

// IANA's special-purpose address registries: what is not globally reachable, and ranges that carry an IPv4 address inside.
const special = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const) {
  special.addSubnet(network, prefix, 'ipv4');
}
for (const [network, prefix] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const) {
  special.addSubnet(network, prefix, 'ipv6');
}
/** Global unicast: everything else of IPv6 (loopback, mapped, translated, local, multicast) is not for upstreams. */
const globalUnicast = new BlockList();
globalUnicast.addSubnet('2000::', 3, 'ipv6');

/** Whether an IP address is one on the public internet. IPv6 forms of IPv4 addresses are not: a name has both. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !special.check(address, 'ipv4');
    case 6:
      return globalUnicast.check(address, 'ipv6') && !special.check(address, 'ipv6');
    default:
      return false;
  }
}

/** `host:port` of a URL, as LATCHKEY_GATEWAY_ALLOW lists it. */
export function hostAndPort({ hostname, port, protocol }: URL): string {
  return `${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`;
}

/** Whether the operator allows this upstream, whatever its address and although it may speak http. */
export function isListed(url: URL, allow: ReadonlySet<string>): boolean {
  return allow.has(hostAndPort(url));
}

/**
 * Why no connection may have this URL, in a sentence; null when it may. Names are looked up when they are called, and again
 * each time: what they mean now proves nothing about then.
 */
export function refusalOfUrl(text: string, allow: ReadonlySet<string>): string | null {
  const url = new URL(text);
  if (isListed(url, allow)) return null;
  const ask = `Ask whoever runs Latchkey to list ${hostAndPort(url)} in LATCHKEY_GATEWAY_ALLOW.`;
  if (url.protocol !== 'https:')
    return `URL must begin with https://: the provider key would travel in the open. ${ask}`;
  // A dot at the end of a name means the same name.
  const host = url.hostname.replace(/^\[|\]$|\.$/g, '');
  const isPrivate = isIP(host) ? !isPublicAddress(host) : /^localhost$|\.localhost$|\.local$|\.internal$/.test(host);
  return isPrivate ? `URL cannot be a private address. ${ask}` : null;
}

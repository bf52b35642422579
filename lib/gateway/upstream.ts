/** Connections to upstreams: only to addresses that were checked, and no others than those. */
import { type LookupAddress, type LookupOptions, lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import type { Agent, buildConnector } from 'undici';
import { env } from '../env';
import { isPublicAddress } from './addresses';

const second = 1_000;
const connectTimeout = 10 * second;

/** The upstream's address is not one that the gateway calls. */
export class AddressBlocked extends Error {
  override name = 'AddressBlocked';
}

type Resolve = (
  hostname: string,
  options: LookupOptions & { all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * Looks a name up for a socket, and hands on its public addresses only. The socket connects to what it is given, so a
 * name that means something else the next moment changes nothing.
 */
export function publicAddressesOnly(resolve: Resolve): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, []);
      const allowed = addresses.filter(({ address }) => isPublicAddress(address));
      const [first] = allowed;
      if (!first) return callback(new AddressBlocked(`${hostname} has no public address.`), []);
      if (options.all) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };
}

let opened: Promise<Agent> | undefined;

/**
 * One pool for each origin, of all tenants: a connection carries no identity but what is in each request. Its library is
 * loaded by the first call: a verifier that nobody asks for one does without, and without its memory.
 */
export function upstreams(): Promise<Agent> {
  opened ??= open();
  return opened;
}

async function open(): Promise<Agent> {
  const undici = await import('undici');
  const toAnywhere = undici.buildConnector({ timeout: connectTimeout });
  const toPublic = undici.buildConnector({ timeout: connectTimeout, lookup: publicAddressesOnly(lookup) } as {
    timeout: number;
  });
  /** The operator's list is asked for each connection, by host and port. */
  const connect: buildConnector.connector = (options, callback) => {
    const { hostname, port, protocol } = options;
    const host = isIP(hostname) === 6 ? `[${hostname}]` : hostname;
    if (env().gatewayAllow.has(`${host}:${port || (protocol === 'https:' ? '443' : '80')}`))
      return toAnywhere(options, callback);
    // A socket looks no address up that is one already.
    if (protocol !== 'https:' || (isIP(hostname) && !isPublicAddress(hostname)))
      return void queueMicrotask(() => callback(new AddressBlocked(`${host} is not allowed.`), null));
    return toPublic(options, callback);
  };
  return new undici.Agent({
    connect,
    // Shorter than the shortest patience of usual servers (5 s), unless one says its own: what cannot be repeated must not
    // be sent on a connection that is just being closed.
    keepAliveTimeout: 4 * second,
    keepAliveMaxTimeout: 60 * second,
  });
}

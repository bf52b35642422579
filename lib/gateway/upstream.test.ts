import type { LookupAddress } from 'node:dns';
import { expect, test } from 'vitest';
import { AddressBlocked, publicAddressesOnly } from './upstream';

/** What a socket would get of a name that means these addresses. */
function handedOn(addresses: LookupAddress[], all: boolean): Promise<unknown> {
  const look = publicAddressesOnly((_hostname, _options, callback) => callback(null, addresses));
  return new Promise((resolve) => {
    look('name.test', { all }, (error, address, family) => resolve(error ?? (all ? address : { address, family })));
  });
}
const open = { address: '93.184.215.14', family: 4 };
const inside = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
  { address: '::ffff:10.0.0.1', family: 6 },
  { address: '169.254.169.254', family: 4 },
];

test('a socket gets the public addresses of a name, and no other', async () => {
  expect(await handedOn([...inside, open], true)).toEqual([open]);
  expect(await handedOn([...inside, open], false)).toEqual(open);
});

test('a name that means private addresses only is not called', async () => {
  expect(await handedOn(inside, true)).toBeInstanceOf(AddressBlocked);
  expect(await handedOn([], false)).toBeInstanceOf(AddressBlocked);
});

test('a name is looked up for each connection, and what it means then is what is checked', async () => {
  const meanings = [[open], [{ address: '127.0.0.1', family: 4 }]];
  const look = publicAddressesOnly((_hostname, _options, callback) => callback(null, meanings.shift() ?? []));
  const asked = () =>
    new Promise((resolve) => look('rebinding.test', { all: true }, (error, found) => resolve(error ?? found)));
  expect(await asked()).toEqual([open]);
  expect(await asked()).toBeInstanceOf(AddressBlocked);
});

test('a name that does not exist stays an error of the look-up', async () => {
  const missing = Object.assign(new Error('queryA ENOTFOUND'), { code: 'ENOTFOUND' });
  const look = publicAddressesOnly((_hostname, _options, callback) => callback(missing, []));
  expect(await new Promise((resolve) => look('nowhere.test', { all: true }, resolve))).toBe(missing);
});

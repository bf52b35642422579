/** More keys than anybody would create one by one. They are inserted as creating makes them, so each secret works. */
import { randomUUID } from 'node:crypto';
import { prisma } from '@/lib/db/prisma';
import { foldName } from '@/lib/display-text';
import { env } from '@/lib/env';
import { type Credential, digestSecret, mintCredential } from '@/lib/keys/secret';
import { sql, type TestMember } from './world';

/** At once, so that no statement takes long on a busy machine. */
const portion = 250;

/** Keys of a member, named `<prefix> 1` and so on. */
export async function createManyKeys(
  { tenantId, id: ownerId }: Pick<TestMember, 'tenantId' | 'id'>,
  count: number,
  prefix = 'Key',
): Promise<Credential[]> {
  const client = await prisma();
  const { version, key: pepper } = env().peppers.current;
  const minted = Array.from({ length: count }, (_, index) => ({
    ...mintCredential(),
    id: randomUUID(),
    name: `${prefix} ${index + 1}`,
  }));
  for (let from = 0; from < count; from += portion) {
    const keys = minted.slice(from, from + portion);
    await client.key.createMany({
      data: keys.map(({ id, clientId, name }) => ({ id, tenantId, ownerId, clientId, name, nameKey: foldName(name) })),
    });
    await client.keySecret.createMany({
      data: keys.map(({ id: keyId, clientId, secret }) => ({
        tenantId,
        keyId,
        position: 'current' as const,
        digest: new Uint8Array(digestSecret(pepper, tenantId, clientId, secret)),
        pepperVersion: version,
        firstFour: secret.slice(0, 4),
        lastFour: secret.slice(-4),
      })),
    });
  }
  // The server's plans are for as few keys as there were until now, and it learns of more only after a while.
  for (const table of ['key', 'key_secret', 'key_last_use']) await sql(`ANALYZE ${table}`);
  return minted.map(({ clientId, secret }) => ({ clientId, secret }));
}

/** More keys than anybody would create one by one. They are inserted as creating makes them, so each secret works. */
import { inTransaction } from '@/lib/db/prisma';
import { foldName } from '@/lib/display-text';
import { env } from '@/lib/env';
import { type Credential, digestSecret, mintCredential } from '@/lib/keys/secret';
import type { TestMember } from './world';

/** Keys named `<prefix> 1` and so on, of a member, or of the tenant that a member without an id stands for. */
export async function createManyKeys(
  { tenantId, id: ownerId }: Pick<TestMember, 'tenantId' | 'id'>,
  count: number,
  prefix = 'Key',
): Promise<Credential[]> {
  const { version, key: pepper } = env().peppers.current;
  const credentials = Array.from({ length: count }, () => mintCredential());
  await inTransaction(async (tx) => {
    const names = credentials.map((_, index) => `${prefix} ${index + 1}`);
    await tx.key.createMany({
      data: credentials.map(({ clientId }, index) => {
        const name = names[index] ?? '';
        return { tenantId, ownerId, clientId, name, nameKey: foldName(name) };
      }),
    });
    const keys = await tx.key.findMany({
      where: { tenantId, clientId: { in: credentials.map(({ clientId }) => clientId) } },
      select: { id: true, clientId: true },
    });
    const secrets = new Map(credentials.map(({ clientId, secret }) => [clientId, secret]));
    await tx.keySecret.createMany({
      data: keys.map(({ id, clientId }) => ({
        tenantId,
        keyId: id,
        position: 'current' as const,
        digest: new Uint8Array(digestSecret(pepper, tenantId, clientId, secrets.get(clientId) ?? '')),
        pepperVersion: version,
        firstFour: 'lk_s',
        lastFour: 'test',
      })),
    });
  });
  return credentials;
}

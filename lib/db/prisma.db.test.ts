import { setTimeout } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { createTenant, sql } from '@/tests/support/world';
import { afterCommit, inTransaction, prisma } from './prisma';

const insertTenant = (slug: string) => ({ data: { slug, name: slug }, select: { id: true } });
const storedTenants = async (pattern: string) =>
  (await sql<{ slug: string }>('SELECT slug FROM tenant WHERE slug LIKE $1', [pattern])).length;

describe('inTransaction', () => {
  test('a transaction that throws keeps nothing and runs no hook', async () => {
    let hooks = 0;
    const failing = inTransaction(async (tx) => {
      await tx.tenant.create(insertTenant('rolled-back'));
      afterCommit(tx, () => hooks++);
      throw new Error('on purpose');
    });
    await expect(failing).rejects.toThrow('on purpose');
    expect(await storedTenants('rolled-back')).toBe(0);
    expect(hooks).toBe(0);
  });

  test('hooks run once, after the commit', async () => {
    const order: string[] = [];
    await inTransaction(async (tx) => {
      afterCommit(tx, () => order.push('hook'));
      await tx.tenant.create(insertTenant('hooked'));
      order.push('work');
    });
    expect(order).toEqual(['work', 'hook']);
  });

  test('a nested transaction throws instead of waiting for itself', async () => {
    await expect(inTransaction(() => inTransaction(async () => 1))).rejects.toThrow('already open');
  });

  test('the outer client throws inside a transaction instead of waiting for it', async () => {
    await expect(inTransaction(async () => (await prisma()).tenant.count())).rejects.toThrow('outer one would wait');
  });

  // Longer than Prisma itself would let them wait for the embedded database's one connection.
  test('200 concurrent transactions of 30 ms all succeed', async () => {
    const all = Array.from({ length: 200 }, (_, index) =>
      inTransaction(async (tx) => {
        await tx.tenant.create(insertTenant(`many-${index}`));
        await setTimeout(30);
        return tx.tenant.count({ where: { slug: `many-${index}` } });
      }),
    );
    expect(new Set(await Promise.all(all))).toEqual(new Set([1]));
    expect(await storedTenants('many-%')).toBe(200);
  });

  test('a failed transaction gives its connection back', async () => {
    for (let round = 0; round < 20; round++) {
      await expect(inTransaction(async () => Promise.reject(new Error('again')))).rejects.toThrow('again');
    }
    expect((await createTenant()).id).toBeTruthy();
  });
});

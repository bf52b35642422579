import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createMember, createTenant, everythingStored, sql } from '@/tests/support/world';
import { signInWithPassword } from './mutations';
import { findViewer } from './queries';

const password = 'correct horse battery';
const tenant = await createTenant();

const signIn = (email: string, attempt: string, address: string = randomUUID()) =>
  signInWithPassword({ email, password: attempt, address, userAgent: 'x'.repeat(1_000) });

test('the right password starts a session, with its event', async () => {
  const member = await createMember(tenant, { password });
  const result = await signIn(member.email, password, '203.0.113.9');
  if (result.status !== 'signed_in') throw new Error(result.status);
  expect(result.memberId).toBe(member.id);
  expect(await findViewer(result.sessionId, '203.0.113.9')).toMatchObject({ memberId: member.id, hasPassword: true });
  const [row] = await sql<{ address: string; agent: number; days: number; events: number }>(
    `SELECT s.address, length(s.user_agent) AS agent, round(extract(epoch FROM s.expires_at - s.created_at) / 86400)::int AS days,
            (SELECT count(*)::int FROM event e WHERE e.actor_id = s.member_id AND e.action = 'session.started') AS events
       FROM session s WHERE s.id = $1`,
    [result.sessionId],
  );
  expect(row).toEqual({ address: '203.0.113.9', agent: 400, days: 7, events: 1 });
});

describe('refusals are all alike and store nothing', () => {
  test('a wrong password, an unknown address, no password, a disabled member', async () => {
    const member = await createMember(tenant, { password });
    const passwordless = await createMember(tenant);
    const disabled = await createMember(tenant, { password });
    await sql('UPDATE member SET disabled_at = clock_timestamp() WHERE id = $1', [disabled.id]);
    const before = await everythingStored();
    for (const [email, attempt] of [
      [member.email, 'wrong'],
      [member.email, ''],
      [member.email, password.toUpperCase()],
      [`${randomUUID()}@example.test`, password],
      ['', password],
      [passwordless.email, password],
      [passwordless.email, ''],
      [disabled.email, password],
    ] as const) {
      expect(await signIn(email, attempt)).toEqual({ status: 'refused' });
    }
    expect(await everythingStored()).toBe(before);
  });
});

describe('guessing', () => {
  test('is limited after 10 failures from one address, even for the right password, and locks nobody out elsewhere', async () => {
    const member = await createMember(tenant, { password });
    const attacker = randomUUID();
    const guesses = await Promise.all(Array.from({ length: 14 }, () => signIn(member.email, 'a guess', attacker)));
    expect(guesses.filter((guess) => guess.status === 'refused')).toHaveLength(10);
    expect(guesses.filter((guess) => guess.status === 'limited')).toHaveLength(4);
    expect((await signIn(member.email, password, attacker)).status).toBe('limited');
    expect((await signIn(member.email, password)).status).toBe('signed_in');
  });

  test('a success forgets the failures before it', async () => {
    const member = await createMember(tenant, { password });
    const address = randomUUID();
    for (let round = 0; round < 3; round++) {
      const guesses = Array.from({ length: 6 }, () => signIn(member.email, 'a guess', address));
      expect((await Promise.all(guesses)).every((guess) => guess.status === 'refused')).toBe(true);
      expect((await signIn(member.email, password, address)).status).toBe('signed_in');
    }
  });

  test('the addresses of one IPv6 network count as one, and those of another do not', async () => {
    const member = await createMember(tenant, { password });
    const from = (network: number, host: number) => `2001:db8:0:${network.toString(16)}::${host.toString(16)}`;
    const guesses = await Promise.all(
      Array.from({ length: 12 }, (_, index) => signIn(member.email, 'a guess', from(7, index + 1))),
    );
    expect(guesses.filter((guess) => guess.status === 'limited')).toHaveLength(2);
    expect((await signIn(member.email, password, from(7, 99))).status).toBe('limited');
    expect((await signIn(member.email, password, from(8, 1))).status).toBe('signed_in');
  });

  test('one address that tries many accounts is limited after 100 failures', async () => {
    const address = randomUUID();
    const guesses = await Promise.all(
      Array.from({ length: 105 }, () => signIn(`${randomUUID()}@example.test`, 'a guess', address)),
    );
    expect(guesses.filter((guess) => guess.status === 'limited')).toHaveLength(5);
  });
});

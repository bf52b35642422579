import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { expectIntact } from '@/tests/support/audit';
import { linesOf, witnessOf } from '@/tests/support/tampering';
import {
  configureProvider,
  createAgentKeyFor,
  createIdentity,
  createKeyFor,
  createMember,
  createTenant,
  everythingStored,
  rotateKeyFor,
  sql,
  viewerFor,
} from '@/tests/support/world';
import { checkLogs } from '../audit/integrity/check';
import { hearWitnesses } from '../audit/integrity/witnesses';
import { signInWithPassword } from '../auth/mutations';
import { linkIdentity, unlinkIdentity } from '../identities/mutations';
import { getAgentKeyPage } from '../keys/queries';
import { changeMember, inviteMember } from '../members/mutations';
import { findLeakReports } from '../notifications/queries';
import { offboardMember } from '../offboarding/mutations';
import { eraseMember } from './mutations';

const issuer = 'https://idp.example.test';

/** A tenant with an admin and somebody who did what members do, and had done to them what admins do. */
async function createWorld() {
  const tenant = await createTenant();
  configureProvider(tenant, issuer);
  const admin = await viewerFor(await createMember(tenant, { roles: ['admin', 'developer'] }));
  const name = `Grace ${randomUUID()}`;
  const password = 'a password of her own';
  const member = await createMember(tenant, { name, password, roles: ['developer'] });
  const viewer = await viewerFor(member);
  await signInWithPassword({ email: member.email, password, address: '198.51.100.20', userAgent: `Browser ${name}` });
  const { clientId } = await createKeyFor(viewer, { name: 'Laptop' });
  await createAgentKeyFor(viewer, { name: 'Crawler' });
  await rotateKeyFor(viewer, clientId, { overlap: 'none', leaked: true });
  await changeMember(admin, { memberId: member.id, admin: true });
  // Some providers' subjects are e-mail addresses.
  const identity = { memberId: member.id, issuer, subject: member.email };
  expect(await linkIdentity(admin, identity)).toEqual({ status: 'done' });
  expect(await unlinkIdentity(admin, identity)).toEqual({ status: 'done' });
  await createIdentity({ tenantId: tenant.id, waitingFor: member.email });
  return { tenant, admin, member, viewer, name, clientId };
}
type World = Awaited<ReturnType<typeof createWorld>>;

const remove = async ({ admin, member, clientId }: World) =>
  expect(
    await offboardMember(admin, { memberId: member.id, mode: 'remove', decisions: [{ clientId, decision: 'stop' }] }),
  ).toEqual({ status: 'done' });
const erase = ({ tenant }: Pick<World, 'tenant'>, member: string) => eraseMember({ tenant: tenant.slug, member });

/** What it says, and that it wrote nothing. */
async function refusal(tenant: string, member: string) {
  const before = await everythingStored();
  const result = await eraseMember({ tenant, member });
  expect(await everythingStored()).toBe(before);
  return result.status === 'refused' ? result.message : result.status;
}

describe('an erased member', () => {
  test.each(['id', 'email'] as const)('by %s: name and address are nowhere, and the audit log holds', async (by) => {
    const world = await createWorld();
    const { tenant, member, name } = world;
    await remove(world);
    const before = await expectIntact(tenant.id);
    const named = before.filter(({ actorId, subjectId }) => [actorId, subjectId].includes(member.id)).length;
    expect(await everythingStored()).toContain(member.email);

    expect(await erase(world, by === 'id' ? member.id : member.email.toUpperCase())).toEqual({
      status: 'erased',
      memberId: member.id,
      events: named,
    });
    const stored = await everythingStored();
    expect(stored).not.toContain(member.email);
    expect(stored).not.toContain(name);

    const events = await expectIntact(tenant.id);
    expect(events.at(-1)).toMatchObject({ action: 'member.erased', actorKind: 'system', subjectId: member.id });
    const testimonies = await hearWitnesses(linesOf(before.map(witnessOf)));
    for await (const report of checkLogs({ tenant: tenant.slug, testimonies })) {
      expect(report).toMatchObject({ broken: null, events: before.length + 1, witnessedUpTo: before.length });
    }
  });

  test('leaves everybody else’s address, also in the lines that name both', async () => {
    const world = await createWorld();
    await remove(world);
    await erase(world, world.member.id);
    const removed = (await expectIntact(world.tenant.id)).find(({ action }) => action === 'member.removed');
    expect(removed).toMatchObject({
      actorEmail: world.admin.email,
      subjectId: world.member.id,
      subjectEmail: null,
    });
  });

  test('is named nowhere by the pages that showed their address', async () => {
    const world = await createWorld();
    await remove(world);
    await erase(world, world.member.id);
    expect((await getAgentKeyPage(world.admin)).keys).toMatchObject([{ name: 'Crawler', createdBy: 'erased@invalid' }]);
    expect(await findLeakReports(world.admin)).toMatchObject({ reports: [{ keyName: 'Laptop', reportedBy: null }] });
  });

  test('makes room for nobody: somebody new with the same address is another member, who is not touched', async () => {
    const world = await createWorld();
    await remove(world);
    const { email } = world.member;
    const invited = await inviteMember(world.admin, { email, name: 'New', roles: [], licensed: false });
    expect(invited.status).toBe('invited');
    expect(await refusal(world.tenant.slug, email)).toContain(`Give the id of the removed one: ${world.member.id}.`);
    expect(await erase(world, world.member.id)).toMatchObject({ status: 'erased' });
    expect(await sql('SELECT name FROM member WHERE email = $1', [email])).toEqual([{ name: 'New' }]);
    expect((await expectIntact(world.tenant.id)).filter(({ subjectEmail }) => subjectEmail === email)).toHaveLength(1);
  });
});

describe('refused, with a sentence and without a change, is', () => {
  test('whoever was not removed', async () => {
    const { tenant, member } = await createWorld();
    const sentence = `${member.email} is a member of ${tenant.slug}. Remove them on the Members page first.`;
    expect(await refusal(tenant.slug, member.email)).toBe(sentence);
    expect(await refusal(tenant.slug, member.id)).toBe(sentence);
  });

  test('who is not there, in another tenant, or erased already', async () => {
    const world = await createWorld();
    const { tenant, member } = world;
    await remove(world);
    expect(await refusal(tenant.slug, 'nobody@example.test')).toBe(
      `The tenant ${tenant.slug} has no member nobody@example.test.`,
    );
    const other = await createTenant();
    expect(await refusal(other.slug, member.id)).toBe(`The tenant ${other.slug} has no member ${member.id}.`);
    expect(await refusal('no-such-tenant', member.id)).toContain('has no member');
    await erase(world, member.id);
    expect(await refusal(tenant.slug, member.id)).toBe(`The member ${member.id} is erased already.`);
  });
});

test('what was broken off half-way is finished by the next call', async () => {
  const world = await createWorld();
  await remove(world);
  // As if it had ended after its first statement.
  await sql('UPDATE event SET actor_email = NULL WHERE tenant_id = $1 AND actor_id = $2', [
    world.tenant.id,
    world.member.id,
  ]);
  expect(await erase(world, world.member.id)).toMatchObject({ status: 'erased' });
  expect(await everythingStored()).not.toContain(world.member.email);
});

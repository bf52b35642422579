import { describe, expect, test } from 'vitest';
import { countRequests } from '@/tests/support/usage';
import {
  createAgentKeyFor,
  createBiasProfile,
  createKeyFor,
  createMember,
  createScopes,
  createTenant,
  createViewer,
  rotateKeyFor,
  sql,
  viewerFor,
} from '@/tests/support/world';
import { mintCredential } from '../keys/secret';
import { findKeyBySecret, findTenantKey } from './details';
import { monthDays } from './schema';

const admin = { roles: ['admin' as const, 'developer' as const] };

describe('the details of a key', () => {
  test('say all that an admin sees, and no digest', async () => {
    const { tenant, viewer, member } = await createViewer({}, admin);
    await createScopes(tenant, 'reports:read');
    const biasProfileId = await createBiasProfile(tenant, { name: 'Careful' });
    const owner = await viewerFor(await createMember(tenant));
    const { clientId } = await createKeyFor(owner, { name: 'Laptop', scopes: ['reports:read'], biasProfileId });
    const details = await findTenantKey(viewer, clientId);
    expect(details).toMatchObject({
      clientId,
      name: 'Laptop',
      owner: owner.email,
      createdBy: owner.email,
      scopes: ['reports:read'],
      biasProfile: 'Careful',
      status: 'Active',
      revocable: true,
      lastUsedAt: null,
      refusals: [],
    });
    expect(details?.month.days).toEqual(Array(monthDays).fill({ accepted: 0, refused: 0 }));
    expect(JSON.stringify(details)).not.toContain('digest');
    const agent = await createAgentKeyFor(viewer);
    expect(await findTenantKey(viewer, agent.clientId)).toMatchObject({ owner: null, createdBy: member.email });
  });

  test('count the last 30 days by day, both secrets of an overlap alike, and refusals by reason', async () => {
    const { viewer } = await createViewer({}, admin);
    const { clientId } = await createKeyFor(viewer);
    await countRequests(clientId, { requests: 10 });
    await countRequests(clientId, { requests: 4, outcome: 'accepted_previous' });
    await countRequests(clientId, { requests: 2, outcome: 'key_expired' });
    await countRequests(clientId, { requests: 3, outcome: 'invalid_credential' });
    await countRequests(clientId, { requests: 7, hoursAgo: 29 * 24 });
    await countRequests(clientId, { requests: 1000, hoursAgo: 31 * 24 });
    const details = await findTenantKey(viewer, clientId);
    expect(details?.month.days.at(-1)).toEqual({ accepted: 14, refused: 5 });
    expect(details?.month.days[0]).toEqual({ accepted: 7, refused: 0 });
    expect(details?.month.days.slice(1, -1).every((day) => day.accepted + day.refused === 0)).toBe(true);
    expect(details?.refusals).toEqual([
      { reason: 'invalid_credential', requests: 3 },
      { reason: 'key_expired', requests: 2 },
    ]);
  });

  test('are no business of other members, disabled admins and other tenants', async () => {
    const { tenant, viewer } = await createViewer({}, admin);
    const { clientId } = await createKeyFor(viewer);
    const strangers = [
      await viewerFor(await createMember(tenant)),
      await viewerFor(await createMember(await createTenant(), admin)),
    ];
    for (const stranger of strangers) expect(await findTenantKey(stranger, clientId)).toBeNull();
    await sql('UPDATE member SET disabled_at = now() WHERE id = $1', [viewer.memberId]);
    expect(await findTenantKey(viewer, clientId)).toBeNull();
  });
});

describe('a pasted secret', () => {
  test('leads to its key, whatever the text around it and the status of the key', async () => {
    const { tenant, viewer } = await createViewer({}, admin);
    const { clientId, secret } = await createKeyFor(await viewerFor(await createMember(tenant)));
    const found = { status: 'found', clientId, secret: 'current' };
    expect(await findKeyBySecret(viewer, secret)).toEqual(found);
    expect(await findKeyBySecret(viewer, `LATCHKEY_CLIENT_SECRET="${secret}"\n`)).toEqual(found);
    await sql('UPDATE key SET revoked_at = now() WHERE client_id = $1', [clientId]);
    expect(await findKeyBySecret(viewer, secret)).toEqual(found);
  });

  test('is known as the one before during an overlap, and as none of the key’s afterwards', async () => {
    const { viewer } = await createViewer({}, admin);
    const { clientId, secret } = await createKeyFor(viewer);
    await rotateKeyFor(viewer, clientId);
    expect(await findKeyBySecret(viewer, secret)).toEqual({ status: 'found', clientId, secret: 'previous' });
    await sql(`UPDATE key_secret SET ends_at = now() WHERE position = 'previous'`);
    expect(await findKeyBySecret(viewer, secret)).toEqual({ status: 'other_secret', clientId });
  });

  test('of another tenant is like one that does not exist', async () => {
    const { viewer } = await createViewer({}, admin);
    const { secret } = await createKeyFor((await createViewer()).viewer);
    expect(await findKeyBySecret(viewer, secret)).toEqual({ status: 'not_found' });
    expect(await findKeyBySecret(viewer, mintCredential().secret)).toEqual({ status: 'not_found' });
  });

  test('with a typing error is said to be incomplete', async () => {
    const { viewer } = await createViewer({}, admin);
    const { secret } = await createKeyFor(viewer);
    for (const text of [
      secret.slice(0, -1),
      `${secret}x`,
      secret.replace(/.$/, '!'),
      'lk_sk_',
      '',
      '\0',
      'x'.repeat(10_000),
    ]) {
      expect(await findKeyBySecret(viewer, text)).toEqual({ status: 'malformed' });
    }
  });

  test('is looked up for nobody but admins', async () => {
    const { viewer } = await createViewer();
    const { secret } = await createKeyFor(viewer);
    expect(await findKeyBySecret(viewer, secret)).toBeNull();
  });
});

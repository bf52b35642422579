import { randomUUID } from 'node:crypto';
import { appendEvent } from '../audit/mutations';
import { inTransaction, type Tx } from '../db/prisma';
import type { IdentityProvider } from './identity-providers';
import { startSession } from './mutations';
import type { Role } from './permissions';

export type SsoRequest = {
  provider: Pick<IdentityProvider, 'id' | 'issuer' | 'tenantSlug'>;
  subject: string;
  /** As `readClaims` returns them. */
  email: string;
  name: string;
  address: string;
  userAgent: string;
};

export type SsoResult =
  | { status: 'signed_in'; sessionId: string; memberId: string }
  /** The member was disabled or removed. */
  | { status: 'disabled' }
  /** A member of the tenant has this e-mail already; the identity waits for an admin to link it. */
  | { status: 'email_taken' }
  /** The provider is configured for a tenant that does not exist. */
  | { status: 'no_tenant' };

/**
 * Signs in whom an identity provider vouches for, and makes them a member of the provider's tenant the first time. The
 * person is known by (tenant, issuer, subject) alone: an e-mail is a provider's to give away again, so it finds nobody.
 */
export async function signInWithSso(request: SsoRequest): Promise<SsoResult> {
  // Once more when another sign-in of the same person, or an admin, linked the identity meanwhile.
  for (let attempt = 0; attempt < 5; attempt++) {
    const result = await inTransaction((tx) => signInOnce(tx, request));
    if (result !== 'changed_meanwhile') return result;
  }
  throw new Error('The identity kept changing during the sign-in.');
}

type Attempt = SsoResult | 'changed_meanwhile';

async function signInOnce(tx: Tx, request: SsoRequest): Promise<Attempt> {
  const { provider, subject } = request;
  const [found] = await tx.$queryRaw<Array<{ tenantId: string; memberId: string | null }>>`
    SELECT t.id AS "tenantId", i.member_id AS "memberId"
      FROM tenant t
      LEFT JOIN identity i ON i.tenant_id = t.id AND i.issuer = ${provider.issuer} AND i.subject = ${subject}
     WHERE t.slug = ${provider.tenantSlug}`;
  if (!found) return { status: 'no_tenant' };
  return found.memberId ? signInMember(tx, found.tenantId, found.memberId, request) : join(tx, found.tenantId, request);
}

/** Lock order as everywhere: member, then what hangs on it. Whoever disables, removes or unlinks them locks it, too. */
async function signInMember(tx: Tx, tenantId: string, memberId: string, request: SsoRequest): Promise<Attempt> {
  const { provider, subject, email, name } = request;
  const [member] = await tx.$queryRaw<Array<{ email: string; enabled: boolean }>>`
    SELECT email, disabled_at IS NULL AND removed_at IS NULL AS enabled FROM member
     WHERE tenant_id = ${tenantId}::uuid AND id = ${memberId}::uuid FOR SHARE`;
  const linked = await tx.$executeRaw`
    UPDATE identity SET email = ${email}, name = ${name}
     WHERE tenant_id = ${tenantId}::uuid AND issuer = ${provider.issuer} AND subject = ${subject}
       AND member_id = ${memberId}::uuid`;
  if (!member || linked === 0) return 'changed_meanwhile';
  if (!member.enabled) return { status: 'disabled' };
  const sessionId = await startSession(
    tx,
    { id: memberId, tenantId, email: member.email },
    { ...request, method: provider.id },
  );
  return { status: 'signed_in', sessionId, memberId };
}

/** A first sign-in: a new member with what the tenant's policy gives, unless the e-mail is somebody's already. */
async function join(tx: Tx, tenantId: string, request: SsoRequest): Promise<Attempt> {
  const { provider, subject, email, name } = request;
  // The gate and the lock keep the policy as it is until the commit (see `lockStanding`).
  const [policy] = await tx.$queryRaw<Array<{ roles: Role[]; licensed: boolean }>>`
    WITH gate AS MATERIALIZED (SELECT pg_advisory_xact_lock_shared(hashtextextended(${tenantId}, 0)))
    SELECT t.join_roles::text[] AS roles, t.join_licensed AS licensed
      FROM gate CROSS JOIN tenant t WHERE t.id = ${tenantId}::uuid FOR SHARE OF t`;
  if (!policy) return { status: 'no_tenant' };
  // Waiting at first: parallel sign-ins of one person queue at this row, and an admin finds it when it stays so.
  const [identity] = await tx.$queryRaw<Array<{ memberId: string | null }>>`
    INSERT INTO identity (tenant_id, issuer, subject, email, name)
    VALUES (${tenantId}::uuid, ${provider.issuer}, ${subject}, ${email}, ${name})
    ON CONFLICT (tenant_id, issuer, subject) DO UPDATE SET email = excluded.email, name = excluded.name
    RETURNING member_id AS "memberId"`;
  if (identity?.memberId) return 'changed_meanwhile';
  // Whoever invites the same address in this moment is waited for, and has won.
  const memberId = randomUUID();
  const inserted = await tx.$executeRaw`
    INSERT INTO member (id, tenant_id, email, email_key, name, roles, licensed)
    VALUES (${memberId}::uuid, ${tenantId}::uuid, ${email}, ${email}, ${name}, ${policy.roles}::text[]::member_role[],
            ${policy.licensed})
    ON CONFLICT (tenant_id, email_key) DO NOTHING`;
  if (inserted === 0) return { status: 'email_taken' };
  await tx.$executeRaw`
    UPDATE identity SET member_id = ${memberId}::uuid
     WHERE tenant_id = ${tenantId}::uuid AND issuer = ${provider.issuer} AND subject = ${subject}`;
  await appendEvent(tx, {
    tenantId,
    action: 'member.joined',
    actor: { memberId, email },
    subject: { memberId, email },
    address: request.address,
    details: { provider: provider.id, issuer: provider.issuer, roles: policy.roles, licensed: policy.licensed },
  });
  const sessionId = await startSession(tx, { id: memberId, tenantId, email }, { ...request, method: provider.id });
  return { status: 'signed_in', sessionId, memberId };
}

import { createHash } from 'node:crypto';
import { refusalOf, refusalOfCreate } from '../auth/permissions';
import type { Viewer } from '../auth/queries';
import { type LockedStanding, lockStanding } from '../auth/standing';
import { inTransaction, type Tx } from '../db/prisma';
import { foldName } from '../display-text';
import { agentLifetimeInDays, decideExpiry, endOfLife, lowestFreeName } from './policy';
import type { CreateAgentKeyInput, CreateKeyInput } from './schema';
import { mintCredential } from './secret';
import {
  currentSecret,
  findRequest,
  type Invalid,
  isNameTaken,
  type KeyRefusal,
  lockAgentKeyNames,
  nameTaken,
  record,
  refuseUnknown,
} from './standing';
import { statusOf } from './status';

type Refused = Exclude<KeyRefusal, { status: 'not_found' }>;

/** A new secret: the only place where it ever appears. */
export type MintedKey = { clientId: string; secret: string; name: string; expiresAt: Date | null };

export type CreateKeyResult =
  | ({ status: 'created' } & MintedKey)
  | { status: 'already_created'; clientId: string }
  | Refused;

/** What is decided of a new key before it is minted. */
type Plan = { status: 'planned'; ownerId: string | null; name: string; expiresAt: Date | null };

/** Creates a personal key of the viewer's. */
export function createKey(viewer: Viewer, input: CreateKeyInput): Promise<CreateKeyResult> {
  return create(viewer, input, async (tx, standing) => {
    const { now, tenant } = standing;
    const own = await tx.key.findMany({
      where: { tenantId: viewer.tenantId, ownerId: viewer.memberId },
      select: { nameKey: true, expiresAt: true, deactivatedAt: true, deactivatedUntil: true, revokedAt: true },
    });
    const countedKeys = own.filter((key) => ['Active', 'Inactive'].includes(statusOf(key, now))).length;
    const refusal = refusalOfCreate(standing, { countedKeys, maximumKeysPerUser: tenant.maximumKeysPerUser });
    if (refusal) return { status: 'refused', message: refusal };
    const taken = new Set(own.map((key) => key.nameKey));
    const name = input.name || lowestFreeName(taken);
    if (taken.has(foldName(name))) return nameTaken(name, viewer.memberId);
    const expiry = decideExpiry(input.expiry, tenant.maximumExpirationInDays, now);
    if (expiry.status === 'refused') return { status: 'invalid', field: 'expiry', message: expiry.message };
    return { status: 'planned', ownerId: viewer.memberId, name, expiresAt: expiry.expiresAt };
  });
}

/** Creates a key that the tenant owns, so that it outlives its creator. It expires as the policy says. */
export function createAgentKey(viewer: Viewer, input: CreateAgentKeyInput): Promise<CreateKeyResult> {
  return create(viewer, input, async (tx, standing) => {
    const refusal = refusalOf('key.create', standing);
    if (refusal) return { status: 'refused', message: refusal };
    await lockAgentKeyNames(tx, viewer);
    if (await isNameTaken(tx, viewer, null, input.name)) return nameTaken(input.name, null);
    const expiresAt = endOfLife(standing.now, agentLifetimeInDays(standing.tenant));
    return { status: 'planned', ownerId: null, name: input.name, expiresAt };
  });
}

type CreateInput = Pick<CreateAgentKeyInput, 'description' | 'scopes' | 'biasProfileId' | 'idempotencyValue'>;

function create(
  viewer: Viewer,
  input: CreateInput,
  plan: (tx: Tx, standing: LockedStanding) => Promise<Plan | Refused>,
): Promise<CreateKeyResult> {
  const { idempotencyValue, ...body } = input;
  const bodyDigest = digestOfRequest(body);
  return inTransaction(async (tx) => {
    const standing = await lockStanding(tx, viewer, 'member');
    if (!standing) return { status: 'signed_out' };
    const { now } = standing;
    const repeated = await findRequest(tx, viewer, idempotencyValue, now);
    if (repeated) {
      if (Buffer.compare(repeated.bodyDigest, bodyDigest) !== 0) return reusedValue;
      return { status: 'already_created', clientId: repeated.clientId };
    }
    const planned = await plan(tx, standing);
    if (planned.status !== 'planned') return planned;
    const unknown = await refuseUnknown(tx, viewer, input);
    if (unknown) return unknown;

    const { clientId, secret } = mintCredential();
    const { tenantId, memberId } = viewer;
    const { name, ownerId, expiresAt } = planned;
    const { description, scopes, biasProfileId } = input;
    await tx.key.create({
      data: {
        tenantId,
        ownerId,
        creatorId: memberId,
        clientId,
        name,
        nameKey: foldName(name),
        description,
        scopes,
        biasProfileId,
        createdAt: now,
        updatedAt: now,
        expiresAt,
        secrets: { create: currentSecret(tenantId, clientId, secret, now) },
      },
      select: { id: true },
    });
    await tx.idempotentRequest.create({
      data: { tenantId, memberId, value: idempotencyValue, bodyDigest, clientId, createdAt: now },
      select: { clientId: true },
    });
    await record(
      tx,
      viewer,
      'key.created',
      { clientId, name },
      {
        kind: ownerId === null ? 'agent' : 'personal',
        expiresAt: expiresAt?.toISOString() ?? null,
        scopes,
        biasProfileId,
      },
    );
    return { status: 'created', clientId, secret, name, expiresAt };
  });
}

/** SHA-256 of what was asked, to tell a repetition from a reused value. */
export function digestOfRequest(body: object): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('sha256').update(JSON.stringify(body)).digest());
}

export const reusedValue: Invalid = {
  status: 'invalid',
  field: 'idempotencyValue',
  message: 'This idempotency value was used for another request.',
};

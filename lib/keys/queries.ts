import type { Prisma } from '@/generated/prisma/client';
import { refusalOf, refusalOfCreate } from '../auth/permissions';
import type { Viewer } from '../auth/queries';
import { prisma } from '../db/prisma';
import { query } from '../db/sql';
import { listScopes } from '../scopes/queries';
import { listWeeks } from '../usage/queries';
import { type UsageWeek, weekOf } from '../usage/schema';
import type { KeyHint, KeyPageView, KeyView } from './schema';
import { allowedActions, expiresSoon, isKnownToFormerOwner, statusOf } from './status';

const keySelect = {
  clientId: true,
  name: true,
  description: true,
  scopes: true,
  createdAt: true,
  expiresAt: true,
  deactivatedAt: true,
  deactivatedUntil: true,
  revokedAt: true,
  handedOverAt: true,
  biasProfile: { select: { name: true } },
  secrets: { where: { position: 'current' }, select: { firstFour: true, lastFour: true, mintedAt: true } },
  lastUse: { select: { lastUsedAt: true } },
} as const satisfies Prisma.KeySelect;

type KeyRow = Prisma.KeyGetPayload<{ select: typeof keySelect }>;

type PolicyRow = {
  apiKeysEnabled: boolean;
  maximumKeysPerUser: number;
  maximumExpirationInDays: number | null;
  deactivateBeforeDelete: boolean;
  now: Date;
};

/** The viewer's own keys, newest first, and what the viewer may do with them. */
export async function getKeyPage(viewer: Viewer): Promise<KeyPageView> {
  const [policy] = await query<PolicyRow>(
    'key-page-policy',
    `SELECT api_keys_enabled AS "apiKeysEnabled", maximum_keys_per_user AS "maximumKeysPerUser",
            maximum_expiration_in_days AS "maximumExpirationInDays",
            deactivate_before_delete AS "deactivateBeforeDelete", clock_timestamp() AS now
       FROM tenant WHERE id = $1`,
    [viewer.tenantId],
  );
  if (!policy) throw new Error(`Tenant ${viewer.tenantId} does not exist.`);
  const client = await prisma();
  const [rows, scopes, weeks] = await Promise.all([
    client.key.findMany({
      where: { tenantId: viewer.tenantId, ownerId: viewer.memberId },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      select: keySelect,
    }),
    listScopes(viewer),
    listWeeks(viewer),
  ]);
  const keys = rows.map((row) => viewOf(row, policy, weeks.get(row.clientId) ?? weekOf([])));
  const standing = { roles: viewer.roles, licensed: viewer.licensed, apiKeysEnabled: policy.apiKeysEnabled };
  const countedKeys = keys.filter((key) => key.status === 'Active' || key.status === 'Inactive').length;
  return {
    keys,
    createRefusal: refusalOfCreate(standing, { countedKeys, maximumKeysPerUser: policy.maximumKeysPerUser }),
    activateRefusal: refusalOf('key.activate', standing),
    editRefusal: refusalOf('key.edit', standing),
    maximumExpirationInDays: policy.maximumExpirationInDays,
    scopes,
    now: policy.now.toISOString(),
  };
}

function viewOf(row: KeyRow, policy: PolicyRow, week: UsageWeek): KeyView {
  const status = statusOf(row, policy.now);
  const secret = row.secrets[0];
  if (!secret) throw new Error(`Key ${row.clientId} has no secret.`);
  const hints: KeyHint[] = [];
  if (expiresSoon({ ...row, mintedAt: secret.mintedAt }, policy.now)) hints.push('Expires soon');
  const couldWork = status === 'Active' || status === 'Inactive';
  if (couldWork && !policy.apiKeysEnabled) hints.push('Disabled by your administrator');
  if (couldWork && isKnownToFormerOwner({ ...row, mintedAt: secret.mintedAt }))
    hints.push('Rotate: a former owner knows the secret');
  return {
    clientId: row.clientId,
    name: row.name,
    description: row.description,
    mask: { firstFour: secret.firstFour, lastFour: secret.lastFour },
    biasProfile: row.biasProfile?.name ?? null,
    scopes: row.scopes,
    status,
    hints,
    actions: allowedActions(status, policy),
    createdAt: row.createdAt.toISOString(),
    lastUsedAt: row.lastUse?.lastUsedAt.toISOString() ?? null,
    week,
    expiresAt: row.expiresAt?.toISOString() ?? null,
  };
}

import type { Prisma } from '@/generated/prisma/client';
import { refusalOf, refusalOfCreate } from '../auth/permissions';
import type { Viewer } from '../auth/queries';
import { listBiasProfiles } from '../bias-profiles/queries';
import { prisma } from '../db/prisma';
import { query } from '../db/sql';
import { listScopes } from '../scopes/queries';
import { listOverlapUses, listPauseRefusals, listWeeks } from '../usage/queries';
import { weekOf } from '../usage/schema';
import { listUsageAlerts } from '../usage-alerts/queries';
import { agentLifetimeInDays, endOfLife, keepOneKeySentence } from './policy';
import type { KeyHint, KeyPageView, KeyView, UsableKey } from './schema';
import { allowedActions, expiresSoon, isInOverlap, isKnownToFormerOwner, statusOf } from './status';

const keySelect = {
  clientId: true,
  ownerId: true,
  name: true,
  description: true,
  scopes: true,
  createdAt: true,
  expiresAt: true,
  deactivatedAt: true,
  deactivatedUntil: true,
  revokedAt: true,
  handedOverAt: true,
  creator: { select: { email: true } },
  biasProfile: { select: { id: true, name: true } },
  secrets: { select: { position: true, firstFour: true, lastFour: true, mintedAt: true, endsAt: true } },
  lastUse: { select: { lastUsedAt: true } },
} as const satisfies Prisma.KeySelect;

type KeyRow = Prisma.KeyGetPayload<{ select: typeof keySelect }>;

type PolicyRow = {
  apiKeysEnabled: boolean;
  maximumKeysPerUser: number;
  maximumExpirationInDays: number | null;
  agentKeyLifetimeInDays: number;
  deactivateBeforeDelete: boolean;
  keepOneKey: boolean;
  now: Date;
};

/** The viewer's own keys, newest first, and what the viewer may do with them. */
export function getKeyPage(viewer: Viewer): Promise<KeyPageView> {
  return readPage(viewer, 'personal');
}

/** The tenant's keys, newest first, for every member, and what the viewer may do with them. */
export function getAgentKeyPage(viewer: Viewer): Promise<KeyPageView> {
  return readPage(viewer, 'agent');
}

async function readPage(viewer: Viewer, kind: KeyPageView['kind']): Promise<KeyPageView> {
  const policy = await readPolicy(viewer);
  const { tenantId } = viewer;
  const ownerId = kind === 'personal' ? viewer.memberId : null;
  const client = await prisma();
  const [rows, scopes, biasProfiles, weeks, pauses, overlaps, alerts] = await Promise.all([
    client.key.findMany({
      where: { tenantId, ownerId },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      select: keySelect,
    }),
    listScopes(viewer),
    listBiasProfiles(viewer),
    listWeeks(viewer, kind),
    listPauseRefusals(viewer, kind),
    listOverlapUses(viewer, kind),
    listUsageAlerts(viewer, kind),
  ]);
  const maximumExpirationInDays = kind === 'personal' ? policy.maximumExpirationInDays : agentLifetimeInDays(policy);
  const active = rows.filter((row) => statusOf(row, policy.now) === 'Active').length;
  const keys = rows.map((row): KeyView => {
    const { clientId } = row;
    const view = viewOf(row, policy, maximumExpirationInDays);
    const isLast = kind === 'personal' && policy.keepOneKey && active === 1 && view.status === 'Active';
    return {
      ...view,
      week: weeks.get(clientId) ?? weekOf([]),
      usageAlert: alerts.get(clientId) ?? null,
      pause: view.pause && { ...view.pause, refused: pauses.get(clientId) ?? 0 },
      overlap: view.overlap && { ...view.overlap, ...overlaps.get(clientId) },
      lastKeyRefusal: isLast ? keepOneKeySentence : null,
    };
  });
  const standing = { roles: viewer.roles, licensed: viewer.licensed, apiKeysEnabled: policy.apiKeysEnabled };
  const countedKeys = keys.filter((key) => key.status === 'Active' || key.status === 'Inactive').length;
  const { maximumKeysPerUser } = policy;
  const createRefusal =
    kind === 'personal'
      ? refusalOfCreate(standing, { countedKeys, maximumKeysPerUser })
      : refusalOf('key.create', standing);
  return {
    kind,
    keys,
    createRefusal,
    activateRefusal: refusalOf('key.activate', standing),
    rotateRefusal: refusalOf('key.rotate', standing),
    editRefusal: refusalOf('key.edit', standing),
    deactivateRefusal: refusalOf(kind === 'personal' ? 'key.deactivate' : 'agent_key.deactivate', standing),
    maximumExpirationInDays,
    scopes,
    biasProfiles,
    offersDefaultKey: kind === 'personal' && policy.keepOneKey && keys.length === 0 && createRefusal === null,
    now: policy.now.toISOString(),
  };
}

/** Bounds the choice; who has more keys than that looks for one elsewhere. */
const usableMaximum = 500;

/**
 * The Active keys that the viewer may call with, newest first: their own, then, for developers, the tenant's. None while
 * the tenant's switch is off.
 */
export async function listUsableKeys(viewer: Viewer): Promise<UsableKey[]> {
  const { apiKeysEnabled, now } = await readPolicy(viewer);
  if (!apiKeysEnabled) return [];
  const { tenantId, memberId, roles } = viewer;
  const owners = roles.includes('developer') ? [{ ownerId: memberId }, { ownerId: null }] : [{ ownerId: memberId }];
  const rows = await (await prisma()).key.findMany({
    where: {
      tenantId,
      revokedAt: null,
      AND: [{ OR: owners }, { OR: [{ expiresAt: null }, { expiresAt: { gt: now } }] }],
    },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: usableMaximum,
    select: {
      clientId: true,
      ownerId: true,
      name: true,
      scopes: true,
      expiresAt: true,
      deactivatedAt: true,
      deactivatedUntil: true,
      revokedAt: true,
    },
  });
  const usable = rows
    .filter((row) => statusOf(row, now) === 'Active')
    .map(({ clientId, ownerId, name, scopes }): UsableKey => {
      return { clientId, name, kind: ownerId === null ? 'agent' : 'personal', scopes };
    });
  return [...usable.filter(({ kind }) => kind === 'personal'), ...usable.filter(({ kind }) => kind === 'agent')];
}

async function readPolicy(viewer: Viewer): Promise<PolicyRow> {
  const [policy] = await query<PolicyRow>(
    'key-page-policy',
    `SELECT api_keys_enabled AS "apiKeysEnabled", maximum_keys_per_user AS "maximumKeysPerUser",
            maximum_expiration_in_days AS "maximumExpirationInDays",
            agent_key_lifetime_in_days AS "agentKeyLifetimeInDays", deactivate_before_delete AS "deactivateBeforeDelete",
            keep_one_key AS "keepOneKey", clock_timestamp() AS now
       FROM tenant WHERE id = $1`,
    [viewer.tenantId],
  );
  if (!policy) throw new Error(`Tenant ${viewer.tenantId} does not exist.`);
  return policy;
}

type Counted = 'week' | 'usageAlert' | 'lastKeyRefusal';

function viewOf(row: KeyRow, policy: PolicyRow, maximumInDays: number | null): Omit<KeyView, Counted> {
  const { now } = policy;
  const status = statusOf(row, now);
  const current = row.secrets.find(({ position }) => position === 'current');
  if (!current) throw new Error(`Key ${row.clientId} has no secret.`);
  const { mintedAt, firstFour, lastFour } = current;
  const previous = row.secrets.find(({ position }) => position === 'previous');
  const hints: KeyHint[] = [];
  if (expiresSoon({ ...row, mintedAt }, now)) hints.push('Expires soon');
  const couldWork = status === 'Active' || status === 'Inactive';
  if (couldWork && !policy.apiKeysEnabled) hints.push('Disabled by your administrator');
  if (couldWork && isKnownToFormerOwner({ ...row, mintedAt })) hints.push('Rotate: a former owner knows the secret');
  return {
    clientId: row.clientId,
    name: row.name,
    description: row.description,
    mask: { firstFour, lastFour },
    biasProfile: row.biasProfile,
    scopes: row.scopes,
    status,
    hints,
    actions: allowedActions(status, policy),
    createdAt: row.createdAt.toISOString(),
    createdBy: row.creator?.email ?? null,
    lastUsedAt: row.lastUse?.lastUsedAt?.toISOString() ?? null,
    expiresAt: row.expiresAt?.toISOString() ?? null,
    latestExpiry: endOfLife(mintedAt, maximumInDays)?.toISOString() ?? null,
    pause: status === 'Inactive' ? { until: row.deactivatedUntil?.toISOString() ?? null, refused: 0 } : null,
    overlap:
      couldWork && previous?.endsAt && isInOverlap(previous, now)
        ? { since: mintedAt.toISOString(), endsAt: previous.endsAt.toISOString(), requests: 0, lastUsedAt: null }
        : null,
  };
}

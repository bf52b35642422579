import { refusalOf, refusalOfCreate } from '../auth/permissions';
import type { Viewer } from '../auth/queries';
import { listBiasProfiles } from '../bias-profiles/queries';
import { prisma } from '../db/prisma';
import { query } from '../db/sql';
import { listScopes } from '../scopes/queries';
import { listed, listOverlapUses, listPauseRefusals, listWeeks, owners } from '../usage/queries';
import { weekOf } from '../usage/schema';
import { listUsageAlerts } from '../usage-alerts/queries';
import { agentLifetimeInDays, endOfLife, keepOneKeySentence } from './policy';
import type { KeyHint, KeyPageView, KeyView, UsableKey } from './schema';
import { allowedActions, expiresSoon, isInOverlap, isKnownToFormerOwner, type KeyTimes, statusOf } from './status';

type KeyRow = KeyTimes & {
  clientId: string;
  name: string;
  description: string;
  scopes: string[];
  createdAt: Date;
  handedOverAt: Date | null;
  createdBy: string | null;
  biasProfile: KeyView['biasProfile'];
  firstFour: string;
  lastFour: string;
  mintedAt: Date;
  /** Of the overlap that the last rotation began. */
  overlapEndsAt: Date | null;
  lastUsedAt: Date | null;
};

// One statement by hand, on every visit: the ORM would ask once for each relation.
const selectKeys = `
  SELECT k.client_id AS "clientId", k.name, k.description, k.scopes, k.created_at AS "createdAt", k.expires_at AS "expiresAt",
         k.deactivated_at AS "deactivatedAt", k.deactivated_until AS "deactivatedUntil", k.revoked_at AS "revokedAt",
         k.handed_over_at AS "handedOverAt", m.email AS "createdBy",
         CASE WHEN b.id IS NOT NULL THEN json_build_object('id', b.id, 'name', b.name) END AS "biasProfile",
         c.first_four AS "firstFour", c.last_four AS "lastFour", c.minted_at AS "mintedAt", p.ends_at AS "overlapEndsAt",
         u.last_used_at AS "lastUsedAt"
    FROM key k
    JOIN key_secret c ON c.tenant_id = k.tenant_id AND c.key_id = k.id AND c.position = 'current'
    LEFT JOIN key_secret p ON p.tenant_id = k.tenant_id AND p.key_id = k.id AND p.position = 'previous'
    LEFT JOIN member m ON m.tenant_id = k.tenant_id AND m.id = k.creator_id
    LEFT JOIN bias_profile b ON b.tenant_id = k.tenant_id AND b.id = k.bias_profile_id
    LEFT JOIN key_last_use u ON u.tenant_id = k.tenant_id AND u.key_id = k.id`;

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
  const [rows, scopes, biasProfiles, weeks, pauses, overlaps, alerts] = await Promise.all([
    query<KeyRow>(
      `key-page-${kind}`,
      `${selectKeys} WHERE ${listed[kind]} ORDER BY k.created_at DESC, k.id DESC`,
      owners(viewer, kind),
    ),
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
  const { mintedAt, firstFour, lastFour, overlapEndsAt } = row;
  const hints: KeyHint[] = [];
  if (expiresSoon(row, now)) hints.push('Expires soon');
  const couldWork = status === 'Active' || status === 'Inactive';
  if (couldWork && !policy.apiKeysEnabled) hints.push('Disabled by your administrator');
  if (couldWork && isKnownToFormerOwner(row)) hints.push('Rotate: a former owner knows the secret');
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
    createdBy: row.createdBy,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    expiresAt: row.expiresAt?.toISOString() ?? null,
    latestExpiry: endOfLife(mintedAt, maximumInDays)?.toISOString() ?? null,
    pause: status === 'Inactive' ? { until: row.deactivatedUntil?.toISOString() ?? null, refused: 0 } : null,
    overlap:
      couldWork && overlapEndsAt && isInOverlap({ endsAt: overlapEndsAt }, now)
        ? { since: mintedAt.toISOString(), endsAt: overlapEndsAt.toISOString(), requests: 0, lastUsedAt: null }
        : null,
  };
}

import { appendEvent } from '../audit/mutations';
import { actedBy } from '../auth/mutations';
import type { Viewer } from '../auth/queries';
import type { Tx } from '../db/prisma';
import { foldName } from '../display-text';
import { type AdminRefusal, asAdmin } from '../members/standing';
import {
  type BiasProfileTexts,
  type CreateBiasProfileInput,
  type DeleteBiasProfileInput,
  type EditBiasProfileInput,
  profilesPerTenantMaximum,
} from './schema';

type Invalid = { status: 'invalid'; field: 'name' | 'replacementId'; message: string };

export type CreateBiasProfileResult = { status: 'created' } | Invalid | AdminRefusal;

/** Adds a bias profile to the tenant's. It takes nothing over: a name that is there is refused, whoever added it. */
export function createBiasProfile(
  viewer: Viewer,
  { name, description, settings }: CreateBiasProfileInput,
): Promise<CreateBiasProfileResult> {
  const { tenantId } = viewer;
  return asAdmin(viewer, async (tx): Promise<CreateBiasProfileResult> => {
    if ((await tx.biasProfile.count({ where: { tenantId } })) >= profilesPerTenantMaximum) {
      return {
        status: 'refused',
        message: `A tenant can have at most ${profilesPerTenantMaximum} bias profiles. Delete one to add another.`,
      };
    }
    if (await isNameTaken(tx, viewer, name)) return nameTaken(name);
    // As text: the client would take some objects for notation of its own.
    await tx.$executeRaw`
      INSERT INTO bias_profile (id, tenant_id, name, name_key, description, settings)
      VALUES (gen_random_uuid(), ${tenantId}::uuid, ${name}, ${foldName(name)}, ${description}, ${settings}::jsonb)`;
    await appendEvent(tx, {
      ...actedBy(viewer),
      action: 'bias_profile.created',
      details: { name, description, settings },
    });
    return { status: 'created' };
  });
}

export type ChangeBiasProfileRefusal = { status: 'not_found' } | Invalid | AdminRefusal;

export type EditBiasProfileResult =
  | { status: 'done' }
  /** Somebody else changed the same since the editor opened: what it is now, by field. Nothing was written. */
  | { status: 'changed'; current: Partial<BiasProfileTexts> }
  | ChangeBiasProfileRefusal;

/** Changes name, description and settings. What the editor left as they saw it stays, whatever it is by now. */
export function editBiasProfile(viewer: Viewer, input: EditBiasProfileInput): Promise<EditBiasProfileResult> {
  return asAdmin(viewer, async (tx): Promise<EditBiasProfileResult> => {
    const profile = await findProfile(tx, viewer, input.id);
    if (!profile) return { status: 'not_found' };
    // In the order of names in which they are going to be stored, which every reader sees.
    const wanted = { ...input, settings: await asStored(tx, input.settings) };
    const fields = (['name', 'description', 'settings'] as const).filter(
      (field) => wanted[field] !== input.seen[field] && wanted[field] !== profile[field],
    );
    if (fields.length === 0) return { status: 'done' };
    const pick = (from: BiasProfileTexts) => Object.fromEntries(fields.map((field) => [field, from[field]]));
    const meanwhile = fields.filter((field) => profile[field] !== input.seen[field]);
    if (meanwhile.length > 0)
      return { status: 'changed', current: Object.fromEntries(meanwhile.map((field) => [field, profile[field]])) };
    const { name, description, settings } = { ...profile, ...pick(wanted) };
    if (await isNameTaken(tx, viewer, name, profile)) return nameTaken(name);
    await tx.$executeRaw`
      UPDATE bias_profile SET name = ${name}, name_key = ${foldName(name)}, description = ${description},
             settings = ${settings}::jsonb
       WHERE tenant_id = ${viewer.tenantId}::uuid AND id = ${profile.id}::uuid`;
    await appendEvent(tx, {
      ...actedBy(viewer),
      action: 'bias_profile.updated',
      details: { name, before: pick(profile), after: pick(wanted) },
    });
    return { status: 'done' };
  });
}

export type DeleteBiasProfileResult =
  | { status: 'deleted'; keys: number; replacement: string | null }
  | ChangeBiasProfileRefusal;

/**
 * Removes a bias profile; the keys that use it get another one of the tenant, or none. The tenant's gate is held alone, so
 * that no key gets the profile meanwhile: whoever creates or edits one waits, and finds that the profile is gone.
 */
export function deleteBiasProfile(
  viewer: Viewer,
  { id, replacementId }: DeleteBiasProfileInput,
): Promise<DeleteBiasProfileResult> {
  const { tenantId } = viewer;
  return asAdmin(viewer, async (tx, { now }): Promise<DeleteBiasProfileResult> => {
    const profile = await findProfile(tx, viewer, id);
    if (!profile) return { status: 'not_found' };
    const replacement = replacementId === null ? null : await findProfile(tx, viewer, replacementId);
    if (replacementId !== null && (!replacement || replacement.id === profile.id)) return noReplacement;
    // Expired and revoked keys, too: they would keep the profile from being deleted.
    const keys = await tx.$executeRaw`
      WITH using_it AS MATERIALIZED (
        SELECT id FROM key WHERE tenant_id = ${tenantId}::uuid AND bias_profile_id = ${profile.id}::uuid
         ORDER BY id FOR NO KEY UPDATE
      )
      UPDATE key SET bias_profile_id = ${replacement?.id ?? null}::uuid, updated_at = ${now}
        FROM using_it WHERE key.id = using_it.id`;
    await tx.biasProfile.delete({ where: { tenantId_id: { tenantId, id: profile.id } }, select: { id: true } });
    const { name, description, settings } = profile;
    const instead = replacement?.name ?? null;
    await appendEvent(tx, {
      ...actedBy(viewer),
      action: 'bias_profile.deleted',
      details: { name, description, settings, keys, replacement: instead },
    });
    return { status: 'deleted', keys, replacement: instead };
  });
}

const noReplacement: Invalid = {
  status: 'invalid',
  field: 'replacementId',
  message: 'Your tenant has no such bias profile any more. Choose another one.',
};

type StoredProfile = BiasProfileTexts & { id: string };

async function findProfile(tx: Tx, { tenantId }: Viewer, id: string): Promise<StoredProfile | null> {
  const [row] = await tx.$queryRaw<StoredProfile[]>`
    SELECT id, name, description, settings::text AS settings FROM bias_profile
     WHERE tenant_id = ${tenantId}::uuid AND id = ${id}::uuid`;
  return row ? { ...row, settings: compact(row.settings) } : null;
}

/** The settings with their names in the order in which PostgreSQL keeps them. */
async function asStored(tx: Tx, settings: string): Promise<string> {
  const [row] = await tx.$queryRaw<[{ settings: string }]>`SELECT ${settings}::jsonb::text AS settings`;
  return compact(row.settings);
}

function compact(json: string): string {
  return JSON.stringify(JSON.parse(json));
}

async function isNameTaken(tx: Tx, { tenantId }: Viewer, name: string, except?: { id: string }): Promise<boolean> {
  const where = { tenantId, nameKey: foldName(name), ...(except ? { id: { not: except.id } } : {}) };
  return (await tx.biasProfile.findFirst({ where, select: { id: true } })) !== null;
}

function nameTaken(name: string): Invalid {
  const message = `Your tenant already has a bias profile named “${name}”. Choose another name.`;
  return { status: 'invalid', field: 'name', message };
}

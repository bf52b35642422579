import { appendEvents, type NewEvent } from '../audit/mutations';
import { actedBy } from '../auth/mutations';
import type { Viewer } from '../auth/queries';
import type { Tx } from '../db/prisma';
import { revokeEach } from '../keys/revocation';
import { type AdminRefusal, asAdmin } from '../members/standing';
import { collect } from '../tenant-keys/statements';
import {
  doneOf,
  type RevocationProgress,
  revocationMaximum,
  type StartRevocationInput,
  shownResults,
  typedCount,
  untypedMaximum,
} from './schema';
import { chosenKeys, digestOfChosen } from './statements';

/** Keys of one transaction: the tenant's other writes wait for no more than these. */
const batch = 100;

export type StartRevocationResult =
  | { status: 'started'; selected: number }
  /** They are not the keys of the review any more. Nothing was written. */
  | { status: 'changed' }
  | { status: 'invalid'; field: 'typed'; message: string }
  | AdminRefusal;

export type ContinueRevocationResult =
  | { status: 'continued'; progress: RevocationProgress }
  | { status: 'not_found' }
  | AdminRefusal;

/** Begins what was reviewed, by writing down which keys it is about. None is revoked yet. */
export function startRevocation(viewer: Viewer, input: StartRevocationInput): Promise<StartRevocationResult> {
  const { tenantId, memberId } = viewer;
  return asAdmin(viewer, async (tx, { now }): Promise<StartRevocationResult> => {
    const begun = await tx.revocation.findUnique({
      where: { tenantId_id: { tenantId, id: input.id } },
      select: { selected: true },
    });
    // Its answer was lost.
    if (begun) return { status: 'started', ...begun };
    const yesterday = new Date(now.getTime() - 24 * 60 * 60 * 1000);
    await tx.revocation.deleteMany({ where: { tenantId, finishedAt: { lt: yesterday } } });
    const { values, parameter } = collect();
    const id = parameter(input.id);
    // One statement, so that what is compared is what is written. Its text is chosen here; values are parameters.
    const text = `
      WITH chosen AS MATERIALIZED (${chosenKeys(tenantId, input.selection, parameter)}),
      seen AS MATERIALIZED (
        SELECT count(*)::int AS count, ${digestOfChosen} = ${parameter(input.reviewed)} AS same FROM chosen
      ), begun AS (
        INSERT INTO revocation (id, tenant_id, member_id, selected)
        SELECT ${id}::uuid, ${parameter(tenantId)}::uuid, ${parameter(memberId)}::uuid, count FROM seen
         WHERE same AND count BETWEEN 1 AND ${revocationMaximum}
           AND (count <= ${untypedMaximum} OR count = ${parameter(typedCount(input.typed))}::int)
        RETURNING tenant_id, id
      ), written AS (
        INSERT INTO revocation_key (tenant_id, revocation_id, key_id, client_id, key_name)
        SELECT begun.tenant_id, begun.id, chosen.id, chosen.client_id, chosen.name FROM chosen CROSS JOIN begun
      )
      SELECT seen.*, EXISTS (SELECT 1 FROM begun) AS begun FROM seen`;
    const [seen] = await tx.$queryRawUnsafe<Array<{ count: number; same: boolean; begun: boolean }>>(text, ...values);
    if (seen?.begun) return { status: 'started', selected: seen.count };
    if (!seen?.same || seen.count === 0) return { status: 'changed' };
    return { status: 'invalid', field: 'typed', message: `Type ${seen.count.toLocaleString('en')} to confirm.` };
  });
}

/**
 * Revokes the next keys of a revocation in one transaction, whoever confirmed it, and says how far it is. From the answer on
 * no process accepts those that it did. The last batch ends it.
 */
export function continueRevocation(viewer: Viewer, id: string): Promise<ContinueRevocationResult> {
  const { tenantId } = viewer;
  return asAdmin(viewer, async (tx): Promise<ContinueRevocationResult> => {
    const revocation = await tx.revocation.findUnique({
      where: { tenantId_id: { tenantId, id } },
      select: { selected: true, finishedAt: true },
    });
    if (!revocation) return { status: 'not_found' };
    const { selected, finishedAt } = revocation;
    const events = finishedAt ? [] : await revokeNext(tx, viewer, id);
    const counts = await countResults(tx, tenantId, id);
    const finished = doneOf({ counts }) === selected;
    if (finished && !finishedAt) {
      await tx.$executeRaw`
        UPDATE revocation SET finished_at = clock_timestamp() WHERE tenant_id = ${tenantId}::uuid AND id = ${id}::uuid`;
      const { already_revoked: alreadyRevoked, ...others } = counts;
      events.push({ ...actedBy(viewer), action: 'keys.revoked', details: { selected, alreadyRevoked, ...others } });
    }
    const keys = finished ? await listResults(tx, tenantId, id) : [];
    if (events.length > 0) await appendEvents(tx, tenantId, events);
    return { status: 'continued', progress: { selected, counts, finished, keys } };
  });
}

async function revokeNext(tx: Tx, viewer: Viewer, revocationId: string): Promise<NewEvent[]> {
  const { tenantId } = viewer;
  const next = await tx.revocationKey.findMany({
    where: { tenantId, revocationId, result: null },
    orderBy: { keyId: 'asc' },
    take: batch,
    select: { keyId: true },
  });
  const ids = next.map(({ keyId }) => keyId);
  const { results, events } = await revokeEach(tx, viewer, ids);
  await tx.$executeRaw`
    UPDATE revocation_key SET result = became.result::revocation_result
      FROM unnest(${ids}::uuid[], ${ids.map((id) => results.get(id) ?? 'deleted')}::text[]) AS became (key_id, result)
     WHERE tenant_id = ${tenantId}::uuid AND revocation_id = ${revocationId}::uuid
       AND revocation_key.key_id = became.key_id`;
  return events;
}

async function countResults(tx: Tx, tenantId: string, revocationId: string): Promise<RevocationProgress['counts']> {
  const groups = await tx.revocationKey.groupBy({
    by: ['result'],
    where: { tenantId, revocationId, result: { not: null } },
    _count: { _all: true },
  });
  const counts = { revoked: 0, already_revoked: 0, expired: 0, deleted: 0 };
  for (const { result, _count } of groups) if (result) counts[result] = _count._all;
  return counts;
}

function listResults(tx: Tx, tenantId: string, revocationId: string) {
  return tx.$queryRaw<RevocationProgress['keys']>`
    SELECT client_id AS "clientId", key_name AS name, result::text AS result FROM revocation_key
     WHERE tenant_id = ${tenantId}::uuid AND revocation_id = ${revocationId}::uuid
     ORDER BY result = 'revoked', key_name, key_id LIMIT ${shownResults}`;
}

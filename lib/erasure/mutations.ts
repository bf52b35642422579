import { appendEvent } from '../audit/mutations';
import { inTransaction, type Tx } from '../db/prisma';
import { query } from '../db/sql';
import { type EraseMemberInput, erasedEmail, erasedName } from './schema';

export type EraseMemberResult =
  | { status: 'erased'; memberId: string; events: number }
  | { status: 'refused'; message: string };

type Found = { id: string; tenantId: string; email: string; removed: boolean };

/** Lines of the audit log that are looked at in one statement. */
const batch = 20_000;

/**
 * Takes name and e-mail address of a removed member out of everything that is stored. The lines of the audit log stay, and
 * hold: addresses stand outside their hashes. What was begun and broken off is finished by the next call. An operator's task,
 * under the role that owns the tables: no viewer.
 */
export async function eraseMember(input: EraseMemberInput): Promise<EraseMemberResult> {
  const found = await listCandidates(input);
  const refusal = refusalOf(found, input);
  const [member] = found;
  if (refusal !== null || !member) return { status: 'refused', message: refusal ?? '' };
  const events = await eraseFromEvents(member);
  await inTransaction((tx) => eraseFromTables(tx, member));
  return { status: 'erased', memberId: member.id, events };
}

/** By id, or all who have, or had, the address. */
function listCandidates({ tenant, member }: EraseMemberInput): Promise<Found[]> {
  return query<Found>(
    'erase-candidates',
    `SELECT m.id, m.tenant_id AS "tenantId", m.email, m.removed_at IS NOT NULL AS removed
       FROM member m JOIN tenant t ON t.id = m.tenant_id
      WHERE t.slug = $1 AND (m.id::text = lower($2) OR lower(m.email) = lower($2))
      ORDER BY m.removed_at DESC NULLS FIRST, m.id`,
    [tenant, member],
  );
}

function refusalOf(found: Found[], { tenant, member }: EraseMemberInput): string | null {
  const removed = found.filter((candidate) => candidate.removed);
  const [only] = found;
  if (!only) return `The tenant ${tenant} has no member ${member}.`;
  if (removed.length === 0) return `${only.email} is a member of ${tenant}. Remove them on the Members page first.`;
  if (found.length > 1) {
    const ids = removed.map(({ id }) => id).join(', ');
    return `More than one member of ${tenant} has or had the address ${member}. Give the id of the removed one: ${ids}.`;
  }
  return only.email === erasedEmail ? `The member ${only.id} is erased already.` : null;
}

/** A part at a time, so that nobody waits for a long log. @returns how many lines named the member */
async function eraseFromEvents({ id, tenantId }: Found): Promise<number> {
  const [end] = await query<{ last: number }>(
    'erase-last-event',
    'SELECT coalesce(max(sequence), 0)::float8 AS last FROM event WHERE tenant_id = $1',
    [tenantId],
  );
  let erased = 0;
  for (let after = 0; after < (end?.last ?? 0); after += batch) {
    const rows = await query<object>('erase-events', eraseEvents, [tenantId, id, String(after), String(after + batch)]);
    erased += rows.length;
  }
  return erased;
}

const eraseEvents = `
  UPDATE event SET actor_email = CASE WHEN actor_id = $2 THEN NULL ELSE actor_email END,
                   subject_email = CASE WHEN subject_id = $2 THEN NULL ELSE subject_email END
   WHERE tenant_id = $1 AND sequence > $3::int8 AND sequence <= $4::int8
     AND ((actor_id = $2 AND actor_email IS NOT NULL) OR (subject_id = $2 AND subject_email IS NOT NULL))
  RETURNING sequence`;

async function eraseFromTables(tx: Tx, { id, tenantId, email }: Found): Promise<void> {
  await tx.member.update({
    where: { id, removedAt: { not: null } },
    data: { email: erasedEmail, name: erasedName },
    select: { id: true },
  });
  // Addresses and programs of the browsers.
  await tx.session.deleteMany({ where: { tenantId, memberId: id } });
  // Those that wait for an admin under the same address: whoever it is, the next sign-in brings them back.
  await tx.identity.deleteMany({ where: { tenantId, OR: [{ memberId: id }, { memberId: null, email }] } });
  await appendEvent(tx, {
    tenantId,
    action: 'member.erased',
    actor: 'system',
    address: null,
    subject: { memberId: id, email: null },
  });
}

import type { Role } from '../auth/permissions';
import type { Viewer } from '../auth/queries';
import { normalizeEmail } from '../auth/schema';
import { prisma } from '../db/prisma';
import { query, type SqlValue } from '../db/sql';
import { env } from '../env';
import {
  countMaximum,
  type IdentityView,
  type MembersPageView,
  type MembersQuery,
  type MemberView,
  membersPerPage,
} from './schema';
import { lastAdminRefusal, otherActingAdmins } from './standing';

type Row = {
  id: string;
  email: string;
  emailKey: string;
  name: string;
  roles: Role[];
  licensed: boolean;
  hasPassword: boolean;
  takesLinks: boolean;
  disabled: boolean;
  keys: number;
  lastSeenAt: Date | null;
  linkExpiresAt: Date | null;
};

/** One page of the members of the viewer's tenant, by e-mail, for its admins; null for everybody else. */
export async function listMembers(
  viewer: Viewer,
  { search, after, before }: MembersQuery,
): Promise<MembersPageView | null> {
  const { tenantId } = viewer;
  const [tenant] = await query<{ slug: string; now: Date }>(
    'members-tenant',
    `SELECT t.slug, clock_timestamp() AS now
       FROM tenant t JOIN member m ON m.tenant_id = t.id
      WHERE t.id = $1 AND m.id = $2 AND 'admin' = ANY (m.roles)`,
    [tenantId, viewer.memberId],
  );
  if (!tenant) return null;
  const wanted = searchOf(search);
  const { rows, hasBefore, hasAfter } = await readPage(tenantId, wanted, after, before);
  const [otherAdmin, identities, count] = await Promise.all([
    (await prisma()).member.findFirst({ where: otherActingAdmins(viewer), select: { id: true } }),
    readIdentities(tenantId, rows),
    countMembers(tenantId, wanted),
  ]);
  const providers = env().identityProviders.filter(({ tenantSlug }) => tenantSlug === tenant.slug);
  const viewOf = ({ issuer, subject, email, name }: (typeof identities)[number]): IdentityView => {
    const provider = providers.find((each) => each.issuer === issuer)?.label ?? issuer;
    return { issuer, provider, subject, email, name };
  };
  const members = rows.map((row): MemberView => {
    const own = identities.filter((identity) => identity.memberId === row.id);
    const waiting = identities.filter((identity) => identity.memberId === null && identity.email === row.emailKey);
    return {
      id: row.id,
      email: row.email,
      name: row.name,
      state: row.disabled ? 'Disabled' : row.hasPassword || own.length > 0 || !row.takesLinks ? 'Active' : 'Invited',
      hasPassword: row.hasPassword,
      takesLinks: row.takesLinks,
      identities: own.map(viewOf),
      waitingIdentities: waiting.map(viewOf),
      linkExpiresAt: row.linkExpiresAt?.toISOString() ?? null,
      roles: row.roles,
      licensed: row.licensed,
      keys: row.keys,
      lastSeenAt: row.lastSeenAt?.toISOString() ?? null,
      self: row.id === viewer.memberId,
      lastAdminRefusal: row.id === viewer.memberId && !otherAdmin ? lastAdminRefusal : null,
    };
  });
  return {
    members,
    count,
    before: hasBefore ? (members[0]?.id ?? null) : null,
    after: hasAfter ? (members.at(-1)?.id ?? null) : null,
    providers: providers.map(({ issuer, label }) => ({ issuer, label })),
    now: tenant.now.toISOString(),
  };
}

/** What an e-mail must be LIKE, or a name must match; null for everybody. */
type Search = { email: string; name: string } | null;

function searchOf(search: string): Search {
  const text = search.normalize('NFKC').trim();
  if (text === '') return null;
  return { email: `%${normalizeEmail(text).replace(/[\\%_]/g, '\\$&')}%`, name: inAnyCase(text) };
}

/** A regular expression for the text in any case: what lower() does is up to the database's locale, under C only ASCII. */
function inAnyCase(text: string): string {
  return [...text]
    .map((character) => {
      const cases = new Set([character, character.toLowerCase(), character.toUpperCase()]);
      const single = [...cases].filter((each) => [...each].length === 1);
      return single.length > 1 ? `[${single.join('')}]` : character.replace(/[\\^$.|?*+()[\]{}]/, '\\$&');
    })
    .join('');
}

const matching = `m.tenant_id = $1 AND m.removed_at IS NULL AND ($2::text IS NULL OR m.email_key LIKE $2 OR m.name ~ $3)`;

/** A page by keyset: from the member named in the link on, so that a page far behind costs what the first one costs. */
async function readPage(tenantId: string, wanted: Search, after?: string, before?: string) {
  const select = (name: string, condition: string, order: 'ASC' | 'DESC', values: SqlValue[]) =>
    query<Row>(
      name,
      `SELECT m.id, m.email, m.email_key AS "emailKey", m.name, m.roles::text[] AS roles, m.licensed,
              m.password_digest IS NOT NULL AS "hasPassword", m.login_email IS NOT NULL AS "takesLinks", m.disabled_at IS NOT NULL AS disabled,
              (SELECT count(*)::int FROM key k WHERE k.tenant_id = m.tenant_id AND k.owner_id = m.id) AS keys,
              (SELECT max(s.last_seen_at) FROM session s WHERE s.tenant_id = m.tenant_id AND s.member_id = m.id) AS "lastSeenAt",
              (SELECT l.expires_at FROM one_time_link l
                WHERE l.tenant_id = m.tenant_id AND l.member_id = m.id AND l.used_at IS NULL
                  AND l.expires_at > clock_timestamp()) AS "linkExpiresAt"
         FROM member m
        WHERE ${matching} ${condition}
        ORDER BY m.email_key ${order} LIMIT ${membersPerPage + 1}`,
      [tenantId, wanted?.email ?? null, wanted?.name ?? null, ...values],
    );
  const edge = '(SELECT email_key FROM member WHERE tenant_id = $1 AND id = $4)';
  if (before) {
    const rows = await select('members-before', `AND m.email_key < ${edge}`, 'DESC', [before]);
    const page = rows.slice(0, membersPerPage).reverse();
    if (page.length > 0) return { rows: page, hasBefore: rows.length > membersPerPage, hasAfter: true };
  }
  const rows = after
    ? await select('members-after', `AND m.email_key > ${edge}`, 'ASC', [after])
    : await select('members-first', '', 'ASC', []);
  // The member who marked the place was removed meanwhile, or the link was made up.
  if (after && rows.length === 0) return readPage(tenantId, wanted);
  return {
    rows: rows.slice(0, membersPerPage),
    hasBefore: after !== undefined,
    hasAfter: rows.length > membersPerPage,
  };
}

async function countMembers(tenantId: string, wanted: Search): Promise<number> {
  const [row] = await query<{ count: number }>(
    'members-count',
    `SELECT count(*)::int AS count FROM (SELECT 1 FROM member m WHERE ${matching} LIMIT ${countMaximum + 1}) counted`,
    [tenantId, wanted?.email ?? null, wanted?.name ?? null],
  );
  return row?.count ?? 0;
}

/** Identities linked to these members, and those that wait to be. */
async function readIdentities(tenantId: string, rows: Row[]) {
  return (await prisma()).identity.findMany({
    where: {
      tenantId,
      OR: [
        { memberId: { in: rows.map((row) => row.id) } },
        { memberId: null, email: { in: rows.map((row) => row.emailKey) } },
      ],
    },
    orderBy: [{ createdAt: 'asc' }, { subject: 'asc' }],
    select: { memberId: true, issuer: true, subject: true, email: true, name: true },
  });
}

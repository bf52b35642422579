/**
 * The SQL of the admin's list of keys. `docs/decisions/012-lists-at-a-million-keys.md` has the plans that it is made for.
 *
 * Whatever a statement's number of keys, an ordered index is walked for one page, or matches are gathered by their own
 * index and then ordered. Values are parameters; what is written into the text is chosen here.
 */
import { idleInDays, type KeyFilter, type KeyListQuery, keysPerPage, type Order, termOf } from './schema';

/** Matches that are gathered to be put in order. */
export const gatheredMaximum = 10_000;

type Value = string | number | null | string[];
type Text = { text: string; values: Value[] };

/** Names a value as a parameter of the statement. */
export type Parameter = (value: Value) => string;

/** Collects the values of one statement, and names their parameters. */
export function collect(): { values: Value[]; parameter: Parameter } {
  const values: Value[] = [];
  return { values, parameter: (value) => `$${values.push(value)}` };
}

const searched = `(k.name_key || E'\\n' || lower(k.client_id) || E'\\n' || coalesce(k.owner_email, ''))`;
const unrevoked = 'k.revoked_at IS NULL';
/** As the index of expiries has it, so that it serves both the order and the filters. */
const expiry = `coalesce(k.expires_at, 'infinity'::timestamptz)`;
const lastUse = `coalesce(u.last_used_at, '-infinity'::timestamptz)`;
const deactivated = '(k.deactivated_at IS NOT NULL AND (k.deactivated_until IS NULL OR k.deactivated_until > now()))';
/** Active or Inactive: what could still be revoked. */
export const usable = `${unrevoked} AND ${expiry} > now()`;

/** What each order compares, as its index has it. Last used stands in a table of its own. */
const places: Record<Order, { place: string; of: 'key' | 'last_use'; kind: 'text' | 'time' }> = {
  name: { place: 'k.name_key COLLATE "C"', of: 'key', kind: 'text' },
  owner: { place: `coalesce(k.owner_email, '') COLLATE "C"`, of: 'key', kind: 'text' },
  updated: { place: 'k.updated_at', of: 'key', kind: 'time' },
  created: { place: 'k.created_at', of: 'key', kind: 'time' },
  expires: { place: expiry, of: 'key', kind: 'time' },
  last_used: { place: lastUse, of: 'last_use', kind: 'time' },
};

const ofStatus: Record<NonNullable<KeyFilter['status']>, string> = {
  Revoked: 'k.revoked_at IS NOT NULL',
  Expired: `${unrevoked} AND ${expiry} <= now()`,
  Inactive: `${usable} AND ${deactivated}`,
  Active: `${usable} AND NOT ${deactivated}`,
};

const idle = `now() - interval '${idleInDays} days'`;
const ofRisk: Record<NonNullable<KeyFilter['risk']>, string> = {
  idle: `${usable} AND k.created_at < ${idle} AND EXISTS (
      SELECT 1 FROM key_last_use i WHERE i.tenant_id = k.tenant_id AND i.key_id = k.id
         AND coalesce(i.last_used_at, '-infinity'::timestamptz) < ${idle})`,
  never_expires: `${unrevoked} AND ${expiry} = 'infinity'`,
  owner_left: `${usable} AND EXISTS (
      SELECT 1 FROM member o WHERE o.tenant_id = k.tenant_id AND o.id = k.owner_id AND o.disabled_at IS NOT NULL)`,
};

/**
 * The part of the filter that is a range of the order itself: a walk begins where it does, and does not look for it past
 * all that is before.
 */
function rangeOf({ status, risk, order }: KeyListQuery): string {
  if (order === 'expires' && risk === 'never_expires') return ` AND ${expiry} = 'infinity'`;
  if (order === 'expires' && status === 'Expired') return ` AND ${expiry} <= now()`;
  if (order === 'expires' && (risk || status === 'Active' || status === 'Inactive')) return ` AND ${expiry} > now()`;
  if (order === 'created' && risk === 'idle') return ` AND k.created_at < ${idle}`;
  if (order === 'last_used' && risk === 'idle') return ` AND ${lastUse} < ${idle}`;
  return '';
}

/** What must hold for a key `k`. */
export function conditionOf(filter: KeyFilter, parameter: Parameter): string {
  const conditions = ['true'];
  const term = termOf(filter.search).replace(/[\\%_]/g, '\\$&');
  if ([...term].length >= 3) conditions.push(`${searched} LIKE ${parameter(`%${term}%`)}`);
  else if (term !== '') {
    // Too short for an index of parts: the beginning.
    const beginning = parameter(`${term}%`);
    conditions.push(
      `(k.name_key COLLATE "C" LIKE ${beginning} OR coalesce(k.owner_email, '') COLLATE "C" LIKE ${beginning})`,
    );
  }
  if (filter.status) conditions.push(ofStatus[filter.status]);
  if (filter.risk) conditions.push(ofRisk[filter.risk]);
  return conditions.join(' AND ');
}

export function isFiltered({ search, status, risk }: KeyFilter): boolean {
  return termOf(search) !== '' || status !== null || risk !== null;
}

/** A page by walking the order's index from the place on, past as many keys as it takes. */
export function walkStatement(tenantId: string, query: KeyListQuery): Text {
  const { values, parameter } = collect();
  const { from, place, id, beyondOf, by, shown } = orderOf(tenantId, query, parameter);
  const text = `
    WITH page AS MATERIALIZED (
      SELECT ${row}, ${place} AS place FROM ${from}${beyondOf(place, id)}${rangeOf(query)} AND ${conditionOf(query, parameter)}
       ORDER BY ${by(place, id)} LIMIT ${keysPerPage + 1}
    )
    ${view(by, shown)}`;
  return { text, values };
}

/** The same, but past no more than so many keys: what it finds is all only if it is a whole page. */
export function glanceStatement(tenantId: string, query: KeyListQuery, within: number): Text {
  const { values, parameter } = collect();
  const { from, place, id, beyondOf, by, shown } = orderOf(tenantId, query, parameter);
  const text = `
    WITH page AS MATERIALIZED (
      SELECT ${row}, k.place FROM (
        SELECT k.*, ${place} AS place FROM ${from}${beyondOf(place, id)}${rangeOf(query)} ORDER BY ${by(place, id)} LIMIT ${within}
      ) k WHERE ${conditionOf(query, parameter)} ORDER BY ${by('k.place', 'k.id')} LIMIT ${keysPerPage + 1}
    )
    ${view(by, shown)}`;
  return { text, values };
}

/**
 * A page of the keys that match, which are gathered first: up to one more than the maximum. Where there are as many, the
 * page is that of those gathered, and no answer.
 */
export function matchStatement(tenantId: string, query: KeyListQuery): Text {
  const { values, parameter } = collect();
  const { from, place, beyondOf, by, shown } = orderOf(tenantId, query, parameter);
  const text = `
    WITH matching AS MATERIALIZED (
      SELECT k.id, ${place} AS place FROM ${from} AND ${conditionOf(query, parameter)} LIMIT ${gatheredMaximum + 1}
    ), place AS MATERIALIZED (
      SELECT k.id, k.place FROM matching k WHERE true${beyondOf('k.place', 'k.id')}
       ORDER BY ${by('k.place', 'k.id')} LIMIT ${keysPerPage + 1}
    ), page AS MATERIALIZED (
      SELECT ${row}, place.place FROM place JOIN key k ON k.id = place.id
    )
    ${view(by, shown, '(SELECT count(*)::int FROM matching)')}`;
  return { text, values };
}

/** How many of so many keys match, whichever, counted up to one more than the maximum. */
export function glanceCountStatement(tenantId: string, filter: KeyFilter, within: number, maximum: number): Text {
  const { values, parameter } = collect();
  const some = `SELECT k.* FROM key k WHERE k.tenant_id = ${parameter(tenantId)} ORDER BY k.created_at LIMIT ${within}`;
  const counted = `SELECT 1 FROM (${some}) k WHERE ${conditionOf(filter, parameter)} LIMIT ${maximum + 1}`;
  return { text: `SELECT count(*)::int AS count FROM (${counted}) counted`, values };
}

/** How many keys match, counted up to one more than the maximum. */
export function countStatement(tenantId: string, filter: KeyFilter, maximum: number): Text {
  const { values, parameter } = collect();
  const tenant = parameter(tenantId);
  const counted = `SELECT 1 FROM key k WHERE k.tenant_id = ${tenant} AND ${conditionOf(filter, parameter)} LIMIT ${maximum + 1}`;
  return { text: `SELECT count(*)::int AS count FROM (${counted}) counted`, values };
}

function orderOf(tenantId: string, { order, descending, after, before }: KeyListQuery, parameter: Parameter) {
  const { place, of, kind } = places[order];
  const tenant = parameter(tenantId);
  const from =
    of === 'key'
      ? `key k WHERE k.tenant_id = ${tenant}`
      : `key_last_use u JOIN key k ON k.tenant_id = u.tenant_id AND k.id = u.key_id WHERE u.tenant_id = ${tenant}`;
  const id = of === 'key' ? 'k.id' : 'u.key_id';
  const edge = after ?? before;
  const forward = after !== null || before === null;
  const ascending = forward !== descending;
  const bound = edge && [
    kind === 'text'
      ? `${parameter(edge.value)}::text COLLATE "C"`
      : `to_timestamp(${parameter(Number(edge.value))}::float8)`,
    `${parameter(edge.id)}::uuid`,
  ];
  const beyondOf = (value: string, key: string) =>
    bound ? ` AND (${value}, ${key}) ${ascending ? '>' : '<'} (${bound.join(', ')})` : '';
  const direction = ascending ? 'ASC' : 'DESC';
  const by = (value: string, key: string) => `${value} ${direction}, ${key} ${direction}`;
  const shown = kind === 'text' ? 'page.place' : 'extract(epoch FROM page.place)::text';
  return { from, place, id, beyondOf, by, shown };
}

const row = `k.tenant_id, k.id, k.client_id, k.name, k.owner_id, k.created_at, k.updated_at, k.expires_at,
             k.deactivated_at, k.deactivated_until, k.revoked_at, k.kept_until`;

/**
 * What the page shows of each key, in the order of the walk. The rest is looked up for these few alone, each by itself: to
 * plan a join of all of it would take longer than all the work.
 */
function view(by: (value: string, id: string) => string, shown: string, matches = 'NULL::int'): string {
  const last = (column: string) =>
    `(SELECT u.${column} FROM key_last_use u WHERE u.tenant_id = page.tenant_id AND u.key_id = page.id)`;
  const owner = (column: string) =>
    `(SELECT m.${column} FROM member m WHERE m.tenant_id = page.tenant_id AND m.id = page.owner_id)`;
  return `
    SELECT now() AS now, ${matches} AS matches, page.id, ${shown} AS place, page.client_id AS "clientId", page.name,
           page.created_at AS "createdAt", page.updated_at AS "updatedAt", page.expires_at AS "expiresAt",
           page.deactivated_at AS "deactivatedAt", page.deactivated_until AS "deactivatedUntil",
           page.revoked_at AS "revokedAt", page.kept_until AS "keptUntil", ${last('last_used_at')} AS "lastUsedAt",
           ${owner('email')} AS owner, ${owner('disabled_at')} AS "ownerDisabledAt",
           (SELECT s.minted_at FROM key_secret s
             WHERE s.tenant_id = page.tenant_id AND s.key_id = page.id AND s.position = 'current') AS "mintedAt"
      FROM page ORDER BY ${by('page.place', 'page.id')}`;
}

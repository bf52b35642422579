import type { Viewer } from '../auth/queries';
import { query } from '../db/sql';
import { systemActor } from './actions';
import { firstEventAt, type Order, sourceOf } from './filter-sql';
import { type EventFilter, type EventPlace, type EventsPageView, type EventView, eventsPerPage } from './schema';

/** Rows that an export reads at a time: few enough that nobody waits for them. */
const exportedAtOnce = 1_000;

/** One page of the log of the viewer's tenant, newest first, for its admins; null for everybody else. */
export async function listEvents(
  viewer: Viewer,
  filter: EventFilter,
  { after, before }: EventPlace,
): Promise<EventsPageView | null> {
  const log = await openLog(viewer, filter);
  if (!log) return null;
  const page =
    (await readNewer(viewer, log, before)) ?? (await readOlder(viewer, log, before === undefined ? after : undefined));
  if (!page) return null;
  const { events, hasBefore, hasAfter } = page;
  return {
    events,
    before: hasBefore ? (events[0]?.sequence ?? null) : null,
    after: hasAfter ? (events.at(-1)?.sequence ?? null) : null,
    names: await namesIn(viewer, events),
    now: log.now.toISOString(),
  };
}

type Page = { events: EventView[]; hasBefore: boolean; hasAfter: boolean };

async function readOlder(viewer: Viewer, log: Log, after = Number.MAX_SAFE_INTEGER): Promise<Page | null> {
  const rows = await readEvents(viewer, log, { below: Math.min(after, log.below) }, eventsPerPage + 1);
  if (!rows) return null;
  const isFirst = after >= log.below;
  // The link was made up.
  if (rows.length === 0 && !isFirst) return readOlder(viewer, log);
  return { events: rows.slice(0, eventsPerPage), hasBefore: !isFirst, hasAfter: rows.length > eventsPerPage };
}

/** Null when no whole page is newer: that is the first page. */
async function readNewer(viewer: Viewer, log: Log, before?: number): Promise<Page | null> {
  if (before === undefined) return null;
  const rows = await readEvents(viewer, log, { above: Math.max(before, log.above) }, eventsPerPage + 1);
  if (!rows || rows.length <= eventsPerPage) return null;
  return { events: rows.slice(0, eventsPerPage).reverse(), hasBefore: true, hasAfter: true };
}

export type EventExport = { tenantSlug: string; now: Date; batches: AsyncGenerator<EventView[], void, void> };

/**
 * All events that match, newest first, in batches that are read as they are asked for; events that are written meanwhile
 * are left out. For admins; null for everybody else. The batches throw when the viewer is no admin any more.
 */
export async function exportEvents(viewer: Viewer, filter: EventFilter): Promise<EventExport | null> {
  const log = await openLog(viewer, filter);
  return log && { tenantSlug: log.slug, now: log.now, batches: batchesOf(viewer, log) };
}

async function* batchesOf(viewer: Viewer, log: Log) {
  for (let below = log.below; ; ) {
    const rows = await readEvents(viewer, log, { below }, exportedAtOnce);
    if (!rows) throw new Error('The viewer is no admin any more.');
    if (rows.length > 0) yield rows;
    const last = rows.at(-1);
    if (!last || rows.length < exportedAtOnce) return;
    below = last.sequence;
  }
}

/** A filter as the database takes it: the days and the end of the log as sequence numbers, an e-mail as members. */
type Log = {
  slug: string;
  now: Date;
  /** Both exclusive. */
  above: number;
  below: number;
  filter: EventFilter;
  /** Whose events; null: everybody's. Several had the e-mail one after the other. */
  actorIds: string[] | null;
};

async function openLog(viewer: Viewer, filter: EventFilter): Promise<Log | null> {
  const [row] = await query<Pick<Log, 'slug' | 'now' | 'above' | 'below'> & { actorIds: string[] }>(
    'open-log',
    `SELECT t.slug, clock_timestamp() AS now,
            CASE WHEN $3::text IS NULL THEN 0 ELSE ${firstEventAt('$3::text::date')} - 1 END::float8 AS above,
            CASE WHEN $4::text IS NULL THEN h.sequence + 1 ELSE ${firstEventAt('$4::text::date + 1')} END::float8 AS below,
            ARRAY(SELECT m.id::text FROM member m
                   WHERE m.tenant_id = t.id AND (m.email_key = $5 OR m.email_key IS NULL AND m.email = $5)) AS "actorIds"
       FROM member a JOIN tenant t ON t.id = a.tenant_id JOIN audit_head h ON h.tenant_id = t.id
      WHERE a.tenant_id = $1 AND a.id = $2 AND 'admin' = ANY (a.roles)`,
    [viewer.tenantId, viewer.memberId, filter.from, filter.to, filter.actor],
  );
  if (!row) return null;
  const isMember = filter.actor !== null && filter.actor !== systemActor;
  return { ...row, filter, actorIds: isMember ? row.actorIds : null };
}

type Row = Omit<EventView, 'sequence' | 'at'> & { sequence: number | null; at: Date };

/** Events between two sequence numbers: the newest below, or with `above` the oldest above. Null if the viewer is no admin. */
async function readEvents(
  viewer: Viewer,
  log: Log,
  place: { above?: number; below?: number },
  limit: number,
): Promise<EventView[] | null> {
  const { above = log.above, below = log.below } = place;
  const order: Order = place.above === undefined ? 'DESC' : 'ASC';
  const { name, text, values } = sourceOf(log.filter, log.actorIds, order, limit);
  const rows = await query<Row>(
    `events-${name}`,
    `SELECT e.sequence::float8 AS sequence, e.at, e.action, e.actor_kind::text AS "actorKind",
            e.actor_email AS "actorEmail", e.subject_email AS "subjectEmail", e.key_name AS "keyName",
            e.client_id AS "clientId", e.client_id IS NOT NULL AND k.id IS NULL AS "keyDeleted", e.address, e.details
       FROM member a
       LEFT JOIN LATERAL (${text}) e ON true
       LEFT JOIN key k ON k.tenant_id = e.tenant_id AND k.client_id = e.client_id
      WHERE a.tenant_id = $1 AND a.id = $2 AND 'admin' = ANY (a.roles)
      ORDER BY e.sequence ${order}`,
    [viewer.tenantId, viewer.memberId, above, below, ...values],
  );
  if (rows.length === 0) return null;
  return rows.flatMap(({ sequence, at, ...rest }) =>
    sequence === null ? [] : [{ sequence, at: at.toISOString(), ...rest }],
  );
}

/** What the members and bias profiles are called whose ids are in the details. */
async function namesIn({ tenantId }: Viewer, events: EventView[]): Promise<EventsPageView['names']> {
  const text = JSON.stringify(events.map(({ details }) => details));
  const ids = [...new Set(text.match(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g))];
  if (ids.length === 0) return {};
  const rows = await query<{ id: string; name: string }>(
    'names-in-events',
    `SELECT id::text, email AS name FROM member WHERE tenant_id = $1 AND id = ANY ($2::uuid[])
     UNION ALL SELECT id::text, name FROM bias_profile WHERE tenant_id = $1 AND id = ANY ($2::uuid[])`,
    [tenantId, ids],
  );
  return Object.fromEntries(rows.map(({ id, name }) => [id, name]));
}

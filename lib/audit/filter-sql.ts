import { isClientId } from '../keys/secret';
import { systemActor } from './actions';
import type { EventFilter } from './schema';

/**
 * The sequence number of the first event of a day in UTC, or the next free one; $1 is the tenant, h its head. Time grows
 * with the sequence, so halving finds it in 20 steps among a million, without an index that every event would pay for.
 */
export function firstEventAt(day: string): string {
  return `(
    WITH RECURSIVE half (low, high) AS (
      SELECT 0::bigint, h.sequence + 1
      UNION ALL
      SELECT CASE WHEN earlier IS FALSE THEN low ELSE middle END, CASE WHEN earlier IS FALSE THEN middle ELSE high END
        FROM half
        CROSS JOIN LATERAL (SELECT (low + high) / 2 AS middle) m
        LEFT JOIN LATERAL (
          SELECT e.at < (${day})::timestamp AT TIME ZONE 'UTC' AS earlier FROM event e
           WHERE e.tenant_id = $1 AND e.sequence <= middle ORDER BY e.sequence DESC LIMIT 1
        ) e ON true
       WHERE high - low > 1
    )
    SELECT high FROM half ORDER BY high - low LIMIT 1)`;
}

export type Order = 'ASC' | 'DESC';
type Source = { name: string; text: string; values: Array<string | string[]> };

/**
 * Selects the first events that match: $1 is the tenant, $3 and $4 are the sequence numbers around them, `values` follow.
 * Each filter alone has an index that ends in the sequence, so that no page is far.
 * @param actorIds whose events; null: everybody's
 */
export function sourceOf(filter: EventFilter, actorIds: string[] | null, order: Order, limit: number): Source {
  const { action, actor, key } = filter;
  const parts = [order.toLowerCase(), String(limit)];
  const conditions = ['e.tenant_id = $1', 'e.sequence > $3', 'e.sequence < $4'];
  const values: Source['values'] = [];
  const add = (part: string, value?: string | string[]) => {
    parts.push(part);
    return value === undefined ? '' : `$${values.push(value) + 4}`;
  };
  if (action) conditions.push(`e.action = ${add('action', action)}`);
  if (key && isClientId(key)) conditions.push(`e.client_id = ${add('key', key)}`);
  else if (key) conditions.push(`lower(e.key_name) = lower(${add('name', key)})`);
  const select = (by = `e.sequence ${order}`) =>
    `SELECT e.* FROM event e WHERE ${conditions.join(' AND ')} ORDER BY ${by} LIMIT ${limit}`;
  const finish = (text: string): Source => ({ name: parts.join('-'), text, values });
  if (actor === systemActor) {
    add('system');
    conditions.push('e.actor_id IS NULL');
    // An index is read in order for IS NULL only where the order names that column, too.
    return finish(select(`e.actor_id ${order}, e.sequence ${order}`));
  }
  if (!actorIds) return finish(select());
  const ids = add('actor', actorIds);
  conditions.push('e.actor_id = actor.id');
  return finish(`SELECT e.* FROM unnest(${ids}::uuid[]) actor (id) CROSS JOIN LATERAL (${select()}) e
                  ORDER BY e.sequence ${order} LIMIT ${limit}`);
}

import { runTogether, type Statement } from '../db/sql';

/** Days for which hours and callers are kept. */
const keptInDays = 35;

/**
 * Sums hours up by day (UTC) once they are older than 35 days, and forgets callers of that age. Several processes may do so
 * at once: what one takes out of the hours, no other one finds there.
 * @param now the database's time
 */
export async function retireUsage(now: Date): Promise<void> {
  const before = new Date(now.getTime() - keptInDays * 24 * 3_600_000).toISOString().slice(0, 10);
  await runTogether([
    statement('retire-hours', retireHours, before),
    statement('retire-callers', retireCallers, before),
  ]);
}

function statement(name: string, text: string, before: string): Statement {
  return { name, text, values: [before] };
}

// A few thousand at a time, so that nobody waits for it; the rest an hour later. Whole days only, and one after the other
// in the order of the index, so that two processes take different rows.
const retireHours = `
  WITH old AS (
    SELECT tenant_id, key_id, hour, outcome FROM key_usage_hour
     WHERE hour < $1::date::timestamp AT TIME ZONE 'UTC'
     ORDER BY hour LIMIT 5000
       FOR UPDATE SKIP LOCKED
  ), taken AS (
    DELETE FROM key_usage_hour h USING old
     WHERE (h.tenant_id, h.key_id, h.hour, h.outcome) = (old.tenant_id, old.key_id, old.hour, old.outcome)
    RETURNING h.*
  )
  INSERT INTO key_usage_day AS stored (tenant_id, key_id, day, outcome, requests)
  SELECT tenant_id, key_id, (hour AT TIME ZONE 'UTC')::date AS day, outcome, sum(requests)::int8
    FROM taken
   GROUP BY tenant_id, key_id, day, outcome
   ORDER BY tenant_id, key_id, day, outcome
  ON CONFLICT (tenant_id, key_id, day, outcome) DO UPDATE SET requests = stored.requests + excluded.requests`;

const retireCallers = `
  DELETE FROM key_caller WHERE ctid IN (SELECT ctid FROM key_caller WHERE day < $1::date ORDER BY day LIMIT 5000 FOR UPDATE SKIP LOCKED)`;

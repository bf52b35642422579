import type { Viewer } from '../auth/queries';
import { query } from '../db/sql';
import type { UsageAlert } from './schema';

/** For so long an alert is shown with its key. */
const shownInDays = 7;

type Row = Omit<UsageAlert, 'hour'> & { clientId: string; hour: Date };

// The hour as it went on: it is noticed as soon as it is unusual, and may become much more so.
const selectAlerts = `
  SELECT k.client_id AS "clientId", a.hour, a.mean_per_hour AS "meanPerHour",
         greatest(a.requests, used.requests)::float8 AS requests
    FROM key k
    JOIN usage_alert a ON a.tenant_id = k.tenant_id AND a.key_id = k.id
                      AND a.raised_at > statement_timestamp() - interval '24 hours' * ${shownInDays}
    CROSS JOIN LATERAL (
      SELECT sum(h.requests) AS requests FROM key_usage_hour h
       WHERE h.tenant_id = k.tenant_id AND h.key_id = k.id AND h.hour = a.hour AND h.outcome <> 'invalid_credential'
    ) used
   WHERE k.tenant_id = $1 AND `;

/** The alerts of the last 7 days about the viewer's own keys, or the tenant's agent keys, by client ID. */
export async function listUsageAlerts(viewer: Viewer, kind: 'personal' | 'agent'): Promise<Map<string, UsageAlert>> {
  const { tenantId, memberId } = viewer;
  const rows =
    kind === 'personal'
      ? await query<Row>('usage-alerts-personal', `${selectAlerts} k.owner_id = $2`, [tenantId, memberId])
      : await query<Row>('usage-alerts-agent', `${selectAlerts} k.owner_id IS NULL`, [tenantId]);
  return byClientId(rows);
}

/** The same about any of the tenant's keys, for its admins; for everybody else it is empty. */
export async function listUsageAlertsOf(viewer: Viewer, clientIds: string[]): Promise<Map<string, UsageAlert>> {
  const rows = await query<Row>(
    'usage-alerts-tenant',
    `${selectAlerts} k.client_id = ANY ($3::text[])
       AND EXISTS (SELECT FROM member m WHERE m.tenant_id = $1 AND m.id = $2 AND 'admin' = ANY (m.roles))`,
    [viewer.tenantId, viewer.memberId, clientIds],
  );
  return byClientId(rows);
}

function byClientId(rows: Row[]): Map<string, UsageAlert> {
  return new Map(rows.map(({ clientId, hour, ...alert }) => [clientId, { ...alert, hour: hour.toISOString() }]));
}

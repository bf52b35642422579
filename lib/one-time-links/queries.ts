import { query } from '../db/sql';
import type { LinkPurpose, LinkView } from './schema';
import { digestToken } from './token';

type Row = {
  purpose: LinkPurpose;
  email: string;
  name: string;
  tenantName: string;
  used: boolean;
  expired: boolean;
};

/** What the link with this token is good for, now. Looking changes nothing: mail scanners open links too. */
export async function findLink(token: string): Promise<LinkView> {
  const [row] = await query<Row>(
    'find-one-time-link',
    `SELECT l.purpose::text AS purpose, m.email, m.name, t.name AS "tenantName", l.used_at IS NOT NULL AS used,
            l.expires_at <= clock_timestamp() AS expired
       FROM one_time_link l
       JOIN member m ON m.tenant_id = l.tenant_id AND m.id = l.member_id
       JOIN tenant t ON t.id = l.tenant_id
      WHERE l.digest = $1 AND m.disabled_at IS NULL`,
    [digestToken(token)],
  );
  if (!row) return { status: 'unknown' };
  const { used, expired, ...link } = row;
  if (used) return { status: 'used' };
  return expired ? { status: 'expired' } : { status: 'valid', ...link };
}

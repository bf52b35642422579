import type { BadgeTone } from '@/components/ui/badge';
import {
  idleInDays,
  type KeyListQuery,
  type Order,
  type Risk,
  type TenantKeyHint,
  type TenantKeysView,
} from '@/lib/tenant-keys/schema';

export const riskWords: Record<Risk, string> = {
  idle: `Idle ${idleInDays} days`,
  never_expires: 'Never expires',
  owner_left: 'Owner left',
};

export const orderWords: Record<Order, string> = {
  name: 'Name',
  owner: 'Owner',
  updated: 'Updated',
  created: 'Created',
  expires: 'Expires',
  last_used: 'Last used',
};

export const hintTones: Record<TenantKeyHint, BadgeTone> = {
  'Expires soon': 'warn',
  'Disabled by your administrator': 'neutral',
  'Owner disabled': 'warn',
};

/** How many keys there are, as far as that is known without counting them all. */
export function countText({ count, countedAll, estimate }: TenantKeysView, query: KeyListQuery): string {
  const found = query.search.trim() || query.status || query.risk ? ' found' : '';
  if (estimate !== null) return `About ${Number(estimate.toPrecision(2)).toLocaleString('en')} keys`;
  if (!countedAll) return `More than ${count.toLocaleString('en')} keys${found}`;
  return `${count.toLocaleString('en')} ${count === 1 ? 'key' : 'keys'}${found}`;
}

'use client';

import type { UsageAlert } from '@/lib/usage-alerts/schema';
import { Badge } from './ui/badge';
import { dateText } from './ui/date-text';
import { reason } from './ui/tip';

/** `12,345 requests on 21 Nov 2026 between 12:00 and 13:00 UTC; its mean was 51 an hour.` */
function usageAlertText({ hour, requests, meanPerHour }: UsageAlert): string {
  const begin = new Date(hour);
  const clock = (hours: number) => `${String(hours % 24).padStart(2, '0')}:00`;
  const span = `between ${clock(begin.getUTCHours())} and ${clock(begin.getUTCHours() + 1)} UTC`;
  return `${requests.toLocaleString('en')} requests on ${dateText(begin, true)} ${span}; its mean was ${meanPerHour.toLocaleString('en')} an hour.`;
}

/** Beside the status of a key that left its habit in the last 7 days; it says when, and how much, on demand. */
export function UsageAlertBadge({ alert }: { alert: UsageAlert }) {
  return (
    <button
      type="button"
      {...reason(usageAlertText(alert))}
      className="inline-flex min-h-6 items-center rounded-[0.6875rem]"
    >
      <Badge tone="warn">Unusual usage</Badge>
    </button>
  );
}

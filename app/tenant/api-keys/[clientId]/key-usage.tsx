import { dateText } from '@/components/ui/date-text';
import { UsageChart } from '@/components/usage-chart';
import { monthDays, type TenantKeyDetails } from '@/lib/tenant-keys/schema';
import { countText } from '@/lib/usage/schema';
import { refusalsText } from '@/lib/usage/words';

/** How much a key was used in the last 30 days, and why requests were refused. */
export function KeyUsage({ item: { month, refusals } }: { item: TenantKeyDetails }) {
  const { days, today } = month;
  const accepted = days.reduce((sum, day) => sum + day.accepted, 0);
  const refused = days.reduce((sum, day) => sum + day.refused, 0);
  const dateOf = (day: number) =>
    dateText(new Date(Date.parse(today) - (monthDays - 1 - day) * 24 * 60 * 60 * 1000), true);
  if (accepted + refused === 0) {
    return <p className="px-5 py-14 text-center text-ink-muted">Nobody used this key in the last 30 days.</p>;
  }
  return (
    <div className="space-y-4 px-5 py-4 max-sm:px-4">
      <dl className="flex flex-wrap gap-x-8 gap-y-2">
        <Total title="Accepted" dot="bg-accent-text" count={accepted} />
        <Total title="Refused" dot="bg-danger" count={refused} />
      </dl>
      <UsageChart
        label={`Requests in 30 days: ${countText(accepted)} accepted, ${countText(refused)} refused`}
        days={days}
        dateOf={dateOf}
        from={dateOf(0)}
        to="Today"
      />
      {refused > 0 && <p className="text-ink-muted">Refused: {refusalsText(refusals)}</p>}
    </div>
  );
}

function Total({ title, dot, count }: { title: string; dot: string; count: number }) {
  return (
    <div>
      <dt className="flex items-center gap-1.5 text-ink-muted text-xs">
        <span aria-hidden className={`size-2 rounded-sm ${dot}`} />
        {title}
      </dt>
      <dd className="font-semibold text-lg tabular-nums tracking-[-0.01em]">{countText(count)}</dd>
    </div>
  );
}

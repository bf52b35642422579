import { tip } from '@/components/ui/tip';
import { totalOf, totalText, type UsageWeek } from '@/lib/usage/schema';

const bar = 6;
const gap = 2;
const height = 18;
/** However few there were among many others, they are seen; what is hollow, as hollow. */
const leastSolid = 3;
const leastHollow = 4.5;

/** A key's last 7 days: a bar for each, what was refused hollow on top of it. The words are its name and its tooltip. */
export function Sparkline({ week }: { week: UsageWeek }) {
  const text = totalText(totalOf(week));
  const days = week.accepted.map((accepted, day) => ({ accepted, refused: week.refused[day] ?? 0 }));
  const width = days.length * (bar + gap) - gap;
  const highest = Math.max(...days.map(({ accepted, refused }) => accepted + refused));
  return (
    <span {...tip(text)} className="inline-flex shrink-0">
      <svg role="img" aria-label={text} width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
        {highest === 0 ? (
          <path d={`M0 ${height - 1}H${width}`} strokeWidth="1.5" className="stroke-line-strong" />
        ) : (
          days.map((day, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a day is its place in the week
            <Day key={index} x={index * (bar + gap)} {...day} highest={highest} />
          ))
        )}
      </svg>
    </span>
  );
}

type DayProps = { x: number; accepted: number; refused: number; highest: number };

function Day({ x, accepted, refused, highest }: DayProps) {
  if (accepted + refused === 0) {
    return <rect x={x} y={height - 1.5} width={bar} height={1.5} className="fill-line-strong" />;
  }
  const share = (count: number, least: number) => (count === 0 ? 0 : Math.max(least, (count / highest) * height));
  const between = accepted > 0 && refused > 0 ? 1 : 0;
  const solid = Math.min(share(accepted, leastSolid), height - between - share(refused, leastHollow));
  const hollow = Math.min(share(refused, leastHollow), height - between - solid);
  return (
    <>
      {solid > 0 && <rect x={x} y={height - solid} width={bar} height={solid} rx={1} className="fill-accent-text" />}
      {hollow > 0 && (
        <rect
          x={x + 0.5}
          y={height - solid - between - hollow + 0.5}
          width={bar - 1}
          height={hollow - 1}
          rx={0.5}
          className="fill-none stroke-danger-text"
        />
      )}
    </>
  );
}

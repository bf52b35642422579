import type { ReactNode } from 'react';

const bar = 14;
const gap = 4;
const height = 120;
/** However few there were among many others, they are seen. */
const least = 3;

export type UsageChartDay = { accepted: number; refused: number };

type UsageChartProps = {
  /** What the whole says in words; the chart's name. */
  label: string;
  /** One for each day, oldest first. */
  days: UsageChartDay[];
  /** A day's date in words. */
  dateOf: (day: number) => string;
  /** Below the ends. */
  from: ReactNode;
  to: ReactNode;
};

/** Requests by day, what was refused on top. Who cannot see it finds the days with requests in a table. */
export function UsageChart({ label, days, dateOf, from, to }: UsageChartProps) {
  const highest = Math.max(1, ...days.map(({ accepted, refused }) => accepted + refused));
  const width = days.length * (bar + gap) - gap;
  const tall = (count: number) => (count === 0 ? 0 : Math.max(least, (count / highest) * (height - least)));
  return (
    <figure className="relative">
      <div className="flex items-start gap-3">
        <svg
          role="img"
          aria-label={label}
          viewBox={`0 0 ${width} ${height}`}
          preserveAspectRatio="none"
          className="h-32 min-w-0 flex-1"
        >
          <path d={`M0 ${height - 0.5}H${width}`} className="stroke-line-strong" />
          {days.map((day, index) => {
            const accepted = tall(day.accepted);
            const refused = tall(day.refused);
            return (
              // biome-ignore lint/suspicious/noArrayIndexKey: a day is its place in the month
              <g key={index} transform={`translate(${index * (bar + gap)})`}>
                <title>{`${dateOf(index)}: ${countsText(day)}`}</title>
                <rect width={bar} height={height} className="fill-transparent" />
                {accepted > 0 && (
                  <rect y={height - accepted} width={bar} height={accepted} className="fill-accent-text" />
                )}
                {refused > 0 && (
                  <rect y={height - accepted - refused} width={bar} height={refused} className="fill-danger" />
                )}
              </g>
            );
          })}
        </svg>
        <span aria-hidden className="shrink-0 text-ink-faint text-xs tabular-nums leading-4">
          {highest.toLocaleString('en')}
        </span>
      </div>
      <div aria-hidden className="mt-1.5 flex justify-between pr-8 text-ink-faint text-xs">
        <span>{from}</span>
        <span>{to}</span>
      </div>
      {/* A table by itself is as wide as its words, however hidden. */}
      <div className="sr-only">
        <table>
          <caption>{label}</caption>
          <thead>
            <tr>
              <th scope="col">Day</th>
              <th scope="col">Accepted</th>
              <th scope="col">Refused</th>
            </tr>
          </thead>
          <tbody>
            {days.map((day, index) =>
              day.accepted + day.refused === 0 ? null : (
                // biome-ignore lint/suspicious/noArrayIndexKey: a day is its place in the month
                <tr key={index}>
                  <th scope="row">{dateOf(index)}</th>
                  <td>{day.accepted.toLocaleString('en')}</td>
                  <td>{day.refused.toLocaleString('en')}</td>
                </tr>
              ),
            )}
          </tbody>
        </table>
      </div>
    </figure>
  );
}

function countsText({ accepted, refused }: UsageChartDay): string {
  const requests = `${accepted.toLocaleString('en')} accepted`;
  return refused > 0 ? `${requests}, ${refused.toLocaleString('en')} refused` : requests;
}
